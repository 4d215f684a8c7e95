import math
from statistics import fmean, variance

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import t as student

from gate.compare.further import log_further

falls = st.lists(st.sampled_from([-1.0, -0.8, -0.5, -0.2, 0.0, 0.2, 1.0]), min_size=2, max_size=30)


@given(falls, falls)
def test_it_is_the_test_of_welch_where_the_part_fell_further(
    inside: list[float], others: list[float]
) -> None:
    found = log_further(inside, others)
    if sum(inside) / len(inside) >= sum(others) / len(others) - 1e-9:
        assert found == 0
    elif len(set(inside)) == len(set(others)) == 1:
        assert found == -math.inf
    else:
        first, second = variance(inside) / len(inside), variance(others) / len(others)
        df = (first + second) ** 2 / (first**2 / (len(inside) - 1) + second**2 / (len(others) - 1))
        known = student.cdf((fmean(inside) - fmean(others)) / math.sqrt(first + second), df)
        assert math.exp(found) == pytest.approx(known, rel=1e-6, abs=1e-300)


def test_one_case_proves_nothing() -> None:
    assert log_further([-1.0], [0.0, 0.1, 0.0]) == 0
    assert log_further([-1.0, -1.0], [0.0]) == 0
