"""Floors and ceilings: the statistics against numpy, their p against scipy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from gate.compare.bars import Bar, bars, misfit_of, quantile, statistic, unjudged
from gate.compare.pairs import Draws
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy, SuitePolicy
from tests.builders import make_metric


def rule_of(gate: dict[str, Any], **metric: Any) -> Rule:
    rule = resolve(make_metric(**metric), gate=Gate(**gate), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def bars_of(
    draws: Sequence[Draws], gate: dict[str, Any], *, labels: list[str] | None = None, **metric: Any
) -> list[Bar]:
    rule = rule_of(gate, **metric)
    value = statistic(draws, rule, cases=len(draws))
    return list(bars(draws, rule, value=value, cases=len(draws), labels=labels))


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=60), st.sampled_from([0.5, 0.95, 0.99]))
def test_percentiles_are_numpys(values: list[float], share: float) -> None:
    assert quantile(values, share=share) == pytest.approx(np.quantile(values, share), rel=1e-9, abs=1e-9)


DRAWS: Sequence[Draws] = [(1.0, 3.0), (2.0,), (8.0, 2.0)]


@pytest.mark.parametrize(
    ("name", "log", "value"),
    [
        ("mean", False, (2 + 2 + 5) / 3),
        ("mean", True, np.exp((np.log(3) / 2 + np.log(2) + np.log(16) / 2) / 3)),
        ("total", False, 4 * (2 + 2 + 5) / 3),
        ("total", True, 4 * (2 + 2 + 5) / 3),
        ("p50", True, 2.0),
        ("p95", False, np.quantile([1, 3, 2, 8, 2], 0.95)),
    ],
)
def test_each_statistic_is_what_its_name_says(name: str, log: object, value: float) -> None:
    rule = rule_of({"statistic": name}, kind="measure", log=log)
    assert statistic(DRAWS, rule, cases=4) == pytest.approx(value)


def test_a_mean_of_zeros_and_ones_is_held_against_its_bar_with_the_binomial_law() -> None:
    draws: Sequence[Draws] = [(1.0, 1.0)] * 30 + [(0.0, 1.0)] * 10
    floor, ceiling = bars_of(draws, {"min": 0.95, "max": 0.97})
    assert (floor.breached, floor.value) == (True, 0.875)
    assert floor.p == pytest.approx(stats.binom.cdf(70, 80, 0.95))
    assert not ceiling.breached
    assert ceiling.p == pytest.approx(stats.binom.sf(69, 80, 0.97))


@pytest.mark.parametrize(("limit", "p"), [(1.0, 0.0), (1.5, 0.0), (-0.5, 1.0)])
def test_a_floor_at_or_beyond_the_range_is_certain(limit: float, p: float) -> None:
    (floor,) = bars_of([(1.0,)] * 9 + [(0.0,)], {"min": limit})
    assert (floor.p, floor.breached) == (p, p == 0.0)


def test_not_one_error_may_stand_where_none_is_allowed() -> None:
    (ceiling,) = bars_of([(0.0,)] * 19 + [(1.0,)], {"max": 0}, better="lower")
    assert (ceiling.breached, ceiling.p) == (True, 0.0)


@given(
    st.lists(st.floats(0.1, 9), min_size=5, max_size=30).filter(lambda v: np.ptp(v) > 0.01), st.floats(0.5, 8)
)
def test_any_other_mean_is_held_against_its_bar_with_students_t(values: list[float], limit: float) -> None:
    draws: Sequence[Draws] = [(value,) for value in values]
    floor, ceiling = bars_of(draws, {"min": limit, "max": limit}, kind="measure")
    assert floor.p == pytest.approx(stats.ttest_1samp(values, limit, alternative="less").pvalue, abs=1e-9)
    assert ceiling.p == pytest.approx(
        stats.ttest_1samp(values, limit, alternative="greater").pvalue, abs=1e-9
    )


def test_a_geometric_mean_is_held_against_its_bar_on_the_log_scale() -> None:
    values = [0.2, 0.5, 0.7, 1.1, 0.4, 0.6]
    (ceiling,) = bars_of([(v,) for v in values], {"max": 0.4}, kind="measure", better="lower", log=True)
    expected = stats.ttest_1samp(np.log(values), np.log(0.4), alternative="greater").pvalue
    assert ceiling.p == pytest.approx(expected)
    assert ceiling.breached


@pytest.mark.parametrize(("gate", "p"), [({"max": 0.0}, 0.0), ({"min": 0.0}, 1.0)])
def test_a_bar_at_zero_is_certain_for_values_above_it(gate: dict[str, float], p: float) -> None:
    (bar,) = bars_of([(1.0,)] * 6, gate, kind="measure", better="lower", log=True)
    assert bar.p == p


def test_a_total_is_its_mean_times_the_cases() -> None:
    values = [1.0, 2.0, 4.0, 3.0, 2.0]
    (ceiling,) = bars_of([(v,) for v in values], {"max": 10, "statistic": "total"}, kind="measure", log=True)
    assert ceiling.value == pytest.approx(12)
    assert ceiling.p == pytest.approx(stats.ttest_1samp(values, 2.0, alternative="greater").pvalue)


def test_a_percentile_is_held_against_its_bar_by_counting_the_draws_beyond() -> None:
    values = list(range(1, 201))
    ceiling, *_ = bars_of([(float(v),) for v in values], {"max": 180, "statistic": "p95"}, kind="measure")
    assert ceiling.p == pytest.approx(stats.binom.sf(19, 200, 0.05))
    floor, *_ = bars_of([(float(v),) for v in values], {"min": 120, "statistic": "p50"}, kind="measure")
    assert floor.p == pytest.approx(stats.binom.sf(118, 200, 0.5))


def test_clusters_make_a_bar_less_sure_and_too_few_of_them_tell_nothing() -> None:
    draws: Sequence[Draws] = [(float(i % 10 < 7),) for i in range(100)]
    labels = [f"t{i % 10}" for i in range(100)]
    (alone,) = bars_of(draws, {"min": 0.8})
    (together,) = bars_of(draws, {"min": 0.8}, labels=labels)
    assert alone.p is not None
    assert together.p is not None
    assert together.p > alone.p
    assert bars_of(draws, {"min": 0.8}, labels=["t0"] * 50 + ["t1"] * 50)[0].p is None
    assert bars_of(draws, {"min": 0.8, "statistic": "p50"}, labels=labels)[0].p is not None


def test_a_percentile_whose_bar_cannot_be_judged_is_known_before_a_run() -> None:
    rules = SuitePolicy(
        gates={
            "b": Gate(statistic="p99", min=1),
            "a": Gate(statistic="p95", max=4),
            "shown only": Gate(statistic="p95"),
            "median": Gate(statistic="p50", max=4),
        }
    )
    assert unjudged(rules, cases=199) == [("a", "p95"), ("b", "p99")]
    assert unjudged(rules, cases=200) == []


@pytest.mark.parametrize(
    ("gate", "said"),
    [
        ({"min": 2}, "between 0 and 1, so that `min: 2` never holds"),
        ({"min": 0}, "between 0 and 1, so that `min: 0` always holds"),
        ({"min": -1}, "`min: -1` always holds"),
        ({"max": 1}, "`max: 1` always holds"),
        ({"max": -0.1}, "`max: -0.1` never holds"),
        ({"min": 1}, ""),
        ({"max": 0}, ""),
        ({"min": 0.5, "max": 0.9}, ""),
        ({"min": 40, "statistic": "total"}, ""),
    ],
)
def test_a_bar_that_always_or_never_holds_is_refused_with_the_range(gate: dict[str, Any], said: str) -> None:
    found = misfit_of(make_metric(), gate=Gate(**gate), policy=Policy())
    assert (found is None) == (not said)
    assert said in (found.message if found else "")


def test_a_bar_of_a_metric_without_a_range_may_be_anything() -> None:
    metric = make_metric("length", kind="measure")
    assert misfit_of(metric, gate=Gate(min=-5, max=1e9), policy=Policy()) is None
