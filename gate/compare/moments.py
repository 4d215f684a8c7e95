"""Pairs + Rule → Moments: each case's difference and its variance, oriented so that more is better.

On the scale of the test (logs where the rule compares ratios) case i has draws x of the baseline (kb of them) and y of
the head (kc): d = mean y - mean x, and V = s2 (1/kb + 1/kc) with s2 the sample variance of the pooled draws, which is
the variance of d when the draws are dealt anew between the sides.
"""

import math
from collections import Counter
from dataclasses import dataclass

from gate.compare.noise import variance
from gate.compare.pairs import Draws, Pairs
from gate.compare.permutation import difference
from gate.compare.policy import Rule

_LAST_BITS = 1e-12


@dataclass(frozen=True, slots=True)
class Moment:
    """`count` cases with the same draws: d, V, and the smallest d that the pooled draws allow.

    `x` and `y` are in the metric's unit, the rest is oriented. `apart` is the variance of d when each side has a
    variance of its own, sx2/kb + sy2/kc; None where a side has a single draw.
    """

    x: Draws
    y: Draws
    count: int
    d: float
    v: float
    least: float
    apart: float | None


def moments_of(pairs: Pairs, rule: Rule) -> tuple[Moment, ...]:
    """One Moment for each set of draws that occurs."""
    kinds = Counter(zip(pairs.before, pairs.after, strict=True))
    return tuple(_moment(x, y, count=count, rule=rule) for (x, y), count in kinds.items())


def oriented(draws: Draws, rule: Rule) -> Draws:
    """Draws in the metric's unit → on the scale of the test, higher is better."""
    if rule.log:
        return tuple(rule.sign * math.log(draw) for draw in draws)
    return draws if rule.sign > 0 else tuple(-draw for draw in draws)


def _moment(x: Draws, y: Draws, *, count: int, rule: Rule) -> Moment:
    before, after = oriented(x, rule), oriented(y, rule)
    pool, kb, kc = sorted(before + after), len(before), len(after)
    repeated = min(kb, kc) > 1
    if pool[0] == pool[-1]:
        return Moment(x, y, count, 0.0, 0.0, 0.0, 0.0 if repeated else None)
    apart = variance(before) / kb + variance(after) / kc if repeated else None
    d = difference(before, after)
    if abs(d) <= _LAST_BITS * max(abs(pool[0]), abs(pool[-1])):
        d = 0.0  # equal means of decimal draws may differ in their last bits
    least = difference(tuple(pool[kc:]), tuple(pool[:kc]))
    return Moment(x, y, count, d, variance(pool) * (1 / kb + 1 / kc), least, apart)
