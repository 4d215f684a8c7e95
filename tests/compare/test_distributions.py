"""Every quantile and tail against scipy."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gate.compare.distributions import (
    binomial_cdf,
    binomial_tail,
    normal_cdf,
    normal_quantile,
    t_cdf,
    t_quantile,
)


@given(st.floats(-37, 10))
def test_the_normal_law_is_scipys(z: float) -> None:
    assert normal_cdf(z) == pytest.approx(stats.norm.cdf(z), rel=1e-11, abs=1e-300)


@given(st.floats(1e-12, 1 - 1e-12))
def test_normal_quantiles_are_scipys(p: float) -> None:
    assert normal_quantile(p) == pytest.approx(stats.norm.ppf(p), rel=1e-9, abs=1e-12)


@given(st.floats(-200, 200), st.integers(1, 2_000))
def test_students_t_is_scipys(t: float, df: int) -> None:
    assert t_cdf(t, df=df) == pytest.approx(stats.t.cdf(t, df), rel=1e-8, abs=1e-300)


@given(st.floats(1e-6, 1 - 1e-6), st.integers(1, 500))
def test_t_quantiles_are_scipys(p: float, df: int) -> None:
    assert t_quantile(p, df=df) == pytest.approx(stats.t.ppf(p, df), rel=1e-6, abs=1e-9)


def test_an_infinite_t_has_the_whole_law_on_one_side() -> None:
    assert (t_cdf(-math.inf, df=3), t_cdf(math.inf, df=3)) == (0.0, 1.0)


@given(st.integers(1, 5_000), st.floats(1e-6, 1 - 1e-6), st.floats(-0.1, 1.1))
def test_binomial_tails_are_scipys(n: int, p: float, share: float) -> None:
    k = round(n * share)
    assert binomial_cdf(k, n=n, p=p) == pytest.approx(stats.binom.cdf(k, n, p), rel=1e-7, abs=1e-290)
    assert binomial_tail(k, n=n, p=p) == pytest.approx(stats.binom.sf(k - 1, n, p), rel=1e-7, abs=1e-290)


@pytest.mark.parametrize("p", [0.0, 1.0])
def test_a_certain_draw_has_a_certain_binomial(p: float) -> None:
    assert binomial_cdf(4, n=10, p=p) == (1.0 if p == 0 else 0.0)
    assert binomial_tail(4, n=10, p=p) == p
