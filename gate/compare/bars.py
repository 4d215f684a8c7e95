"""The head's draws + Rule → Bars: what is held against a floor and a ceiling, and how surely it lies beyond.

A mean of zeros and ones is tested with the binomial law, which is exact where all cases are alike and errs to the safe
side where they are not (Hoeffding 1956, Ann Math Stat 27:713); any other mean with Student's t over the cases, or over
the clusters. A percentile is tested by the number of draws beyond the bar, which is binomial too.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.clusters import cluster_mean
from gate.compare.distributions import binomial_cdf, binomial_tail
from gate.compare.evidence import FEW_CLUSTERS
from gate.compare.pairs import Draws
from gate.compare.policy import Misfit, Rule, resolve
from gate.model.score import Metric
from gate.model.suite import Gate, Policy, SuitePolicy

CASES_FOR_A_TAIL = 200
_SHARES = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
_TAILS = ("p95", "p99")


@dataclass(frozen=True, slots=True)
class Bar:
    """A floor or a ceiling. `p` is one-sided, of "the value is not beyond"; None where too little is known."""

    floor: bool
    limit: float
    value: float
    p: float | None

    @property
    def breached(self) -> bool:
        """Whether the value that was seen lies beyond."""
        return self.value < self.limit if self.floor else self.value > self.limit


def statistic(draws: Sequence[Draws], rule: Rule, *, cases: int) -> float:
    """The head's value that is held against the bars.

    `mean` is the mean of the cases' means (geometric where the rule compares ratios), `total` the arithmetic one
    times `cases`, so that a case without a draw counts like the others; a percentile is taken over all draws.
    """
    name = rule.gate.statistic
    if name in _SHARES:
        return quantile([draw for case in draws for draw in case], share=_SHARES[name])
    log = rule.log and name == "mean"
    mean = math.fsum(_means(draws, rule if log else None)) / len(draws)
    return rule.exponential(mean) if log else mean * cases if name == "total" else mean


def bars(
    draws: Sequence[Draws], rule: Rule, *, value: float, cases: int, labels: Sequence[str] | None
) -> tuple[Bar, ...]:
    """The floor and the ceiling of a gate, where it has them; `value` is what `statistic` gives for these draws."""
    share = 1 / cases if rule.gate.statistic == "total" else 1.0
    limits = ((True, rule.gate.min), (False, rule.gate.max))
    return tuple(
        Bar(floor, limit, value, _p_beyond(draws, rule, floor=floor, scaled=limit * share, labels=labels))
        for floor, limit in limits
        if limit is not None
    )


def misfit_of(metric: Metric, *, gate: Gate, policy: Policy) -> Misfit | None:
    """Why a gate cannot judge a metric, or why one of its bars says nothing: it holds always, or can never hold."""
    rule = resolve(metric, gate=gate, policy=policy)
    if isinstance(rule, Misfit):
        return rule
    if rule.bounds is None or gate.statistic == "total":
        return None
    low, high = rule.bounds
    for key, bar, nearest, furthest in (("min", gate.min, low, high), ("max", gate.max, high, low)):
        sign = 1 if key == "min" else -1
        if bar is None or sign * nearest < sign * bar <= sign * furthest:
            continue
        how = "never" if sign * bar > sign * furthest else "always"
        message = f"its values lie between {low:g} and {high:g}, so that `{key}: {bar:g}` {how} holds"
        return Misfit(message, f"write a `{key}` that lies between them, or take it out")
    return None


def is_tail(rule: Rule) -> bool:
    """Whether the statistic is one of the percentiles that a small suite knows nothing of."""
    return rule.gate.statistic in _TAILS


def unjudged(rules: SuitePolicy, *, cases: int) -> list[tuple[str, str]]:
    """(metric, percentile) of each gate whose bars can't be judged with so few cases, in the order of names."""
    return [
        (name, gate.statistic)
        for name, gate in sorted(rules.gates.items())
        if gate.statistic in _TAILS and (gate.min, gate.max) != (None, None) and cases < CASES_FOR_A_TAIL
    ]


def quantile(values: Sequence[float], *, share: float) -> float:
    """The linear interpolation between order statistics (Hyndman & Fan 1996, definition 7; numpy's default)."""
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)


def _p_beyond(
    draws: Sequence[Draws], rule: Rule, *, floor: bool, scaled: float, labels: Sequence[str] | None
) -> float | None:
    sign = 1 if floor else -1
    name = rule.gate.statistic
    if name in _SHARES:
        beyond = [tuple(float(sign * draw < sign * scaled) for draw in case) for case in draws]
        allowed = _SHARES[name] if floor else 1 - _SHARES[name]
        if labels is None:
            return binomial_tail(int(sum(map(sum, beyond))), n=sum(map(len, beyond)), p=allowed)
        return _t_p([-share for share in _means(beyond, None)], limit=-allowed, labels=labels)
    alike = len({len(case) for case in draws}) == 1
    if rule.metric.kind == "binary" and labels is None and alike:
        return _binomial_p(draws, floor=floor, limit=scaled)
    log = rule.log and name == "mean"
    if log and scaled + rule.offset <= 0:
        return 1.0 if floor else 0.0
    limit = rule.logarithm(scaled) if log else scaled
    means = _means(draws, rule if log else None)
    return _t_p([sign * mean for mean in means], limit=sign * limit, labels=labels)


def _t_p(means: Sequence[float], *, limit: float, labels: Sequence[str] | None) -> float | None:
    mean = cluster_mean(means, labels=labels or [str(i) for i in range(len(means))])
    if labels is not None and mean.groups < FEW_CLUSTERS:
        return None
    return mean.p_below(limit)


def _binomial_p(draws: Sequence[Draws], *, floor: bool, limit: float) -> float:
    if not 0 <= limit <= 1:
        return 0.0 if floor == (limit > 1) else 1.0
    successes, total = sum(case.count(1.0) for case in draws), sum(map(len, draws))
    tail = binomial_cdf if floor else binomial_tail
    return tail(successes, n=total, p=limit)


def _means(draws: Sequence[Draws], ratios: Rule | None) -> list[float]:
    """The means of the cases; of the logarithms, where a rule that compares ratios is given."""
    if ratios is not None:
        return [math.fsum(map(ratios.logarithm, case)) / len(case) for case in draws]
    return [math.fsum(case) / len(case) for case in draws]
