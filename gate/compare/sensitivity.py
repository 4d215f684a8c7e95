"""Design + Aim → the smallest drop that can be found, and what it would take to find a given one.

A drop of delta in n cases is found when the one-sided test at level a rejects: with s2 the mean variance of a draw
within its case, h = 1/kb + 1/kc and N = kb + kc, the test's own spread is sqrt((s2 h + j/(N - 1)) / n) and that of the
difference sqrt((s2 h + J) / n). In a metric with a range R a drop is taken to be cases that break, J = j = R delta; a
metric without one is taken to shift as a whole, j = delta^2 and J = 0. The drop must also lie beyond `max_drop`.
"""

import math
from dataclasses import dataclass, replace

from gate.compare.distributions import normal_quantile

MOST_DRAWS = 100
FEWEST_CASES = 10
_DOUBLINGS = 60
_DIGITS = 1e-9
_PRECISION = 1e-6


@dataclass(frozen=True, slots=True)
class Aim:
    """What a drop has to overcome: the level of the test, the wanted power, and `max_drop` on the test's scale."""

    level: float
    power: float
    max_drop: float
    reach: float | None


@dataclass(frozen=True, slots=True)
class Design:
    """n cases with kb stored and kc fresh draws each (means over the cases where they differ), and their noise s2."""

    n: float
    kb: float
    kc: float
    noise: float

    @property
    def h(self) -> float:
        """1/kb + 1/kc."""
        return 1 / self.kb + 1 / self.kc


def cases_for(drop: float, *, design: Design, aim: Aim) -> int | None:
    """How many cases find a drop with the wanted power; never fewer than a pass takes. None where no number does."""
    needed = _needed(drop, design=design, aim=aim)
    return None if math.isinf(needed) else max(FEWEST_CASES, math.ceil(needed - _DIGITS))


def detectable(design: Design, *, aim: Aim) -> float | None:
    """The smallest drop that is found with the wanted power. None where even the largest possible one is not."""
    high = aim.reach or max(1.0, 2 * aim.max_drop)
    if aim.reach is None:
        for _ in range(_DOUBLINGS):
            if _found(high, design=design, aim=aim):
                break
            high *= 2
    if not _found(high, design=design, aim=aim):
        return None
    low = aim.max_drop
    while high - low > _PRECISION * high:
        middle = (low + high) / 2
        low, high = (low, middle) if _found(middle, design=design, aim=aim) else (middle, high)
    return high


def draws_for(drop: float, *, design: Design, aim: Aim) -> int | None:
    """How many draws of the head find a drop in today's cases. None where a hundred do not."""
    low, high = 0, MOST_DRAWS
    if not _found(drop, design=replace(design, kc=high), aim=aim):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        enough = _found(drop, design=replace(design, kc=middle), aim=aim)
        low, high = (low, middle) if enough else (middle, high)
    return high


def _needed(drop: float, *, design: Design, aim: Aim) -> float:
    if drop <= aim.max_drop:
        return math.inf
    jump, shaken = _extra(drop, aim=aim)
    null = math.sqrt(design.noise * design.h + shaken / (design.kb + design.kc - 1))
    spread = math.sqrt(design.noise * design.h + jump)
    z_a, z_b = normal_quantile(1 - aim.level), normal_quantile(aim.power)
    return max((z_a * null + z_b * spread) / drop, z_b * spread / (drop - aim.max_drop)) ** 2


def _found(drop: float, *, design: Design, aim: Aim) -> bool:
    return _needed(drop, design=design, aim=aim) <= design.n


def _extra(drop: float, *, aim: Aim) -> tuple[float, float]:
    """(J, j): the variance that a drop adds to the difference, and to the pooled draws."""
    return (0.0, drop * drop) if aim.reach is None else (aim.reach * drop, aim.reach * drop)
