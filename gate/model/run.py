"""RunResult: everything that a run saw; it can be scored again without calling the target."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from gate.model.base import Noun
from gate.model.case import Case, Shard
from gate.model.reply import Expense, Failure, Reply
from gate.model.score import Metric, Score


class Trial(Noun):
    """One draw of one case. No reply means a target failure among `failures`; an evaluator may fail beside a reply.

    `expenses` are what it cost beside the reply: calls of judges, and answers that were lost.
    """

    case_id: str
    index: int = Field(ge=0)
    reply: Reply | None = None
    scores: tuple[Score, ...] = ()
    failures: tuple[Failure, ...] = ()
    expenses: tuple[Expense, ...] = ()


class Stopped(Noun):
    """Why a run ended before every trial was done."""

    reason: Literal["budget", "interrupted", "target"]
    message: str
    left: int = Field(ge=0)


MOST_DRAWS = 10_000  # of one case: far beyond what anybody pays for, and what a hand-edited file may claim


def _as_given(value: object, validated: ValidatorFunctionWrapHandler) -> object:
    """Trials that a run left on disk stay there; what a file or a test says is read into a tuple."""
    if isinstance(value, Sequence) and not isinstance(value, str | list | tuple):
        return value
    return tuple(validated(value))


class RunResult(Noun):
    """A finished (or stopped) run. `trials` are sorted by the order of the cases, then by index, whatever the timing.

    `target` maps each part that the target depends on (its spec, each file or pattern) to a hash of its content.
    With a `shard` it is a part of a run. `duration_s` is wall time in seconds; no file tells it: the same trials are
    the same bytes, whoever took how long over them.
    """

    version: Literal[1] = 1
    suite: str
    cases: tuple[Case, ...]
    draws: int = Field(ge=1, le=MOST_DRAWS)
    metrics: dict[str, Metric]
    target: dict[str, str]
    trials: Annotated[Sequence[Trial], WrapValidator(_as_given)]
    stopped: Stopped | None = None
    shard: Shard | None = None
    duration_s: float = Field(default=0, ge=0)
