"""Exports as an application makes them."""

from collections.abc import Mapping
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

PROTOBUF, JSON = "application/x-protobuf", "application/json"


def span_message(  # noqa: PLR0913 - each has a default
    *,
    trace_id: int = 1,
    span_id: int = 2,
    parent_id: int = 0,
    name: str = "s",
    attributes: Mapping[str, Any] | None = None,
    trace_bytes: bytes | None = None,
    span_bytes: bytes | None = None,
) -> Span:
    """A span of a quarter of a second."""
    message = Span(
        trace_id=trace_id.to_bytes(16, "big") if trace_bytes is None else trace_bytes,
        span_id=span_id.to_bytes(8, "big") if span_bytes is None else span_bytes,
        parent_span_id=parent_id.to_bytes(8, "big") if parent_id else b"",
        name=name,
        start_time_unix_nano=1_700_000_000_000_000_000,
        end_time_unix_nano=1_700_000_000_250_000_000,
    )
    kinds = {bool: "bool_value", int: "int_value", float: "double_value", str: "string_value"}
    for key, value in (attributes or {}).items():
        setattr(message.attributes.add(key=key).value, kinds[type(value)], value)
    return message


def export(*spans: Span) -> bytes:
    """A request with these spans, in protobuf."""
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.extend(spans)
    content: bytes = request.SerializeToString()
    return content
