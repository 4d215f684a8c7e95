"""The body of an export → spans, in both encodings, and hostile bodies."""

import gzip
import json
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.telemetry.arriving import MAX_BYTES, BrokenBodyError, spans_in, unpacked
from gate.telemetry.bounds import LONGEST, MOST_ATTRIBUTES
from gate.telemetry.trail import ForeignSpan
from tests.telemetry.exports import JSON, PROTOBUF, export, span_message

TRACE, SPAN, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331", "00f067aa0ba902b7"


def plain(**more: Any) -> bytes:
    """An export in JSON, as OpenTelemetry's own SDKs for JavaScript send it."""
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": PARENT,
        "name": "retrieval wiki",
        "kind": 3,
        "startTimeUnixNano": "1700000000000000000",
        "endTimeUnixNano": "1700000000500000000",
        "attributes": [
            {"key": "gen_ai.operation.name", "value": {"stringValue": "retrieval"}},
            {"key": "n", "value": {"intValue": "7"}},
            {
                "key": "documents",
                "value": {"arrayValue": {"values": [{"stringValue": "a"}, {"doubleValue": 0.5}]}},
            },
        ],
        "status": {"code": 2, "message": "down"},
        "links": [{"traceId": TRACE, "spanId": SPAN}],
        "someday": {"an": "unknown field"},
        **more,
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "rag"}}]}
    scope = {"scope": {"name": "app"}, "spans": [span]}
    return json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [scope]}]}).encode()


def test_an_export_in_json_is_read_with_its_hexadecimal_ids() -> None:
    assert spans_in(plain(), "application/json; charset=utf-8") == [
        ForeignSpan(
            trace_id=int(TRACE, 16),
            span_id=int(SPAN, 16),
            parent_id=int(PARENT, 16),
            name="retrieval wiki",
            kind="client",
            start_ns=1_700_000_000_000_000_000,
            end_ns=1_700_000_000_500_000_000,
            attributes={"gen_ai.operation.name": "retrieval", "n": 7, "documents": ["a", 0.5]},
            error="down",
            resource={"service.name": "rag"},
            scope="app",
        )
    ]


def test_both_encodings_tell_the_same() -> None:
    message = span_message(
        trace_id=5, span_id=6, parent_id=7, attributes={"a": "x", "b": 1, "c": 0.5, "d": True}
    )
    (span,) = spans_in(export(message), PROTOBUF)
    assert (span.trace_id, span.span_id, span.parent_id) == (5, 6, 7)
    assert span.attributes == {"a": "x", "b": 1, "c": 0.5, "d": True}


@pytest.mark.parametrize(
    "ids",
    [
        {"trace_id": 0},
        {"span_id": 0},
        {"trace_bytes": b"short"},
        {"span_bytes": b""},
        {"span_bytes": b"x" * 9},
    ],
)
def test_a_span_without_proper_ids_is_passed_over_and_its_neighbor_is_not(ids: dict[str, Any]) -> None:
    good = span_message(trace_id=1, span_id=2)
    assert [span.span_id for span in spans_in(export(span_message(**ids), good), PROTOBUF)] == [2]


def test_what_is_larger_than_it_may_be_is_cut() -> None:
    attributes = {f"k{n}": "v" for n in range(MOST_ATTRIBUTES + 5)} | {"k0": "x" * (LONGEST + 5)}
    (span,) = spans_in(export(span_message(name="n" * (LONGEST + 1), attributes=attributes)), PROTOBUF)
    assert len(span.attributes) == MOST_ATTRIBUTES
    assert len(str(span.attributes["k0"])) == len(span.name) == LONGEST


def test_no_number_that_json_cannot_hold_gets_in_and_no_step_ends_before_it_begins() -> None:
    message = span_message(attributes={"nan": float("nan"), "inf": float("-inf")})
    message.start_time_unix_nano, message.end_time_unix_nano = 2**64 - 1, 5
    (span,) = spans_in(export(message), PROTOBUF)
    assert span.attributes == {"nan": "nan", "inf": "-inf"}
    assert span.end_ns == span.start_ns


@pytest.mark.parametrize(
    "body",
    [b"", b"null", b"[]", b"7", b'"x"', b"{", b"\xff", b'{"resourceSpans": 7}', b'{"resourceSpans": [7]}', b"[" * 50_000,
     b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": "zz"}]}]}]}',
     b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"traceId": 7}]}]}]}',
     b'{"resourceSpans": [{"scopeSpans": [{"spans": [{"name": "\\ud800"}]}]}]}'],
)  # fmt: skip
def test_json_that_is_no_export_is_refused(body: bytes) -> None:
    with pytest.raises(BrokenBodyError) as refused:
        spans_in(body, JSON)
    assert refused.value.status == 400


@given(st.binary(max_size=200))
def test_any_bytes_are_spans_or_refused(body: bytes) -> None:
    for media_type in (PROTOBUF, JSON):
        try:
            spans_in(body, media_type)
        except BrokenBodyError as error:
            assert error.status == 400  # noqa: PT017 - both ends are right


def test_another_media_type_is_refused_so_that_no_web_page_can_send_anything() -> None:
    for media_type in ("", "text/plain", "application/x-www-form-urlencoded"):
        with pytest.raises(BrokenBodyError) as refused:
            spans_in(b"", media_type)
        assert refused.value.status == 415


def test_a_compressed_body_is_unpacked_and_a_bomb_is_not() -> None:
    body = plain()
    assert unpacked(gzip.compress(body), "gzip") == body
    assert unpacked(zlib.compress(body), "deflate") == body
    assert unpacked(body, "") == unpacked(body, "identity") == body
    with pytest.raises(BrokenBodyError) as refused:
        unpacked(gzip.compress(bytes(MAX_BYTES + 1)), "gzip")
    assert refused.value.status == 413
    for broken, encoding, status in ((b"no zip", "gzip", 400), (body, "br", 415)):
        with pytest.raises(BrokenBodyError) as refused:
            unpacked(broken, encoding)
        assert refused.value.status == status


def field(number: int, content: bytes) -> bytes:
    """A field of protobuf that holds a message: its tag, its length, its content."""
    size, length = len(content), bytearray()
    while size > 127:
        length.append(size & 127 | 128)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + content


@pytest.mark.parametrize(("depth", "status"), [(5, 0), (500, 400)])
def test_a_list_within_a_list_without_end_is_refused_and_never_breaks_us(depth: int, status: int) -> None:
    value = field(1, b"x")
    for _ in range(depth):
        value = field(5, field(1, value))
    span = (
        field(1, bytes([1] * 16)) + field(2, bytes([1] * 8)) + field(9, field(1, b"deep") + field(2, value))
    )
    body = field(1, field(2, field(2, span)))
    if not status:
        assert json.dumps(spans_in(body, PROTOBUF)[0].attributes["deep"]) == "[" * depth + '"x"' + "]" * depth
        return
    with pytest.raises(BrokenBodyError) as refused:
        spans_in(body, PROTOBUF)
    assert refused.value.status == status
