"""The contract between a call to a provider and the pace that all its callers share."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol

from gate.model.reply import Expense, Failure, Reply

Charge = Callable[[Expense], None]


@dataclass(frozen=True, kw_only=True)
class Room:
    """What the other side says is left of its rate limit: so many calls at once, and so many more each second."""

    calls: float
    calls_per_s: float


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What one attempt at a call came to, and what it says of the other side.

    `setback` tells whose fault it was that there is no reply: `crowded`, it refused because too much is asked of it at
    present and did nothing (429, 503, 529); `unreached`, it was never connected to; `fault`, it broke, or what it
    answered was lost; None, it is in order, and a failure is a matter of this call alone. Only a failure that is
    `retryable` is ever asked again. `asked_s` are the seconds that it asks to wait before that (`retry-after`). `status` is
    that of an answer over HTTP, where it is worth a word.
    """

    outcome: Reply | Failure
    setback: Literal["crowded", "unreached", "fault"] | None = None
    asked_s: float | None = None
    room: Room | None = None
    status: int | None = None


class Pace(Protocol):
    """When the next call to one provider may be made: shared by all who call it."""

    async def call(self, attempt: Callable[[Charge], Awaitable[Attempt]], *, repeats: int) -> Reply | Failure:
        """Attempt it, and again where that may help: at most `repeats` times after something was lost.

        What was refused without being done is asked again without counting. Waits count against no time limit. An
        attempt is given the place to charge what it cost although it gave no reply, also where it is cancelled.
        """
        ...


class Unpaced:
    """No pace at all: one attempt, at once. For whoever has no run around it."""

    async def call(self, attempt: Callable[[Charge], Awaitable[Attempt]], *, repeats: int) -> Reply | Failure:  # noqa: ARG002 - the port's signature
        """Attempt it once."""
        return (await attempt(lambda _: None)).outcome


def asked_wait_s(headers: Mapping[str, str], *, now: float) -> float | None:
    """Headers → the seconds that the other side asks to wait (RFC 9110, 10.2.3), or None. `now` is Unix time in seconds."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            asked = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return asked if asked > 0 else None  # a NaN is none either
    try:
        asked = parsedate_to_datetime(headers["retry-after"]).timestamp() - now
    except (KeyError, ValueError, OverflowError):
        return None
    return asked if asked > 0 else None
