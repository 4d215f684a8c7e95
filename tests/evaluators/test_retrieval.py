from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.evaluators.retrieval import Retrieval
from gate.model.case import Place
from gate.model.errors import UserError
from tests.builders import make_case
from tests.evaluators.scoring import judged, make_evaluator

ALL = ("hit", "precision", "recall", "mrr", "ndcg")


def contexts(*ids: str | None, **fields: Sequence[Any]) -> list[dict[str, Any]]:
    """Passages with these ids; `rank` or `score` gives one value for each."""
    found: list[dict[str, Any]] = [{"text": "…", "id": name} for name in ids]
    for field, values in fields.items():
        for context, value in zip(found, values, strict=True):
            context[field] = value
    return found


def found(expected: Any, *ids: str | None, **options: Any) -> dict[str, float | None]:
    evaluator = make_evaluator(Retrieval, **{"k": 3, "metrics": ALL, **options})
    return {
        score.metric.removeprefix("it."): score.value
        for score in judged(evaluator, expected=expected, contexts=contexts(*ids))
    }


def test_each_measure_has_a_metric_for_each_cut_off_and_mrr_has_one() -> None:
    evaluator = make_evaluator(Retrieval, name="search", k=[1, 5], metrics=["mrr", "hit", "recall"])
    assert [(metric.name, metric.kind) for metric in evaluator.metrics] == [
        ("search.mrr", "scale"),
        ("search.hit@1", "binary"),
        ("search.hit@5", "binary"),
        ("search.recall@1", "scale"),
        ("search.recall@5", "scale"),
    ]


def test_the_metrics_are_worked_out_from_the_ranking() -> None:
    assert found(["a", "b"], "x", "a", "y", "b") == {
        "hit@3": 1,
        "precision@3": pytest.approx(1 / 3),
        "recall@3": 0.5,
        "mrr": 0.5,
        "ndcg@3": pytest.approx(0.38685, abs=1e-5),
    }


@given(
    ids=st.lists(st.sampled_from("abcdef"), max_size=8),
    expected=st.lists(st.sampled_from("abcdef"), min_size=1, unique=True),
    k=st.integers(1, 9),
)
def test_every_value_lies_in_the_range_of_its_metric(ids: list[str], expected: list[str], k: int) -> None:
    evaluator = make_evaluator(Retrieval, k=k, metrics=ALL, empty="miss")
    for score in judged(evaluator, expected=expected, contexts=contexts(*ids)):
        metric = evaluator.describe(score.metric)
        assert metric is not None
        assert score.value is not None
        assert metric.admits(score.value)


@pytest.mark.parametrize(
    ("expected", "options"),
    [
        ("a", {}),
        (["a"], {}),
        ({"a": 1}, {}),
        ({"a": 2.5, "b": 0}, {}),
        ({"ids": "a", "answer": "yes"}, {"key": "ids"}),
        ({"ids": ["a"]}, {"key": "ids"}),
        ({"ids": {"a": 3}}, {"key": "ids"}),
    ],
)
def test_relevant_ids_are_an_id_a_list_or_grades_in_expected_or_under_a_key_of_it(
    expected: Any, options: dict[str, Any]
) -> None:
    assert found(expected, "b", "a", **options)["mrr"] == 0.5


def test_numbers_may_be_ids() -> None:
    assert found([7, 8], "7")["recall@3"] == 0.5


def test_places_go_by_rank_where_all_have_one_and_never_by_score() -> None:
    def mrr(**fields: Sequence[Any]) -> float | None:
        evaluator = make_evaluator(Retrieval, metrics=["mrr"])
        (score,) = judged(evaluator, expected="a", contexts=contexts("x", "a", "y", **fields))
        return score.value

    assert mrr() == 0.5
    assert mrr(rank=[2, 1, 3]) == 1
    assert mrr(rank=[1, 3, 2]) == pytest.approx(1 / 3)
    assert mrr(rank=[2, 1, None]) == 0.5
    assert mrr(score=[0.1, 0.9, 0.5]) == 0.5


