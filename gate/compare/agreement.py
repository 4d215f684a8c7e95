"""A judge's verdicts beside people's labels → how far the judge can be trusted. Pure; standard library only."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

from gate.model.calibration import Counts, JudgeCalibration, JudgeWorth, Kappa, Rate

LEVEL = 0.95  # of every interval here


@dataclass(frozen=True, kw_only=True)
class Judged:
    """One labeled response: what people said, what the judge said (None: it abstained), and its length in words."""

    label: bool
    verdict: bool | None
    words: int


def worth(metric: str, measured: JudgeCalibration) -> JudgeWorth:
    """All that follows from what was counted."""
    return JudgeWorth(
        metric=metric,
        measured=measured,
        sensitivity=sensitivity(measured.counts),
        specificity=specificity(measured.counts),
        kappa=kappa(measured.counts),
        informedness=informedness(measured.counts),
        informedness_low=informedness_low(measured.counts),
        enough_labels=is_enough(measured.counts),
    )


def counts(judged: Iterable[Judged]) -> Counts:
    """How often which verdict met which label."""
    cells = Counter((each.label, each.verdict) for each in judged)
    return Counts(
        true_positive=cells[True, True],
        false_negative=cells[True, False],
        true_negative=cells[False, False],
        false_positive=cells[False, True],
        abstained=cells[True, None] + cells[False, None],
    )


def rate(hits: int, of: int) -> Rate | None:
    """A share with Wilson's score interval (1927, J. Am. Stat. Assoc. 22:209). None of nothing."""
    if of == 0:
        return None
    z = _z()
    share, middle = hits / of, z * z / (2 * of)
    half = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return Rate(
        value=share,
        low=max(0.0, (share + middle - half) / whole),
        high=min(1.0, (share + middle + half) / whole),
        of=of,
    )


def sensitivity(found: Counts) -> Rate | None:
    """TPR: the share of what people passed that the judge passed, where it did not abstain."""
    return rate(found.true_positive, found.true_positive + found.false_negative)


def specificity(found: Counts) -> Rate | None:
    """TNR: the share of what people failed that the judge failed, where it did not abstain."""
    return rate(found.true_negative, found.true_negative + found.false_positive)


def informedness(found: Counts) -> float | None:
    """J = TPR + TNR - 1 (Youden 1950, Cancer 3:32): a true drop of d shows as a drop of J d. None without both labels."""
    up, down = sensitivity(found), specificity(found)
    return None if up is None or down is None else up.value + down.value - 1


def informedness_low(found: Counts) -> float | None:
    """The lower end of J's 95 % interval, of Wilson's two by Newcombe's rule (1998, Stat. Med. 17:873, method 10)."""
    up, down = sensitivity(found), specificity(found)
    if up is None or down is None:
        return None
    return up.value + down.value - 1 - math.hypot(up.value - up.low, down.value - down.low)


def is_enough(found: Counts) -> bool:
    """Whether the labels tell J well enough for margins to be scaled by it: surely within a factor of two."""
    j, low = informedness(found), informedness_low(found)
    return j is not None and low is not None and low >= j / 2 > 0


def kappa(found: Counts) -> Kappa | None:
    """Agreement beyond chance (Cohen 1960), with the large-sample error of Fleiss, Cohen & Everitt (1969).

    None where both sides always said the same: then chance alone would agree.
    """
    table = (
        (found.true_positive, found.false_negative),
        (found.false_positive, found.true_negative),
    )
    n = sum(map(sum, table))
    if n == 0:
        return None
    p = [[cell / n for cell in row] for row in table]
    rows = [sum(row) for row in p]
    columns = [p[0][j] + p[1][j] for j in (0, 1)]
    observed = p[0][0] + p[1][1]
    chance = rows[0] * columns[0] + rows[1] * columns[1]
    if chance >= 1:
        return None
    value = (observed - chance) / (1 - chance)
    agreeing = sum(p[i][i] * (1 - (rows[i] + columns[i]) * (1 - value)) ** 2 for i in (0, 1))
    crossing = (1 - value) ** 2 * sum(
        p[i][j] * (columns[i] + rows[j]) ** 2 for i in (0, 1) for j in (0, 1) if i != j
    )
    rest = (value - chance * (1 - value)) ** 2
    half = _z() * math.sqrt(max(0.0, agreeing + crossing - rest) / n) / (1 - chance)
    return Kappa(value=value, low=max(-1.0, value - half), high=min(1.0, value + half))


def self_agreement(repeats: Iterable[Sequence[float | None]]) -> tuple[int, int]:
    """(pairs, equal pairs) over the repeated verdicts of each response; two abstentions are equal."""
    pairs = [pair for verdicts in repeats for pair in combinations(verdicts, 2)]
    return len(pairs), sum(first == second for first, second in pairs)


def length_bias(judged: Iterable[Judged]) -> tuple[float, float] | None:
    """(bias, p): whether longer responses are passed more often than people's labels explain.

    Within each label, the chance that a passed response is longer than a failed one, less the chance that it is
    shorter, averaged by the number of pairs; p is two-sided by the normal value of the summed rank statistic (van
    Elteren 1960, with ties). None where no label has both verdicts.
    """
    excess = pairs = variance = 0.0
    told = [each for each in judged if each.verdict is not None]
    for label in (True, False):
        passed = [each.words for each in told if each.label is label and each.verdict]
        failed = [each.words for each in told if each.label is label and not each.verdict]
        if passed and failed:
            excess += sum((a > b) - (a < b) for a in passed for b in failed)
            pairs += len(passed) * len(failed)
            variance += _rank_variance(passed, failed)
    if not pairs:
        return None
    z = 0.0 if variance == 0 else excess / math.sqrt(variance)
    return excess / pairs, 2 * (1 - NormalDist().cdf(abs(z)))


def _rank_variance(first: Sequence[int], second: Sequence[int]) -> float:
    """Of the sum of signs over all pairs when both come from one distribution (four times that of Mann-Whitney's U)."""
    n = len(first) + len(second)
    ties = sum(count**3 - count for count in Counter([*first, *second]).values())
    return len(first) * len(second) / 3 * ((n + 1) - ties / (n * (n - 1)))


def _z() -> float:
    return NormalDist().inv_cdf(1 - (1 - LEVEL) / 2)
