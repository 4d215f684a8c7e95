"""Moments + Rule → Evidence: how far the head lies from the baseline, how surely, and what could have been found."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gate.compare.clusters import ClusterMean, cluster_mean
from gate.compare.distributions import normal_cdf, normal_quantile, t_cdf, t_quantile
from gate.compare.exact import log_least, sum_of_cases
from gate.compare.moments import Moment, Moments, oriented
from gate.compare.permutation import least_p, permutation_p
from gate.compare.policy import Rule
from gate.compare.shift import Shift

FEW_INFORMATIVE = 20
FEW_CLUSTERS = 8
_ADDED = 2  # cases without a difference that are added before the bound of a bounded metric is taken
_BINARY = frozenset((0.0, 1.0))

Method = Literal["exact", "normal", "permutation", "cluster", "constant"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the pairs of one metric say, oriented, on the scale of the test.

    `low` is the bound that allows a pass, `high` the other end of the printed interval, at the level of the look;
    either is infinite where nothing is known. `least_p` and `least_delta` are the smallest that the pooled draws
    allow: what cannot be reached cannot be rejected.
    `clusters` is None where the cases are independent. `moments` are what it all was computed from.
    """

    n: int
    informative: int
    changed: bool
    delta: float
    low: float
    high: float
    p: float
    method: Method
    least_p: float
    least_delta: float
    moments: Moments
    clusters: int | None = None


def weigh(moments: Moments, rule: Rule, *, level: float, labels: Sequence[str] | None = None) -> Evidence:
    """Weigh one or more pairs. `labels` names each case's cluster, or is None where the cases are independent."""
    n = moments.n
    delta = moments.total("d") / n
    low, high = _bounds(moments, rule, level=level)
    informative = moments.informative()
    method, p, least = _test(moments, rule, informative=informative)
    plain = Evidence(
        n=n,
        informative=informative.n,
        changed=any(m.d != 0 for m in moments.kinds),
        delta=delta,
        low=low,
        high=high,
        p=p,
        method=method,
        least_p=least,
        least_delta=moments.total("least") / n,
        moments=moments,
    )
    if labels is None:
        return plain
    values = [moments.kinds[place].d for place in moments.places]
    return _clustered(plain, rule, mean=cluster_mean(values, labels=labels), level=level)


def _bounds(moments: Moments, rule: Rule, *, level: float) -> tuple[float, float]:
    """L, the bound that allows a pass, and the other end of the printed interval.

    L of a bounded metric is shrunk by two cases without a difference, each of the variance R^2; R is the smallest
    difference that one more draw makes in a binary metric, and the largest that was seen in a graded one. Without it
    the bound has no width where nothing was seen to change, and passes falsely in small suites (the idea of Agresti &
    Min 2005, Stat Med 24:729, for a paired difference of proportions).
    """
    n, total = moments.n, moments.total("d")
    z, variance = _quantile_and_variance(moments, rule, level=level)
    high = (total + z * math.sqrt(variance)) / n
    if rule.reach is None:
        return (total - z * math.sqrt(variance)) / n, high
    return (total - z * math.sqrt(variance + _ADDED * _reach(moments, rule) ** 2)) / (n + _ADDED), high


def bounds_of_these(moments: Moments, rule: Rule, *, level: float) -> tuple[float, float]:
    """Both bounds where the question is about these cases alone, few as they may be.

    The two cases that `_bounds` adds draw the mean of a handful towards nothing, so that a bound could lie above it.
    Here only their variance is added, on both sides.
    """
    z, variance = _quantile_and_variance(moments, rule, level=level)
    added = 0.0 if rule.reach is None else _ADDED * _reach(moments, rule) ** 2
    spread = z * math.sqrt(variance + added)
    total = moments.total("d")
    return (total - spread) / moments.n, (total + spread) / moments.n


def _quantile_and_variance(moments: Moments, rule: Rule, *, level: float) -> tuple[float, float]:
    """The quantile of a bound, and the variance of the sum of the differences."""
    n = moments.n
    variance = _variance_of_sum(moments, mean=moments.total("d") / n)
    if rule.shift is None:
        return normal_quantile(1 - level), variance
    z = t_quantile(1 - level, df=rule.shift.df(variance / n**2))
    return z, variance + n**2 * rule.shift.variance


def _reach(moments: Moments, rule: Rule) -> float:
    return 1 / moments.fewest if rule.metric.kind == "binary" else max(abs(m.d) for m in moments.kinds)