def test_what_is_found_twice_counts_once_and_what_follows_moves_up() -> None:
    assert found(["a", "b"], "a", "a", "b") == found(["a", "b"], "a", "b")
    assert found(["a"], "a", "a", "a")["precision@3"] == pytest.approx(1 / 3)
    assert found(["b"], "a", "a", "a", "b")["mrr"] == 0.5


def test_passages_stand_for_their_document_where_ids_are_compared_up_to_a_mark() -> None:
    assert found(["doc"], "x#1", "doc#4", until="#")["mrr"] == 0.5
    assert found(["doc#1"], "doc#4", until="#")["mrr"] == 1
    assert found(["doc"], "doc#4")["mrr"] == 0
    assert found({"doc#1": 1, "doc#2": 3, "y": 1}, "doc#2", until="#")["ndcg@3"] == pytest.approx(
        3 / (3 + 1 / 1.5849625), abs=1e-6
    )


def test_a_passage_without_an_id_holds_its_place_and_is_not_relevant() -> None:
    assert found(["a"], None, None, "a")["mrr"] == pytest.approx(1 / 3)


@pytest.mark.parametrize("expected", [None, [], {}, {"a": 0}])
def test_where_nothing_is_to_be_found_every_metric_abstains(expected: Any) -> None:
    evaluator = make_evaluator(Retrieval, metrics=ALL)
    given = judged(evaluator, expected=expected, contexts=contexts("a"))
    assert {score.metric for score in given} == {metric.name for metric in evaluator.metrics}
    assert {score.abstained for score in given} == {"nothing to find"}


def test_a_case_without_the_key_has_nothing_to_find() -> None:
    (score,) = judged(make_evaluator(Retrieval, key="ids", metrics=["mrr"]), expected={"unknown": True})
    assert score.abstained == "nothing to find"


def test_a_reply_without_contexts_is_an_abstention_and_a_miss_where_the_options_say_so() -> None:
    (score,) = judged(make_evaluator(Retrieval, metrics=["mrr"]), expected="a")
    assert score.abstained == "the reply has no contexts"
    (score,) = judged(make_evaluator(Retrieval, metrics=["mrr"], empty="miss"), expected="a")
    assert score.value == 0


def test_contexts_without_any_id_are_an_abstention() -> None:
    (score,) = judged(make_evaluator(Retrieval, metrics=["mrr"]), expected="a", contexts=contexts(None, None))
    assert score.abstained == "the contexts of the reply have no ids"


def test_what_was_not_found_is_named() -> None:
    (score,) = judged(
        make_evaluator(Retrieval, metrics=["recall"]), expected=["a", "b"], contexts=contexts("b")
    )
    assert score.explanation == "not found: a"


@pytest.mark.parametrize(
    "expected",
    [True, 1.5, [None], [["a"]], [""], "", {"a": -1}, {"a": True}, {"a": "1"}, {"": 1}, {"a": 1001}],
)
def test_a_case_whose_relevant_ids_are_none_is_refused_with_its_place_and_the_fix(expected: Any) -> None:
    case = make_case("case-7", expected=expected, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError) as error:
        make_evaluator(Retrieval).check(case)
    (problem,) = error.value.problems
    assert "case-7" in problem.message
    assert str(problem.place) == "cases.jsonl:7"
    assert problem.fix


def test_a_key_of_an_expected_that_is_no_object_is_refused() -> None:
    with pytest.raises(UserError, match="is no object"):
        make_evaluator(Retrieval, key="ids").check(make_case(expected=["a"]))


@pytest.mark.parametrize(
    "options",
    [
        {"k": 0},
        {"k": []},
        {"k": [3, 3]},
        {"k": True},
        {"k": 2000},
        {"metrics": []},
        {"metrics": ["map"]},
        {"metrics": ["mrr", "mrr"]},
        {"until": ""},
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Retrieval, **options)


def test_contexts_that_are_not_known_are_never_a_miss_and_the_reason_is_theirs() -> None:
    evaluator = make_evaluator(Retrieval, metrics=["hit"], empty="miss")
    (score,) = judged(evaluator, expected="a", contexts_missing="no span arrived")
    assert (score.value, score.abstained) == (None, "no span arrived")
