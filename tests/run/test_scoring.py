import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from gate import Failure, Metric, Score
from gate.model.ports import Evaluator, ScoringError
from tests.builders import make_sample, make_trial
from tests.doubles import FakeEvaluator
from tests.run.plans import make_instruments

SHARE = Metric(name="share", kind="scale", low=0, high=1)
SECONDS = Metric(name="seconds", kind="measure")


def scored(*evaluators: Evaluator) -> tuple[tuple[Score, ...], tuple[Failure, ...]]:
    scoring = asyncio.run(make_instruments(evaluators).score(make_sample()))
    return scoring.scores, scoring.failures


def returning(value: Any, *, metrics: Sequence[Metric] | None = None) -> FakeEvaluator:
    return FakeEvaluator("it", lambda _: value, metrics=metrics)


@pytest.mark.parametrize(
    ("value", "metrics"),
    [
        ([Score(value=1)], None),
        ((Score(value=0, metric="it"),), None),
        (Score(value=1), None),
        (iter([Score(value=1)]), None),
        ([Score.abstain("why")], None),
        ([Score(value=0.5, metric="share"), Score(value=-1e50, metric="seconds")], [SHARE, SECONDS]),
        ([], None),
    ],
)
def test_scores_that_their_metrics_admit_are_taken_under_their_names(value: Any, metrics: Any) -> None:
    scores, failures = scored(returning(value, metrics=metrics))
    assert not failures
    assert all(score.metric in {"it", "share", "seconds"} for score in scores)


@pytest.mark.parametrize(
    ("value", "metrics", "what"),
    [
        ([Score(value=0.5)], None, "it: 0.5 is neither 0 nor 1"),
        ([Score(value=-1e300, metric="seconds")], [SECONDS], "seconds: -1e+300 is larger than 1e+60"),
        ([Score(value=7, metric="share")], [SHARE], "share: 7 is outside [0, 1]; declare `kind: measure`"),
        ([Score(value=-0.1, metric="share")], [SHARE], "outside [0, 1]"),
        (
            [Score.model_construct(value=float("nan"), metric="seconds")],
            [SECONDS],
            "no number that can be compared",
        ),
        (
            [Score.model_construct(value=float("inf"), metric="seconds")],
            [SECONDS],
            "no number that can be compared",
        ),
        ([Score(value=1), Score(value=1)], None, "a second score of 'it'"),
        ([Score(value=1, metric="other")], None, "'other', which it does not declare (it)"),
        (0.5, None, "a float instead of a list of Score"),
        (None, None, "a NoneType instead"),
        ([1], None, "a int among its scores"),
        ("1", None, "a str among its scores"),
    ],
)
def test_what_no_metric_admits_is_a_failure_that_says_why(value: Any, metrics: Any, what: str) -> None:
    scores, (failure,) = scored(returning(value, metrics=metrics))
    assert not scores
    assert (failure.stage, failure.kind, failure.evaluator) == ("evaluator", "bad_score", "it")
    assert what in failure.message


def test_one_bad_score_takes_the_others_of_its_evaluator_with_it_and_none_of_anybody_else() -> None:
    half_bad = returning(
        [Score(value=0.5, metric="share"), Score(value=7, metric="seconds")], metrics=[SHARE]
    )
    before, after = FakeEvaluator("before"), FakeEvaluator("after")
    scores, (failure,) = scored(before, half_bad, after)
    assert [score.metric for score in scores] == ["before", "after"]
    assert failure.evaluator == "it"


def test_two_evaluators_cannot_both_score_a_metric() -> None:
    second = FakeEvaluator(
        "second", lambda _: [Score(value=1, metric="it")], described=[Metric(name="it", kind="binary")]
    )
    scores, (failure,) = scored(FakeEvaluator("it"), second)
    assert len(scores) == 1
    assert failure.evaluator == "second"


def test_an_evaluator_may_name_the_kind_of_its_failure() -> None:
    def scores(_: Any) -> list[Score]:
        raise ScoringError("worker", "it died")

    _, (failure,) = scored(FakeEvaluator("it", scores))
    assert (failure.kind, failure.message) == ("worker", "it died")


def test_an_evaluator_that_does_not_end_in_time_is_a_failure_beside_the_others() -> None:
    async def never(_: Any) -> list[Score]:
        await asyncio.Event().wait()
        raise AssertionError

    slow = FakeEvaluator("slow", never)
    slow.setting = replace(slow.setting, timeout_s=0.05)
    scores, (failure,) = scored(slow, FakeEvaluator("quick"))
    assert [score.metric for score in scores] == ["quick"]
    assert (failure.kind, failure.evaluator) == ("timeout", "slow")


def test_a_metric_belongs_to_the_evaluator_with_the_longest_name_that_knows_it() -> None:
    metric = Metric(name="a.b.c", kind="binary")
    short = FakeEvaluator("a", metrics=(), described=[metric])
    long = FakeEvaluator("a.b", metrics=(), described=[metric])
    trial = make_trial(scores=(Score(metric="a.b.c", value=1),))
    assert make_instruments([short, long]).metrics_of([trial])["a.b.c"].fingerprint == "f-a.b"


def test_an_evaluator_that_waits_for_nothing_is_called_without_a_limit_and_may_break_all_the_same() -> None:
    class Instant(FakeEvaluator):
        instant = True

    def breaks(_: Any) -> list[Score]:
        raise RuntimeError("it broke")

    hasty = Instant("hasty")
    hasty.setting = replace(hasty.setting, timeout_s=0.0)
    scores, (failure,) = scored(hasty, Instant("broken", breaks), FakeEvaluator("other"))
    assert [score.metric for score in scores] == ["hasty", "other"]
    assert (failure.kind, failure.evaluator) == ("exception", "broken")
