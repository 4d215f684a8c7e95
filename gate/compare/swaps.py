"""Moments of some cases → a bound on the chance that their sum fell so far, had every draw been of either side.

The test of evidence.py is exact where it can be and normal where it cannot, which is right at five per cent and wrong
at one in a million, where a search among thousands has to look. This bound holds there, too: it is never too small.
"""

import math
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations

from gate.compare.moments import Moment, oriented
from gate.compare.permutation import difference
from gate.compare.policy import Rule

_MOST_LISTED = 256
_GOLDEN = (math.sqrt(5) - 1) / 2
_STEPS = 24
_NEAR, _FAR = 1 / 8, 64.0  # of the best theta of a normal law


@dataclass(frozen=True, slots=True)
class Swaps:
    """What d of a case can be when its draws are dealt anew: the sum of `times` values, each equally likely."""

    values: tuple[float, ...]
    times: int

    def log_mean_exp(self, theta: float) -> float:
        """The log of E exp(-theta d), or a bound above it."""
        powers = [-theta * value for value in self.values]
        top = max(powers)
        return self.times * (
            top + math.log(math.fsum(math.exp(power - top) for power in powers) / len(powers))
        )


def swaps_of(moment: Moment, rule: Rule) -> Swaps:
    """All ways to deal the draws of a case, or where they are too many, draws with replacement.

    Those have no smaller E exp (Hoeffding 1963, J. Am. Stat. Assoc. 58:13, theorem 4). Of the two sides the smaller
    one is dealt: d = N / (the other side) x (its mean - the mean of all N draws).
    """
    x, y = oriented(moment.x, rule), oriented(moment.y, rule)
    pool, taken = x + y, min(len(x), len(y))
    if math.comb(len(pool), taken) <= _MOST_LISTED:
        every = range(len(pool))
        return Swaps(tuple(_dealt(pool, set(new)) for new in combinations(every, len(y))), 1)
    mean = math.fsum(pool) / len(pool)
    scale = len(pool) / (len(x) * len(y)) * (1 if len(y) <= len(x) else -1)
    return Swaps(tuple(scale * (draw - mean) for draw in pool), taken)


def log_fallen(cases: Sequence[tuple[Moment, str]], rule: Rule, *, allowance: float = 0.0) -> float:
    """The log of a bound above P(the sum of d is at most what was seen + allowance a case): Chernoff's (1952).

    Each case comes with the name of its cluster. Within one nothing is supposed: by Hölder's inequality
    E exp(sum of n) is at most the product of E exp(n x each) ^ (1 / n).
    """
    seen = math.fsum(moment.d for moment, _ in cases) + len(cases) * allowance
    variance = math.fsum(moment.v for moment, _ in cases)
    if seen >= 0 or variance == 0:
        return 0.0
    laws: dict[Moment, Swaps] = {}
    weights: dict[tuple[Moment, int], float] = {}
    sizes = Counter(label for _, label in cases)
    for moment, label in cases:
        laws.setdefault(moment, swaps_of(moment, rule))
        key = moment, sizes[label]
        weights[key] = weights.get(key, 0.0) + 1 / sizes[label]

    def bound(log_theta: float) -> float:
        theta = math.exp(log_theta)
        return theta * seen + math.fsum(
            weight * laws[moment].log_mean_exp(size * theta) for (moment, size), weight in weights.items()
        )

    middle = -seen / variance
    return min(0.0, _least(bound, math.log(middle * _NEAR / max(sizes.values())), math.log(middle * _FAR)))


def _dealt(pool: Sequence[float], new: set[int]) -> float:
    """What d is when the draws at these places are the head's."""
    after = tuple(draw for place, draw in enumerate(pool) if place in new)
    before = tuple(draw for place, draw in enumerate(pool) if place not in new)
    return difference(before, after)


def _least(curve: Callable[[float], float], low: float, high: float) -> float:
    """The smallest value that golden sections of [low, high] come by, of a curve that falls and then rises."""
    inner, outer = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    left, right = curve(inner), curve(outer)
    least = min(left, right)
    for _ in range(_STEPS):
        if left <= right:
            high, outer, right = outer, inner, left
            inner = high - _GOLDEN * (high - low)
            left = curve(inner)
        else:
            low, inner, left = inner, outer, right
            outer = low + _GOLDEN * (high - low)
            right = curve(outer)
        least = min(least, left, right)
    return least
