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

from gate.compare.noise import average, differing
from gate.compare.pairs import Draws, Pairs
from gate.compare.policy import Rule

_LAST_BITS = 1e-12


class Moment(NamedTuple):
    """What one pair of draws says; a case with the same draws has the same moment.

    `x` and `y` are in the metric's unit, the rest is oriented: the means of both sides, d, V, the smallest d that the
    pooled draws allow, and for each side its own sample variance and the chance that two of its draws differ (None
    for a single draw).
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
    flips_before: float | None
    flips_after: float | None


_FIELDS = {name: itemgetter(place) for place, name in enumerate(Moment._fields)}


@dataclass(frozen=True)
class Moments:
    """The moments of some cases, each held once however many cases have it; iterates over both.

    `places` says of each case which of `kinds` is its own.
    """

    kinds: Sequence[Moment]
    places: Sequence[int]

    def __iter__(self) -> Iterator[tuple[Moment, int]]:
        return zip(self.kinds, self.cases, strict=True)

    @cached_property
    def cases(self) -> Sequence[int]:
        """How many cases have each kind."""
        counts = Counter(self.places)
        return [counts[place] for place in range(len(self.kinds))]

    @property
    def n(self) -> int:
        """The number of cases."""
        return len(self.places)

    def draws(self, side: Literal["x", "y"]) -> list[Draws]:
        """The draws of one side, case by case."""
        draws = list(map(_FIELDS[side], self.kinds))
        return [draws[place] for place in self.places]

    def total(self, field: Literal["before", "after", "d", "v", "least"]) -> float:
        """The sum of one figure over all cases."""
        return math.fsum(map(mul, self.cases, map(_FIELDS[field], self.kinds)))

    def average(
        self, field: Literal["noise_before", "noise_after", "flips_before", "flips_after"]
    ) -> float | None:
        """The mean of one figure over the cases that have it. None where none has."""
        figures = list(map(_FIELDS[field], self.kinds))
        if None in figures:
            return average(zip(figures, self.cases, strict=True))
        return math.fsum(map(mul, figures, self.cases)) / self.n

    @cached_property
    def sizes(self) -> tuple[Mapping[int, int], Mapping[int, int]]:
        """How many cases have how many draws, of the baseline and of the head."""
        before, after = [len(m.x) for m in self.kinds], [len(m.y) for m in self.kinds]
        return Counter(map(before.__getitem__, self.places)), Counter(map(after.__getitem__, self.places))

    @property
    def fewest(self) -> int:
        """The fewest draws of a case on either side."""
        return min(map(min, self.sizes))

    def subset(self, indices: Sequence[int]) -> "Moments":
        """Those of some of the cases."""
        old = [self.places[i] for i in indices]
        new = {kind: place for place, kind in enumerate(dict.fromkeys(old))}
        return Moments([self.kinds[kind] for kind in new], [new[kind] for kind in old])

    def informative(self) -> "Moments":
        """Those of the cases whose draws differ at all."""
        if all(m.v > 0 for m in self.kinds):
            return self
        return self.subset([i for i, place in enumerate(self.places) if self.kinds[place].v > 0])


def moments_of(pairs: Pairs, rule: Rule) -> Moments:
    """The moments of all cases: one for each pair of draws that occurs."""
    found: dict[tuple[Draws, Draws], int] = {}
    places = [found.setdefault(sides, len(found)) for sides in zip(pairs.before, pairs.after, strict=True)]
    return Moments([_moment(x, y, rule) for x, y in found], places)


def reoriented(moments: Moments, rule: Rule) -> Moments:
    """The same draws of the same cases, oriented by another rule."""
    return Moments([_moment(m.x, m.y, rule) for m in moments.kinds], moments.places)


def oriented(draws: Draws, rule: Rule) -> Draws:
    """Draws in the metric's unit → on the scale of the test, higher is better."""
    if rule.log:
        return tuple([rule.sign * rule.logarithm(draw) for draw in draws])
    return draws if rule.sign > 0 else tuple([-draw for draw in draws])


def _moment(x: Draws, y: Draws, rule: Rule) -> Moment:
    old, new = oriented(x, rule), oriented(y, rule)
    pool, kb, kc = sorted(old + new), len(old), len(new)
    if pool[0] == pool[-1]:
        quiet = (0.0 if kb > 1 else None), (0.0 if kc > 1 else None)
        return Moment(x, y, pool[0], pool[0], 0.0, 0.0, 0.0, *quiet, *quiet)
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
    return Moment(  # by place: there may be hundreds of thousands, and names cost a tenth
        x,
        y,
        before,
        after,
        d,
        pooled * (1 / kb + 1 / kc),
        worst / kc - (sum_old + sum_new - worst) / kb,
        squares_old / (kb - 1) if kb > 1 else None,
        squares_new / (kc - 1) if kc > 1 else None,
        differing(x),
        differing(y),
    )
