"""From a run to a scorecard: what is counted, and what is refused."""

import random
from typing import Any

import pytest

from gate.compare.tally import tally
from gate.model.case import Shard
from gate.model.errors import UserError
from gate.model.files import round_value
from gate.model.reply import Failure
from gate.model.run import RunResult
from gate.model.score import Score
from gate.model.scorecard import Scorecard
from tests.builders import make_case, make_metric, make_run, make_trial

LOST = Failure(stage="target", kind="timeout", message="no answer")
CRASHED = Failure(stage="evaluator", kind="crash", message="it broke", evaluator="accuracy")


def draws(case_id: str, *values: float) -> list[Any]:
    return [
        make_trial(case_id, index, scores=(Score(metric="accuracy", value=value),))
        for index, value in enumerate(values)
    ]


def test_values_stand_in_the_order_of_their_draws_whatever_the_order_of_trials() -> None:
    trials = [*draws("a", 1, 0, 1), *draws("b", 0, 1, 0)]
    card = tally(make_run(trials))
    assert card.cases["a"].scores == {"accuracy": (1.0, 0.0, 1.0)}
    assert (card.cases["a"].trials, card.cases["a"].errors) == (3, 0)
    for seed in range(5):
        mixed = random.Random(seed).sample(trials, len(trials))
        assert tally(make_run(mixed, cases=make_run(trials).cases)) == card


def test_a_failed_trial_is_an_error_and_never_a_score() -> None:
    lost = make_trial("a", 1, reply=None, scores=(), failures=(LOST,))
    case = tally(make_run([*draws("a", 1), lost])).cases["a"]
    assert (case.trials, case.errors, case.scores, case.abstentions) == (2, 1, {"accuracy": (1.0,)}, {})


def test_a_broken_evaluator_is_an_error_and_the_other_scores_stay() -> None:
    metrics = {"accuracy": make_metric(), "tone": make_metric("tone")}
    trial = make_trial("a", 0, scores=(Score(metric="tone", value=1.0),), failures=(CRASHED,))
    case = tally(make_run([trial], metrics=metrics)).cases["a"]
    assert (case.errors, case.scores, case.abstentions) == (1, {"tone": (1.0,)}, {})


def test_missing_draws_count_as_errors() -> None:
    case = tally(make_run(draws("a", 1), draws=5)).cases["a"]
    assert (case.trials, case.errors, case.scores) == (5, 4, {"accuracy": (1.0,)})


def test_a_case_without_any_trial_is_all_errors() -> None:
    run = make_run(draws("a", 1, 1), cases=(make_case("a"), make_case("b")))
    case = tally(run).cases["b"]
    assert (case.trials, case.errors, case.scores) == (2, 2, {})


def test_an_abstention_is_counted_and_never_a_score() -> None:
    trial = make_trial("a", 0, scores=(Score.abstain("no claims", metric="accuracy"),))
    case = tally(make_run([trial])).cases["a"]
    assert (case.errors, case.scores, case.abstentions) == (0, {}, {"accuracy": 1})


def test_a_metric_that_says_nothing_of_a_good_reply_abstained() -> None:
    case = tally(make_run([make_trial("a", 0, scores=())])).cases["a"]
    assert (case.errors, case.abstentions) == (0, {"accuracy": 1})


def test_operational_metrics_are_kept_only_where_they_are_named() -> None:
    metrics = {
        "accuracy": make_metric(),
        "latency_s": make_metric("latency_s", kind="measure", operational=True),
    }
    scores = (Score(metric="accuracy", value=1), Score(metric="latency_s", value=0.5))
    run = make_run([make_trial("a", 0, scores=scores)], metrics=metrics)
    assert set(tally(run).metrics) == set(tally(run).cases["a"].scores) == {"accuracy"}
    assert set(tally(run, keep={"latency_s"}).cases["a"].scores) == {"accuracy", "latency_s"}


