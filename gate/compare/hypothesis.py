"""Scorecards of base and head on a few cases → whether the head is worse on these cases, as their draws tell.

The question is about these cases alone: somebody chose them because of a suspicion, and they stand for no others. So the
test is conditional on each case: its draws are exchangeable between the sides if nothing changed, and nothing is asked
of how cases vary (see `exact.py` and `permutation.py`). Ten cases, or five, are no obstacle then: what decides is how
many draws there are. Cases that hang together are none either, because their draws are taken apart.

Two looks are allowed, at the level of each of two (`families.look_level`): who goes on drawing until something shows
finds something in the end.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gate.compare.calibrated import calibrated
from gate.compare.contest import Arena, Contest, at_worst, hold
from gate.compare.diff import Planning, lone_diff, metric_diff
from gate.compare.distributions import normal_quantile
from gate.compare.evidence import bounds_of_these
from gate.compare.families import holm, look_level, rejectable
from gate.compare.judge import LAST_BITS, Judgement
from gate.compare.noise import within_variance
from gate.compare.pairs import Shared, pair, shared_cases
from gate.compare.policy import Misfit, Rule, gate_of, resolve
from gate.compare.sensitivity import MOST_DRAWS
from gate.model.calibration import Calibration
from gate.model.hypothesis import CaseRow, Tested
from gate.model.score import Metric
from gate.model.scorecard import Scorecard
from gate.model.suite import Policy, SuitePolicy
from gate.model.verdict import Kind

LOOKS = 2
FEWEST_DRAWS = 3
USUAL_DRAWS = 5  # where nothing is known of the noise
ORDINARY_NOISE = 0.0425  # of zeros and ones: half of the usual flip rate, 0.085


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked: the policy, one metric or (empty) all that block, and the drop to look for, in its unit.

    Without a `drop` it is the larger of `must_catch` and `slice_drop`: a few chosen cases are judged as a slice is.
    """

    suite: str
    policy: Policy
    rules: SuitePolicy
    metric: str = ""
    drop: float | None = None
    calibration: Calibration | None = None

    @property
    def level(self) -> float:
        """Of each look."""
        return look_level(self.policy.alpha, looks=LOOKS)


def rules_of(metrics: Mapping[str, Metric], question: Question) -> list[Rule]:
    """The rules of the metrics that the question is about; `must_catch` is the drop to look for.

    Those that block, or, where none does, those that warn.
    """
    gates, found = question.rules.gates, list[Rule]()
    for name, metric in sorted(metrics.items()):
        gate = gate_of(metric, suite=question.rules)
        asked = name == question.metric if question.metric else not metric.operational or name in gates
        if not asked or (gate.mode == "record" and not question.metric):
            continue
        rule = resolve(metric, gate=gate, policy=question.policy)
        if not isinstance(rule, Misfit):
            rule = calibrated(rule, question.calibration)
            drop = max(rule.must_catch, rule.slice_drop) if question.drop is None else question.drop
            found.append(replace(rule, must_catch=drop, max_drop=min(rule.max_drop, drop)))
    return [rule for rule in found if rule.gate.mode == "block"] or found


def answered(before: Scorecard, after: Scorecard, question: Question) -> tuple[Tested, ...]:
    """Each metric with its answer; those whose instruments differ cannot be compared."""
    shared, level = shared_cases(before, after), question.level
    arena = Arena(question.suite, level, None, len(after.cases))
    lone, contests = list[Tested](), list[Contest]()
    for rule in rules_of(after.metrics, question):
        if why := _incomparable(before.metrics.get(rule.name), rule.metric):
            sides = [card.cases.values() for card in (before, after)]
            draws = [[case.scores.get(rule.name, ()) for case in cases] for cases in sides]
            diff = lone_diff(rule, suite=question.suite, reason=why, sides=(draws[0], draws[1]))
            lone.append(Tested(diff=diff))
        elif (contest := hold(rule, everything=pair(shared, name=rule.name), arena=arena)) is not None:
            contests.append(_of_these(contest, level=level))
    told = zip(contests, _adjusted(contests, level=level), strict=True)
    return (*lone, *(_tested(each, p, question=question, of=len(contests)) for each, p in told))


def rows_of(before: Scorecard, after: Scorecard, tested: Sequence[Tested]) -> Iterator[CaseRow]:
    """The draws of each case, in the order of the ids."""
    shared: Shared = shared_cases(before, after)
    for case_id, old, new in zip(shared.ids, shared.before, shared.after, strict=True):
        for each in tested:
            name = each.diff.metric
            yield CaseRow(
                case_id=case_id,
                metric=name,
                baseline=old.scores.get(name, ()),
                head=new.scores.get(name, ()),
            )


