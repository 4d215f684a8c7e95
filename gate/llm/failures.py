"""An error of the SDK or of the wire → what the attempt came to, with the wait that the provider asks for.

Never with a credential.
"""

import json
import time
from collections.abc import Collection
from typing import Any, Literal

import anthropic
import httpx2

from gate.llm.collect import ErrorEventError, MalformedError
from gate.llm.room import room
from gate.model.pace import Attempt, asked_wait_s
from gate.model.redaction import redact, shortened
from gate.model.reply import Failure

ERRORS = (  # what asking the provider may end in
    anthropic.AnthropicError,
    httpx2.HTTPError,
    httpx2.StreamError,
    ErrorEventError,
    MalformedError,
    json.JSONDecodeError,
    UnicodeDecodeError,
)
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
_CROWDED = {429, 503, 529}  # it did nothing
_CONFLICT = 409  # the SDK retries it too
_SERVER_ERROR = 500
_Setback = Literal["crowded", "unreached", "fault"]


def failed(error: Exception, *, model: str, secrets: Collection[str]) -> Attempt:
    """An error of one attempt → what it means. `secrets` are blotted out of the message."""
    if isinstance(error, anthropic.APIStatusError):
        return _of_status(error, model=model, secrets=secrets)
    if isinstance(error, ErrorEventError):
        kind = kind_of(error.type)
        text = f"{model}: the stream was broken off ({error.type or kind}): {error}"
        # Part of the answer was made, and paid: an overload here is no refusal that cost nothing.
        return _attempt(failure(kind, text, secrets=secrets), "fault")
    setback: _Setback = "fault"
    if isinstance(error, anthropic.APITimeoutError | httpx2.TimeoutException):
        kind, text = "timeout", "no answer in time"
    elif isinstance(error, anthropic.APIConnectionError | httpx2.HTTPError | httpx2.StreamError):
        kind, text = "connection", _said(_root(error))
        setback = "unreached" if _unreached(error) else "fault"
    elif isinstance(error, anthropic.CredentialsError):
        kind, text = "auth", str(error)
    else:
        kind, text = "bad_reply", _said(_root(error))
    return _attempt(failure(kind, f"{model}: {text}", secrets=secrets), setback)


def failure(kind: str, text: str, *, secrets: Collection[str] = (), retryable: bool | None = None) -> Failure:
    """Kind and text → Failure with the advice for its kind."""
    advice = f"; {_ADVICE[kind]}" if kind in _ADVICE else ""
    return Failure(
        stage="target",
        kind=kind,
        message=shortened(redact(text, secrets=secrets)) + advice,
        retryable=kind in _PASSING if retryable is None else retryable,
    )


def kind_of(error_type: str) -> str:
    """The provider's word for an error → ours."""
    return _BY_TYPE.get(error_type, "server_error")


def _attempt(failure: Failure, setback: _Setback) -> Attempt:
    """A failure that no other attempt would change says nothing against the provider."""
    return Attempt(outcome=failure, setback=setback if failure.retryable else None)


def _of_status(error: anthropic.APIStatusError, *, model: str, secrets: Collection[str]) -> Attempt:
    status, headers = error.status_code, error.response.headers
    kind = _kind(status)
    orders: dict[str | None, Any] = {"true": True, "false": False}
    retryable = orders.get(headers.get("x-should-retry"), kind in _PASSING or status == _CONFLICT)
    request = f" [request {error.request_id}]" if error.request_id else ""
    said = shortened(error.api_message or error.message, limit=250)
    text = f"{model}: status {status} ({error.type or kind}): {said}{request}"
    now = time.time()
    return Attempt(
        outcome=failure(kind, text, secrets=secrets, retryable=retryable),
        setback="crowded" if status in _CROWDED else "fault" if kind in _PASSING else None,
        asked_s=asked_wait_s(headers, now=now),
        room=room(headers, None, now=now),
    )


def _kind(status: int) -> str:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    return "server_error" if status >= _SERVER_ERROR else "bad_request"


def _unreached(error: BaseException) -> bool:
    """Whether there never was a connection, so that nothing can have been asked."""
    while error.__cause__ is not None:
        if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
            return True
        error = error.__cause__
    return isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout | ConnectionRefusedError)


def _root(error: BaseException) -> BaseException:
    """The error at the bottom of the chain: the SDK's own `Connection error.` says nothing."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _said(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
