"""Baseline (or assumptions) → PowerPlan: what a suite can find, before anybody pays for a run.

Figures hold for one look at the policy's alpha, shared among the blocking metrics that vary. A second look at the
lower level of two finds about as much as one look with all the draws (benchmarks/simulation.py measures it).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gate.compare.diff import mean_of
from gate.compare.moments import oriented
from gate.compare.noise import clustered_variance, flip_rate, within_variance
from gate.compare.pairs import tags_of
from gate.compare.policy import Misfit, Rule, gate_of, is_counted, resolve
from gate.compare.sensitivity import Aim, Design, cases_for, detectable
from gate.model.power import Assumed, DesignPower, MetricPower, PowerPlan
from gate.model.score import Metric
from gate.model.scorecard import Scorecard
from gate.model.suite import Draws as Planned
from gate.model.suite import Policy, SuitePolicy

_USUAL_DESIGNS = ((1, 1), (5, 1), (5, 3))
_ORDINARY_FLIP_RATE = Assumed(suite="", cases=1, metrics=()).flip_rate


@dataclass(frozen=True, slots=True)
class _Known:
    """What is known of a metric before a run; `variance` is that of a draw, on the scale of the test."""

    rule: Rule
    cases: int
    variance: float | None
    flips: float | None = None
    baseline: float | None = None
    assumed: bool = False


def plan(source: Scorecard | Assumed, *, policy: Policy, rules: SuitePolicy, draws: Planned) -> PowerPlan:
    """Plan one suite from its baseline, or from what is assumed of it.

    Metrics that are only recorded are left out, as are those whose gate cannot be used (`decide` names those). A
    baseline without repeats tells nothing of the noise: that of `Assumed` stands in for it.
    """
    metrics = source.metrics if isinstance(source, Assumed) else source.metrics.values()
    known = [
        _know(rule, source, cluster=rules.cluster) for rule in _rules(metrics, policy=policy, rules=rules)
    ]
    check, second = (draws.accept, draws.check), (draws.accept, draws.most)
    designs = sorted({*_USUAL_DESIGNS, check, second})
    return PowerPlan(
        suite=source.suite,
        alpha=policy.alpha,
        power=policy.power,
        cases=source.cases if isinstance(source, Assumed) else len(source.cases),
        check=check,
        second_look=second,
        metrics=tuple(_metric(each, known=known, policy=policy, designs=designs) for each in known),
    )


def _rules(metrics: Iterable[Metric], *, policy: Policy, rules: SuitePolicy) -> list[Rule]:
    resolved = [
        resolve(metric, gate=gate_of(metric, suite=rules), policy=policy)
        for metric in sorted(metrics, key=lambda metric: metric.name)
        if not is_counted(metric.name)
    ]
    return [rule for rule in resolved if not isinstance(rule, Misfit) and rule.gate.mode != "record"]


def _know(rule: Rule, source: Scorecard | Assumed, *, cluster: str | None) -> _Known:
    if isinstance(source, Assumed):
        return _assume(rule, cases=source.cases, flips=source.flip_rate)
    scored = {
        case_id: case.scores[rule.name]
        for case_id, case in sorted(source.cases.items())
        if case.scores.get(rule.name)
    }
    baseline = mean_of(((case, 1) for case in scored.values()), rule)
    if rule.log and baseline is None:
        return _Known(rule, len(scored), None)
    draws = [oriented(case, rule) for case in scored.values()]
    variance = within_variance((case, 1) for case in draws)
    if variance is None:
        return _assume(rule, cases=len(scored), flips=_ORDINARY_FLIP_RATE, baseline=baseline)
    if cluster is not None:
        together = clustered_variance(draws, labels=_labels(source, ids=tuple(scored), cluster=cluster))
        variance = variance if together is None else together
    return _Known(rule, len(scored), variance, flip_rate((case, 1) for case in draws), baseline)


def _assume(rule: Rule, *, cases: int, flips: float, baseline: float | None = None) -> _Known:
    """Half the flip rate is the variance of zeros and ones; the same share of a scale's range is taken for graded."""
    if rule.reach is None:
        return _Known(rule, cases, None, baseline=baseline, assumed=True)
    return _Known(rule, cases, flips / 2 * rule.reach**2, flips, baseline, assumed=True)


def _labels(card: Scorecard, *, ids: Sequence[str], cluster: str) -> list[str]:
    tags = {case_id: tags_of(None, card, case_id) for case_id in ids}
    return [f"tag {tags[i][cluster]}" if cluster in tags[i] else f"case {i}" for i in ids]


def _metric(
    each: _Known, *, known: Sequence[_Known], policy: Policy, designs: Sequence[tuple[int, int]]
) -> MetricPower:
    rule = each.rule
    varying = sum(
        other is not each and other.rule.gate.mode == "block" and other.variance != 0 for other in known
    )
    aim = Aim(policy.alpha / (1 + varying) / rule.sides, policy.power, rule.drop_on_scale, rule.reach)
    return MetricPower(
        metric=rule.name,
        mode=rule.gate.mode,
        unit=rule.metric.unit,
        bounds=rule.bounds,
        relative=rule.log,
        cases=each.cases,
        baseline=each.baseline,
        max_drop=rule.max_drop,
        must_catch=rule.must_catch,
        flip_rate=each.flips,
        variance=each.variance,
        assumed=each.assumed,
        designs=tuple(_design(each, stored=stored, fresh=fresh, aim=aim) for stored, fresh in designs),
    )


def _design(each: _Known, *, stored: int, fresh: int, aim: Aim) -> DesignPower:
    if each.variance is None or not each.cases:
        return DesignPower(baseline_draws=stored, head_draws=fresh)
    design = Design(n=each.cases, kb=stored, kc=fresh, noise=each.variance)
    smallest = detectable(design, aim=aim)
    return DesignPower(
        baseline_draws=stored,
        head_draws=fresh,
        detectable=None if smallest is None else each.rule.as_drop(smallest),
        cases_needed=cases_for(each.rule.catch_on_scale, design=design, aim=aim),
    )
