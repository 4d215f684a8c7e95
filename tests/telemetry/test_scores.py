"""Scores → Langfuse and Phoenix, held against the shapes that their own API descriptions give."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, JsonValue, TypeAdapter

from gate.telemetry import names
from gate.telemetry.posting import Answer
from gate.telemetry.presets import preset
from gate.telemetry.scored import Scored
from gate.telemetry.scores import LONGEST_S, MOST, Destination, Scores, destination
from tests.fakes.backend import Backend, Received, backend


class Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class LangfuseScore(Closed):
    """`CreateScoreRequest` of Langfuse's API (SDK 5.0.4): the fields that a score of a trace may have."""

    id: str
    trace_id: str = Field(alias="traceId")
    observation_id: str = Field(alias="observationId")
    name: str
    value: float
    data_type: Literal["NUMERIC", "BOOLEAN"] = Field(alias="dataType")
    timestamp: str
    comment: str | None = None
    metadata: dict[str, Any] | None = None


class Result(Closed):
    """`AnnotationResult` of Phoenix's API (20.26)."""

    label: str | None = None
    score: float | None = None
    explanation: str | None = None


class Annotation(Closed):
    """`SpanAnnotationData` of Phoenix's API."""

    span_id: str
    name: str
    annotator_kind: Literal["LLM", "CODE", "HUMAN"]
    result: Result
    metadata: dict[str, Any]
    identifier: str


class Annotations(Closed):
    """`AnnotateSpansRequestBody`."""

    data: list[Annotation]


TRACE, SPAN = 0x0AF7651916CD43DD8448EB211C80319C, 0xB7AD6B7169203331
KEYS = {
    "langfuse": {"LANGFUSE_PUBLIC_KEY": "pk", "LANGFUSE_SECRET_KEY": "sk"},
    "phoenix": {"PHOENIX_API_KEY": "px"},
}
PLACES = {"langfuse": "LANGFUSE_BASE_URL", "phoenix": "PHOENIX_COLLECTOR_ENDPOINT"}


def scored(
    name: str,
    value: float | None = None,
    told: Mapping[str, JsonValue] = MappingProxyType({}),
    *,
    span_id: int = SPAN,
) -> Scored:
    attributes: dict[str, JsonValue] = {names.EVALUATION_NAME: name, **told}
    if value is not None:
        attributes[names.SCORE_VALUE] = value
    return Scored(1_700_000_000_250_000_000, TRACE, span_id, attributes)


EVENTS = [
    scored("exact_match", 1.0, {names.SCORE_LABEL: "pass"}),
    scored(
        "helpful", 0.25, {names.JUDGE_MODEL: "claude-haiku-5-5", names.EXPLANATION: "<b>too short</b> | 🤷"}
    ),
    scored("grounded", told={names.SCORE_LABEL: "abstained"}),
    scored("broken", told={names.ERROR_TYPE: "timeout"}),
]


@pytest.fixture
def loopback() -> Iterator[Backend]:
    with backend() as kept:
        yield kept


def to(name: str, url: str) -> Destination:
    environment = {"GATE_TELEMETRY": name, PLACES[name]: url, **KEYS[name]}
    found = destination(preset(environment), environment)
    assert found is not None
    return found


def delivered(name: str, url: str, events: list[Scored]) -> str | None:
    scores = Scores(to(name, url), pause=lambda _: None)
    scores.put(events)
    return scores.close()


def test_langfuse_is_sent_each_number_once_by_its_documented_shape(loopback: Backend) -> None:
    loopback.answer = lambda _: (202, {}, b'{"message": "Accepted"}')
    assert delivered("langfuse", loopback.url, EVENTS) is None
    (received,) = loopback.received
    assert received.path == "/api/public/scores"
    assert received.headers["authorization"] == f"Basic {b64encode(b'pk:sk').decode()}"
    assert received.headers["content-type"] == "application/json"
    first, second = TypeAdapter(list[LangfuseScore]).validate_json(received.body)
    assert (first.trace_id, first.observation_id) == (f"{TRACE:032x}", f"{SPAN:016x}")
    assert (first.name, first.value, first.data_type) == ("exact_match", 1.0, "BOOLEAN")
    assert (second.name, second.value, second.data_type) == ("helpful", 0.25, "NUMERIC")
    assert (second.comment, second.metadata) == ("<b>too short</b> | 🤷", {"judge": "claude-haiku-5-5"})
    assert datetime.fromisoformat(first.timestamp).timestamp() == 1_700_000_000.25
    assert first.id != second.id


