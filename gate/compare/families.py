"""p-values → p-values that may be read together: Holm, Benjamini-Hochberg, and who can take part at all."""

import math
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache

from gate.compare.distributions import normal_cdf, normal_quantile

_STEPS = 2_000
_FAR = 9.0


def holm(p_values: Sequence[float]) -> list[float]:
    """Adjusted p, in the given order; those <= a hold the family-wise error rate a (Holm 1979, Scand J Stat 6:65)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i])
    adjusted, running = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(order):
        running = max(running, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = running
    return adjusted


def benjamini_hochberg(p_values: Sequence[float]) -> list[float]:
    """Adjusted p; those <= q hold the false-discovery rate q (Benjamini & Hochberg 1995, JRSS B 57:289)."""
    order = sorted(range(len(p_values)), key=lambda i: p_values[i], reverse=True)
    adjusted, running = [0.0] * len(p_values), 1.0
    for rank, index in enumerate(order):
        running = min(running, p_values[index] * len(order) / (len(order) - rank))
        adjusted[index] = running
    return adjusted


def rejectable(least: Sequence[float], *, level: float) -> list[bool]:
    """Which hypotheses can be rejected at all, given the smallest p that each could have reached.

    Tarone (1990, Biometrics 46:515): with K the smallest number such that at most K hypotheses can reach level / K,
    only those enter the correction. What each could reach follows from the pooled draws alone, on which every test
    here is conditional, so the choice knows nothing of which side a draw came from.
    """
    ordered = sorted(least)
    for size in range(1, len(least) + 1):
        if bisect_right(ordered, level / size) <= size:
            return [p <= level / size for p in least]
    return [False] * len(least)


@lru_cache(maxsize=64)
def look_level(alpha: float, *, looks: int) -> float:
    """The level of each look that keeps `alpha` over all looks: 0.0304 at two looks for 0.05.

    Pocock (1977, Biometrika 64:191) for two looks with half of the information each: the c with
    P(Z1 <= c, (Z1 + W) / sqrt 2 <= c) = 1 - alpha for independent standard normal Z1, W. Where the first look holds
    another share of the information, the chance of either look rejecting stays below 2 x 0.0304 = 0.061, and the
    second look, taken only where the first could not tell, makes it smaller.
    """
    if looks == 1:
        return alpha
    low, high = normal_quantile(1 - alpha), normal_quantile(1 - alpha / 2)
    while True:
        middle = (low + high) / 2
        if middle in (low, high):
            return 1 - normal_cdf(high)
        if _both_below(middle) >= 1 - alpha:
            high = middle
        else:
            low = middle


def _both_below(c: float) -> float:
    """P(Z1 <= c, (Z1 + W) / sqrt 2 <= c), by Simpson's rule."""
    width = (c + _FAR) / _STEPS
    total = 0.0
    for step in range(_STEPS + 1):
        x = -_FAR + step * width
        weight = 1 if step in (0, _STEPS) else 4 if step % 2 else 2
        density = math.exp(-x * x / 2) / math.sqrt(2 * math.pi)
        total += weight * density * normal_cdf(math.sqrt(2) * c - x)
    return total * width / 3