def draws_for_both(rule: Rule, *, cases: int, noise: float, level: float, power: float) -> int | None:
    """How many draws a side find a drop of `must_catch` in these cases; None where the most that are taken do not.

    As in `sensitivity.py`, but for the cases as they are: which of them break is no matter of chance, so that only the
    noise of the draws is left in the spread of the difference. With k draws a side, z_a sqrt(2 s2 / k + j / (2k - 1)) +
    z_b sqrt(2 s2 / k) must not exceed the drop times the root of n.
    """
    drop = rule.catch_on_scale
    if drop <= rule.drop_on_scale or cases < 1:
        return None
    shaken = drop * drop if rule.reach is None else rule.reach * drop
    z_a, z_b = normal_quantile(1 - level / rule.sides), normal_quantile(power)
    for draws in range(FEWEST_DRAWS, MOST_DRAWS + 1):
        own = 2 * noise / draws
        needed = z_a * math.sqrt(own + shaken / (2 * draws - 1)) + z_b * math.sqrt(own)
        beyond = z_b * math.sqrt(own)  # what lies beyond `max_drop` must be found, too
        if needed <= drop * math.sqrt(cases) and beyond <= (drop - rule.drop_on_scale) * math.sqrt(cases):
            return draws
    return None


def _incomparable(before: Metric | None, after: Metric) -> str:
    if before is None:
        return "the base was not scored by it"
    if (before.fingerprint, before.kind, before.judges) != (after.fingerprint, after.kind, after.judges):
        return "it was measured with another instrument on either side"
    return ""


@dataclass(frozen=True, slots=True)
class _Adjusted:
    """p among those of all metrics; `entered` where the pooled draws allow the metric to be confirmed at all."""

    p: float
    entered: bool


def _adjusted(contests: Sequence[Contest], *, level: float) -> list[_Adjusted]:
    """Holm over the metrics that could be confirmed: as the gate does it, but for any number of cases."""
    least = [
        each.evidence.least_p
        if each.evidence.least_delta < -each.rule.drop_on_scale - LAST_BITS
        else math.inf
        for each in contests
    ]
    could = rejectable(least, level=level)
    entered = [number for number, can in enumerate(could) if can]
    found = [_Adjusted(min(1.0, each.evidence.p * (len(entered) + 1)), entered=False) for each in contests]
    for number, p in zip(entered, holm([contests[i].evidence.p for i in entered]), strict=True):
        found[number] = _Adjusted(p, entered=True)
    return found


def _tested(contest: Contest, adjusted: _Adjusted, *, question: Question, of: int) -> Tested:
    rule, level = contest.rule, question.level
    judgement = _judged(contest, adjusted, level=level)
    planning = Planning(level / max(1, of), question.policy.power)
    diff = metric_diff(contest, judgement, p_adjusted=adjusted.p, planning=planning)
    more = _more(contest, planning) if judgement.kind is Kind.INCONCLUSIVE else None
    return Tested(diff=diff, looked_for=rule.must_catch, more_draws=more)


def _of_these(contest: Contest, *, level: float) -> Contest:
    """With the bounds that hold for these cases alone."""
    low, high = bounds_of_these(contest.evidence.moments, contest.rule, level=level)
    return replace(contest, evidence=replace(contest.evidence, low=low, high=high))


def _judged(contest: Contest, adjusted: _Adjusted, *, level: float) -> Judgement:
    evidence, rule = contest.evidence, contest.rule
    worse = adjusted.p <= level
    if worse and adjusted.entered and evidence.delta < -rule.drop_on_scale - LAST_BITS:
        return Judgement(Kind.REGRESSED, "confirmed", "worse by more than is allowed")
    worst = at_worst(contest)
    if worst is not None and _of_these(worst, level=level).evidence.low <= -rule.catch_on_scale:
        return Judgement(Kind.INCONCLUSIVE, "missing", "draws that failed might have been bad ones")
    if not evidence.changed and evidence.informative == 0:
        return Judgement(Kind.PASS, "constant", "every draw says the same on both sides")
    if evidence.low > -rule.catch_on_scale:
        why = "worse, by no more than is allowed" if worse else "such a drop is ruled out"
        return Judgement(Kind.PASS, "ruled_out", why)
    return Judgement(Kind.INCONCLUSIVE, "undecided", "neither shown nor ruled out")


def _more(contest: Contest, planning: Planning) -> int | None:
    """How many more draws a side, by the noise that was measured; as many again where there should be enough of them."""
    moments, rule = contest.evidence.moments, contest.rule
    have = moments.fewest
    noise = within_variance(
        (tuple(rule.logarithm(v) for v in side) if rule.log else side, count)
        for moment, count in moments
        for side in (moment.x, moment.y)
    )
    if noise is None:
        return USUAL_DRAWS
    needed = draws_for_both(
        rule, cases=contest.evidence.n, noise=noise, level=planning.level, power=planning.power
    )
    if needed is not None and needed > have:
        return needed - have
    return have if 2 * have <= MOST_DRAWS else None
