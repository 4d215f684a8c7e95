"""The provider's rate-limit headers → how many calls like this one it has room for. Pure: the clock is handed in.

A limit of Anthropic's is a bucket that fills all the time: `reset` is when it would be full again, so that it fills by
(limit - remaining) / (reset - now) each second (docs.claude.com, "Rate limits").
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from gate.model.pace import Room
from gate.model.reply import Usage

_PREFIX = "anthropic-ratelimit-"
_SHORTEST_S = 0.01  # a reset that lies behind us by the difference of two clocks


def room(headers: Mapping[str, str], usage: Usage | None, *, now: float) -> Room | None:
    """The tightest of all limits that the headers tell, in calls that take what this one took; None where none does.

    `now` is Unix time in seconds.
    """
    if f"{_PREFIX}requests-limit" not in headers and f"{_PREFIX}tokens-limit" not in headers:
        return None
    rooms = [
        Room(calls=left / taken, calls_per_s=max(limit - left, 1) / max(reset - now, _SHORTEST_S) / taken)
        for sort, taken in _taken(usage)
        for limit, left, reset in _limits(headers, sort)
    ]
    return min(rooms, key=lambda each: each.calls, default=None)


def _taken(usage: Usage | None) -> Iterator[tuple[str, int]]:
    """What a call takes of each limit. What is read from the prompt cache counts against none."""
    yield "requests", 1
    if usage is not None:
        sent, got = usage.input_tokens + usage.cache_write_tokens, usage.output_tokens
        yield from ((sort, n) for sort, n in (("input-tokens", sent), ("output-tokens", got)) if n > 0)
        if sent + got > 0:
            yield "tokens", sent + got


def _limits(headers: Mapping[str, str], sort: str) -> Iterator[tuple[float, float, float]]:
    """(limit, remaining, reset in Unix time) of one sort, where all three are told and readable."""
    try:
        limit, left = (float(headers[f"{_PREFIX}{sort}-{name}"]) for name in ("limit", "remaining"))
        reset = datetime.fromisoformat(headers[f"{_PREFIX}{sort}-reset"]).timestamp()
    except (KeyError, ValueError, OverflowError):
        return
    if 0 <= left <= limit:
        yield limit, left, reset
