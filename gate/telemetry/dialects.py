"""A finished trial → what one backend calls its steps and scores, where it does not go by the conventions of OpenTelemetry.

The one place for such names. Sources: openinference-semantic-conventions 0.1, langfuse 5 (`langfuse.observation.type`),
Braintrust's page on OpenTelemetry attributes (`braintrust.scores`).
"""

import json
from collections.abc import Mapping, Sequence

from gate.telemetry import names
from gate.telemetry.scored import Scored
from gate.telemetry.trail import Step

OPENINFERENCE_KIND, LANGFUSE_TYPE = "openinference.span.kind", "langfuse.observation.type"
BRAINTRUST_SCORES = "braintrust.scores"
_OPENINFERENCE = {
    names.CHAT: "LLM",
    names.INVOKE_AGENT: "AGENT",
    names.RETRIEVAL: "RETRIEVER",
    names.EXECUTE_TOOL: "TOOL",
}
_LANGFUSE = {
    names.CHAT: "generation",
    names.INVOKE_AGENT: "agent",
    names.RETRIEVAL: "retriever",
    names.EXECUTE_TOOL: "tool",
}


def speak(backend: str, steps: Sequence[Step], events: Sequence[Scored]) -> None:
    """Add to the steps of a finished trial what the backend understands beside the conventions."""
    if backend in {"phoenix", "langsmith"}:
        for step in steps:
            step.attributes[OPENINFERENCE_KIND] = _kind(step, _OPENINFERENCE, "EVALUATOR", "CHAIN")
    elif backend == "langfuse":
        for step in steps:
            step.attributes[LANGFUSE_TYPE] = _kind(step, _LANGFUSE, "evaluator", "span")
    elif backend == "braintrust":
        _scores(steps, events)


def _kind(step: Step, operations: Mapping[str, str], evaluator: str, other: str) -> str:
    operation = step.attributes.get(names.OPERATION)
    if isinstance(operation, str) and operation in operations:
        return operations[operation]
    return evaluator if names.EVALUATOR in step.attributes else other


def _scores(steps: Sequence[Step], events: Sequence[Scored]) -> None:
    """Braintrust takes scores between 0 and 1, as JSON, from the span that they speak of; others are no scores to it."""
    by_span: dict[int, dict[str, float]] = {}
    for event in events:
        value = event.attributes.get(names.SCORE_VALUE)
        if isinstance(value, int | float) and 0 <= value <= 1:
            by_span.setdefault(event.span_id, {})[str(event.attributes[names.EVALUATION_NAME])] = value
    for step in steps:
        if step.span_id in by_span:
            step.attributes[BRAINTRUST_SCORES] = json.dumps(by_span[step.span_id], ensure_ascii=False)
