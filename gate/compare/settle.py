"""Contests → each judged beside the others of its family. Never reads what a finding says of it."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.contest import Contest, at_worst
from gate.compare.judge import Judgement, adjust, judge
from gate.model.verdict import Kind


@dataclass(frozen=True, slots=True)
class Settled:
    """A contest that was judged. A metric that is only recorded has no p."""

    contest: Contest
    judgement: Judgement
    p_adjusted: float | None


def settle(contests: Sequence[Contest], *, level: float) -> list[Settled]:
    """Judge all metrics. Those that block are one family, those that warn another; what is recorded is not judged."""
    settled = {}
    for mode in ("block", "warn"):
        family = [contest for contest in contests if contest.rule.gate.mode == mode]
        for index, (contest, adjusted) in enumerate(zip(family, adjust(family, level=level), strict=True)):
            judgement = judge(contest, adjusted, level=level)
            if judgement.kind is Kind.PASS and _regresses_at_worst(index, family=family, level=level):
                reason = "if the draws without a score were the worst, it would have regressed"
                judgement = Judgement(Kind.INCONCLUSIVE, "missing_draws", reason)
            settled[contest.key] = Settled(contest, judgement, adjusted.drop)
    recorded = Judgement(Kind.PASS, "recorded", "only recorded")
    return [settled.get(contest.key) or Settled(contest, recorded, None) for contest in contests]


def _regresses_at_worst(index: int, *, family: Sequence[Contest], level: float) -> bool:
    """Whether a pass would be a regression if every missing draw of the head had the worst value."""
    worst = at_worst(family[index])
    if worst is None or not _could_regress(worst, level=level):
        return False
    adjusted = adjust([*family[:index], worst, *family[index + 1 :]], level=level)[index]
    return judge(worst, adjusted, level=level).kind is Kind.REGRESSED


def _could_regress(contest: Contest, *, level: float) -> bool:
    """Whether it would regress if it stood alone: in company no p is smaller, and to ask the company takes time."""
    p_values = [contest.evidence.p, *(bar.p for bar in contest.bars if bar.p is not None)]
    return min(p_values) <= level
