"""A case's difference and its variance, against every way to deal its draws."""

import itertools
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.compare.moments import Moment, moments_of
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy
from tests.builders import make_metric

SIDE = st.lists(st.integers(1, 12).map(lambda k: k / 4), min_size=1, max_size=4).map(tuple)


def moment_of(x: tuple[float, ...], y: tuple[float, ...], **metric: Any) -> Moment:
    rule = resolve(make_metric(**{"kind": "measure", **metric}), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    ((moment, _),) = moments_of(Pairs(ids=["a"], before=[x], after=[y], missing=[0]), rule)
    return moment


@given(SIDE, SIDE)
def test_v_and_the_smallest_difference_are_those_of_dealing_the_draws_anew(
    x: tuple[float, ...], y: tuple[float, ...]
) -> None:
    pool, total = x + y, sum(x + y)
    deals = [
        sum(head) / len(y) - (total - sum(head)) / len(x) for head in itertools.combinations(pool, len(y))
    ]
    moment = moment_of(x, y)
    assert moment.v == pytest.approx(np.var(deals), abs=1e-12)
    assert moment.least == pytest.approx(min(deals), abs=1e-12)
    assert moment.d == pytest.approx(np.mean(y) - np.mean(x), abs=1e-12)


@given(SIDE, SIDE)
def test_lower_is_better_turns_the_sign_and_nothing_else(x: tuple[float, ...], y: tuple[float, ...]) -> None:
    up, down, back = moment_of(x, y), moment_of(x, y, better="lower"), moment_of(y, x)
    assert down.d == -up.d == pytest.approx(back.d)
    assert down.v == pytest.approx(up.v)


@given(SIDE, SIDE)
def test_ratios_are_compared_by_their_logarithms(x: tuple[float, ...], y: tuple[float, ...]) -> None:
    logs = moment_of(tuple(map(math.log, x)), tuple(map(math.log, y)), better="lower")
    ratio = moment_of(x, y, better="lower", log=True)
    assert [ratio.d, ratio.v] == pytest.approx([logs.d, logs.v], abs=1e-12)


def test_each_sides_own_variance_needs_two_draws_of_it() -> None:
    moment = moment_of((1.0, 0.0, 0.0), (1.0,))
    assert moment.noise_before == pytest.approx(np.var((1, 0, 0), ddof=1))
    assert moment.noise_after is None
    assert moment_of((1.0,), (0.0, 0.0)).noise_after == 0.0


def test_equal_means_of_decimal_draws_do_not_differ() -> None:
    assert moment_of((0.1, 0.2, 0.3), (0.2, 0.2, 0.2)).d == 0.0
    assert moment_of((0.1,) * 3, (0.1,)).v == 0.0


def test_cases_with_the_same_draws_are_counted_together() -> None:
    rule = resolve(make_metric(), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    pairs = Pairs(ids=list("abc"), before=[(1.0,)] * 3, after=[(1.0,), (0.0,), (1.0,)], missing=[0] * 3)
    moments = moments_of(pairs, rule)
    assert sorted((count, moment.d) for moment, count in moments) == [(1, -1.0), (2, 0.0)]
    part = moments.subset([0, 2])
    assert [(count, moment.d) for moment, count in part] == [(2, 0.0)]
    assert part.places == [0, 0]


@given(st.lists(st.tuples(SIDE, SIDE), min_size=1, max_size=8), st.data())
def test_the_moments_of_some_cases_are_those_of_these_cases_alone(
    cases: list[tuple[tuple[float, ...], tuple[float, ...]]], data: st.DataObject
) -> None:
    rule = resolve(make_metric(kind="measure"), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    some = data.draw(st.lists(st.integers(0, len(cases) - 1), min_size=1, unique=True))
    before, after = zip(*cases, strict=True)
    pairs = Pairs(
        ids=[str(i) for i in range(len(cases))], before=before, after=after, missing=[0] * len(cases)
    )
    assert moments_of(pairs, rule).subset(some) == moments_of(pairs.subset(some), rule)


def test_a_figure_of_some_cases_is_averaged_over_those_that_have_it() -> None:
    rule = resolve(make_metric(), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    pairs = Pairs(ids=list("ab"), before=[(1.0, 0.0), (1.0,)], after=[(1.0,)] * 2, missing=[0] * 2)
    moments = moments_of(pairs, rule)
    assert moments.average("noise_before") == 0.5
    assert moments.average("flips_before") == 1.0
    assert moments.average("flips_after") is None
