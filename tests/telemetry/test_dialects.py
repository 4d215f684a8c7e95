"""What a backend calls steps and scores, beside the conventions of OpenTelemetry."""

import json
from collections.abc import Mapping
from types import MappingProxyType

import pytest
from pydantic import JsonValue

from gate.telemetry import names
from gate.telemetry.dialects import BRAINTRUST_SCORES, LANGFUSE_TYPE, OPENINFERENCE_KIND, speak
from gate.telemetry.scored import Scored
from gate.telemetry.trail import Step


def step(span_id: int = 1, attributes: Mapping[str, JsonValue] = MappingProxyType({})) -> Step:
    made = Step("s", kind="internal", attributes=dict(attributes), trail=None)
    made.span_id = span_id
    return made


def steps() -> list[Step]:
    operations = (names.CHAT, names.INVOKE_AGENT, names.RETRIEVAL, names.EXECUTE_TOOL)
    told = [step(attributes={names.OPERATION: operation}) for operation in operations]
    return [
        *told,
        step(attributes={names.EVALUATOR: "judge"}),
        step(),
        step(attributes={names.OPERATION: ["hostile"]}),
    ]


def scored(name: str, value: float | None, *, span_id: int = 1) -> Scored:
    told: dict[str, JsonValue] = {names.EVALUATION_NAME: name}
    return Scored(1, 1, span_id, told if value is None else {**told, names.SCORE_VALUE: value})


@pytest.mark.parametrize("backend", ["phoenix", "langsmith"])
def test_phoenix_and_langsmith_are_told_the_kinds_of_openinference(backend: str) -> None:
    told = steps()
    speak(backend, told, [])
    kinds = [each.attributes[OPENINFERENCE_KIND] for each in told]
    assert kinds == ["LLM", "AGENT", "RETRIEVER", "TOOL", "EVALUATOR", "CHAIN", "CHAIN"]


def test_langfuse_is_told_its_types_of_observation() -> None:
    told = steps()
    speak("langfuse", told, [])
    types = [each.attributes[LANGFUSE_TYPE] for each in told]
    assert types == ["generation", "agent", "retriever", "tool", "evaluator", "span", "span"]


def test_braintrust_is_told_the_scores_between_0_and_1_by_the_span_that_they_speak_of() -> None:
    told = [step(1), step(2), step(3)]
    events = [
        scored("exact|match", 1.0),
        scored("grade", 0.5, span_id=2),
        scored("ms", 250.0),
        scored("judge", None),
    ]
    speak("braintrust", told, events)
    assert [json.loads(str(each.attributes.get(BRAINTRUST_SCORES, "null"))) for each in told] == [
        {"exact|match": 1.0},
        {"grade": 0.5},
        None,
    ]


@pytest.mark.parametrize("backend", ["", "honeycomb", "grafana"])
def test_the_others_go_by_the_conventions_alone(backend: str) -> None:
    told = steps()
    before = [dict(each.attributes) for each in told]
    speak(backend, told, [scored("exact", 1.0)])
    assert [each.attributes for each in told] == before
