"""How far each of a part fell, how far each of the others did → the chance of so large a difference, had it been luck."""

import math
from collections.abc import Sequence

from gate.compare.distributions import t_cdf
from gate.compare.judge import LAST_BITS

_FEWEST = 2  # without them there is no spread


def log_further(inside: Sequence[float], others: Sequence[float]) -> float:
    """The log of P(T <= t) for Welch's t (1947, Biometrika 34:28) of mean(inside) - mean(others), which is low if inside fell.

    Spreads may differ between the two; 0, which proves nothing, where either has fewer than two.
    """
    if min(len(inside), len(others)) < _FEWEST:
        return 0.0
    gap = _mean(inside) - _mean(others)
    if gap >= -LAST_BITS:
        return 0.0
    first, second = (_variance(each) / len(each) for each in (inside, others))
    if first + second <= LAST_BITS**2:
        return -math.inf
    df = (first + second) ** 2 / (first**2 / (len(inside) - 1) + second**2 / (len(others) - 1))
    p = t_cdf(gap / math.sqrt(first + second), df=df)
    return math.log(p) if p > 0 else -math.inf


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _variance(values: Sequence[float]) -> float:
    mean = _mean(values)
    return math.fsum((value - mean) ** 2 for value in values) / (len(values) - 1)
