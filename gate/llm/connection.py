"""One attempt at a question: ModelRequest → Attempt. Imports the SDK, so it is itself imported late.

Retries are not left to the SDK: it waits as long as the provider says, and a stream that breaks is not asked again.
"""

import asyncio
import time
import warnings
from typing import Any

import anthropic
import httpx2
from anthropic.resources.messages import DEPRECATED_MODELS

from gate.llm.collect import MalformedError, Said, collect, whole
from gate.llm.credentials import Credentials
from gate.llm.failures import ERRORS, failed, failure
from gate.llm.price import cost_usd
from gate.llm.room import room
from gate.model.pace import Attempt, Charge, Room
from gate.model.ports import ModelRequest
from gate.model.price import NO_PRICES, Prices
from gate.model.reply import Expense, Reply

_CONNECT_S = 10.0


class Connection:
    """The SDK's clients, one for each call that is under way at the same time. Belongs to one event loop.

    One client with a pool for all would do, were it not that its pool looks through all its connections twice a call:
    at a concurrency of 50 that is a quarter of a call's processor time (benchmarks/throughput.py).
    """

    def __init__(
        self, credentials: Credentials, *, concurrency: int, timeout_s: float, prices: Prices = NO_PRICES
    ) -> None:
        # The SDK warns at every single call; `deprecation` says it once, where it is read.
        warnings.filterwarnings("ignore", message="The model '.*' is deprecated", category=DeprecationWarning)
        self._credentials = credentials
        self._prices = prices
        self._timeout = timeout_of(timeout_s)
        self._tls = httpx2.create_ssl_context()
        self._slots = asyncio.Semaphore(concurrency)
        self._all: list[anthropic.AsyncAnthropic] = []
        self._idle: list[anthropic.AsyncAnthropic] = []

    async def attempt(self, request: ModelRequest, charge: Charge) -> Attempt:
        """Ask once. What was paid for an answer that was lost on the way is charged, also where this is cancelled."""
        said = Said()
        async with self._slots:
            client = self._idle.pop() if self._idle else self._client()
            start = time.perf_counter()
            try:
                headroom = await _ask(client, request, said)
            except ERRORS as error:
                return failed(error, model=request.model, secrets=self._credentials.secrets)
            finally:
                self._idle.append(client)
                if not said.complete and said.usage is not None:
                    charge(Expense(usage=said.usage, cost_usd=self._cost_usd(said, request)))
        if not said.complete:
            text = f"{request.model}: the stream ended before the answer did"
            return Attempt(outcome=failure("connection", text), setback="fault")
        cost = self._cost_usd(said, request)
        return Attempt(outcome=_reply(said, cost_usd=cost, start=start), room=headroom)

    async def aclose(self) -> None:
        """Close the connections."""
        for client in self._all:
            await client.close()

    def _cost_usd(self, said: Said, request: ModelRequest) -> float | None:
        if said.usage is None:
            return None
        return cost_usd(said.model or request.model, said.usage, own=self._prices)

    def _client(self) -> anthropic.AsyncAnthropic:
        http_client = anthropic.DefaultAsyncHttpxClient(verify=self._tls, timeout=self._timeout)
        client = client_of(self._credentials, timeout=self._timeout, http_client=http_client)
        self._all.append(client)
        return client


def timeout_of(timeout_s: float) -> anthropic.Timeout:
    """A limit on every silence, and a shorter one on connecting."""
    return anthropic.Timeout(timeout_s, connect=min(_CONNECT_S, timeout_s))


def client_of(
    credentials: Credentials,
    *,
    timeout: anthropic.Timeout,
    http_client: anthropic.DefaultAsyncHttpxClient | None = None,
) -> anthropic.AsyncAnthropic:
    """A client of the SDK that asks once."""
    return anthropic.AsyncAnthropic(
        api_key=credentials.api_key,
        auth_token=credentials.auth_token,
        base_url=credentials.base_url,
        timeout=timeout,
        max_retries=0,
        open_telemetry=False,  # its span beside a span of ours would count every token twice
        http_client=http_client,
    )


def deprecation(model: str) -> str | None:
    """A warning where the SDK knows that the model is about to end, or has ended; else None."""
    end = DEPRECATED_MODELS.get(model)
    if end is None:
        return None
    return f"the model {model!r} ends on {end}: pin a newer one, and accept a new baseline with it"


async def _ask(client: anthropic.AsyncAnthropic, request: ModelRequest, said: Said) -> Room | None:
    given = parameters(request)
    responses = client.messages.with_streaming_response
    if not request.stream:
        async with responses.create(**given) as response:
            whole(await response.json(), said)
    else:
        async with responses.create(**given, stream=True) as response:
            await collect(anthropic.AsyncStream.raw_events(response.http_response), said)
        kind = response.headers.get("content-type", "")
        if said == Said() and not kind.startswith("text/event-stream"):
            raise MalformedError(f"the answer is no stream, but {kind or 'of no type'}")
    return room(response.headers, said.usage, now=time.time())


def parameters(request: ModelRequest) -> dict[str, Any]:
    """The body of a request that asks this."""
    given: dict[str, Any] = {
        "model": request.model,
        "max_tokens": request.max_tokens,
        "messages": [{"role": message.role, "content": message.content} for message in request.messages],
    }
    if request.system is not None:
        given["system"] = request.system
    output: dict[str, Any] = {}
    if request.effort is not None:
        output["effort"] = request.effort
    if request.answer_schema is not None:
        output["format"] = {"type": "json_schema", "schema": request.answer_schema}
    if output:
        given["output_config"] = output
    return given


def _reply(said: Said, *, cost_usd: float | None, start: float) -> Reply:
    """A refusal and an answer cut off by `max_tokens` are replies: what they are worth is for the evaluators."""
    first = said.first_text_at
    return Reply(
        output=said.text,
        usage=said.usage,
        latency_s=time.perf_counter() - start,
        ttft_s=None if first is None else first - start,
        cost_usd=cost_usd,
        stop_reason=said.stop_reason,
        model=said.model,
    )
