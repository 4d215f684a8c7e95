"""Explanation: what a verdict rests on, metric by metric, or all that is known of one case. It decides nothing."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Context
from gate.model.reply import Failure
from gate.model.report import Revision
from gate.model.segment import Segment
from gate.model.verdict import CaseChange, Kind, MetricDiff


class Feature(Noun):
    """What many of the cases that got worse have in common.

    n, worse, others, others_worse: cases that have it, how many of them got worse, and the same of all others.
    p: the chance of so many anywhere among the features, if who got worse had nothing to do with them; None where
    cases belong together, and the test would count one conversation as many.
    """

    name: str
    n: int
    worse: int
    others: int
    others_worse: int
    p: float | None = None


class Dropped(Noun):
    """One metric that speaks against a pass, or dropped: its figures, where it dropped, which cases got worse.

    `searched` says whether segments were looked for: not where it did not drop.

    `worse` are the cases that got worse, those that failed in every draw first. `findings` are the sentences of the
    verdict on it.
    """

    diff: MetricDiff
    findings: tuple[str, ...] = ()
    searched: bool = False
    segments: tuple[Segment, ...] = ()
    features: tuple[Feature, ...] = ()
    worse: tuple[CaseChange, ...] = ()


class Failing(Noun):
    """Trials that failed in one way, before and now, and of how many."""

    kind: str
    before: int
    trials_before: int
    now: int
    trials_now: int


class Changed(Noun):
    """What is another one now in a suite: parts of the application, judges and evaluators, the way trials fail.

    `target` names the parts whose fingerprint is another one; `attribution` holds the sentences that lay a drop to
    retrieval or generation, `instruments` those on evaluators and judges.
    """

    suite: str
    target: tuple[str, ...] = ()
    attribution: tuple[str, ...] = ()
    instruments: tuple[str, ...] = ()
    failures: tuple[Failing, ...] = ()
    combinations: int = 0
    complete: bool = True


class Draw(Noun):
    """One answer of the head to a case, or why there is none."""

    index: int
    output: str | None = None
    contexts: tuple[Context, ...] = ()
    failures: tuple[Failure, ...] = ()
    explanations: dict[str, str] = Field(default_factory=dict)


class Values(Noun):
    """The values of one metric in one case, draw by draw, before and now."""

    metric: str
    unit: str | None = None
    before: tuple[float, ...] = ()
    now: tuple[float, ...] = ()
    worse: bool = False
    confirmed: bool = False


class CaseStory(Noun):
    """All that is known of one case: what was asked, how it was scored before and now, and every answer of the head.

    `segments` are those that it lies in; `missing` says what the baseline lacks of it, if anything.
    """

    suite: str
    case_id: str
    place: str | None = None
    tags: dict[str, str] = Field(default_factory=dict)
    input: str
    expected: str | None = None
    contexts: tuple[Context, ...] = ()
    values: tuple[Values, ...] = ()
    draws: tuple[Draw, ...] = ()
    segments: tuple[Segment, ...] = ()
    missing: str = ""


class Explanation(Noun):
    """The answer to `gate explain`: cases if some were asked for, else metrics and what changed."""

    version: Literal[1] = 1
    verdict: Kind
    head: Revision
    base: Revision
    metrics: tuple[Dropped, ...] = ()
    changed: tuple[Changed, ...] = ()
    cases: tuple[CaseStory, ...] = ()
