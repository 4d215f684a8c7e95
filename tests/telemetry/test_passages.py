"""Spans → the passages of a retrieval."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Context
from gate.telemetry.passages import contexts_of, tells_passages
from gate.telemetry.trail import ForeignSpan


def genai(*ids: str) -> dict[str, Any]:
    documents = json.dumps([{"id": each, "score": 0.5} for each in ids])
    return {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": documents}


def flat(prefix: str, *documents: dict[str, Any]) -> dict[str, Any]:
    return {
        f"{prefix}.{n}.document.{key}": value
        for n, each in enumerate(documents)
        for key, value in each.items()
    }


def found(*spans: ForeignSpan) -> list[str | None] | None:
    contexts = contexts_of(spans)
    return None if contexts is None else [context.id for context in contexts]


def with_(
    span_id: int, attributes: dict[str, Any], parent_id: int | None = None, *, at: int = 0
) -> ForeignSpan:
    return ForeignSpan(
        trace_id=1,
        span_id=span_id,
        parent_id=parent_id,
        name="s",
        start_ns=at,
        end_ns=at + 10,
        attributes=attributes,
    )


def test_the_documents_of_the_genai_conventions_are_passages_whether_as_json_or_structured() -> None:
    documents = [{"id": "a", "score": 0.5}, {"id": 7, "score": 0.25, "content": "text"}]
    for value in (json.dumps(documents), documents):
        assert contexts_of([with_(1, {"gen_ai.retrieval.documents": value})]) == (
            Context(id="a", text="", score=0.5),
            Context(id="7", text="text", score=0.25),
        )


def test_the_flat_documents_of_openinference_are_passages_in_the_order_of_their_numbers() -> None:
    documents = [{"id": f"d{n}", "content": f"text {n}", "score": 1 / (n + 1)} for n in range(12)]
    attributes = {"openinference.span.kind": "RETRIEVER", **flat("retrieval.documents", *documents)}
    contexts = contexts_of([with_(1, dict(sorted(attributes.items())))])
    assert contexts == tuple(Context(id=f"d{n}", text=f"text {n}", score=1 / (n + 1)) for n in range(12))


def test_after_a_reranking_its_order_counts_and_not_that_of_the_search() -> None:
    reranked = flat("reranker.output_documents", {"id": "b"}, {"id": "a"}) | flat(
        "reranker.input_documents", {"id": "a"}, {"id": "b"}, {"id": "c"}
    )
    search, rerank = (
        with_(1, genai("a", "b", "c")),
        with_(2, {"openinference.span.kind": "RERANKER", **reranked}, at=20),
    )
    assert found(rerank, search) == ["b", "a"]
    assert found(search, rerank, with_(3, flat("reranker.output_documents", {"id": "z"}), at=40)) == ["z"]


def test_a_search_within_a_search_counts_with_the_outer_one() -> None:
    outer, between = with_(1, genai("b")), with_(2, {}, 1)
    assert found(with_(3, genai("a", "b"), 2), between, outer) == ["b"]


def test_several_searches_follow_one_another_and_each_passage_counts_once() -> None:
    first, second = with_(9, genai("a", "b"), at=0), with_(1, genai("b", "c"), at=20)
    assert found(second, first) == ["a", "b", "c"]


def test_a_search_that_found_nothing_is_no_search_that_nobody_told_of() -> None:
    assert found(with_(1, {"gen_ai.operation.name": "retrieval"})) == []
    assert found(with_(1, {"openinference.span.kind": "RETRIEVER"})) == []
    assert found(with_(1, {"gen_ai.operation.name": "chat"})) is None
    assert found() is None


def test_parents_in_a_circle_and_spans_that_are_their_own_parents_end() -> None:
    assert found(with_(1, genai("a"), 2), with_(2, {}, 3), with_(3, {}, 2)) == ["a"]
    assert found(with_(1, genai("a"), 1)) == ["a"]


@pytest.mark.parametrize(
    "value", ["[", '"x"', "7", "null", '[7, "x", null]', 7, None, True, {"id": "a"}, "[" * 100_000]
)
def test_documents_that_are_none_are_passed_over(value: Any) -> None:
    assert contexts_of([with_(1, {"gen_ai.retrieval.documents": value})]) == ()


def test_a_score_that_is_no_number_and_an_id_that_is_no_name_are_left_out() -> None:
    told = [{"id": True, "score": "0.5"}, {"id": {"a": 1}, "score": True}, {"id": "x", "score": float("inf")}]
    contexts = contexts_of([with_(1, {"gen_ai.retrieval.documents": told})])
    assert contexts == (Context(text=""), Context(text=""), Context(id="x", text=""))


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
NAMES = st.sampled_from(
    ["gen_ai.retrieval.documents", "openinference.span.kind", "retrieval.documents.0.document.id",
     "retrieval.documents.999999.document.score", "reranker.output_documents.3.document.content"]
)  # fmt: skip


@given(st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3))
def test_whatever_an_application_tells_makes_passages_or_none_and_never_an_error(
    told: list[dict[str, Any]],
) -> None:
    spans = [with_(number, attributes, number - 1) for number, attributes in enumerate(told, 1)]
    contexts = contexts_of(spans)
    assert (contexts is None) is (not any(map(tells_passages, spans)))
