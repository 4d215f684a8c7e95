"""Contest + adjusted p → Judgement: the verdict on one metric, in the order in which the rules are asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.bars import CASES_FOR_A_TAIL, Bar, is_tail
from gate.compare.contest import Contest
from gate.compare.evidence import FEW_CLUSTERS
from gate.compare.families import holm, rejectable
from gate.compare.findings import cases as count_cases
from gate.model.verdict import Kind

FEWEST_TO_JUDGE = 5
FEWEST_TO_PASS = 10
# Means of the same decimal draws may differ in their last bits; a margin is never decided by those.
LAST_BITS = 1e-12
_UNREACHABLE = 2.0


@dataclass(frozen=True, slots=True)
class Adjusted:
    """The p-values of one contest that may be read together with those of all the others.

    Only a drop that `entered` the family may be rejected. For another one `drop` says what its p would be in it.
    """

    drop: float
    entered: bool
    bars: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict on one metric: `code` names the rule that decided, `reason` says why in a few words."""

    kind: Kind
    code: str
    reason: str


def adjust(contests: Sequence[Contest], *, level: float) -> list[Adjusted]:
    """Correct over one family: Holm over the drops that can be found at all, and Holm over the bars.

    A drop enters only if the pooled draws allow a p small enough and a drop beyond `max_drop`; the others cannot be
    rejected. A bar enters if there is enough to hold it against.
    """
    could = rejectable([reachable_p(contest) for contest in contests], level=level)
    entered = [i for i, can in enumerate(could) if can]
    drops = [min(1.0, contest.evidence.p * (len(entered) + 1)) for contest in contests]
    for index, p in zip(entered, holm([contests[i].evidence.p for i in entered]), strict=True):
        drops[index] = p
    places = [
        (i, j) for i, contest in enumerate(contests) for j in range(len(contest.bars)) if _holds(contest, j)
    ]
    p_values = holm([contests[i].bars[j].p or 0.0 for i, j in places])
    bars = dict(zip(places, p_values, strict=True))
    return [
        Adjusted(drops[i], could[i], tuple(bars.get((i, j)) for j in range(len(contest.bars))))
        for i, contest in enumerate(contests)
    ]


def judge(contest: Contest, adjusted: Adjusted, *, level: float) -> Judgement:
    """Judge one metric: the first rule that has something to say decides."""
    significant = adjusted.drop <= level and not is_few_clusters(contest)
    return (
        _on_size(contest, fewest=FEWEST_TO_JUDGE, code="too_few_cases")
        or _on_drop(contest, rejected=significant and adjusted.entered)
        or _on_bars(contest, adjusted, level=level)
        or _on_size(contest, fewest=FEWEST_TO_PASS, code="few_cases")
        or _on_bound(contest)
        or _passed(contest, significant=significant)
    )


def is_few_clusters(contest: Contest) -> bool:
    """Whether the clusters are too few for their t test to be trusted."""
    return contest.evidence.clusters is not None and contest.evidence.clusters < FEW_CLUSTERS


def reachable_p(contest: Contest) -> float:
    """The smallest p that the pooled draws allow together with a drop beyond the margin; above 1 where none is."""
    evidence = contest.evidence
    can_drop = evidence.least_delta < -contest.rule.drop_on_scale - LAST_BITS
    if not can_drop or evidence.n < FEWEST_TO_JUDGE or is_few_clusters(contest):
        return _UNREACHABLE
    return evidence.least_p


def _on_size(contest: Contest, *, fewest: int, code: str) -> Judgement | None:
    if contest.evidence.n >= fewest:
        return None
    able = (
        "too few to tell anything"
        if code == "too_few_cases"
        else "enough to show a regression, too few to pass"
    )
    reason = f"{count_cases(contest.evidence.n)}: {able}; {FEWEST_TO_PASS} can pass"
    return Judgement(Kind.INCONCLUSIVE, code, reason)


def _on_drop(contest: Contest, *, rejected: bool) -> Judgement | None:
    if rejected and contest.evidence.delta < -contest.rule.drop_on_scale - LAST_BITS:
        return Judgement(Kind.REGRESSED, "regressed", "got worse by more than is allowed")
    return None


def _on_bars(contest: Contest, adjusted: Adjusted, *, level: float) -> Judgement | None:
    if contest.bars and _is_short_tail(contest):
        statistic = contest.rule.gate.statistic
        reason = f"{statistic} takes {CASES_FOR_A_TAIL} cases to be judged, here are {contest.evidence.n}"
        return Judgement(Kind.INCONCLUSIVE, "too_few_for_percentile", reason)
    breached = [(bar, p) for bar, p in zip(contest.bars, adjusted.bars, strict=True) if bar.breached]
    surely = [bar for bar, p in breached if p is not None and p <= level]
    if surely:
        return Judgement(Kind.REGRESSED, "beyond_bar", f"{_side(surely[0])}, by more than chance explains")
    if breached:
        return Judgement(Kind.INCONCLUSIVE, "bar_undecided", f"{_side(breached[0][0])}, which may be chance")
    return None


def _on_bound(contest: Contest) -> Judgement | None:
    """Inconclusive, unless a drop of `must_catch` is ruled out or nothing changed at all."""
    evidence = contest.evidence
    if not evidence.changed or evidence.low > -contest.rule.catch_on_scale:
        return None
    if is_few_clusters(contest):
        reason = f"{evidence.clusters} clusters are too few to tell; {FEW_CLUSTERS} can be judged"
        return Judgement(Kind.INCONCLUSIVE, "few_clusters", reason)
    return Judgement(Kind.INCONCLUSIVE, "inconclusive", "a drop that must be caught cannot be ruled out")


def _passed(contest: Contest, *, significant: bool) -> Judgement:
    if significant:
        return Judgement(
            Kind.PASS, "within_margin", "got worse by more than chance explains, but no more than is allowed"
        )
    if not contest.evidence.informative:
        return Judgement(Kind.PASS, "pass", "no variation")
    return Judgement(Kind.PASS, "pass", "" if contest.evidence.changed else "no case changed")


def _side(bar: Bar) -> str:
    return "below its floor" if bar.floor else "above its ceiling"


def _holds(contest: Contest, index: int) -> bool:
    enough = contest.evidence.n >= FEWEST_TO_JUDGE and not _is_short_tail(contest)
    return enough and contest.bars[index].p is not None


def _is_short_tail(contest: Contest) -> bool:
    return is_tail(contest.rule) and contest.evidence.n < CASES_FOR_A_TAIL
