from typing import Any

import pytest

from gate.config.file import ConfigFile, parse
from gate.config.merge import own_or_default
from gate.model.budget import Budget
from gate.model.errors import UserError
from gate.model.suite import Draws, Gate, Margin
from tests.builders import config_text

HALF, TENTH = Margin(value=0.5), Margin(value=0.1, relative=True)


def config(suite: dict[str, Any], **defaults: Any) -> ConfigFile:
    return parse(config_text(suite, defaults=defaults), "gate.yaml")


def gates(own: dict[str, Any], default: dict[str, Any]) -> dict[str, Gate]:
    return dict(config({"gates": own}, gate=default).merged.policies["support"].gates)


def test_a_gate_says_what_the_default_gate_says_unless_it_says_otherwise_but_for_margins() -> None:
    merged = gates({"a": {"min": 0.8}, "b": {"mode": "block"}, "c": None}, {"mode": "warn", "max_drop": 0.1})
    assert merged == {"a": Gate(mode="warn", min=0.8), "b": Gate(mode="block"), "c": Gate(mode="warn")}


def test_the_default_gate_reaches_metrics_that_no_gate_names() -> None:
    policy = config({}, gate={"max_drop": 0.5, "min_coverage": 0.9}).merged.policies["support"]
    assert policy.gates == {}
    assert policy.default_gate == Gate(max_drop=HALF, min_coverage=0.9)


def test_null_takes_a_default_back() -> None:
    assert gates({"a": {"max_drop": None}}, {"max_drop": 0.5}) == {"a": Gate()}


def test_margins_are_taken_over_only_where_they_are_of_the_same_sort_as_the_gate_s_own() -> None:
    merged = gates(
        {"latency_s": {"max_drop": "10%"}, "score": {"max_drop": 0.1}},
        {"max_drop": 0.2, "must_catch": 0.5, "slice_drop": 0.5, "min_coverage": 0.9},
    )
    assert merged["latency_s"] == Gate(max_drop=TENTH, min_coverage=0.9)
    assert merged["score"] == Gate(
        max_drop=Margin(value=0.1), must_catch=HALF, slice_drop=HALF, min_coverage=0.9
    )


def test_what_does_not_go_together_after_the_merge_is_told_at_the_suite_s_gate() -> None:
    with pytest.raises(UserError) as caught:
        gates({"a": {"max_drop": 0.3}}, {"must_catch": 0.2})
    (problem,) = caught.value.problems
    assert problem.key == "suites.support.gates.a"
    assert problem.message == "must_catch must be larger than max_drop"


@pytest.mark.parametrize(
    ("default", "own", "draws"),
    [
        (None, None, Draws(accept=5, check=1, most=3)),
        (2, None, Draws(accept=5, check=2, most=3)),
        (7, None, Draws(accept=5, check=7, most=7)),
        ({"accept": 9}, 2, Draws(accept=9, check=2, most=3)),
        ({"most": 9}, {"check": 4}, Draws(accept=5, check=4, most=9)),
        ({"check": 2, "most": 4}, {"most": 2}, Draws(accept=5, check=2, most=2)),
    ],
)
def test_trials_are_laid_over_the_defaults_key_by_key(default: Any, own: Any, draws: Draws) -> None:
    suite = {} if own is None else {"trials": own}
    merged = config(suite, **({} if default is None else {"trials": default})).merged
    assert merged.draws["support"] == draws


def test_trials_that_do_not_go_together_with_the_defaults_are_told_at_the_suite() -> None:
    with pytest.raises(UserError) as caught:
        config({"trials": {"check": 4}}, trials={"most": 2})
    (problem,) = caught.value.problems
    assert (problem.key, problem.message) == ("suites.support.trials", "most must not be smaller than check")


def test_what_the_defaults_say_wrong_is_told_once_and_not_once_a_suite() -> None:
    suite = {"cases": "c.jsonl", "target": "t", "evaluators": ["e"]}
    with pytest.raises(UserError) as caught:
        parse(config_text(suites={"a": suite, "b": suite}, defaults={"trials": {"check": 4, "most": 2}}), "f")
    assert [problem.key for problem in caught.value.problems] == ["defaults.trials"]


def test_a_budget_is_laid_over_the_defaults_cap_by_cap() -> None:
    merged = config({"budget": {"calls": 5, "tokens": None}}, budget={"tokens": 10, "minutes": 3}).merged
    assert merged.budgets["support"] == Budget(calls=5, minutes=3)


def test_a_plain_value_of_a_suite_wins_even_where_it_is_the_usual_one() -> None:
    read = config({"concurrency": 8}, concurrency=2, timeout_s=5)
    suite, defaults = read.shape.suites["support"], read.shape.defaults
    assert own_or_default("concurrency", suite, defaults) == 8
    assert own_or_default("timeout_s", suite, defaults) == 5
