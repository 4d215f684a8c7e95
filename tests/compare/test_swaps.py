"""The bound on the chance of so large a fall: never too small, and near where it can be counted."""

import math
from collections.abc import Sequence
from itertools import combinations, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.compare.moments import moments_of
from gate.compare.pairs import Draws, Pairs
from gate.compare.permutation import difference
from gate.compare.policy import Rule, resolve
from gate.compare.swaps import log_fallen, swaps_of
from gate.model.suite import Gate, Policy
from tests.builders import make_metric


def rule_of() -> Rule:
    rule = resolve(make_metric(), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def bound(
    cases: Sequence[tuple[Draws, Draws]], *, labels: list[str] | None = None, allowance: float = 0
) -> float:
    ids = [f"c{place}" for place in range(len(cases))]
    pairs = Pairs(ids, [x for x, _ in cases], [y for _, y in cases], [0] * len(ids))
    moments = moments_of(pairs, rule_of())
    own = [moments.kinds[place] for place in moments.places]
    return log_fallen(list(zip(own, labels or ids, strict=True)), rule_of(), allowance=allowance)


def counted(cases: list[tuple[Draws, Draws]]) -> float:
    """The exact chance, by all ways to deal the draws of all cases."""
    every = [
        [
            difference(tuple(v for i, v in enumerate(x + y) if i not in new), tuple((x + y)[i] for i in new))
            for new in combinations(range(len(x + y)), len(y))
        ]
        for x, y in cases
    ]
    seen = math.fsum(difference(x, y) for x, y in cases)
    sums = [math.fsum(each) for each in product(*every)]
    return sum(total <= seen + 1e-12 for total in sums) / len(sums)


draws = st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=1, max_size=3).map(tuple)


@settings(max_examples=60)
@given(st.lists(st.tuples(draws, draws), min_size=1, max_size=4))
def test_it_is_never_smaller_than_the_chance_itself(cases: list[tuple[Draws, Draws]]) -> None:
    assert math.exp(bound(cases)) >= counted(cases) * (1 - 1e-6)


def test_of_the_worst_that_can_be_it_is_the_chance_itself() -> None:
    cases = [((1.0,) * 5, (0.0,))] * 8
    assert math.exp(bound(cases)) == pytest.approx(6.0**-8, rel=0.01)


@given(st.lists(st.sampled_from([0.0, 0.2, 1.0]), min_size=12, max_size=12))
def test_where_the_ways_are_too_many_it_lies_above_them(values: list[float]) -> None:
    pair = (tuple(values[:6]), tuple(values[6:]))
    pairs = Pairs(["a"], [pair[0]], [pair[1]], [0])
    (moment,) = moments_of(pairs, rule_of()).kinds
    law = swaps_of(moment, rule_of())
    every = [
        difference(tuple(v for i, v in enumerate(values) if i not in new), tuple(values[i] for i in new))
        for new in combinations(range(12), 6)
    ]
    for theta in (0.5, 2.0, 8.0):
        exact = math.log(math.fsum(math.exp(-theta * d) for d in every) / len(every))
        assert law.log_mean_exp(theta) >= exact - 1e-9


def test_cases_of_one_cluster_count_as_little_as_one_case() -> None:
    case = ((1.0,) * 5, (0.0,))
    together = bound([case] * 10, labels=["talk"] * 10)
    assert together == pytest.approx(bound([case]), abs=0.01)
    assert bound([case] * 10) < 9 * together


def test_what_the_luck_of_a_run_explains_is_taken_off() -> None:
    cases = [((1.0,) * 5, (0.0,))] * 8
    assert bound(cases, allowance=0.2) > bound(cases)
    assert bound(cases, allowance=1.0) == 0.0


def test_without_a_fall_nothing_is_claimed() -> None:
    assert bound([((0.0, 1.0), (1.0,))]) == 0.0
    assert bound([((1.0, 1.0), (1.0,))]) == 0.0
