"""Scorecard: the only thing that is ever compared. A baseline is a Scorecard that somebody accepted."""

from pydantic import Field, StrictFloat

from gate.model.base import Noun
from gate.model.run import Stopped
from gate.model.score import Metric
from gate.model.suite import SuitePolicy


class CaseScores(Noun):
    """The draws of one case: for each metric its values in the order of the trials, abstentions and failures left out.

    `trials` counts all draws, `errors` those with any failure, `abstentions` the draws in which a metric abstained.
    """

    key: str
    trials: int = Field(ge=1)
    errors: int = Field(default=0, ge=0)
    tags: dict[str, str] = Field(default_factory=dict)
    scores: dict[str, tuple[StrictFloat, ...]] = Field(default_factory=dict)
    abstentions: dict[str, int] = Field(default_factory=dict)


class Scorecard(Noun):
    """Metric and case → values per draw, with fingerprints; no prompts, outputs, times or run ids."""

    suite: str
    metrics: dict[str, Metric]
    target: dict[str, str] = Field(default_factory=dict)
    cases: dict[str, CaseScores]


class Comparison(Noun):
    """The two sides of one suite.

    No baseline: `missing` says why (none is committed, it is corrupt). `removed`: the base has this suite and the head
    has it no more, so `head` is empty.
    """

    suite: str
    head: Scorecard
    baseline: Scorecard | None = None
    missing: str = ""
    policy: SuitePolicy = SuitePolicy()
    stopped: Stopped | None = None
    removed: bool = False
