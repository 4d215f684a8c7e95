"""Moments + Rule → Evidence: how far the head lies from the baseline, how surely, and what could have been found."""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from gate.compare.clusters import ClusterMean, cluster_mean
from gate.compare.distributions import normal_cdf, normal_quantile, t_quantile
from gate.compare.exact import log_least, sum_of_cases
from gate.compare.moments import Moment, moments_of, oriented
from gate.compare.pairs import Pairs
from gate.compare.permutation import least_p, permutation_p
from gate.compare.policy import Rule

FEW_INFORMATIVE = 20
FEW_CLUSTERS = 8
_ADDED = 2  # cases without a difference that are added before the bound of a bounded metric is taken

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
    moments: tuple[Moment, ...]
    clusters: int | None = None


def weigh(pairs: Pairs, rule: Rule, *, level: float, labels: Sequence[str] | None = None) -> Evidence:
    """Weigh one or more pairs. `labels` names each case's cluster, or is None where the cases are independent."""
    moments = moments_of(pairs, rule)
    n = len(pairs.ids)
    delta = math.fsum(m.count * m.d for m in moments) / n
    low, high = _bounds(moments, rule, z=normal_quantile(1 - level))
    method, p, least = _test(moments, rule)
    plain = Evidence(
        n=n,
        informative=sum(m.count for m in moments if m.v > 0),
        changed=any(m.d != 0 for m in moments),
        delta=delta,
        low=low,
        high=high,
        p=p,
        method=method,
        least_p=least,
        least_delta=math.fsum(m.count * m.least for m in moments) / n,
        moments=moments,
    )
    if labels is None:
        return plain
    by_draws = {(m.x, m.y): m.d for m in moments}
    values = [by_draws[key] for key in zip(pairs.before, pairs.after, strict=True)]
    return _clustered(plain, rule, mean=cluster_mean(values, labels=labels), level=level)


def _bounds(moments: Sequence[Moment], rule: Rule, *, z: float) -> tuple[float, float]:
    """L, the bound that allows a pass, and the other end of the printed interval.

    L of a bounded metric is shrunk by two cases without a difference, each of the variance R^2; R is the smallest
    difference that one more draw makes in a binary metric, and the largest that was seen in a graded one. Without it
    the bound has no width where nothing was seen to change, and passes falsely in small suites (the idea of Agresti &
    Min 2005, Stat Med 24:729, for a paired difference of proportions).
    """
    n = sum(m.count for m in moments)
    total, variance = math.fsum(m.count * m.d for m in moments), _variance_of_sum(moments, n=n)
    high = (total + z * math.sqrt(variance)) / n
    if rule.reach is None:
        return (total - z * math.sqrt(variance)) / n, high
    if rule.metric.kind == "binary":
        reach = 1 / min(min(len(m.x), len(m.y)) for m in moments)
    else:
        reach = max(abs(m.d) for m in moments)
    shrunk = n + _ADDED
    return (total - z * math.sqrt(variance + _ADDED * reach**2)) / shrunk, high


def _variance_of_sum(moments: Sequence[Moment], *, n: int) -> float:
    """The variance of the sum of the differences, for the bounds: the larger of two estimates.

    V takes the draws of a case for alike on both sides, which is what the test supposes and what a bound must not: a
    sure case that now fails now and then is noisier than the baseline's five sure draws make it look. With two draws a
    side or more each side's own variance answers that; with fewer, the spread of the differences over the cases
    does (docs/decisions/0004-bounds.md has the figures).
    """
    alike = math.fsum(m.count * m.v for m in moments)
    apart = [(m.apart, m.count) for m in moments if m.apart is not None]
    if len(apart) == len(moments):
        return max(alike, math.fsum(value * count for value, count in apart))
    if n == 1:
        return alike
    mean = math.fsum(m.count * m.d for m in moments) / n
    return max(alike, n / (n - 1) * math.fsum(m.count * (m.d - mean) ** 2 for m in moments))


def _test(moments: Sequence[Moment], rule: Rule) -> tuple[Method, float, float]:
    """(method, p, the smallest p that the pooled draws allow)."""
    informative = [m for m in moments if m.v > 0]
    if not informative:
        return "constant", 1.0, 1.0
    sizes = {(len(m.x), len(m.y)) for m in moments}
    if len(sizes) == 1 and all(draw in (0.0, 1.0) for m in informative for draw in (*m.x, *m.y)):
        return "exact", *_exact(informative, rule)
    if sum(m.count for m in informative) >= FEW_INFORMATIVE:
        spread = math.sqrt(math.fsum(m.count * m.v for m in informative))
        total = math.fsum(m.count * m.d for m in informative)
        least = math.fsum(m.count * m.least for m in informative)
        return "normal", normal_cdf(total / spread), normal_cdf(least / spread)
    cases = [(oriented(m.x, rule), oriented(m.y, rule)) for m in informative for _ in range(m.count)]
    return "permutation", permutation_p(cases), least_p(cases)


def _exact(moments: Sequence[Moment], rule: Rule) -> tuple[float, float]:
    """(mid-p, the smallest mid-p) of zeros and ones with the same number of draws in every case."""
    good = 1.0 if rule.sign > 0 else 0.0
    pool, taken = len(moments[0].x) + len(moments[0].y), len(moments[0].y)
    classes: dict[int, int] = defaultdict(int)
    seen = 0
    for m in moments:
        classes[m.x.count(good) + m.y.count(good)] += m.count
        seen += m.count * m.y.count(good)
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
