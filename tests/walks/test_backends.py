"""Traces and scores of a whole run, sent to a backend on loopback by one variable; and a backend that is broken."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.fakes.backend import Backend, Received, backend
from tests.walks.project import Project, accepted, ids

KEYS = {"LANGFUSE_PUBLIC_KEY": "pk-lf-public", "LANGFUSE_SECRET_KEY": "sk-lf-very-secret-0123456789"}
TRACES, SCORES = "/api/public/otel/v1/traces", "/api/public/scores"
REPORT = ("--json", "report.json")


@pytest.fixture
def loopback() -> Iterator[Backend]:
    with backend() as kept:
        yield kept


def langfuse(url: str) -> dict[str, str]:
    return {"GATE_TELEMETRY": "langfuse", "LANGFUSE_BASE_URL": url, **KEYS}


def spans_of(received: Received) -> Iterator[tuple[str, str, dict[str, str]]]:
    """(trace id, span id, its texts) of each span, with its name as `name`."""
    zipped = received.headers.get("content-encoding") == "gzip"
    request = ExportTraceServiceRequest()
    request.ParseFromString(gzip.decompress(received.body) if zipped else received.body)
    for resource in request.resource_spans:
        for scope in resource.scope_spans:
            for span in scope.spans:
                texts = {pair.key: pair.value.string_value for pair in span.attributes}
                yield span.trace_id.hex(), span.span_id.hex(), {"name": span.name, **texts}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository in which one answer in four has become wrong."""
    made = accepted(tmp_path, cases=20, trials={"accept": 2, "check": 1, "most": 1})
    made.answer(ids(20), "right")
    return made


def test_each_score_is_sent_to_the_span_of_the_call_that_it_speaks_of(
    project: Project, loopback: Backend
) -> None:
    ended = project.gate("run", "-o", "results.json", "--fresh", env=langfuse(loopback.url))
    assert ended.code == 0, ended.text
    assert "telemetry:" not in ended.text
    traces = [each for each in loopback.received if each.path == TRACES]
    spans = {(trace, span): texts for each in traces for trace, span, texts in spans_of(each)}
    scores: list[dict[str, Any]] = [
        score for each in loopback.received if each.path == SCORES for score in each.json
    ]
    result = json.loads((project.root / "results.json").read_text())
    shown = {name for name, metric in result["metrics"].items() if not metric.get("operational")}
    assert len(scores) == sum(
        1 for trial in result["trials"] for score in trial["scores"] if score["metric"] in shown
    )
    for score in scores:
        subject = spans[score["traceId"], score["observationId"]]
        assert subject["langfuse.observation.type"] == "agent"
    assert {texts["langfuse.observation.type"] for texts in spans.values()} >= {"agent", "span"}
    assert {each.headers["x-langfuse-ingestion-version"] for each in traces} == {"4"}


def judged(project: Project) -> Any:
    """The verdict, without what was measured: no two runs take the same time."""
    report = json.loads(project.read("report.json"))
    return [report["verdict"]["kind"], report["verdict"]["findings"], report["verdict"]["suites"][0]["kind"]]


@pytest.mark.parametrize("status", [0, 401, 500])
def test_a_backend_that_is_broken_changes_no_verdict(
    project: Project, loopback: Backend, status: int
) -> None:
    before = project.gate("check", "--fresh", *REPORT)
    verdict = judged(project)
    loopback.answer = lambda _: (status, {}, KEYS["LANGFUSE_SECRET_KEY"].encode())
    ended = project.gate(
        "check", "--fresh", *REPORT, env=langfuse(loopback.url if status else "http://127.0.0.1:9")
    )
    assert ended.code == before.code
    assert judged(project) == verdict
    sentences = [line for line in ended.text.splitlines() if line.startswith("telemetry:")]
    assert len(sentences) == 2, ended.text  # one of the traces, one of the scores
    assert all("did not reach" in sentence for sentence in sentences)
    kept = "".join(path.read_text() for path in project.root.rglob(".gate/traces/*/*"))
    for secret in (KEYS["LANGFUSE_SECRET_KEY"], "c2stbGY"):
        assert secret not in ended.text + kept


def test_a_missing_key_is_one_sentence_and_the_same_verdict(project: Project) -> None:
    ended = project.gate("check", env={"GATE_TELEMETRY": "langfuse", "LANGFUSE_PUBLIC_KEY": "pk"})
    assert ended.code == project.gate("check").code
    assert "LANGFUSE_SECRET_KEY is not set: no trace is sent" in " ".join(ended.text.split())
