"""Draws of a few cases → p by shuffling each case's draws between its two sides, with a fixed seed."""

import math
from collections.abc import Sequence
from itertools import combinations
from random import Random

SHUFFLES = 1_999
_SEED = 20_250_301
_MOST_LISTED = 1_999
_SAME = 1e-9

Draws = tuple[float, ...]


def permutation_p(cases: Sequence[tuple[Draws, Draws]]) -> float:
    """P(the sum of mean(head) - mean(baseline) is at most what was seen), ties half, over random relabelings.

    (1 + less + equal / 2) / (1 + shuffles): the draws as they fell count as one more shuffle, so p is never 0
    (Phipson & Smyth 2010, SAGMB 9:39). The cases are put in the order of their draws first: p knows no case ids.
    """
    generator = Random(_SEED)  # noqa: S311 - a seeded shuffle, no secret
    ordered = sorted((tuple(sorted(before)), tuple(sorted(after))) for before, after in cases)
    seen = math.fsum(difference(before, after) for before, after in ordered)
    columns = [_relabeled(before, after, generator=generator) for before, after in ordered]
    same = _SAME * math.fsum(max(map(abs, column)) for column in columns)
    less = equal = 0
    for shuffled in map(math.fsum, zip(*columns, strict=True)):
        if shuffled < seen - same:
            less += 1
        elif shuffled <= seen + same:
            equal += 1
    return min(1.0, (1 + less + equal / 2) / (1 + SHUFFLES))


def least_p(cases: Sequence[tuple[Draws, Draws]]) -> float:
    """The smallest p that these pooled draws allow: every head has the worst of its case's draws."""
    log_share = math.fsum(_log_share_of_worst(before, after) for before, after in cases)
    return max(1 / (1 + SHUFFLES), math.exp(log_share) / 2)


def difference(before: Draws, after: Draws) -> float:
    """Mean of the head's draws minus mean of the baseline's."""
    return math.fsum(after) / len(after) - math.fsum(before) / len(before)


def _relabeled(before: Draws, after: Draws, *, generator: Random) -> list[float]:
    """The differences of one case in each shuffle."""
    pool, taken = sorted(before + after), min(len(before), len(after))  # the smaller side is dealt
    total, left = math.fsum(pool), len(pool) - taken
    sign = 1 if len(after) <= len(before) else -1

    def relabel(dealt: Sequence[float]) -> float:
        part = math.fsum(dealt)
        return sign * (part / taken - (total - part) / left)

    if math.comb(len(pool), taken) <= _MOST_LISTED:
        return generator.choices([relabel(dealt) for dealt in combinations(pool, taken)], k=SHUFFLES)
    return [relabel(generator.sample(pool, taken)) for _ in range(SHUFFLES)]


def _log_share_of_worst(before: Draws, after: Draws) -> float:
    """The log of the share of relabelings that give the head the lowest draws (ties may be swapped freely)."""
    pool, taken = sorted(before + after), len(after)
    edge = pool[taken - 1]
    tied, needed = pool.count(edge), pool[:taken].count(edge)
    return math.log(math.comb(tied, needed)) - math.log(math.comb(len(pool), taken))
