"""Separate runs of an unchanged application → how much of their difference is shared by all cases of a run. Pure.

A score of case i in run r is taken as (mean of case i) + (shift of run r) + (luck of the draw): the two-way layout with
random runs, estimated by the analysis of variance (Searle, Casella & McCulloch 1992, Variance Components, ch. 4).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

_FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class Components:
    """`between` is the variance of the shift of a run (tau^2), `within` that of one score of one case. Never negative.

    `of_means` is the variance of the runs' means, in which both have a part.
    """

    between: float
    within: float
    of_means: float


def components(scores: Sequence[Sequence[float]]) -> Components:
    """`scores[r][i]`: the mean score of case i in run r, the same cases in every run.

    Raises:
        ValueError: fewer than two runs or two cases, or runs of different length.
    """
    runs, cases = len(scores), len(scores[0]) if scores else 0
    if runs < _FEWEST or cases < _FEWEST or any(len(run) != cases for run in scores):
        raise ValueError("two runs or more of the same two cases or more are needed")
    of_run = [math.fsum(run) / cases for run in scores]
    of_case = [math.fsum(run[i] for run in scores) / runs for i in range(cases)]
    whole = math.fsum(of_run) / runs
    of_means = math.fsum((mean - whole) ** 2 for mean in of_run) / (runs - 1)
    residual = math.fsum(
        (run[i] - of_case[i] - of_run[r] + whole) ** 2 for r, run in enumerate(scores) for i in range(cases)
    )
    within = residual / ((runs - 1) * (cases - 1))
    return Components(between=max(0.0, of_means - within / cases), within=within, of_means=of_means)
