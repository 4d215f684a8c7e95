"""Scorecard: the only thing that is ever compared. A baseline is a Scorecard that somebody accepted."""

from typing import Annotated, Self

from pydantic import Field, StrictFloat, model_validator

from gate.model.base import Noun
from gate.model.calibration import Calibration
from gate.model.run import MOST_DRAWS, Stopped
from gate.model.score import LARGEST, Metric
from gate.model.suite import SuitePolicy

_Value = Annotated[StrictFloat, Field(ge=-LARGEST, le=LARGEST)]


class CaseScores(Noun):
    """The draws of one case: for each metric its values in the order of the trials, abstentions and failures left out.

    `trials` counts all draws, `errors` those with any failure, `failures` those with a failure of each kind, `abstentions`
    the draws in which a metric abstained.
    """

    key: str
    trials: int = Field(ge=1, le=MOST_DRAWS)
    errors: int = Field(default=0, ge=0)
    failures: dict[str, Annotated[int, Field(ge=1)]] = Field(default_factory=dict)
    tags: dict[str, str] = Field(default_factory=dict)
    scores: dict[str, tuple[_Value, ...]] = Field(default_factory=dict)
    abstentions: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _counted(self) -> Self:
        if self.errors > self.trials:
            raise ValueError("more errors than trials")
        if max(self.failures.values(), default=0) > self.errors:
            raise ValueError("more failures of one kind than errors")
        abstained = self.abstentions
        for name, values in self.scores.items():
            if len(values) + abstained.get(name, 0) > self.trials:
                raise ValueError(f"more draws of {name!r} than trials")
        for name, count in abstained.items():
            if count > self.trials:
                raise ValueError(f"more draws of {name!r} than trials")
        return self


class Scorecard(Noun):
    """Metric and case → values per draw, with fingerprints; no prompts, outputs, times or run ids."""

    suite: str
    metrics: dict[str, Metric]
    target: dict[str, str] = Field(default_factory=dict)
    cases: dict[str, CaseScores]


class Comparison(Noun):
    """The two sides of one suite.

    No baseline: `missing` says why (none is committed, it is corrupt). `removed`: the base has this suite and the head
    has it no more, so `head` is empty, and the default gate of `policy` says whether that blocks. `calibration` is what
    was measured of the suite's instruments, if anything was; `unread` why that cannot be read, and then nothing else is
    said of the suite.
    """

    suite: str
    head: Scorecard
    baseline: Scorecard | None = None
    missing: str = ""
    calibration: Calibration | None = None
    unread: str = ""
    policy: SuitePolicy = SuitePolicy()
    stopped: Stopped | None = None
    removed: bool = False
