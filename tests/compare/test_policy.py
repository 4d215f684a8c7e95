"""From a gate to concrete margins: the table of defaults, and every gate that cannot judge its metric."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.compare.policy import Misfit, Rule, gate_of, resolve
from gate.model.suite import Gate, Margin, Policy, SuitePolicy
from tests.builders import make_metric

LATENCY = make_metric("latency_s", kind="measure", better="lower", log=True)
RATING = make_metric("rating", kind="scale", low=1, high=5)


def rule_of(metric: Any = None, *, policy: Policy | None = None, **gate: Any) -> Rule:
    rule = resolve(metric or make_metric(), gate=Gate(**gate), policy=policy or Policy())
    assert isinstance(rule, Rule), rule
    return rule


@pytest.mark.parametrize(
    ("metric", "gate", "drop", "catch", "slice_drop"),
    [
        (make_metric(), {}, 0.02, 0.05, 0.10),
        (make_metric(), {"max_drop": 0.04}, 0.04, 0.10, 0.10),
        (make_metric(), {"max_drop": 0.01}, 0.01, 0.05, 0.10),
        (make_metric(), {"max_drop": 0}, 0, 0.05, 0.10),
        (make_metric(), {"max_drop": 0.2}, 0.2, 0.5, 0.2),
        (make_metric(), {"must_catch": 0.2}, 0.02, 0.2, 0.10),
        (make_metric(), {"must_catch": 0.03}, 0.012, 0.03, 0.10),
        (make_metric(), {"max_drop": 0.03, "must_catch": 0.04}, 0.03, 0.04, 0.10),
        (make_metric(), {"slice_drop": 0.3}, 0.02, 0.05, 0.3),
        (LATENCY, {}, 0.10, 0.25, 0.25),
        (LATENCY, {"max_drop": "20%"}, 0.20, 0.50, 0.50),
        (LATENCY, {"max_drop": 0.5}, 0.5, 1.25, 0.5),
        (RATING, {}, 0.08, 0.20, 0.40),
        (RATING, {"max_drop": "10%"}, 0.10, 0.25, 0.4),
    ],
)
def test_margins_that_are_not_given_follow_the_table(
    metric: Any, gate: dict[str, Any], drop: float, catch: float, slice_drop: float
) -> None:
    rule = rule_of(metric, **gate)
    seen = (rule.max_drop, rule.must_catch, rule.slice_drop)
    assert seen == pytest.approx((drop, catch, slice_drop))


@pytest.mark.parametrize(
    ("metric", "gate", "scale"),
    [
        (make_metric(), {}, "differences"),
        (LATENCY, {}, "ratios"),
        (LATENCY, {"max_drop": 0.1}, "differences"),
        (LATENCY, {"must_catch": 0.1}, "differences"),
        (RATING, {"max_drop": "5%"}, "ratios"),
        (RATING, {"slice_drop": "30%"}, "ratios"),
    ],
)
def test_a_percentage_compares_ratios_and_a_number_compares_differences(
    metric: Any, gate: dict[str, Any], scale: str
) -> None:
    assert rule_of(metric, **gate).log is (scale == "ratios")


@pytest.mark.parametrize(
    ("metric", "gate", "word"),
    [
        (make_metric(), {"max_drop": "5%"}, "points"),
        (make_metric(), {"slice_drop": "5%"}, "points"),
        (make_metric(), {"max_drop": 0.1, "slice_drop": "5%"}, "absolute or all"),
        (LATENCY, {"slice_drop": 0.1}, "absolute or all"),
        (LATENCY, {"max_drop": "5%", "slice_drop": 0.1}, "absolute or all"),
        (RATING, {"max_drop": "50%"}, "100 %"),
        (RATING, {"max_drop": "20%", "must_catch": "100%"}, "100 %"),
        (make_metric(better="neither"), {}, "better"),
        (make_metric(better="neither"), {"mode": "warn"}, "better"),
        (make_metric(), {"must_catch": 0}, "larger than 0"),
    ],
)
def test_a_gate_that_cannot_judge_its_metric_says_why_and_what_to_write(
    metric: Any, gate: dict[str, Any], word: str
) -> None:
    misfit = resolve(metric, gate=Gate(**gate), policy=Policy())
    assert isinstance(misfit, Misfit)
    assert word in misfit.message
    assert misfit.fix


def test_a_metric_without_a_direction_can_be_recorded_or_given_one() -> None:
    neither = make_metric(better="neither")
    assert rule_of(neither, mode="record").sign == 1
    assert rule_of(neither, better="lower").sign == -1


@given(st.floats(0.001, 0.9), st.sampled_from(["higher", "lower"]))
def test_a_relative_drop_comes_back_from_the_log_scale(drop: float, better: str) -> None:
    rule = rule_of(make_metric(kind="measure", better=better, log=True))
    assert rule.as_drop(rule.on_scale(drop)) == pytest.approx(drop)


def test_a_tenth_slower_is_the_logarithm_of_1_1_and_a_tenth_less_that_of_0_9() -> None:
    assert rule_of(LATENCY).drop_on_scale == pytest.approx(math.log(1.1))
    more = make_metric(kind="measure", better="higher", log=True)
    assert rule_of(more).drop_on_scale == pytest.approx(-math.log(0.9))
    assert rule_of(LATENCY).as_change(-math.log(1.2)) == pytest.approx(0.2)
    assert rule_of(more).as_change(-math.log(1.25)) == pytest.approx(-0.2)


def test_a_ratio_too_large_for_a_number_is_infinite() -> None:
    assert rule_of(LATENCY).as_change(-1e6) == math.inf


@pytest.mark.parametrize(
    ("metric", "worst", "reach"),
    [
        (make_metric(), 0.0, 1.0),
        (make_metric(better="lower"), 1.0, 1.0),
        (RATING, 1.0, 4.0),
        (LATENCY, None, None),
    ],
)
def test_the_worst_value_and_the_range_are_the_metrics(metric: Any, worst: float, reach: float) -> None:
    rule = rule_of(metric)
    assert (rule.worst, rule.reach) == (worst, reach)


def test_a_slice_is_allowed_its_own_drop() -> None:
    rule = rule_of(policy=Policy(slice_drop=0.3)).for_slice()
    assert (rule.max_drop, rule.must_catch) == (0.3, 0.3)


@pytest.mark.parametrize(
    ("name", "suite", "gate"),
    [
        ("accuracy", SuitePolicy(), Gate()),
        ("accuracy", SuitePolicy(default_gate=Gate(max_drop=0.1)), Gate(max_drop=0.1)),
        ("accuracy", SuitePolicy(gates={"accuracy": Gate(min=0.9)}), Gate(min=0.9)),
        ("error_rate", SuitePolicy(default_gate=Gate(min=0.9, max_drop=0.1)), Gate()),
        ("error_rate", SuitePolicy(default_gate=Gate(mode="warn")), Gate(mode="warn")),
        ("error_rate", SuitePolicy(default_gate=Gate(mode="record")), Gate()),
        ("error_rate", SuitePolicy(gates={"error_rate": Gate(max=0.01)}), Gate(max=0.01)),
        ("coverage.accuracy", SuitePolicy(), Gate()),
        ("coverage.accuracy", SuitePolicy(gates={"accuracy": Gate(mode="warn", min=0.9)}), Gate(mode="warn")),
        ("coverage.accuracy", SuitePolicy(default_gate=Gate(min_coverage=0.8)), Gate(min=0.8)),
        (
            "coverage.accuracy",
            SuitePolicy(gates={"accuracy": Gate(min_coverage=0.8), "coverage.accuracy": Gate(min=0.9)}),
            Gate(min=0.9),
        ),
        (
            "coverage.accuracy",
            SuitePolicy(gates={"accuracy": Gate(min_coverage=0.95), "coverage.accuracy": Gate(min=0.9)}),
            Gate(min=0.95),
        ),
    ],
)
def test_what_is_counted_takes_no_bars_from_the_default_gate(
    name: str, suite: SuitePolicy, gate: Gate
) -> None:
    assert gate_of(make_metric(name), suite=suite) == gate


def test_a_metric_has_the_margins_of_the_default_gate_where_its_own_gate_has_none() -> None:
    suite = SuitePolicy(
        gates={"own": Gate(max_drop=Margin(value=0.5)), "bare": Gate(min=0.8), "back": Gate(max_drop=None)},
        default_gate=Gate(max_drop=Margin(value=0.1), must_catch=Margin(value=0.3), mode="warn"),
    )
    drops = {
        name: gate_of(make_metric(name), suite=suite).max_drop for name in ("own", "bare", "back", "none")
    }
    assert drops == {
        "own": Margin(value=0.5),
        "bare": Margin(value=0.1),
        "back": None,
        "none": Margin(value=0.1),
    }
    assert gate_of(make_metric("bare"), suite=suite) == Gate(
        min=0.8, max_drop=Margin(value=0.1), must_catch=Margin(value=0.3)
    )
    assert gate_of(make_metric("none"), suite=suite) == suite.default_gate


@pytest.mark.parametrize("gates", [{}, {"latency_s": Gate()}])
def test_an_absolute_margin_of_the_default_gate_does_not_reach_a_metric_that_is_compared_as_a_ratio(
    gates: dict[str, Gate],
) -> None:
    latency = make_metric("latency_s", kind="measure", better="lower", log=True)
    absolute = SuitePolicy(
        gates=gates, default_gate=Gate(max_drop=Margin(value=0.1), slice_drop=Margin(value=0.2))
    )
    rule = resolve(latency, gate=gate_of(latency, suite=absolute), policy=Policy())
    assert isinstance(rule, Rule)
    assert (rule.log, rule.max_drop, rule.must_catch) == (True, 0.10, 0.25)
    relative = SuitePolicy(gates=gates, default_gate=Gate(max_drop=Margin(value=0.2, relative=True)))
    rule = resolve(latency, gate=gate_of(latency, suite=relative), policy=Policy())
    assert isinstance(rule, Rule)
    assert (rule.log, rule.max_drop) == (True, 0.2)