def test_phoenix_is_sent_each_number_once_by_its_documented_shape(loopback: Backend) -> None:
    assert delivered("phoenix", loopback.url, EVENTS) is None
    (received,) = loopback.received
    assert received.path == "/v1/span_annotations"
    assert received.headers["authorization"] == "Bearer px"
    first, second = Annotations.model_validate_json(received.body).data
    assert (first.span_id, first.name, first.annotator_kind) == (f"{SPAN:016x}", "exact_match", "CODE")
    assert first.result == Result(score=1.0, label="pass")
    assert (second.annotator_kind, second.metadata) == ("LLM", {"judge": "claude-haiku-5-5"})
    assert second.result == Result(score=0.25, explanation="<b>too short</b> | 🤷")


@pytest.mark.parametrize("name", ["langfuse", "phoenix"])
def test_an_abstention_and_a_failure_are_never_sent_as_numbers(name: str, loopback: Backend) -> None:
    assert (
        delivered(
            name, loopback.url, [event for event in EVENTS if names.SCORE_VALUE not in event.attributes]
        )
        is None
    )
    assert not loopback.received


def test_sending_twice_makes_the_same_ids_so_that_a_score_counts_once(loopback: Backend) -> None:
    delivered("langfuse", loopback.url, EVENTS)
    delivered("langfuse", loopback.url, EVENTS)
    first, second = loopback.received
    assert first.json == second.json


@pytest.mark.parametrize(("name", "most"), [("langfuse", 100), ("phoenix", 500)])
def test_many_are_sent_in_batches(name: str, most: int, loopback: Backend) -> None:
    assert (
        delivered(name, loopback.url, [scored("m", 1.0, span_id=n) for n in range(1, 2 * most + 2)]) is None
    )
    sizes = [len(each.json if name == "langfuse" else each.json["data"]) for each in loopback.received]
    assert sizes == [most, most, 1]


def test_a_batch_of_long_explanations_is_split_below_a_megabyte(loopback: Backend) -> None:
    events = [scored("m", 1.0, {names.EXPLANATION: "é" * 16_000}, span_id=n) for n in range(1, 41)]
    assert delivered("langfuse", loopback.url, events) is None
    assert max(len(each.body) for each in loopback.received) < 1_000_000
    assert sum(len(each.json) for each in loopback.received) == 40


def test_scores_that_were_refused_one_by_one_are_counted_and_not_sent_again(loopback: Backend) -> None:
    loopback.answer = lambda _: (207, {}, json.dumps({"accepted": 1, "rejected": 1, "errors": []}).encode())
    sentence = delivered("langfuse", loopback.url, EVENTS)
    host = loopback.url.removeprefix("http://")
    assert (
        sentence == f"telemetry: 1 scores did not reach {host} (it refused them); nothing else depends on it"
    )
    assert len(loopback.received) == 1


def test_an_older_langfuse_that_takes_no_lists_is_sent_one_score_after_the_other(loopback: Backend) -> None:
    loopback.answer = lambda got: (
        (400, {}, b"{}") if isinstance(got.json, list) else (200, {}, b'{"id": "x"}')
    )
    events = [scored("m", 1.0, span_id=n) for n in range(1, 151)]
    assert delivered("langfuse", loopback.url, events) is None
    assert isinstance(loopback.received[0].json, list)
    singles = [LangfuseScore.model_validate_json(each.body) for each in loopback.received[1:]]
    assert len({each.observation_id for each in singles}) == 150


def test_a_langfuse_that_understands_neither_form_is_told_with_its_status(loopback: Backend) -> None:
    loopback.answer = lambda _: (400, {}, b"{}")
    assert "2 scores did not reach" in (delivered("langfuse", loopback.url, EVENTS) or "")
    assert len(loopback.received) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413])
