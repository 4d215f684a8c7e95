"""How noisy a draw is, against numpy and against counting."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.compare.noise import clustered_variance, flip_rate, variance, within_variance

DRAWS = st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=2, max_size=6).map(tuple)


@given(DRAWS)
def test_a_variance_is_numpys_with_one_degree_of_freedom_less(draws: tuple[float, ...]) -> None:
    assert variance(draws) == pytest.approx(np.var(draws, ddof=1))


@given(st.lists(DRAWS, min_size=1, max_size=8))
def test_the_flip_rate_is_the_share_of_pairs_of_draws_that_differ(cases: list[tuple[float, ...]]) -> None:
    expected = np.mean([np.mean([a != b for a, b in itertools.combinations(case, 2)]) for case in cases])
    assert flip_rate((case, 1) for case in cases) == pytest.approx(expected)


@given(st.lists(DRAWS.filter(lambda draws: 0.5 not in draws), min_size=1, max_size=8))
def test_half_the_flip_rate_is_the_variance_of_zeros_and_ones(cases: list[tuple[float, ...]]) -> None:
    flips = flip_rate((case, 1) for case in cases)
    assert flips is not None
    assert within_variance((case, 1) for case in cases) == pytest.approx(flips / 2)


def test_a_case_counts_as_often_as_it_occurs() -> None:
    assert within_variance([((0.0, 1.0), 3), ((1.0, 1.0), 1)]) == pytest.approx(0.375)


def test_a_single_draw_tells_nothing_of_the_noise() -> None:
    assert within_variance([((1.0,), 5)]) is None
    assert flip_rate([((1.0,), 5)]) is None


def test_cases_that_stand_alone_have_the_variance_of_independent_ones() -> None:
    cases = [(0.0, 1.0, 1.0), (1.0, 1.0, 1.0), (0.0, 0.0, 1.0)]
    alone = clustered_variance(cases, labels=["a", "b", "c"])
    assert alone == pytest.approx(within_variance((case, 1) for case in cases))


def test_cases_that_move_together_have_more_noise_than_independent_ones() -> None:
    cases = [(0.0, 1.0, 1.0)] * 4
    assert clustered_variance(cases, labels=["a"] * 4) == pytest.approx(4 * variance(cases[0]))


@pytest.mark.parametrize("cases", [[(1.0,), (0.0,)], [(1.0, 0.0), (1.0, 0.0, 1.0)]])
def test_draws_that_cannot_be_laid_side_by_side_tell_nothing_of_clusters(
    cases: list[tuple[float, ...]],
) -> None:
    assert clustered_variance(cases, labels=["a", "a"]) is None
