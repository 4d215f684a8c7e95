"""One attempt at a question: ModelRequest → Reply or Setback. Imports the SDK, so it is itself imported late.

Retries are not left to the SDK: it waits as long as the provider says, and a stream that breaks is not asked again.
"""

import json
import time
import warnings
from typing import Any

import anthropic
import httpx2
from anthropic.resources.messages import DEPRECATED_MODELS

from gate.llm.collect import MalformedError, Said, collect, whole
from gate.llm.credentials import Credentials
from gate.llm.failures import Setback, failure, setback
from gate.llm.price import cost_usd
from gate.model.ports import ModelRequest
from gate.model.reply import Reply

_CONNECT_S = 10.0
_ERRORS = (
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.StreamError,
    MalformedError,
    json.JSONDecodeError,
    UnicodeDecodeError,
)


class Connection:
    """The SDK's client with a pool as wide as the concurrency. Belongs to the event loop that it is first used on."""

    def __init__(self, credentials: Credentials, *, concurrency: int, timeout_s: float) -> None:
        # The SDK warns at every single call; `deprecation` says it once, where it is read.
        warnings.filterwarnings("ignore", message="The model '.*' is deprecated", category=DeprecationWarning)
        self._secrets = credentials.secrets
        limits = httpx2.Limits(max_connections=concurrency, max_keepalive_connections=concurrency)
        timeout = anthropic.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s))
        self._client = anthropic.AsyncAnthropic(
            api_key=credentials.api_key,
            auth_token=credentials.auth_token,
            base_url=credentials.base_url,
            timeout=timeout,
            max_retries=0,
            open_telemetry=False,  # its span beside a span of ours would count every token twice
            http_client=anthropic.DefaultAsyncHttpxClient(limits=limits, timeout=timeout),
        )

    async def attempt(self, request: ModelRequest) -> Reply | Setback:
        """Ask once."""
        start = time.perf_counter()
        try:
            said = await self._ask(request)
        except _ERRORS as error:
            return setback(error, model=request.model, secrets=self._secrets)
        if not said.complete:
            text = f"{request.model}: the stream ended before the answer did"
            return Setback(failure=failure("connection", text))
        return _reply(said, request=request, start=start)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _ask(self, request: ModelRequest) -> Said:
        parameters = _parameters(request)
        if not request.stream:
            return whole(await self._client.messages.create(**parameters))
        stream = await self._client.messages.create(**parameters, stream=True)
        async with stream:
            return await collect(stream)


def deprecation(model: str) -> str | None:
    """A warning where the SDK knows that the model is about to end, or has ended; else None."""
    end = DEPRECATED_MODELS.get(model)
    if end is None:
        return None
    return f"the model {model!r} ends on {end}: pin a newer one, and accept a new baseline with it"


def _parameters(request: ModelRequest) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
    }
    if request.system is not None:
        parameters["system"] = request.system
    if request.effort is not None:
        parameters["output_config"] = {"effort": request.effort}
    return parameters


def _reply(said: Said, *, request: ModelRequest, start: float) -> Reply:
    """A refusal and an answer cut off by `max_tokens` are replies: what they are worth is for the evaluators."""
    usage = said.usage
    first = said.first_text_at
    return Reply(
        output=said.text,
        usage=usage,
        latency_s=time.perf_counter() - start,
        ttft_s=None if first is None else first - start,
        cost_usd=None if usage is None else cost_usd(said.model or request.model, usage),
        stop_reason=said.stop_reason,
        model=said.model,
    )
