from typing import Any

import pytest

from gate.model.case import Message
from gate.model.ports import ModelRequest
from gate.model.reply import Usage
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.run.estimate import PerTrial, outlay, per_trial
from tests.run.plans import make_plan


def asking(text: str, **fields: Any) -> ModelRequest:
    return ModelRequest(model="m", messages=(Message(role="user", content=text),), **fields)


def a_cent_a_token(_: str, usage: Usage) -> float:
    return (usage.input_tokens + usage.output_tokens) * 0.01


def unknown(*_: Any) -> None:
    return None


def remembering(**means: float) -> Scorecard:
    metrics = {name: Metric(name=name, kind="measure", operational=True) for name in means}
    scores = {name: (value / 2, value * 3 / 2) for name, value in means.items()}
    return Scorecard(suite="s", metrics=metrics, cases={"c": CaseScores(key="k", trials=2, scores=scores)})


def suite(**fields: Any) -> Any:
    return make_plan(cases=10, **fields).suite


def test_tokens_in_are_the_characters_of_all_that_is_sent_by_three_and_a_half() -> None:
    each = per_trial(
        [asking("x" * 70), asking("x" * 70, system="y" * 140)], baseline=None, price=a_cent_a_token
    )
    assert each.input_tokens == (20 + 60) / 2


def test_without_a_baseline_tokens_out_are_the_most_that_is_allowed_and_so_is_the_cost() -> None:
    each = per_trial([asking("x" * 35, max_tokens=90)], baseline=None, price=a_cent_a_token)
    assert (each.output_tokens, each.at_most, each.cost_usd) == (90, True, 1.0)


def test_what_the_baseline_remembers_is_taken_for_what_is_usual() -> None:
    baseline = remembering(output_tokens=30, latency_s=2.0)
    each = per_trial([asking("x" * 35, max_tokens=90)], baseline=baseline, price=a_cent_a_token)
    assert (each.output_tokens, each.at_most, each.latency_s) == (30, False, 2.0)
    assert each.cost_usd == pytest.approx(0.4)


def test_a_target_that_is_no_single_question_is_known_by_its_baseline_alone() -> None:
    assert per_trial([None, asking("x")], baseline=None, price=a_cent_a_token) == PerTrial()
    baseline = remembering(input_tokens=100, output_tokens=30, cost_usd=0.5)
    each = per_trial([None], baseline=baseline, price=unknown)
    assert (each.input_tokens, each.output_tokens, each.cost_usd) == (100, 30, 0.5)


def test_an_unknown_price_is_unknown_and_not_nothing() -> None:
    each = per_trial([asking("x" * 35)], baseline=None, price=unknown)
    assert each.cost_usd is None
    assert outlay(each, suite=suite(), trials=10).cost_usd is None


def test_what_judges_are_asked_ahead_counts_once_and_only_where_something_is_asked() -> None:
    each = per_trial([None], baseline=None, price=unknown, judge_calls=(3, 4))
    assert outlay(each, suite=suite(), trials=30, kept=10).judge_calls == 3 * 20 + 4
    assert outlay(each, suite=suite(), trials=30, kept=30).judge_calls == 0


def test_what_is_kept_is_not_asked() -> None:
    each = PerTrial(input_tokens=10, output_tokens=5, cost_usd=0.1, latency_s=1.0, judge_calls=2)
    takes = outlay(each, suite=suite(concurrency=4), trials=30, kept=10)
    assert (takes.asked, takes.input_tokens, takes.output_tokens, takes.judge_calls) == (20, 200, 100, 40)
    assert takes.cost_usd == pytest.approx(2.0)
    assert takes.seconds == 5.0
    assert outlay(each, suite=suite(), trials=30, kept=30).cost_usd == 0


def test_time_follows_the_calls_a_minute_where_they_are_slower() -> None:
    each = PerTrial(latency_s=1.0)
    assert outlay(each, suite=suite(concurrency=4, calls_per_minute=60), trials=20).seconds == 20
    assert outlay(each, suite=suite(concurrency=4, calls_per_minute=6000), trials=20).seconds == 5
    assert outlay(PerTrial(), suite=suite(), trials=20).seconds is None


def test_how_long_a_batch_takes_is_not_known() -> None:
    each = PerTrial(latency_s=1.0)
    assert outlay(each, suite=suite(calls_per_minute=60, batch=True), trials=20).seconds is None
