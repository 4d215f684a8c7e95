"""Contest + Judgement → MetricDiff and CaseChanges: every figure that a report prints, in the metric's unit."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from gate.compare.contest import Contest
from gate.compare.judge import Judgement
from gate.compare.moments import Moment, Moments, oriented
from gate.compare.noise import clustered_variance, variance
from gate.compare.pairs import Draws
from gate.compare.policy import Rule
from gate.compare.sensitivity import Aim, Design, cases_for, detectable, draws_for
from gate.model.verdict import CaseChange, Kind, MetricDiff

CONFIRMING_DRAWS = 3


@dataclass(frozen=True, slots=True)
class Planning:
    """What the planning figures are given for: the level that one metric gets, and the wanted power."""

    level: float
    power: float


def metric_diff(
    contest: Contest, judgement: Judgement, *, p_adjusted: float | None, planning: Planning
) -> MetricDiff:
    """All figures of one metric or slice. A metric that is only recorded has no p."""
    rule, evidence = contest.rule, contest.evidence
    moments = evidence.moments
    judged = p_adjusted is not None
    low, high = sorted((rule.as_change(evidence.low), rule.as_change(evidence.high)))
    return MetricDiff(
        **_rule_fields(rule, suite=contest.arena.suite),
        **_noise_fields(contest, moments, planning=planning),
        **_case_fields(moments, rule),
        slice=contest.slice,
        kind=judgement.kind,
        reason=judgement.reason,
        baseline=_finite(rule.as_value(moments.total("before") / evidence.n)),
        head=_finite(rule.as_value(moments.total("after") / evidence.n)),
        delta=_finite(rule.as_change(evidence.delta)),
        low=_finite(low),
        high=_finite(high),
        drop=_finite(rule.as_drop(-evidence.delta)),
        statistic_value=_finite(contest.statistic_value),
        p=evidence.p if judged else None,
        p_adjusted=p_adjusted,
        method=evidence.method,
        n=evidence.n,
        n_informative=evidence.informative,
        baseline_draws=_range(moments.sizes[0]),
        head_draws=_range(moments.sizes[1]),
    )


def lone_diff(
    rule: Rule, *, suite: str, reason: str, sides: tuple[Sequence[Draws], Sequence[Draws]]
) -> MetricDiff:
    """A metric that cannot be compared: what is known of either side, each over the cases that have a draw."""
    before, after = ([draws for draws in side if draws] for side in sides)
    return MetricDiff(
        **_rule_fields(rule, suite=suite),
        kind=Kind.NOT_COMPARABLE,
        reason=reason,
        baseline=mean_of(Counter(before).items(), rule),
        head=mean_of(Counter(after).items(), rule),
        baseline_draws=_range(map(len, before)),
        head_draws=_range(map(len, after)),
    )


def case_changes(contest: Contest) -> Iterator[tuple[float, CaseChange]]:
    """Each case whose mean moved, with how far: negative is worse, 1 is `must_catch`. In the order of their ids."""
    rule, moments = contest.rule, contest.evidence.moments
    moved = {
        place: (
            moment.d / rule.catch_on_scale,
            rule.as_value(moment.before),
            rule.as_value(moment.after),
            moment.d < 0,
            is_confirmed(moment, rule),
        )
        for place, moment in enumerate(moments.kinds)
        if moment.d != 0
    }
    for case_id, place in zip(contest.ids, moments.places, strict=True):
        if place in moved:
            share, before, after, worse, confirmed = moved[place]
            yield share, CaseChange(case_id, rule.name, before, after, worse, confirmed)


def is_confirmed(moment: Moment, rule: Rule) -> bool:
    """Whether every draw of a binary metric says one thing before and the other now, with three draws or more each."""
    if rule.metric.kind != "binary" or min(len(moment.x), len(moment.y)) < CONFIRMING_DRAWS:
        return False
    before, after = set(moment.x), set(moment.y)
    return len(before) == len(after) == 1 and before != after


def _rule_fields(rule: Rule, *, suite: str) -> dict[str, Any]:
    return {
        "suite": suite,
        "metric": rule.name,
        "mode": rule.gate.mode,
        "better": "higher" if rule.sign > 0 else "lower",
        "unit": rule.metric.unit,
        "bounds": rule.bounds,
        "relative": rule.log,
        "max_drop": rule.max_drop,
        "must_catch": rule.must_catch,
        "floor": rule.gate.min,
        "ceiling": rule.gate.max,
        "statistic": rule.gate.statistic,
    }


def _case_fields(moments: Moments, rule: Rule) -> dict[str, Any]:
    return {
        "fixed": sum(count for m, count in moments if m.d > 0),
        "broken": sum(count for m, count in moments if m.d < 0),
        "confirmed_broken": sum(count for m, count in moments if m.d < 0 and is_confirmed(m, rule)),
    }


def _noise_fields(contest: Contest, moments: Moments, *, planning: Planning) -> dict[str, Any]:
    rule = contest.rule
    flips = moments.average("flips_before")
    if flips is None:
        flips = moments.average("flips_after")
    design = _design(contest, moments)
    aim = Aim(planning.level / rule.sides, planning.power, rule.drop_on_scale, rule.reach)
    smallest = detectable(design, aim=aim)
    return {
        "flip_rate": flips,
        "detectable": None if smallest is None else _finite(rule.as_drop(smallest)),
        "cases_needed": cases_for(rule.catch_on_scale, design=design, aim=aim),
        "draws_needed": draws_for(rule.catch_on_scale, design=design, aim=aim),
    }


def _design(contest: Contest, moments: Moments) -> Design:
    """Today's cases and draws, and the noise of one draw."""
    rule, n = contest.rule, contest.evidence.n
    noise = _noise(moments, rule)
    if contest.labels is not None:
        draws = [oriented(case, rule) for case in moments.draws("x")]
        together = clustered_variance(draws, labels=contest.labels)
        noise = noise if together is None else together
    kb, kc = (n / sum(cases / size for size, cases in sorted(sizes.items())) for sizes in moments.sizes)
    return Design(n=n, kb=kb, kc=kc, noise=noise)


def _noise(moments: Moments, rule: Rule) -> float:
    """From the baseline's repeats, else from the head's, else from how far the two sides differ."""
    for noise in (moments.average("noise_before"), moments.average("noise_after")):
        if noise is not None:
            return noise
    return math.fsum(count * variance(oriented(m.x + m.y, rule)) for m, count in moments) / moments.n


def mean_of(cases: Iterable[tuple[Draws, int]], rule: Rule) -> float | None:
    """The mean of the cases' means; geometric where ratios are compared. `cases` pairs draws with their number.

    None without a case, and where a value is not above 0 and ratios are compared.
    """
    given = list(cases)
    if not given or (rule.log and any(min(draws) + rule.offset <= 0 for draws, _ in given)):
        return None
    if rule.log:
        given = [(tuple(map(rule.logarithm, draws)), count) for draws, count in given]
    total = math.fsum(math.fsum(draws) / len(draws) * count for draws, count in given)
    mean = total / sum(count for _, count in given)
    return _finite(rule.exponential(mean) if rule.log else mean)


def _range(sizes: Iterable[int]) -> tuple[int, int]:
    seen = set(sizes)
    return (min(seen), max(seen)) if seen else (0, 0)


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
