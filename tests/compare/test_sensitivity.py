"""Planning figures: the published ones, and the laws that bind them."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gate.compare.sensitivity import FEWEST_CASES, Aim, Design, cases_for, detectable, draws_for

ORDINARY = 0.0425
AIM = Aim(level=0.05, power=0.8, max_drop=0.02, reach=1.0)
AIMS = st.builds(
    Aim,
    level=st.floats(0.001, 0.2),
    power=st.floats(0.6, 0.95),
    max_drop=st.floats(0, 0.05),
    reach=st.sampled_from([None, 1.0, 4.0]),
)
DESIGNS = st.builds(
    Design,
    n=st.integers(20, 5_000).map(float),
    kb=st.integers(1, 6).map(float),
    kc=st.integers(1, 6).map(float),
    noise=st.floats(0.0001, 0.2),
)


@pytest.mark.parametrize(("stored", "fresh", "cases"), [(1, 1, 334), (5, 1, 182), (5, 3, 105)])
def test_at_ordinary_noise_five_points_need_the_published_number_of_cases(
    stored: int, fresh: int, cases: int
) -> None:
    design = Design(n=100, kb=stored, kc=fresh, noise=ORDINARY)
    assert cases_for(0.05, design=design, aim=AIM) == pytest.approx(cases, abs=1)


@given(DESIGNS)
def test_the_smallest_drop_is_the_published_fixed_point(design: Design) -> None:
    aim = replace(AIM, max_drop=0.0)
    smallest = detectable(design, aim=aim)
    if smallest is None:
        return
    a, b, pool = stats.norm.ppf(0.95), stats.norm.ppf(0.8), design.kb + design.kc
    null = math.sqrt(design.noise * design.h + smallest / (pool - 1))
    both = math.sqrt(design.noise * design.h + smallest)
    assert smallest == pytest.approx((a * null + b * both) / math.sqrt(design.n), rel=1e-4)


@given(DESIGNS, AIMS)
def test_the_smallest_drop_needs_no_more_than_todays_cases(design: Design, aim: Aim) -> None:
    smallest = detectable(design, aim=aim)
    if smallest is not None:
        assert smallest > aim.max_drop
        needed = cases_for(smallest, design=design, aim=aim)
        assert needed is not None
        assert needed <= max(design.n, FEWEST_CASES)


@given(DESIGNS, AIMS, st.floats(0.06, 1))
def test_more_cases_and_more_draws_never_find_less(design: Design, aim: Aim, drop: float) -> None:
    smallest = detectable(design, aim=aim)
    for better in (replace(design, n=2 * design.n), replace(design, kc=design.kc + 1)):
        found = detectable(better, aim=aim)
        assert smallest is None or (found is not None and found <= smallest * (1 + 1e-5))
    now, then = cases_for(drop, design=design, aim=aim), cases_for(drop * 1.5, design=design, aim=aim)
    assert now is not None
    assert then is not None
    assert then <= now


@given(DESIGNS, AIMS, st.floats(0.06, 1))
def test_the_draws_that_are_named_are_the_fewest(design: Design, aim: Aim, drop: float) -> None:
    def enough(draws: int) -> bool:
        smallest = detectable(replace(design, kc=draws), aim=aim)
        return smallest is not None and smallest <= drop * (1 - 1e-5)

    draws = draws_for(drop, design=design, aim=aim)
    if draws is None:
        assert not enough(100)
    elif draws > 1:
        assert not enough(draws - 1)


def test_no_number_of_cases_finds_what_is_allowed() -> None:
    design = Design(n=100, kb=5, kc=1, noise=ORDINARY)
    assert cases_for(0.02, design=design, aim=AIM) is None
    assert draws_for(0.02, design=design, aim=AIM) is None


def test_a_suite_too_small_for_the_largest_drop_can_find_none() -> None:
    assert detectable(Design(n=2, kb=1, kc=1, noise=0.2), aim=AIM) is None
