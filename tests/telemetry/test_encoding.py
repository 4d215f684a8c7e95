"""Values → OTLP JSON that OpenTelemetry's own messages read, whatever the values hold."""

import json
from base64 import b64encode
from collections.abc import Iterator
from typing import Any

from google.protobuf.json_format import ParseDict
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from gate.telemetry.encoding import (
    attributes_json,
    event_json,
    events_line,
    metrics_line,
    scope_json,
    span_json,
    spans_line,
)
from gate.telemetry.scored import Scored
from gate.telemetry.sums import Sums
from gate.telemetry.trail import ForeignSpan, Step, Trail
from tests.fakes.collector import attributes, by_name

RESOURCE, SCOPE = attributes_json({"service.name": "gate"}), scope_json("llm-regression-gate", "1")
VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=10,
)


def spelled(value: Any) -> Any:
    """OTLP's JSON with its ids as protobuf's JSON has them."""
    if isinstance(value, list):
        return [spelled(item) for item in value]
    if not isinstance(value, dict):
        return value
    return dict(members(value))


def members(value: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, item in value.items():
        is_id = name in {"traceId", "spanId", "parentSpanId"}
        yield name, b64encode(bytes.fromhex(item)).decode() if is_id else spelled(item)


def parsed(line: str, message: Any) -> Any:
    assert line.isascii()
    assert line.count("\n") == 1
    return ParseDict(spelled(json.loads(line)), message)


@given(told=st.dictionaries(st.text(max_size=5), VALUES, max_size=4), name=st.text(max_size=9))
def test_every_span_is_one_line_that_is_read_by_others(told: dict[str, Any], name: str) -> None:
    span = ForeignSpan(
        trace_id=1, span_id=2, parent_id=3, name=name, start_ns=1, end_ns=2, attributes=told, error=name
    )
    request = parsed(spans_line(RESOURCE, SCOPE, [span_json(span)]), ExportTraceServiceRequest())
    (read,) = request.resource_spans[0].scope_spans[0].spans
    assert read.trace_id == (1).to_bytes(16, "big")
    assert read.status.code == 2
    kept = {key for key, value in told.items() if value is not None}
    assert len(attributes(read).keys() - {"error.type"}) <= len(kept)


def test_a_step_keeps_its_link_its_parent_and_its_kind() -> None:
    trail = Trail(trace_id=0xAB)
    with Step("trial", kind="internal", attributes={}, trail=trail) as root:
        root.link = (0xCD, 0xEF)
        with Step("call", kind="client", attributes={"a": True, "b": 2**40, "c": 0.1}, trail=trail):
            pass
    line = spans_line(RESOURCE, SCOPE, [span_json(step) for step in trail.steps])
    first, second = parsed(line, ExportTraceServiceRequest()).resource_spans[0].scope_spans[0].spans
    assert first.links[0].span_id == (0xEF).to_bytes(8, "big")
    assert (second.parent_span_id, second.kind) == (first.span_id, 3)
    assert attributes(second) == {"a": True, "b": 2**40, "c": 0.1}


def test_an_event_that_failed_is_an_error_and_another_is_not() -> None:
    good = Scored(5, 1, 2, {"gen_ai.evaluation.name": "m", "gen_ai.evaluation.score.value": 1.0})
    bad = Scored(5, 1, 2, {"gen_ai.evaluation.name": "m", "error.type": "timeout"})
    line = events_line(RESOURCE, SCOPE, [event_json(good), event_json(bad)])
    first, second = parsed(line, ExportLogsServiceRequest()).resource_logs[0].scope_logs[0].log_records
    assert (first.severity_number, second.severity_number) == (9, 17)
    assert first.event_name == "gen_ai.evaluation.result"


def test_metrics_are_sums_and_histograms_with_the_buckets_of_the_conventions() -> None:
    sums = Sums()
    for seconds in (0.005, 0.01, 0.011, 100.0):
        call = Step("chat m", kind="client", attributes={"gen_ai.operation.name": "chat"}, trail=None)
        call.attributes |= {"gen_ai.usage.input_tokens": 10, "gen_ai.usage.output_tokens": 1}
        call.end_ns = int(seconds * 1e9)
        sums.call(call)
    request = parsed(metrics_line(RESOURCE, SCOPE, sums.told()), ExportMetricsServiceRequest())
    told = {metric.name: metric for metric in request.resource_metrics[0].scope_metrics[0].metrics}
    (point,) = by_name(told["gen_ai.client.inference.duration"]).values()
    assert list(point.explicit_bounds) == [
        0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
    ]  # fmt: skip
    assert list(point.bucket_counts) == [2, 1, *[0] * 11, 0, 1]
    assert (point.count, point.min, point.max) == (4, 0.005, 100.0)
    (tokens,) = by_name(told["gen_ai.client.inference.usage.input_tokens"]).values()
    assert tokens.as_int == 40
