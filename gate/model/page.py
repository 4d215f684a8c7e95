"""Page: all that the report's page may show: the one report, and behind it every case with what came back for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.report import Report
from gate.model.run import RunResult, Trial
from gate.model.scorecard import Scorecard
from gate.model.span import Span

Spans = Mapping[tuple[str, int], Sequence[Span]]


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What the base's application answered, where that is known: a baseline keeps scores and no texts.

    `source` says where it comes from, as the rest of a sentence ("from base.json"). `other` says that it was another
    application than the one whose scores the baseline keeps.
    """

    trials: Sequence[Trial]
    source: str
    other: bool = False


@dataclass(frozen=True, kw_only=True)
class SuitePage:
    """One suite: the head's results, the baseline that they were held against, and what else is known of its cases.

    `spans` are the steps of the head's trials, by the case's id and the draw's index.
    """

    head: RunResult
    baseline: Scorecard | None = None
    earlier: Earlier | None = None
    spans: Spans = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Page:
    """The report, and the suites behind it. A suite of the report that has no results stands in the report alone."""

    report: Report
    suites: tuple[SuitePage, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Assets:
    """The page's own style sheet and script: texts of ours that no data gets into."""

    style: str
    script: str
