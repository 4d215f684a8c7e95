"""The sentences of the findings: what decided, in figures, and what to do next."""

from typing import Any

import pytest

from gate.compare.grounds import amount, on_broken, on_judgement
from gate.compare.judge import Judgement
from gate.model.suite import Policy
from gate.model.verdict import Finding, Kind, MetricDiff


def make_diff(**fields: Any) -> MetricDiff:
    given: dict[str, Any] = {
        "suite": "support",
        "metric": "accuracy",
        "kind": Kind.REGRESSED,
        "better": "higher",
        "max_drop": 0.02,
        "must_catch": 0.05,
        "baseline": 0.91,
        "head": 0.83,
        "delta": -0.08,
        "low": -0.12,
        "high": -0.04,
        "drop": 0.08,
        "n": 100,
        "head_draws": (1, 1),
        "cases_needed": 182,
        "draws_needed": 4,
    }
    return MetricDiff(**{**given, **fields})


def say(code: str, kind: Kind = Kind.REGRESSED, reason: str = "the reason", **fields: Any) -> Finding:
    found = on_judgement(make_diff(**fields), Judgement(kind, code, reason), policy=Policy())
    assert found is not None
    return found


def test_a_regression_says_how_far_how_far_is_allowed_and_from_where_to_where() -> None:
    found = say("regressed")
    assert (
        found.message == "accuracy in support: got worse by 0.08; allowed: 0.02 (0.91 to 0.83 over 100 cases)"
    )
    assert found.action == "look at the cases that got worse; if this is wanted, run `gate accept support`"
    assert (found.exit_code, found.blocking) == (1, True)


def test_a_drop_within_0_and_1_is_said_in_points_as_in_the_table_beside_it() -> None:
    found = say("regressed", bounds=(0, 1), drop=0.5625, max_drop=0.01, baseline=0.75, head=0.1875, n=16)
    assert (
        found.message
        == "accuracy in support: got worse by 56.2 points; allowed: 1 point (0.75 to 0.1875 over 16 cases)"
    )


def test_a_relative_drop_is_said_in_per_cent_and_its_values_in_their_unit() -> None:
    found = say(
        "regressed",
        relative=True,
        unit="s",
        metric="latency_s",
        drop=0.212,
        max_drop=0.1,
        baseline=0.5,
        head=0.606,
    )
    assert (
        found.message
        == "latency_s in support: got worse by 21.2%; allowed: 10% (0.5 s to 0.606 s over 100 cases)"
    )


def test_a_slice_is_named() -> None:
    found = say("slice_regressed", slice="area=billing")
    assert found.message.startswith("accuracy in area=billing of support: got worse by 0.08")
    assert found.slice == "area=billing"


@pytest.mark.parametrize(
    ("fields", "action"),
    [
        ({}, "4 draws a case or 182 cases would find a drop of 0.05"),
        ({"draws_needed": None}, "182 cases would find a drop of 0.05"),
        ({"draws_needed": 1, "cases_needed": 90}, "take more draws, or add cases"),
    ],
)
def test_what_could_not_be_told_comes_with_what_would_tell(fields: dict[str, Any], action: str) -> None:
    found = say("inconclusive", Kind.INCONCLUSIVE, "a drop that must be caught cannot be ruled out", **fields)
    assert found.message == (
        "accuracy in support: could not tell: a drop that must be caught cannot be ruled out "
        "(0.05; seen: -0.08, between -0.12 and -0.04)"
    )
    assert found.action == action
    assert found.exit_code == 0


@pytest.mark.parametrize(
    ("code", "action"),
    [
        ("too_few_cases", "add cases to the suite"),
        ("few_cases", "add cases to the suite"),
        (
            "too_few_for_percentile",
            "add cases to the suite, or hold another `statistic` against the bar, such as p50",
        ),
        ("few_clusters", "add cases from other clusters"),
        ("missing_draws", "run again, so that the failed draws have a score"),
    ],
)
def test_every_reason_not_to_tell_has_its_remedy(code: str, action: str) -> None:
    found = say(code, Kind.INCONCLUSIVE)
    assert "could not tell: the reason" in found.message
    assert found.action == action


def test_a_breached_bar_names_the_statistic_and_the_bar() -> None:
    found = say(
        "beyond_bar",
        reason="above its ceiling, by more than chance explains",
        statistic="p95",
        statistic_value=2.4,
        ceiling=2.0,
        unit="s",
    )
    assert (
        found.message
        == "accuracy in support: its p95 of 2.4 s is above its ceiling, by more than chance explains (ceiling 2 s)"
    )


def test_a_drop_within_what_is_allowed_is_a_note() -> None:
    found = say("within_margin", Kind.PASS, drop=0.012)
    assert found.message == "accuracy in support got worse by 0.012, more than chance explains; allowed: 0.02"
    assert not found.blocking


def test_a_pass_needs_no_words() -> None:
    assert on_judgement(make_diff(), Judgement(Kind.PASS, "pass", ""), policy=Policy()) is None


def test_what_is_not_known_is_called_so() -> None:
    assert amount(None, make_diff()) == "unknown"
    found = say("inconclusive", Kind.INCONCLUSIVE, low=None, high=None)
    assert "(0.05; seen: -0.08)" in found.message
    assert "unknown to 0.83" in say("regressed", baseline=None).message


def test_a_metric_that_warns_never_blocks() -> None:
    assert not say("regressed", mode="warn").blocking


def test_broken_cases_are_counted_over_all_suites() -> None:
    ids = {"a": ["c1"], "b": ["c2", "c3"]}
    assert [found.blocking for found in on_broken(ids, policy=Policy())] == [False, False]
    assert [found.blocking for found in on_broken(ids, policy=Policy(broken_cases=3))] == [False, False]
    strict = on_broken(ids, policy=Policy(broken_cases=2))
    assert [(found.kind, found.exit_code, found.blocking) for found in strict] == [
        (Kind.REGRESSED, 1, True)
    ] * 2
    assert (
        strict[1].message
        == "2 cases of b passed in every draw and now fail in every draw: c2, c3 (2 allowed)"
    )
