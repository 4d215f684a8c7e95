"""An error of the SDK or of the wire → Failure, with the wait that the provider asks for. Never with a credential."""

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import anthropic
import httpx2

from gate.llm.collect import ErrorEventError
from gate.llm.retry import asked_wait_s
from gate.model.redaction import redact, shortened
from gate.model.reply import Failure

_BY_STATUS = {
    401: "auth",
    402: "payment",
    403: "permission",
    404: "unknown_model",
    408: "timeout",
    413: "too_large",
    429: "rate_limit",
    504: "timeout",
    529: "overloaded",
}
# An error inside a stream has no status, and says its type only.
_BY_TYPE = {
    "authentication_error": "auth",
    "billing_error": "payment",
    "permission_error": "permission",
    "not_found_error": "unknown_model",
    "request_too_large": "too_large",
    "rate_limit_error": "rate_limit",
    "invalid_request_error": "bad_request",
    "timeout_error": "timeout",
    "overloaded_error": "overloaded",
    "api_error": "server_error",
}
_ADVICE = {
    "auth": "check that ANTHROPIC_API_KEY holds a key that is valid",
    "payment": "the account is out of credit or at its limit: see the provider's console",
    "permission": "this key may not use that model or feature",
    "unknown_model": "check `model`, and ANTHROPIC_BASE_URL where it is set",
    "too_large": "shorten the prompt",
    "rate_limit": "lower `concurrency`, or ask the provider for a higher limit",
    "connection": "check the network, and ANTHROPIC_BASE_URL where it is set",
    "timeout": "raise the suite's `timeout_s`, or lower `max_tokens`",
    "bad_reply": "check that ANTHROPIC_BASE_URL leads to a Messages API",
}
_PASSING = {
    "rate_limit",
    "overloaded",
    "server_error",
    "timeout",
    "connection",
}  # another attempt may succeed
_CONFLICT = 409  # the SDK retries it too
_SERVER_ERROR = 500


@dataclass(frozen=True, kw_only=True)
class Setback:
    """One attempt that failed, and the seconds that the provider asks to wait before another."""

    failure: Failure
    asked_s: float | None = None


def setback(error: Exception, *, model: str, secrets: Collection[str]) -> Setback:
    """An error of one attempt → what it means. `secrets` are blotted out of the message."""
    if isinstance(error, anthropic.APIStatusError):
        return _of_status(error, model=model, secrets=secrets)
    if isinstance(error, ErrorEventError):
        kind = _BY_TYPE.get(error.type, "server_error")
        text = f"{model}: the stream was broken off ({error.type or kind}): {error}"
        return Setback(failure=failure(kind, text, secrets=secrets))
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        kind, text = "timeout", "no answer in time"
    elif isinstance(error, anthropic.APIConnectionError | httpx2.HTTPError | httpx2.StreamError):
        kind, text = "connection", _root(error)
    elif isinstance(error, anthropic.CredentialsError):
        kind, text = "auth", str(error)
    else:
        kind, text = "bad_reply", _root(error)
    return Setback(failure=failure(kind, f"{model}: {text}", secrets=secrets))


def failure(kind: str, text: str, *, secrets: Collection[str] = (), retryable: bool | None = None) -> Failure:
    """Kind and text → Failure with the advice for its kind."""
    advice = f"; {_ADVICE[kind]}" if kind in _ADVICE else ""
    return Failure(
        stage="target",
        kind=kind,
        message=shortened(redact(text, secrets=secrets)) + advice,
        retryable=kind in _PASSING if retryable is None else retryable,
    )


def _of_status(error: anthropic.APIStatusError, *, model: str, secrets: Collection[str]) -> Setback:
    status, headers = error.status_code, error.response.headers
    kind = _kind(status)
    orders: dict[str | None, Any] = {"true": True, "false": False}
    retryable = orders.get(headers.get("x-should-retry"), kind in _PASSING or status == _CONFLICT)
    request = f" [request {error.request_id}]" if error.request_id else ""
    said = shortened(error.api_message or error.message, limit=250)
    text = f"{model}: status {status} ({error.type or kind}): {said}{request}"
    return Setback(
        failure=failure(kind, text, secrets=secrets, retryable=retryable),
        asked_s=asked_wait_s(headers, now=time.time()),
    )


def _kind(status: int) -> str:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "server_error" if status >= _SERVER_ERROR else "bad_request"


def _root(error: BaseException) -> str:
    """The error at the bottom of the chain: the SDK's own `Connection error.` says nothing."""
    while error.__cause__ is not None:
        error = error.__cause__
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
