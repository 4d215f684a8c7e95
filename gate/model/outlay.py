"""Outlay and SuitePlan: what a run is going to take, told before anybody pays for it."""

from pydantic import Field

from gate.model.base import Noun


class Outlay(Noun):
    """What a number of trials is going to take. None is not known, never 0.

    kept:
        trials that are in the store already, and ask nothing.
    judge_calls:
        the most calls that the judges make; what these take is in no other figure.
    input_tokens, output_tokens, cost_usd:
        of all trials that are asked, in US dollars.
    at_most:
        whether tokens out, and so the cost, are the most that is possible rather than what is expected.
    seconds:
        wall time, at the suite's concurrency and its calls a minute.
    """

    trials: int = Field(ge=0)
    kept: int = Field(default=0, ge=0)
    judge_calls: int = Field(default=0, ge=0)
    input_tokens: float | None = None
    output_tokens: float | None = None
    cost_usd: float | None = None
    at_most: bool = False
    seconds: float | None = None

    @property
    def asked(self) -> int:
        """Trials that are asked."""
        return self.trials - self.kept


class SuitePlan(Noun):
    """What the walks take of one suite. `second` is what the second look of a check takes besides, where it is wanted.

    `model` is the one that the target asks, where that is known; `refusals` say which cap a check, with its second look,
    or an accept would run into.
    """

    suite: str
    cases: int
    target: str
    model: str | None = None
    check: Outlay
    second: Outlay | None = None
    accept: Outlay
    refusals: tuple[str, ...] = ()
