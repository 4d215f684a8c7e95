"""Corrections for many tests against statsmodels, and the level of two looks against scipy."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from gate.compare.families import benjamini_hochberg, holm, look_level, rejectable

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)


@given(P_VALUES)
@settings(max_examples=20)  # theirs takes 70 ms a call
def test_holm_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert holm(p_values) == pytest.approx(multipletests(p_values, method="holm")[1])


@given(P_VALUES)
def test_benjamini_hochberg_is_that_of_statsmodels(p_values: list[float]) -> None:
    assert benjamini_hochberg(p_values) == pytest.approx(multipletests(p_values, method="fdr_bh")[1])


def test_an_empty_family_stays_empty() -> None:
    assert (holm([]), benjamini_hochberg([]), rejectable([], level=0.05)) == ([], [], [])


@given(st.lists(st.floats(0, 0.2), max_size=12), st.floats(0.001, 0.4))
def test_what_can_be_rejected_is_tarones_smallest_set(least: list[float], level: float) -> None:
    chosen = rejectable(least, level=level)
    sizes = [k for k in range(1, len(least) + 1) if sum(p <= level / k for p in least) <= k]
    assert chosen == [bool(sizes) and p <= level / sizes[0] for p in least]
    assert sum(chosen) <= (sizes[0] if sizes else 0)


def test_hypotheses_that_can_always_be_rejected_all_enter() -> None:
    assert rejectable([0.0] * 8, level=0.05) == [True] * 8


@given(st.integers(0, 10))
def test_constant_metrics_cost_nothing(constant: int) -> None:
    assert rejectable([0.0, *[1.0] * constant], level=0.05) == [True, *[False] * constant]


def test_one_look_is_taken_at_alpha() -> None:
    assert look_level(0.05, looks=1) == 0.05


def test_two_looks_at_five_per_cent_are_taken_at_the_published_level() -> None:
    assert look_level(0.05, looks=2) == pytest.approx(0.0304, abs=5e-5)


@pytest.mark.parametrize("alpha", [0.01, 0.025, 0.05, 0.1, 0.2])
def test_two_looks_with_half_of_the_information_each_hold_alpha(alpha: float) -> None:
    c = stats.norm.isf(look_level(alpha, looks=2))
    both = stats.multivariate_normal([0, 0], [[1, 0.5**0.5], [0.5**0.5, 1]]).cdf([c, c])
    assert 1 - both == pytest.approx(alpha, abs=2e-5)


@pytest.mark.parametrize("stored", [1, 5, 100])
@pytest.mark.parametrize("most", [2, 3, 100])
def test_two_looks_of_any_design_stay_close_to_alpha(stored: int, most: int) -> None:
    correlation = ((1 / stored + 1 / most) / (1 / stored + 1)) ** 0.5
    c = stats.norm.isf(look_level(0.05, looks=2))
    both = stats.multivariate_normal([0, 0], [[1, correlation], [correlation, 1]]).cdf([c, c])
    assert 1 - both < 0.061
