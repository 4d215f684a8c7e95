"""Quantiles and tails → plain floats: normal, Student's t and binomial from the standard library alone.

scipy costs over a second to import; in the tests it is the independent check of every number here.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist

_NORMAL = NormalDist()
_TINY = 1e-300
_EPSILON = 1e-16
_MOST_TERMS = 20_000


def normal_cdf(z: float) -> float:
    """P(Z <= z), by erfc, so that the lower tail keeps its relative precision."""
    return 0.5 * math.erfc(-z / math.sqrt(2))


@lru_cache(maxsize=1024)
def normal_quantile(p: float) -> float:
    """The z with P(Z <= z) = p, for 0 < p < 1."""
    return _NORMAL.inv_cdf(p)


def t_cdf(t: float, *, df: float) -> float:
    """P(T <= t) of Student's t (DLMF 8.17: I_x(df/2, 1/2) at x = df / (df + t^2) is the two-sided tail)."""
    if math.isinf(t):
        return 0.0 if t < 0 else 1.0
    tail = 0.5 * _incomplete_beta(df / 2, 0.5, x=df / (df + t * t), y=t * t / (df + t * t))
    return tail if t <= 0 else 1 - tail


@lru_cache(maxsize=1024)
def t_quantile(p: float, *, df: float) -> float:
    """The t with P(T <= t) = p, for 0 < p < 1."""
    if p < 0.5:  # noqa: PLR2004 - the median
        return -t_quantile(1 - p, df=df)
    upper = 1.0
    while t_cdf(upper, df=df) < p:
        upper *= 2
    return _bisect(lambda t: t_cdf(t, df=df) >= p, low=0.0, high=upper)


def binomial_cdf(k: int, *, n: int, p: float) -> float:
    """P(X <= k) for X ~ Binomial(n, p)."""
    if k < 0:
        return 0.0
    if k >= n:
        return 1.0
    return _incomplete_beta(n - k, k + 1, x=1 - p, y=p)


def binomial_tail(k: int, *, n: int, p: float) -> float:
    """P(X >= k) for X ~ Binomial(n, p)."""
    if k <= 0:
        return 1.0
    if k > n:
        return 0.0
    return _incomplete_beta(k, n - k + 1, x=p, y=1 - p)


def _bisect(reached: Callable[[float], bool], *, low: float, high: float) -> float:
    """The smallest value between `low` and `high` at which a monotone condition holds, to the last digit."""
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return high
        if reached(middle):
            high = middle
        else:
            low = middle


def _incomplete_beta(a: float, b: float, *, x: float, y: float) -> float:
    """I_x(a, b), the regularized incomplete beta function, with y = 1 - x handed in at full precision."""
    if x <= 0:
        return 0.0
    if y <= 0:
        return 1.0
    if x > (a + 1) / (a + b + 2):  # the continued fraction converges fast only on this side of the mean
        return 1 - _beta_fraction(b, a, x=y, y=x)
    return _beta_fraction(a, b, x=x, y=y)


def _beta_fraction(a: float, b: float, *, x: float, y: float) -> float:
    """DLMF 8.17.22: the continued fraction of I_x(a, b), summed by Lentz's method."""
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log(y)
    numerator, denominator = 1.0, 1 - (a + b) * x / (a + 1)
    denominator = 1 / (denominator if abs(denominator) > _TINY else _TINY)
    value = denominator
    for m in range(1, _MOST_TERMS):
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        change = 1.0
        for term in (even, odd):
            denominator = 1 + term * denominator
            denominator = 1 / (denominator if abs(denominator) > _TINY else _TINY)
            numerator = 1 + term / numerator
            numerator = numerator if abs(numerator) > _TINY else _TINY
            change = numerator * denominator
            value *= change
        if abs(change - 1) < _EPSILON:
            break
    return math.exp(log_front) * value / a
