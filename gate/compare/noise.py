"""Draws of unchanged cases → how noisy one draw is."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from gate.compare.pairs import Draws

_REPEATED = 2


def within_variance(cases: Iterable[tuple[Draws, int]]) -> float | None:
    """The mean over cases of the sample variance of their draws; `cases` pairs draws with how many cases have them.

    None where no case was drawn twice.
    """
    return average((variance(draws), count) for draws, count in cases if len(draws) >= _REPEATED)


def flip_rate(cases: Iterable[tuple[Draws, int]]) -> float | None:
    """The chance that two draws of the same case differ, averaged over cases. None where no case was drawn twice."""
    return average((differing(draws), count) for draws, count in cases)


def clustered_variance(cases: Sequence[Draws], *, labels: Sequence[str]) -> float | None:
    """The within-case variance that would give a sum over independent cases the variance of the clusters' sums.

    The draws of a cluster stand side by side: draw j of each of its cases came from one trial. None where a cluster
    has fewer than two draws, or where a draw of one of its cases is missing.
    """
    members: dict[str, list[Draws]] = defaultdict(list)
    for draws, label in zip(cases, labels, strict=True):
        members[label].append(draws)
    variances = []
    for group in members.values():
        sizes = {len(draws) for draws in group}
        if len(sizes) > 1 or min(sizes) < _REPEATED:
            return None
        variances.append(variance(tuple(math.fsum(trial) for trial in zip(*group, strict=True))))
    return math.fsum(variances) / len(cases)


def variance(draws: Sequence[float]) -> float:
    """The sample variance of two or more draws."""
    mean = math.fsum(draws) / len(draws)
    return math.fsum([(draw - mean) ** 2 for draw in draws]) / (len(draws) - 1)


def differing(draws: Draws) -> float | None:
    """The chance that two draws of one case differ. None of a single draw."""
    size = len(draws)
    if size < _REPEATED:
        return None
    distinct = len(set(draws))
    if distinct in (1, size):
        return float(distinct == size)
    same = sum(count * (count - 1) for count in Counter(draws).values())
    return 1 - same / (size * (size - 1))


def average(weighted: Iterable[tuple[float | None, int]]) -> float | None:
    """The mean of the values that are known, each as often as it occurs. None where none is."""
    pairs = [(value, count) for value, count in weighted if value is not None]
    total = sum(count for _, count in pairs)
    return math.fsum(value * count for value, count in pairs) / total if total else None
