from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.retrieval_score import RetrievalScore
from tests.evaluators.scoring import judged, make_evaluator


def scored(*contexts: dict[str, Any], **options: Any) -> list[float | str | None]:
    passages = [{"text": "…", **context} for context in contexts]
    given = judged(make_evaluator(RetrievalScore, **options), contexts=passages)
    return [score.abstained or score.value for score in given]


def test_the_top_score_is_that_of_the_first_place_and_not_the_largest() -> None:
    assert scored({"score": 0.2}, {"score": 0.6}) == [0.2, pytest.approx(0.4)]
    assert scored({"score": 0.2, "rank": 2}, {"score": 0.6, "rank": 1}) == [0.6, pytest.approx(0.4)]


def test_only_the_wanted_metrics_are_given() -> None:
    assert scored({"score": 3}, metrics=["mean"]) == [3]


def test_without_a_score_of_every_passage_both_abstain() -> None:
    assert scored() == ["the reply has no contexts"] * 2
    assert scored({"score": 1}, {}) == ["contexts of the reply have no score"] * 2
    given = judged(make_evaluator(RetrievalScore, metrics=["top"]), contexts_missing="no span arrived")
    assert [score.abstained for score in given] == ["no span arrived"]


def test_scores_are_measures_and_scales_where_they_have_bounds() -> None:
    assert [metric.kind for metric in make_evaluator(RetrievalScore).metrics] == ["measure", "measure"]
    (metric,) = make_evaluator(RetrievalScore, low=-1, high=1, better="lower", metrics=["top"]).metrics
    assert (metric.kind, metric.low, metric.high, metric.better) == ("scale", -1, 1, "lower")


@pytest.mark.parametrize("options", [{"low": 0}, {"low": 1, "high": 1}, {"metrics": []}])
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(RetrievalScore, **options)