def test_a_case_carries_its_key_and_its_tags() -> None:
    case = make_case("a", tags={"area": "billing"})
    counted = tally(make_run(draws("a", 1), cases=(case,))).cases["a"]
    assert (counted.key, counted.tags) == (case.key, {"area": "billing"})


def test_values_are_stored_with_six_digits() -> None:
    metrics = {"accuracy": make_metric(kind="measure")}
    card = tally(make_run(draws("a", 1 / 3), metrics=metrics))
    assert card.cases["a"].scores["accuracy"] == (round_value(1 / 3),)


@pytest.mark.parametrize(
    ("run", "word"),
    [
        (make_run([*draws("a", 1), *draws("a", 1)]), "draw 0 of case 'a' stands twice"),
        (make_run(draws("a", 1), cases=(make_case("a"), make_case("a"))), "case id 'a' stands twice"),
        (make_run(draws("a", 1), cases=(make_case("b"),)), "'a', which is no case"),
        (make_run(draws("a", 1), metrics={}), "does not declare"),
        (make_run(draws("a", 0.5)), "0.5 is no value"),
        (
            make_run([make_trial("a", 0, scores=(Score(metric="accuracy", value=1),) * 2)]),
            "two scores of 'accuracy'",
        ),
        (make_run(draws("a", 1), metrics={"accuracy": make_metric("other")}), "filed under"),
        (
            make_run(
                draws("a", 1), metrics={"accuracy": make_metric(), "error_rate": make_metric("error_rate")}
            ),
            "reserved",
        ),
    ],
)
def test_what_cannot_be_counted_is_refused_by_name(run: RunResult, word: str) -> None:
    with pytest.raises(UserError, match=word):
        tally(run)


def test_all_that_cannot_be_counted_is_named_at_once() -> None:
    with pytest.raises(UserError) as caught:
        tally(make_run([*draws("a", 0.5), *draws("b", 0.5)]))
    assert len(caught.value.problems) == 2


def test_a_scorecard_is_not_changed_by_counting_twice() -> None:
    run = make_run([*draws("a", 1, 0)])
    assert tally(run) == tally(run)
    assert isinstance(tally(run), Scorecard)


def test_what_users_said_is_a_tag_of_the_case_to_slice_by() -> None:
    case = make_case("a", tags={"category": "x"}, feedback={"thumbs": "down"})
    card = tally(make_run(draws("a", 1), cases=(case,)))
    assert card.cases["a"].tags == {"category": "x", "feedback": "negative"}


def test_failures_are_counted_by_kind_and_what_was_not_done_is_one() -> None:
    both = make_trial("a", 1, scores=(), failures=(CRASHED, CRASHED, LOST))
    lost = make_trial("a", 3, reply=None, scores=(), failures=(LOST,))
    case = tally(make_run([*draws("a", 1), both, lost])).cases["a"]
    assert (case.trials, case.errors) == (4, 3)
    assert case.failures == {"crash": 1, "not_done": 1, "timeout": 2}


def test_one_shard_of_a_run_is_never_judged() -> None:
    shard = Shard(number=2, of=3, cases=9, whole="w")
    with pytest.raises(UserError, match="only shard 2/3 of a run"):
        tally(make_run(draws("a", 1), shard=shard))


def test_who_judged_is_who_gave_a_value_and_not_who_was_left_of_a_panel_that_abstained() -> None:
    scores = (
        Score(metric="accuracy", value=1.0, judge="one+two"),
        Score(metric="accuracy", abstained="timeout", judge="one"),
    )
    card = tally(make_run([make_trial(f"c{n}", scores=(score,)) for n, score in enumerate(scores)]))
    assert card.metrics["accuracy"].judges == ("one+two",)


def test_an_alias_that_came_to_mean_another_model_within_a_run_is_both() -> None:
    scores = [Score(metric="accuracy", value=1.0, judge=name) for name in ("judge-2", "judge-1", "judge-2")]
    card = tally(make_run([make_trial(f"c{n}", scores=(score,)) for n, score in enumerate(scores)]))
    assert card.metrics["accuracy"].judges == ("judge-1", "judge-2")
