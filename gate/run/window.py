"""What attempts came to → how many calls may be under way, from when on, and when to give up. Pure: no clock, no loop.

The window of calls at a time opens as answers come, and closes by half the share that the provider refused of a round
(Alizadeh et al., "Data Center TCP", SIGCOMM 2010): to half where it refuses everything, and hardly where it refuses one
call in a hundred for reasons of its own. A second round without any answer makes everybody wait, as does a wait that the
provider asks for; a dead one is probed by one call at a time (Nygard, "Release It!", circuit breaker), and given up.
"""

from dataclasses import dataclass, field

from gate.model.pace import Attempt
from gate.model.quantity import counted
from gate.model.reply import Failure, Reply

OUT_OF_REACH = "out_of_reach"  # the kind of failure where the provider was given up

GIVE_UP = 3  # times the longest wait, without any answer
_DEAD_AFTER = 10  # attempts in a row that found no connection, or broke
_PROBE_AFTER = 3  # rounds without an answer: then one call at a time
_GROWTH = 0.05  # by which the window opens a call above the knee, where that is more than one call a round
_AT_FIRST = 8  # calls at a time that are in order before anything is known; a quarter of a larger concurrency


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a suite sets: calls at a time, calls a minute (None: any), and the longest wait in seconds that is honored.

    `first_s` is the first wait that nobody asked for; each further one is twice as long, up to `longest_s` and to the
    longest wait that is honored.
    """

    concurrency: int = 8
    calls_per_minute: float | None = None
    max_wait_s: float = 60.0
    first_s: float = 0.5
    longest_s: float = 8.0

    def backoff_s(self, tries: int) -> float:
        """The wait before the attempt after `tries` others (from 0)."""
        return float(min(self.first_s * 2.0 ** min(tries, 60), self.longest_s, self.max_wait_s))


@dataclass
class Window:
    """The state of one provider. Every `now` is in seconds of one clock."""

    name: str
    limits: Limits
    size: float = field(init=False)
    in_flight: int = field(default=0, init=False)
    not_before: float = field(default=0.0, init=False)
    given_up: Failure | None = field(default=None, init=False)
    epoch: int = field(default=0, init=False)
    _knee: float = field(init=False)
    _round: int = field(init=False)
    _heard: int = field(default=0, init=False)
    _refused: int = field(default=0, init=False)
    _setbacks: int = field(default=0, init=False)  # rounds without an answer
    _faults: int = field(default=0, init=False)
    _answered: bool = field(default=False, init=False)
    _silent_since: float | None = field(default=None, init=False)
    _spacing_s: float = field(default=0.0, init=False)
    _last_start: float = field(default=float("-inf"), init=False)

    def __post_init__(self) -> None:
        concurrency = self.limits.concurrency
        self.size = float(min(concurrency, max(_AT_FIRST, concurrency // 4)))
        self._round = int(self.size)
        self._knee = float("inf")  # below it the window doubles every round, above it it grows by one

    def under(self, limits: Limits) -> None:
        """Another suite begins: its limits hold from here on; what was learned of the provider stays."""
        if self._knee == float("inf"):
            self.size = max(self.size, _AT_FIRST)
        self.size = min(self.size, float(limits.concurrency))
        self.limits, self.given_up, self._silent_since = limits, None, None

    def opens_at(self) -> float | None:
        """From when on another call may start; None: when one of those under way is over."""
        if self.in_flight >= int(self.size):
            return None
        return max(self.not_before, self._last_start + self._least_spacing_s())

    def start(self, now: float) -> int:
        """A call starts; the epoch that it belongs to."""
        self.in_flight += 1
        self._last_start = now
        return self.epoch

    def end(self) -> None:
        """A call is over, whatever became of it."""
        self.in_flight -= 1

    def hear(self, made: Attempt, *, epoch: int, now: float, spread: float) -> None:
        """Learn from an attempt of an epoch. `spread`, at most 1, shortens waits, so that many do not end at once."""
        if made.room is not None:
            # What it tells is as old as an answer takes, and another round may have started since.
            tight = made.room.calls < 2 * self.size
            self._spacing_s = 1 / made.room.calls_per_s if tight else 0.0
        if epoch == self.epoch:
            self._heard += 1
            self._refused += made.setback == "crowded"
        if made.setback is None:
            self._answer()
        else:
            self._miss(made, now=now)
        dead = self._faults >= _DEAD_AFTER
        if epoch == self.epoch and (dead or self._heard >= self._round):
            self._end_round(now, dead=dead, spread=spread)
        if made.setback is not None:
            self._give_up(made, now=now, dead=dead)

    def _least_spacing_s(self) -> float:
        rate = self.limits.calls_per_minute
        return max(self._spacing_s, 60 / rate if rate else 0.0)

    def _answer(self) -> None:
        self._answered, self._setbacks, self._faults, self._silent_since = True, 0, 0, None
        self.size += 1 if self.size < self._knee else max(1 / self.size, _GROWTH)
        self.size = min(self.size, float(self.limits.concurrency))

    def _miss(self, made: Attempt, *, now: float) -> None:
        self._silent_since = now if self._silent_since is None else self._silent_since
        self._faults += made.setback != "crowded"
        if made.asked_s is not None and made.asked_s <= self.limits.max_wait_s:
            self.not_before = max(self.not_before, now + made.asked_s)

    def _end_round(self, now: float, *, dead: bool, spread: float) -> None:
        """As many calls as the window has were heard: close it by half the share that was refused."""
        share = 1.0 if dead else self._refused / self._heard
        if share:
            self.size = max(1.0, self.size * (1 - share / 2))
            self._knee = self.size
        if share == 1:
            self._setbacks += 1
            if dead or self._setbacks >= _PROBE_AFTER:
                self.size = 1.0
            if (dead or self._setbacks > 1) and self.not_before <= now:
                tries = self._setbacks - (1 if dead else 2)
                self.not_before = now + self.limits.backoff_s(tries) * spread
        self.epoch += 1
        self._heard = self._refused = 0
        self._round = int(self.size)

    def _give_up(self, made: Attempt, *, now: float, dead: bool) -> None:
        if isinstance(made.outcome, Reply) or self.given_up is not None or self._silent_since is None:
            return
        silent = now - self._silent_since
        why = ""
        if dead and not self._answered and made.setback == "unreached":
            why = f"none of {counted(self._faults, 'attempt')} got a connection"
        elif self._setbacks >= _PROBE_AFTER and silent >= GIVE_UP * self.limits.max_wait_s:
            why = f"no answer for {silent:,.0f} s, longer than three times `max_wait_s: {self.limits.max_wait_s:g}`"
        if why:
            text = f"{self.name}: {why}; the last attempt: {made.outcome.message}"
            self.given_up = made.outcome.model_copy(update={"kind": OUT_OF_REACH, "message": text})
