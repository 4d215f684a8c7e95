"""The law of the head's successes against brute force, scipy, and McNemar of statsmodels."""

import itertools
import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar

from gate.compare.exact import Law, convolve, hypergeometric, log_least, power, sum_of_cases


@given(st.integers(1, 12), st.data())
def test_one_case_is_hypergeometric(pool: int, data: st.DataObject) -> None:
    taken, successes = data.draw(st.integers(0, pool)), data.draw(st.integers(0, pool))
    law = hypergeometric(successes, pool=pool, taken=taken)
    values = range(law.first, law.first + len(law.mass))
    assert list(law.mass) == pytest.approx(list(stats.hypergeom.pmf(values, pool, successes, taken)))
    assert math.fsum(law.mass) == pytest.approx(1)


def relabeled(cases: list[tuple[int, ...]], taken: int) -> Counter[int]:
    """How often each sum of the head's successes comes up over every way to deal the draws."""
    ways = [[sum(head) for head in itertools.combinations(case, taken)] for case in cases]
    return Counter(map(sum, itertools.product(*ways)))


@given(
    st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=1, max_size=5),
    st.integers(1, 3),
    st.integers(0, 15),
)
@settings(max_examples=60)
def test_many_cases_are_every_way_to_deal_their_draws(
    cases: list[tuple[int, ...]], taken: int, seen: int
) -> None:
    ways = relabeled(cases, taken)
    total = sum(ways.values())
    expected = (sum(count for c, count in ways.items() if c < seen) + ways[seen] / 2) / total
    classes = Counter(map(sum, cases))
    assert sum_of_cases(classes, pool=4, taken=taken).mid_p_below(seen) == pytest.approx(expected, abs=1e-12)
    worst = ways[min(ways)] / total
    assert math.exp(log_least(classes, pool=4, taken=taken)) == pytest.approx(worst)


@given(st.integers(0, 60), st.integers(0, 60))
def test_one_draw_a_side_is_mcnemars_mid_p(broken: int, fixed: int) -> None:
    if broken + fixed == 0:
        return
    ours = sum_of_cases({1: broken + fixed}, pool=2, taken=1).mid_p_below(fixed)
    exact = mcnemar([[0, broken], [fixed, 0]], exact=True).pvalue
    two_sided = exact - stats.binom.pmf(min(broken, fixed), broken + fixed, 0.5)
    # The two-sided mid-p is twice the smaller one-sided one; where both are 1/2, statsmodels caps its exact p at 1.
    if broken != fixed:
        assert min(ours, 1 - ours) == pytest.approx(two_sided / 2, abs=1e-12)
    else:
        assert ours == pytest.approx(0.5)


@given(st.lists(st.integers(0, 400), min_size=7, max_size=7), st.integers(-20, 20))
@settings(max_examples=25)
def test_large_sums_are_close_to_their_normal_law_and_sum_to_one(counts: list[int], shift: int) -> None:
    classes = dict(enumerate(counts))
    law = sum_of_cases(classes, pool=6, taken=1)
    assert math.fsum(law.mass) == pytest.approx(1, abs=1e-12)
    mean = sum(n * m / 6 for m, n in classes.items())
    values = range(law.first, law.first + len(law.mass))
    assert math.fsum(v * p for v, p in zip(values, law.mass, strict=True)) == pytest.approx(mean, abs=1e-7)
    sd = math.sqrt(sum(n * m / 6 * (1 - m / 6) for m, n in classes.items()))
    if sd > 8:
        seen = round(mean + shift * sd / 8)
        assert law.mid_p_below(seen) == pytest.approx(stats.norm.cdf((seen - mean) / sd), abs=0.01)


@pytest.mark.parametrize("count", [1_000, 100_000])
def test_what_is_dropped_at_the_ends_does_not_show(count: int) -> None:
    law = power(hypergeometric(5, pool=6, taken=1), count)
    values = np.arange(law.first, law.first + len(law.mass))
    binomial = stats.binom.pmf(values, count, 5 / 6)
    assert np.abs(np.array(law.mass) - binomial).max() < 1e-12
    assert abs(1 - math.fsum(law.mass)) < 1e-11
    assert len(law.mass) < 60 * math.sqrt(count)


def test_a_sum_of_nothing_is_nothing() -> None:
    assert power(Law(3, (0.5, 0.5)), 0) == Law(0, (1.0,))
    assert convolve(Law(3, (0.5, 0.5)), Law(0, (1.0,))) == Law(3, (0.5, 0.5))


@given(st.integers(-3, 9))
def test_a_mid_p_lies_between_0_and_1(seen: int) -> None:
    p = Law(0, (0.25, 0.5, 0.25)).mid_p_below(seen)
    assert p == pytest.approx(stats.binom.cdf(seen, 2, 0.5) - stats.binom.pmf(seen, 2, 0.5) / 2)
