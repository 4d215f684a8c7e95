"""Attempts at calls → replies or failures, at one pace for all who call one provider. Never asks again in vain.

What a provider refused without doing it is asked again for as long as that may help; what may have been done and paid
is asked again only as often as the caller says.
"""

import asyncio
import random
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from gate.model.pace import Attempt, Charge
from gate.model.reply import Failure, Reply
from gate.run.tab import Tab, current_tab
from gate.run.window import GIVE_UP, Limits, Window

TOO_LONG = "wait_too_long"  # the kind of failure where a provider asks to wait longer than is honored
_JITTER = 0.25  # share by which a wait that nobody asked for is shortened at most
_NO_CONNECTION = 4  # repeats of an attempt that found no connection
_TOLD_S = 5.0  # a shorter wait for everybody is not worth a word


@dataclass(kw_only=True)
class _Tries:
    """The attempts at one call so far."""

    since: float
    repeats: int
    refused: int = 0
    unreached: int = 0
    lost: int = 0

    def count(self, made: Attempt) -> None:
        self.refused += made.setback == "crowded"
        self.unreached += made.setback == "unreached"
        self.lost += made.setback in {"fault", None}

    @property
    def number(self) -> int:
        return self.refused + self.unreached + self.lost

    def over(self) -> bool:
        """Whether it was tried often enough."""
        return self.lost > self.repeats or self.unreached > _NO_CONNECTION


class Pacer:
    """The pace of calls to one provider. Waits on one event loop at a time, whose clock is its own.

    `notice` takes a sentence for the person; `chance` gives numbers in [0, 1).
    """

    def __init__(
        self,
        name: str,
        limits: Limits,
        *,
        notice: Callable[[str], None] = lambda _: None,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self.window = Window(name, limits)
        self._notice, self._chance = notice, chance
        self._queue: deque[asyncio.Future[int | None]] = deque()
        self._timer: asyncio.TimerHandle | None = None

    def under(self, limits: Limits) -> "Pacer":
        """The same provider, as another suite may call it."""
        if limits is not self.window.limits:
            self.window.under(limits)
        return self

    async def call(self, attempt: Callable[[Charge], Awaitable[Attempt]], *, repeats: int) -> Reply | Failure:
        """See `gate.model.pace.Pace`."""
        tab, loop = current_tab(), asyncio.get_running_loop()
        tries = _Tries(since=loop.time(), repeats=repeats)
        while True:
            turn = await self._turn(tab)
            if isinstance(turn, Failure):
                return turn
            made = await self._attempt(lambda: attempt(tab.charge), epoch=turn)
            if isinstance(made.outcome, Reply) or not made.outcome.retryable:
                return made.outcome
            tries.count(made)
            wait = self._wait_s(made, tries)
            final = self._final(made.outcome, tries, wait=wait, now=loop.time())
            if final is not None:
                return final
            if not (tab.may_go_on() if made.setback in {"crowded", "unreached"} else tab.may_call()):
                return tab.deny()
            await _sleep(wait, tab)

    async def _attempt(self, attempt: Callable[[], Awaitable[Attempt]], *, epoch: int) -> Attempt:
        loop, window = asyncio.get_running_loop(), self.window
        try:
            made = await attempt()
            before = max(window.not_before, loop.time())
            window.hear(made, epoch=epoch, now=loop.time(), spread=self._spread())
            self._tell(window.not_before - before, made)
        finally:
            window.end()
            self._pump()
        return made

    def _wait_s(self, made: Attempt, tries: _Tries) -> float:
        if made.asked_s is not None:
            return made.asked_s
        return self.window.limits.backoff_s(tries.number - 1) * self._spread()

    def _final(self, failure: Failure, tries: _Tries, *, wait: float, now: float) -> Failure | None:
        """The failure that the call ends with; None where another attempt is worth it."""
        longest = self.window.limits.max_wait_s
        if wait > longest:
            text = f"{self.window.name} asks to wait {wait:,.0f} s, longer than `max_wait_s: {longest:g}`"
            return failure.model_copy(update={"kind": TOO_LONG, "message": f"{text}: {failure.message}"})
        if self.window.given_up is not None:
            return self._gone()
        if not tries.over() and now + wait - tries.since <= GIVE_UP * longest:
            return None
        if tries.number == 1:
            return failure
        text = f"{failure.message} (asked {tries.number} times in {now - tries.since:,.1f} s)"
        return failure.model_copy(update={"message": text})

    def _spread(self) -> float:
        return 1 - _JITTER * self._chance()

    def _tell(self, longer_s: float, made: Attempt) -> None:
        if longer_s >= _TOLD_S and isinstance(made.outcome, Failure):
            self._notice(f"{self.window.name}: waiting {longer_s:,.0f} s ({made.outcome.kind})")

    async def _turn(self, tab: Tab) -> int | Failure:
        """Wait until a call may start, and take its place; a failure where it may not any more."""
        window, now = self.window, asyncio.get_running_loop().time()
        if window.given_up is not None:
            return self._gone()
        if not self._queue and (opens := window.opens_at()) is not None and opens <= now:
            return window.start(now)
        place: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._queue.append(place)
        self._pump()
        try:
            epoch = await tab.wait(place)
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.result() is not None:
                self._leave()
            raise
        finally:
            if place in self._queue:
                self._queue.remove(place)
        if epoch is not None and tab.refusal is None:
            return epoch
        if epoch is not None:
            self._leave()
        return tab.deny() if tab.refusal is not None else self._gone()

    def _gone(self) -> Failure:
        """What a call to a provider comes to that was given up."""
        assert self.window.given_up is not None  # noqa: S101 - the caller knows
        return self.window.given_up

    def _leave(self) -> None:
        """Give a place back that was taken and not used."""
        self.window.end()
        self._pump()

    def _pump(self) -> None:
        """Hand out the places that are free, in the order of asking; where none is yet, look again when one is."""
        loop, window = asyncio.get_running_loop(), self.window
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._queue:
            opens = window.opens_at()
            if window.given_up is None and opens is None:
                return
            if window.given_up is None and opens is not None and opens > loop.time():
                self._timer = loop.call_at(opens, self._pump)
                return
            place = self._queue.popleft()
            if not place.done():
                place.set_result(None if window.given_up is not None else window.start(loop.time()))


async def _sleep(seconds: float, tab: Tab) -> None:
    """Wait, unless nothing more may be spent anyway."""
    loop = asyncio.get_running_loop()
    over: asyncio.Future[int | None] = loop.create_future()

    def end() -> None:
        if not over.done():
            over.set_result(None)

    timer = loop.call_later(seconds, end)
    try:
        await tab.wait(over)
    finally:
        timer.cancel()


class Paces:
    """The pace of every provider that a walk calls, by name, so that suites which call the same share it."""

    def __init__(self) -> None:
        self.notice: Callable[[str], None] = lambda _: None
        self._pacers: dict[str, Pacer] = {}

    def of(self, name: str, *, limits: Limits) -> Pacer:
        """The pace of a provider, under the limits of the suite that calls it now."""
        if name not in self._pacers:
            self._pacers[name] = Pacer(name, limits, notice=self._say)
        return self._pacers[name].under(limits)

    def _say(self, text: str) -> None:
        self.notice(text)