def test_what_another_try_will_not_change_is_not_tried_again(status: int, loopback: Backend) -> None:
    loopback.answer = lambda _: (status, {}, b"secret words of theirs")
    sentence = delivered("phoenix", loopback.url, EVENTS)
    assert sentence is not None
    assert f"2 scores did not reach {loopback.url.removeprefix('http://')} (status {status})" in sentence
    assert "secret" not in sentence
    assert len(loopback.received) == 1


def test_a_crowded_backend_is_asked_again_after_the_wait_that_it_asks_for_and_three_times_at_most(
    loopback: Backend,
) -> None:
    loopback.answer = lambda _: (429, {"Retry-After": "3"}, b"")
    waits: list[float] = []
    scores = Scores(to("langfuse", loopback.url), pause=waits.append)
    scores.put(EVENTS)
    assert "status 429" in (scores.close() or "")
    assert (len(loopback.received), waits) == (3, [3.0, 3.0])


def test_no_backend_can_hold_a_run_up() -> None:
    now, asked, waits = [0.0], list[bytes](), list[float]()

    def slow(_: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
        assert headers
        asked.append(body)
        now[0] += 5
        return Answer(status=503, reason="status 503", wait_s=1e9)

    def pause(seconds: float) -> None:
        waits.append(seconds)
        now[0] += seconds

    scores = Scores(to("langfuse", "http://127.0.0.1:9"), send=slow, clock=lambda: now[0], pause=pause)
    scores.put([scored("m", 1.0, span_id=n) for n in range(1, 5_001)])
    assert "5,000 scores did not reach 127.0.0.1:9 (status 503)" in (scores.close() or "")
    assert now[0] <= LONGEST_S
    assert max(waits) <= 5
    assert len(asked) == 3


def test_nobody_there_is_one_sentence(loopback: Backend) -> None:
    with backend() as gone:
        url = gone.url
    sentence = delivered("phoenix", url, EVENTS)
    assert sentence is not None
    assert "(ConnectionRefusedError)" in sentence
    assert not loopback.received


def test_a_key_never_follows_a_redirect(loopback: Backend) -> None:
    with backend() as elsewhere:
        loopback.answer = lambda _: (302, {"Location": f"{elsewhere.url}/steal"}, b"")
        assert "status 302" in (delivered("langfuse", loopback.url, EVENTS) or "")
        assert not elsewhere.received


def test_a_hostile_answer_is_no_count() -> None:
    for content in (b"[" * 100_000, b'{"rejected": "all"}', b'{"rejected": -5}', b"[]", b"\xff"):

        def answer(_: Received, content: bytes = content) -> tuple[int, Mapping[str, str], bytes]:
            return 207, {}, content

        with backend() as kept:
            kept.answer = answer
            assert delivered("langfuse", kept.url, EVENTS) is None


def taken(_: str, body: bytes, *, headers: Mapping[str, str]) -> Answer:
    assert body
    assert headers
    return Answer(status=200)


def test_more_scores_than_are_kept_are_counted() -> None:
    scores = Scores(to("phoenix", "http://127.0.0.1:9"), send=taken)
    event = scored("m", 1.0)
    scores.put([event] * MOST)
    scores.put([event] * 7)
    assert "7 scores did not reach 127.0.0.1:9 (there were too many)" in (scores.close() or "")


@pytest.mark.parametrize("name", ["langsmith", "braintrust", "honeycomb", ""])
def test_the_others_take_no_scores(name: str) -> None:
    environment = {
        "GATE_TELEMETRY": name,
        "LANGSMITH_API_KEY": "x",
        "BRAINTRUST_API_KEY": "x",
        "HONEYCOMB_API_KEY": "x",
    }
    assert destination(preset({**environment, "BRAINTRUST_PARENT": "project_name:x"}), environment) is None


def test_a_destination_shows_no_key_when_it_is_printed() -> None:
    shown = repr(to("langfuse", "http://127.0.0.1:9"))
    assert "Basic" not in shown
