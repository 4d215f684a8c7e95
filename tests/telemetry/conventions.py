"""What the conventions ask of spans, written down a second time: nothing of it is read from the code that it holds."""

from collections.abc import Sequence
from typing import Any

from tests.fakes.collector import attributes

INTERNAL, CLIENT = 1, 3
ERROR = 2
REQUIRED = {
    "chat": {
        "gen_ai.operation.name",
        "gen_ai.provider.name",
        "gen_ai.request.model",
        "server.address",
        "server.port",
    },
    "invoke_agent": {"gen_ai.operation.name", "gen_ai.agent.name"},
    "retrieval": {"gen_ai.operation.name", "gen_ai.retrieval.documents"},
    "execute_tool": {"gen_ai.operation.name", "gen_ai.tool.name"},
    "trial": {"test.suite.name", "test.case.name", "test.case.result.status", "gate.trial.index"},
    "suite": {"test.suite.name", "test.suite.run.status"},
    "evaluate": {"gate.evaluator"},
    "gate": set[str](),
    "POST": {"http.request.method", "server.address", "server.port"},
}
KINDS = {"chat": CLIENT, "retrieval": CLIENT, "POST": CLIENT}
SUBJECTS = {
    "chat": "gen_ai.request.model",
    "invoke_agent": "gen_ai.agent.name",
    "execute_tool": "gen_ai.tool.name",
}


def require_well_formed(spans: Sequence[Any]) -> None:
    """Every span has an id of its own, a parent that is there, times that fit, and what its convention requires."""
    by_id = {(span.trace_id, span.span_id): span for span in spans}
    assert len(by_id) == len(spans)
    for span in spans:
        told, word = attributes(span), span.name.partition(" ")[0]
        assert len(span.trace_id) == 16 and len(span.span_id) == 8  # noqa: PT018 - both are lengths
        assert 0 < span.start_time_unix_nano <= span.end_time_unix_nano
        if span.parent_span_id:
            parent = by_id[span.trace_id, span.parent_span_id]
            assert parent.start_time_unix_nano <= span.start_time_unix_nano
            assert span.end_time_unix_nano <= parent.end_time_unix_nano
        for link in span.links:
            assert (link.trace_id, link.span_id) in by_id
        assert told.keys() >= REQUIRED[word], span.name
        assert span.kind == KINDS.get(word, INTERNAL), span.name
        if word in SUBJECTS:
            assert span.name == f"{word} {told[SUBJECTS[word]]}"
        if "gen_ai.operation.name" in told:
            assert told["gen_ai.operation.name"] == word
        assert (span.status.code == ERROR) == ("error.type" in told)
        if "gen_ai.usage.cache_read.input_tokens" in told:
            assert told["gen_ai.usage.cache_read.input_tokens"] <= told["gen_ai.usage.input_tokens"]


def tokens(spans: Sequence[Any], name: str) -> int:
    """A sum over all spans, as a backend makes it."""
    return sum(attributes(span).get(name, 0) for span in spans)