def _variance_of_sum(moments: Moments, *, mean: float) -> float:
    """The variance of the sum of the differences, for the bounds: the larger of two estimates.

    V takes the draws of a case for alike on both sides, which is what the test supposes and what a bound must not: a
    sure case that now fails now and then is noisier than the baseline's five sure draws make it look. With two draws a
    side or more each side's own variance answers that; with fewer, the spread of the differences over the cases
    does (docs/decisions/0005-bounds.md has the figures).
    """
    alike = moments.total("v")
    if moments.fewest > 1:
        return max(alike, math.fsum(count * _apart(m) for m, count in moments))
    n = moments.n
    if n == 1:
        return alike
    return max(alike, n / (n - 1) * math.fsum(count * (m.d - mean) ** 2 for m, count in moments))


def _apart(m: Moment) -> float:
    """The variance of d when each side has a variance of its own."""
    return (m.noise_before or 0.0) / len(m.x) + (m.noise_after or 0.0) / len(m.y)


def _test(moments: Moments, rule: Rule, *, informative: Moments) -> tuple[Method, float, float]:
    """(method, p, the smallest p that the pooled draws allow).

    Where the luck that all cases of a run share was measured, it is taken in, and no exact test knows of it.
    """
    if not informative.kinds:
        return "constant", 1.0, 1.0
    if rule.shift is not None:
        return "normal", *_shifted(moments, rule.shift)
    alike = all(len(sizes) == 1 for sizes in moments.sizes)
    if alike and all(draw in _BINARY for m in informative.kinds for draw in (*m.x, *m.y)):
        return "exact", *_exact(informative, rule)
    if informative.n >= FEW_INFORMATIVE:
        spread = math.sqrt(informative.total("v"))
        p, least = (normal_cdf(informative.total(field) / spread) for field in ("d", "least"))
        return "normal", p, least
    cases = [(oriented(m.x, rule), oriented(m.y, rule)) for m, count in informative for _ in range(count)]
    return "permutation", permutation_p(cases), least_p(cases)


def _shifted(moments: Moments, shift: Shift) -> tuple[float, float]:
    """(p, the smallest p that the pooled draws allow), where all cases of a run share a part of their luck."""
    own = moments.total("v") / moments.n**2
    spread, df = math.sqrt(own + shift.variance), shift.df(own)
    p, least = (t_cdf(moments.total(field) / moments.n / spread, df=df) for field in ("d", "least"))
    return p, least


def _exact(moments: Moments, rule: Rule) -> tuple[float, float]:
    """(mid-p, the smallest mid-p) of zeros and ones with the same number of draws in every case."""
    good = 1.0 if rule.sign > 0 else 0.0
    (before,), (after,) = moments.sizes
    pool, taken = before + after, after
    classes: dict[int, int] = defaultdict(int)
    seen = 0
    for m, count in moments:
        classes[m.x.count(good) + m.y.count(good)] += count
        seen += count * m.y.count(good)
    p = sum_of_cases(classes, pool=pool, taken=taken).mid_p_below(seen)
    return p, math.exp(log_least(classes, pool=pool, taken=taken)) / 2


def _clustered(plain: Evidence, rule: Rule, *, mean: ClusterMean, level: float) -> Evidence:
    """The same with Student's t over the clusters in the place of the test, and of the bounds where that is wider.

    L is shrunk as that of a graded metric is, by two clusters without a difference. By luck the clusters' sums may
    lie closer together than independent cases would; a pass may not rest on that either.
    """
    if plain.method == "constant":
        return replace(plain, clusters=mean.groups)
    low = high = math.inf
    if math.isfinite(mean.error):
        if rule.shift is not None:
            df = min(float(mean.df), rule.shift.df(mean.error**2))
            mean = replace(mean, error=math.hypot(mean.error, math.sqrt(rule.shift.variance)), df=df)
        t = t_quantile(1 - level, df=mean.df)
        added = 0 if rule.reach is None else _ADDED
        spread = math.hypot(plain.n * mean.error, math.sqrt(added) * mean.largest)
        low = (t * spread - plain.n * plain.delta) / (plain.n * (1 + added / mean.groups))
        high = plain.delta + t * mean.error
    return replace(
        plain,
        clusters=mean.groups,
        low=min(plain.low, -low),
        high=max(plain.high, high),
        p=mean.p_below(0.0),
        method="cluster",
        least_p=0.0,
        least_delta=-math.inf,
    )
