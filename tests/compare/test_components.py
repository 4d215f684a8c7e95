import random
from statistics import fmean

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from statsmodels.formula.api import ols

from gate.compare.components import components


def runs(seed: int, *, runs: int, cases: int, shift: float) -> list[list[float]]:
    """Scores with a shift of each run, of that standard deviation, and unit luck."""
    chance = random.Random(seed)
    means = [chance.gauss(0, 2) for _ in range(cases)]
    return [
        [mean + common + chance.gauss(0, 1) for mean in means]
        for common in (chance.gauss(0, shift) for _ in range(runs))
    ]


@pytest.mark.parametrize("seed", range(5))
def test_the_components_are_those_of_the_analysis_of_variance(seed: int) -> None:
    scores = runs(seed, runs=6, cases=15, shift=1.0)
    places = [(r, i) for r in range(6) for i in range(15)]
    frame = pd.DataFrame([(r, i, scores[r][i]) for r, i in places], columns=["run", "case", "y"])
    table = sm.stats.anova_lm(ols("y ~ C(run) + C(case)", data=frame).fit())
    mean_square = table["sum_sq"] / table["df"]
    found = components(scores)
    assert found.within == pytest.approx(mean_square["Residual"])
    expected = max(0.0, (mean_square["C(run)"] - mean_square["Residual"]) / 15)
    assert found.between == pytest.approx(expected)


def test_on_average_the_shift_that_is_there_is_found_and_none_where_there_is_none() -> None:
    there = [components(runs(seed, runs=8, cases=40, shift=0.5)).between for seed in range(300)]
    none = [components(runs(seed, runs=8, cases=40, shift=0.0)).between for seed in range(300)]
    assert fmean(there) == pytest.approx(0.25, abs=0.03)
    assert fmean(none) < 0.01
    assert np.min([*there, *none]) >= 0


@pytest.mark.parametrize("scores", [[], [[1.0, 2.0]], [[1.0], [2.0]], [[1.0, 2.0], [1.0]]])
def test_too_few_runs_or_cases_are_refused(scores: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="two runs or more"):
        components(scores)
