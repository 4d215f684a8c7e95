"""Score and Metric: a number that an evaluator gave, and what that number means."""

from typing import Literal, Self

from pydantic import Field, model_validator

from gate.model.base import Noun

RECORDED = "recorded: "  # before the name of a judge whose verdict was given earlier, and kept in a file
LARGEST = 1e60  # of a value, either way: beyond it, sums of squares of squares leave the range of a float


class Metric(Noun):
    """What a score means.

    kind:
        `binary` is 0 or 1, `scale` lies in [low, high], `measure` is any finite number.
    better:
        which way is good. `neither` can be recorded; a gate on it must say which way is worse.
    log:
        compared as a ratio by default (latency, cost, tokens): values must be greater than 0.
    operational:
        recorded for every reply; kept in a baseline only where a gate names it, so that timing noise never
        rewrites a baseline.
    fingerprint:
        hash of whatever made the number. Another fingerprint is another metric: not comparable, never regressed.
    judges:
        the language models that gave the scores of a scorecard, as they named themselves; another one is another
        metric, too.
    """

    name: str = Field(min_length=1, max_length=120)
    kind: Literal["binary", "scale", "measure"]
    better: Literal["higher", "lower", "neither"] = "higher"
    low: float | None = None
    high: float | None = None
    unit: str | None = None
    log: bool = False
    operational: bool = False
    fingerprint: str = ""
    judges: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _bounds(self) -> Self:
        if self.kind == "scale" and (self.low is None or self.high is None or not self.low < self.high):
            raise ValueError("a scale needs low < high")
        if max(abs(self.low or 0), abs(self.high or 0)) > LARGEST:
            raise ValueError(f"low and high must lie within {LARGEST:g} of 0")
        return self

    def admits(self, value: float) -> bool:
        """Whether a finite value lies in the metric's range."""
        if self.kind == "binary":
            return value in (0.0, 1.0)
        if self.kind == "scale":
            assert self.low is not None and self.high is not None  # noqa: PT018, S101 - held by the validator
            return self.low <= value <= self.high
        return abs(value) <= LARGEST


class Score(Noun):
    """One finite value of one metric, or an abstention with its reason. Exactly one of the two is given.

    `metric` may stay empty in a user's evaluator: the evaluator's own name is filled in. `judge` is the language model
    that gave it, as it named itself in its answer (an alias is no pin); `recorded: …` one whose verdict was kept in a
    file. `asked` is the hash of what a judge was asked, by which its verdict can be recorded.
    """

    value: float | None = None
    abstained: str | None = None
    metric: str = ""
    explanation: str | None = None
    judge: str | None = None
    asked: str | None = None

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.value is None) == (self.abstained is None):
            raise ValueError("a score holds either a value or the reason of an abstention")
        return self

    @classmethod
    def abstain(cls, reason: str, *, metric: str = "", explanation: str | None = None) -> Self:
        """The score of an evaluator that cannot tell; it never enters a mean, and coverage is gated."""
        return cls(abstained=reason, metric=metric, explanation=explanation)


def judge_of(name: str) -> str:
    """Who gave a verdict, whether it was given just now or recorded."""
    return name.removeprefix(RECORDED)
