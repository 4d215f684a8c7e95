"""Cluster-robust means against statsmodels and scipy."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gate.compare.clusters import cluster_mean

LABELED = st.lists(
    st.tuples(st.floats(-5, 5).map(lambda x: round(x, 3)), st.integers(0, 9)), min_size=4, max_size=60
).filter(lambda rows: len({label for _, label in rows}) > 1)


@given(LABELED)
def test_the_standard_error_is_that_of_a_cluster_robust_intercept(rows: list[tuple[float, int]]) -> None:
    values, labels = [value for value, _ in rows], [label for _, label in rows]
    ours = cluster_mean(values, labels=[str(label) for label in labels])
    fit = sm.OLS(np.array(values), np.ones(len(values))).fit(
        cov_type="cluster", cov_kwds={"groups": np.array(labels), "use_correction": True}
    )
    assert ours.mean == pytest.approx(fit.params[0], abs=1e-12)
    assert ours.error == pytest.approx(fit.bse[0], abs=1e-9)
    assert ours.groups == len(set(labels))


@given(
    st.lists(st.integers(-50, 50), min_size=3, max_size=40).filter(lambda v: len(set(v)) > 1),
    st.integers(-9, 9),
)
def test_cases_that_stand_alone_give_the_usual_t_test(values: list[int], reference: int) -> None:
    ours = cluster_mean([float(v) for v in values], labels=[str(i) for i in range(len(values))])
    expected = stats.ttest_1samp(values, reference, alternative="less").pvalue
    assert ours.p_below(reference) == pytest.approx(expected, rel=1e-7, abs=1e-12)


def test_one_cluster_knows_no_error_and_tells_nothing() -> None:
    mean = cluster_mean([1.0, 0.0, -3.0], labels=["a", "a", "a"])
    assert math.isinf(mean.error)
    assert mean.p_below(100.0) == 1.0


@pytest.mark.parametrize(("value", "p"), [(-1.0, 0.0), (0.0, 0.5), (1.0, 1.0)])
def test_without_any_spread_the_sign_decides(value: float, p: float) -> None:
    assert cluster_mean([value] * 6, labels=list("aabbcc")).p_below(0.0) == p
