"""A body → a backend's answer, over HTTP. Never follows a redirect, which a key would go along with, and never raises."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Protocol
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPDefaultErrorHandler,
    HTTPErrorProcessor,
    HTTPHandler,
    HTTPSHandler,
    OpenerDirector,
    ProxyHandler,
    Request,
)

from pydantic import JsonValue

TIMEOUT_S = 3.0
_MOST_BYTES = 1_000_000  # of an answer


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What came back: `status` 0 is no answer at all; `wait_s` how long it asked to wait; `content` its JSON, or None."""

    status: int
    reason: str = ""
    wait_s: float | None = None
    content: JsonValue = None


class Post(Protocol):
    """One request."""

    def __call__(self, url: str, body: bytes, /, *, headers: Mapping[str, str]) -> Answer:
        """Send it."""
        ...


def post(url: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
    """Send JSON."""
    sent = {"Content-Type": "application/json", "User-Agent": "llm-regression-gate", **headers}
    request = Request(url, data=body, headers=sent, method="POST")  # noqa: S310 - presets admit http and https only
    try:
        with _OPENER.open(request, timeout=TIMEOUT_S) as response:
            return Answer(status=response.status, content=_json(response.read(_MOST_BYTES)))
    except HTTPError as error:
        with error:
            return Answer(
                status=error.code,
                reason=f"status {error.code}",
                wait_s=_seconds(error.headers.get("Retry-After")),
            )
    except (URLError, OSError, HTTPException, ValueError) as error:
        cause = error.reason if isinstance(error, URLError) else error
        return Answer(status=0, reason=type(cause).__name__ if isinstance(cause, Exception) else "no answer")


def _opener() -> OpenerDirector:
    """What `build_opener` makes, without what goes where a redirect leads, or into a file."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler, HTTPDefaultErrorHandler, HTTPErrorProcessor):
        opener.add_handler(handler())
    return opener


_OPENER = _opener()


def _json(content: bytes) -> JsonValue:
    try:
        value: JsonValue = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return value


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isascii() and text.isdigit() else None
