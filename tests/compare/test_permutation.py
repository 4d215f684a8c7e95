"""The shuffled p against every way to deal the draws."""

import itertools
import math
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.compare.permutation import SHUFFLES, Draws, difference, least_p, permutation_p

DRAW = st.integers(-8, 8).map(lambda k: k / 4)
CASES = st.lists(
    st.tuples(
        st.lists(DRAW, min_size=1, max_size=3).map(tuple), st.lists(DRAW, min_size=1, max_size=2).map(tuple)
    ),
    min_size=1,
    max_size=4,
)


def every_deal(cases: list[tuple[Draws, Draws]]) -> list[float]:
    """The sum of the differences over every way to deal each case's draws."""
    ways = []
    for before, after in cases:
        pool = before + after
        total = sum(pool)
        heads = (sum(head) for head in itertools.combinations(pool, len(after)))
        ways.append([head / len(after) - (total - head) / len(before) for head in heads])
    return [math.fsum(deal) for deal in itertools.product(*ways)]


@given(CASES)
@settings(max_examples=40)
def test_p_is_that_of_every_way_to_deal_the_draws_but_for_chance(cases: list[tuple[Draws, Draws]]) -> None:
    sums = every_deal(cases)
    seen = math.fsum(difference(before, after) for before, after in cases)
    below = sum(s < seen - 1e-9 for s in sums) + sum(abs(s - seen) <= 1e-9 for s in sums) / 2
    exact = below / len(sums)
    error = 5 * math.sqrt(max(exact * (1 - exact), 1 / SHUFFLES) / SHUFFLES) + 1 / SHUFFLES
    assert permutation_p(cases) == pytest.approx(exact, abs=error)


@given(CASES)
@settings(max_examples=40)
def test_the_smallest_p_is_that_of_the_worst_deal(cases: list[tuple[Draws, Draws]]) -> None:
    sums = every_deal(cases)
    share = sum(s <= min(sums) + 1e-9 for s in sums) / len(sums)
    assert least_p(cases) == pytest.approx(max(share / 2, 1 / (1 + SHUFFLES)))


@given(CASES, st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_p_depends_neither_on_the_order_of_cases_nor_of_draws(
    cases: list[tuple[Draws, Draws]], random: Random
) -> None:
    mixed = [(tuple(random.sample(b, len(b))), tuple(random.sample(a, len(a)))) for b, a in cases]
    random.shuffle(mixed)
    assert permutation_p(mixed) == permutation_p(cases)


def test_p_is_never_zero() -> None:
    cases = [((1.0, 1.1, 1.2, 1.3, 1.4), (0.0,))] * 15
    assert permutation_p(cases) == 1 / (1 + SHUFFLES)


def test_more_ways_than_can_be_listed_are_sampled() -> None:
    cases = [(tuple(float(i) for i in range(10)), tuple(float(i) for i in range(5, 15)))]
    assert permutation_p(cases) > 0.95
