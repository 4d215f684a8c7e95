"""Pairs + Rule → Moments: each case's difference and its variance, oriented so that more is better.

On the scale of the test (logs where the rule compares ratios) case i has draws x of the baseline (kb of them) and y of
the head (kc): d = mean y - mean x, and V = s2 (1/kb + 1/kc) with s2 the sample variance of the pooled draws, which is
the variance of d when the draws are dealt anew between the sides.
"""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter, mul
from typing import Literal, NamedTuple

from gate.compare.pairs import Draws, Pairs
from gate.compare.policy import Rule

_LAST_BITS = 1e-12

Sides = tuple[Draws, Draws]


class Moment(NamedTuple):
    """What one pair of draws says; a case with the same draws has the same moment.

    `x` and `y` are in the metric's unit, the rest is oriented: the means of both sides, d, V, the smallest d that the
    pooled draws allow, and each side's own sample variance (None for a single draw).
    """

    x: Draws
    y: Draws
    before: float
    after: float
    d: float
    v: float
    least: float
    noise_before: float | None
    noise_after: float | None


_FIELDS = {name: itemgetter(place) for place, name in enumerate(Moment._fields)}


@dataclass(frozen=True)
class Moments:
    """The moments of some cases, to be found by their draws, and how many cases have each; iterates over both."""

    by_draws: Mapping[Sides, Moment]
    cases: Sequence[int]

    def __iter__(self) -> Iterator[tuple[Moment, int]]:
        return zip(self.by_draws.values(), self.cases, strict=True)

    @property
    def n(self) -> int:
        """The number of cases."""
        return sum(self.cases)

    def total(self, field: Literal["before", "after", "d", "v", "least"]) -> float:
        """The sum of one figure over all cases."""
        return math.fsum(map(mul, self.cases, map(_FIELDS[field], self.by_draws.values())))

    @cached_property
    def sizes(self) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """How many cases have how many draws, of the baseline and of the head."""
        sides: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        for (x, y), cases in zip(self.by_draws, self.cases, strict=True):
            sides[0][len(x)] += cases
            sides[1][len(y)] += cases
        return sides

    @property
    def fewest(self) -> int:
        """The fewest draws of a case on either side."""
        return min(map(min, self.sizes))

    def informative(self) -> "Moments":
        """Those whose draws differ at all."""
        kept = [(m, count) for m, count in self if m.v > 0]
        if len(kept) == len(self.cases):
            return self
        return Moments({(m.x, m.y): m for m, _ in kept}, [count for _, count in kept])


def moments_of(pairs: Pairs, rule: Rule, *, known: Mapping[Sides, Moment]) -> Moments:
    """One Moment for each pair of draws that occurs; `known` ones are not computed again."""
    kinds = Counter(zip(pairs.before, pairs.after, strict=True))
    found = {sides: known.get(sides) or _moment(*sides, rule) for sides in kinds}
    return Moments(found, list(kinds.values()))


def oriented(draws: Draws, rule: Rule) -> Draws:
    """Draws in the metric's unit → on the scale of the test, higher is better."""
    if rule.log:
        return tuple([rule.sign * math.log(draw) for draw in draws])
    return draws if rule.sign > 0 else tuple([-draw for draw in draws])


def _moment(x: Draws, y: Draws, rule: Rule) -> Moment:
    old, new = oriented(x, rule), oriented(y, rule)
    pool, kb, kc = sorted(old + new), len(old), len(new)
    if pool[0] == pool[-1]:
        return Moment(x, y, pool[0], pool[0], 0.0, 0.0, 0.0, 0.0 if kb > 1 else None, 0.0 if kc > 1 else None)
    sum_old, sum_new = math.fsum(old), math.fsum(new)
    before, after = sum_old / kb, sum_new / kc
    d = after - before
    if abs(d) <= _LAST_BITS * max(abs(pool[0]), abs(pool[-1])):
        d = 0.0  # equal means of decimal draws may differ in their last bits
    squares_old = math.fsum([(draw - before) ** 2 for draw in old]) if kb > 1 else 0.0
    squares_new = math.fsum([(draw - after) ** 2 for draw in new]) if kc > 1 else 0.0
    # The squares about the common mean are those within the sides and those between them.
    pooled = (squares_old + squares_new + d * d * kb * kc / (kb + kc)) / (kb + kc - 1)
    worst = math.fsum(pool[:kc])
    return Moment(
        x=x,
        y=y,
        before=before,
        after=after,
        d=d,
        v=pooled * (1 / kb + 1 / kc),
        least=worst / kc - (sum_old + sum_new - worst) / kb,
        noise_before=squares_old / (kb - 1) if kb > 1 else None,
        noise_after=squares_new / (kc - 1) if kc > 1 else None,
    )
