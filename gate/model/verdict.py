"""Verdict: what the comparison found, each finding with its grounds."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.segment import Search
from gate.model.suite import Policy


class Kind(StrEnum):
    """The five verdicts, best first. The worst finding wins."""

    PASS = "pass"
    INCONCLUSIVE = "inconclusive"
    REGRESSED = "regressed"
    NOT_COMPARABLE = "not comparable"
    ERROR = "error"

    @property
    def severity(self) -> int:
        """0 for pass … 4 for error."""
        return list(Kind).index(self)


class Finding(Noun):
    """One thing that speaks against a pass, or is worth a word.

    `message` says what happened in one sentence, `action` what to do next. `cases` are case ids. A finding that does
    not block is shown and never decides. `exit_code` is what this finding alone would end with.
    """

    code: str
    kind: Kind
    message: str
    action: str = ""
    suite: str = ""
    metric: str | None = None
    slice: str | None = None
    cases: tuple[str, ...] = ()
    blocking: bool = True
    exit_code: int = 0


class MetricDiff(Noun):
    """Baseline against head for one metric, over all its paired cases or one slice of them.

    baseline, head:
        means over the paired cases, in the metric's unit (geometric means where `relative`).
    delta, low, high:
        head minus baseline and its printed interval, in the metric's unit; where `relative`, the relative change
        (0.1 is ten per cent more).
    bounds:
        lowest and highest value that the metric can take ((0, 1) for binary ones); None where it has none. A change
        of a metric within (0, 1) is printed in points of a hundred.
    drop:
        how much worse the head is, on the scale of max_drop: positive is worse.
    p, p_adjusted:
        one-sided p of "did not get worse", plain and after Holm (after Benjamini-Hochberg for a slice).
    method:
        which test gave p.
    n, n_informative:
        paired cases, and those whose draws differ at all.
    baseline_draws, head_draws:
        draws a case, smallest and largest.
    fixed, broken, confirmed_broken:
        cases that got better, got worse, and those that passed in every draw and now fail in every draw.
    flip_rate:
        chance that two draws of the same unchanged case differ, from the repeats of one side; None without repeats.
    detectable:
        smallest drop found with the policy's power; None where it can't be told.
    cases_needed, draws_needed:
        what would find must_catch: cases at today's draws, head draws at today's cases; None where none would.
    statistic, statistic_value:
        the head's value that is held against floor and ceiling.
    """

    suite: str
    metric: str
    slice: str | None = None
    mode: Literal["block", "warn", "record"] = "block"
    kind: Kind
    reason: str = ""
    better: Literal["higher", "lower"]
    unit: str | None = None
    bounds: tuple[float, float] | None = None
    relative: bool = False
    baseline: float | None = None
    head: float | None = None
    delta: float | None = None
    low: float | None = None
    high: float | None = None
    drop: float | None = None
    max_drop: float
    must_catch: float
    floor: float | None = None
    ceiling: float | None = None
    statistic: str = "mean"
    statistic_value: float | None = None
    p: float | None = None
    p_adjusted: float | None = None
    method: Literal["exact", "normal", "permutation", "cluster", "constant", "none"] = "none"
    n: int = 0
    n_informative: int = 0
    baseline_draws: tuple[int, int] = (0, 0)
    head_draws: tuple[int, int] = (0, 0)
    fixed: int = 0
    broken: int = 0
    confirmed_broken: int = 0
    flip_rate: float | None = None
    detectable: float | None = None
    cases_needed: int | None = None
    draws_needed: int | None = None


@dataclass(frozen=True, slots=True)
class CaseChange:
    """One case whose mean of one metric moved. Means in the metric's unit; `worse` by the metric's direction."""

    # A plain value and no Noun: a large suite has hundreds of thousands of them, and what makes them knows their types.
    __pydantic_config__ = Noun.model_config

    case_id: str
    metric: str
    baseline: float
    head: float
    worse: bool
    confirmed: bool = False


class Churn(Noun):
    """Cases that stand on one side only, or ask something else under the same id."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()


class SuiteVerdict(Noun):
    """What was found in one suite. `target_changed` names the parts whose fingerprint is another one now.

    `search` tells in which cases the drops are concentrated; it explains, and decides nothing.
    """

    suite: str
    kind: Kind
    diffs: tuple[MetricDiff, ...] = ()
    slices: tuple[MetricDiff, ...] = ()
    changes: tuple[CaseChange, ...] = ()
    churn: Churn = Churn()
    target_changed: tuple[str, ...] = ()
    cases: int = 0
    search: Search = Search()


class Verdict(Noun):
    """The verdict over all suites: the kind of the worst blocking finding, and the exit code that says it.

    `level` is the one-sided level of each look, so that the printed intervals hold 1 - 2 level.
    """

    kind: Kind
    exit_code: int = Field(ge=0, le=255)
    findings: tuple[Finding, ...] = ()
    suites: tuple[SuiteVerdict, ...] = ()
    policy: Policy = Policy()
    looks: Literal[1, 2] = 1
    look: Literal[1, 2] = 1
    level: float | None = Field(default=None, gt=0, lt=0.5)
