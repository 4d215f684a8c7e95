"""The body of an OTLP/HTTP request → spans of an application. Never trusts it: what is broken is refused or passed over.

OpenTelemetry's own messages decode it. In its JSON ids are hexadecimal, where protobuf's JSON has base64.
"""

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from google.protobuf.json_format import Error, ParseDict
from google.protobuf.message import DecodeError
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status
from pydantic import JsonValue

from gate.telemetry.bounds import LONGEST, MOST_ATTRIBUTES, MOST_EVENTS, plain_value
from gate.telemetry.trail import ForeignSpan, Kind

MAX_BYTES = 16_000_000  # of a body, and of what it unpacks to; exporters send batches of 512 spans
_GZIP = 16 + zlib.MAX_WBITS
_TRACE_ID, _SPAN_ID = 16, 8  # bytes
_KINDS: Mapping[int, Kind] = {
    Span.SPAN_KIND_SERVER: "server",
    Span.SPAN_KIND_CLIENT: "client",
    Span.SPAN_KIND_PRODUCER: "producer",
    Span.SPAN_KIND_CONSUMER: "consumer",
}


class BrokenBodyError(Exception):
    """A body that is no OTLP request; `status` is what its sender is answered."""

    def __init__(self, message: str, *, status: int = 400) -> None:
        self.status = status
        super().__init__(message)


def unpacked(body: bytes, encoding: str) -> bytes:
    """The body without its compression.

    Raises:
        BrokenBodyError: it is broken, larger than MAX_BYTES, or compressed in another way.
    """
    if encoding in {"", "identity"}:
        return body
    if encoding not in {"gzip", "deflate"}:
        raise BrokenBodyError("send it plain, as gzip or as deflate", status=415)
    unpacker = zlib.decompressobj(_GZIP if encoding == "gzip" else zlib.MAX_WBITS)
    try:
        plain = unpacker.decompress(body, MAX_BYTES)
    except zlib.error as error:
        raise BrokenBodyError(f"this is no {encoding}: {error}") from None
    if unpacker.unconsumed_tail:
        raise BrokenBodyError(f"it unpacks to more than {MAX_BYTES:,} bytes", status=413)
    return plain


def spans_in(body: bytes, content_type: str) -> list[ForeignSpan]:
    """The spans of an export request in protobuf or JSON. Those without an id are passed over.

    Raises:
        BrokenBodyError: it is neither.
    """
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "application/json":
        request = _from_json(body)
    elif media_type == "application/x-protobuf":
        try:
            request = ExportTraceServiceRequest.FromString(body)
        except DecodeError:
            raise BrokenBodyError("this is no ExportTraceServiceRequest") from None
    else:
        raise BrokenBodyError("send application/x-protobuf or application/json", status=415)
    return list(_spans(request))


def _from_json(body: bytes) -> ExportTraceServiceRequest:
    try:
        plain = json.loads(body)
        for resource in _objects(plain, "resourceSpans"):
            for scope in _objects(resource, "scopeSpans"):
                for span in _objects(scope, "spans"):
                    span.pop(
                        "links", None
                    )  # their ids would have to be spelled anew as well; nobody reads them
                    span.update(_spelled_anew(span))
        request = ExportTraceServiceRequest()
        ParseDict(plain, request, ignore_unknown_fields=True)
    except (ValueError, TypeError, AttributeError, RecursionError, Error):
        raise BrokenBodyError("this is no ExportTraceServiceRequest in JSON") from None
    return request


def _spelled_anew(span: Mapping[str, Any]) -> dict[str, str]:
    names = [name for name in ("traceId", "spanId", "parentSpanId") if span.get(name)]
    return {name: b64encode(bytes.fromhex(span[name])).decode() for name in names}


def _objects(value: Any, name: str) -> list[Any]:
    return value.get(name) or []


def _spans(request: ExportTraceServiceRequest) -> Iterator[ForeignSpan]:
    for resource in request.resource_spans:
        whose = _attributes(resource.resource.attributes)
        for scope in resource.scope_spans:
            for span in scope.spans:
                if _has_ids(span):
                    yield _span(span, resource=whose, scope=scope.scope.name)


def _has_ids(span: Span) -> bool:
    whole = len(span.trace_id) == _TRACE_ID and len(span.span_id) == _SPAN_ID
    return whole and any(span.trace_id) and any(span.span_id)


def _span(span: Span, *, resource: Mapping[str, JsonValue], scope: str) -> ForeignSpan:
    attributes = _attributes(span.attributes)
    failed = span.status.code == Status.STATUS_CODE_ERROR
    word = attributes.get("error.type")
    return ForeignSpan(
        trace_id=int.from_bytes(span.trace_id, "big"),
        span_id=int.from_bytes(span.span_id, "big"),
        parent_id=int.from_bytes(span.parent_span_id, "big") or None,
        name=span.name[:LONGEST],
        kind=_KINDS.get(span.kind, "internal"),
        start_ns=span.start_time_unix_nano,
        end_ns=max(span.end_time_unix_nano, span.start_time_unix_nano),
        attributes=attributes,
        error=(str(word or span.status.message)[:LONGEST] or "error") if failed else None,
        events=tuple(
            (event.time_unix_nano, event.name[:LONGEST], _attributes(event.attributes))
            for event in span.events[:MOST_EVENTS]
        ),
        resource=resource,
        scope=scope[:LONGEST],
    )


def _attributes(pairs: Iterable[KeyValue]) -> dict[str, JsonValue]:
    return {
        pair.key[:LONGEST]: _value(pair.value) for _, pair in zip(range(MOST_ATTRIBUTES), pairs, strict=False)
    }


def _value(value: AnyValue) -> JsonValue:
    name = value.WhichOneof("value")
    if name == "array_value":
        return [_value(item) for item in value.array_value.values[:MOST_ATTRIBUTES]]
    if name == "kvlist_value":
        return dict(_attributes(value.kvlist_value.values))
    if name == "bytes_value":
        return b64encode(value.bytes_value[:LONGEST]).decode()
    if name is None:
        return None
    return plain_value(getattr(value, name))
