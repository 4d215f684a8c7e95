"""The receiver on loopback: what exporters send it, and what an attacker sends it."""

import gzip
import http.client
import socket
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from gate.model.errors import UserError
from gate.telemetry.arriving import MAX_BYTES
from gate.telemetry.receiver import HOST, Receiver
from gate.telemetry.trail import ForeignSpan
from tests.telemetry.exports import JSON, PROTOBUF, export, span_message


class Taken(list[ForeignSpan]):
    """What came in."""

    def take(self, spans: Sequence[ForeignSpan]) -> None:
        self.extend(spans)


@pytest.fixture
def taken() -> Taken:
    return Taken()


@pytest.fixture
def receiver(taken: Taken) -> Iterator[Receiver]:
    opened = Receiver(taken.take)
    yield opened
    opened.close()


def port(receiver: Receiver) -> int:
    return int(receiver.endpoint.rpartition(":")[2])


def sent(
    receiver: Receiver, body: bytes | Iterator[bytes], *, path: str = "/v1/traces", **headers: str
) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(HOST, port(receiver), timeout=20)
    named = {name.replace("_", "-"): value for name, value in {"Content_Type": PROTOBUF, **headers}.items()}
    try:
        connection.request("POST", path, body, named)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def raw(receiver: Receiver, content: bytes) -> bytes:
    with socket.create_connection((HOST, port(receiver)), timeout=20) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        return connection.makefile("rb").read()


@pytest.mark.parametrize("compression", [Compression.NoCompression, Compression.Gzip, Compression.Deflate])
def test_the_exporter_of_opentelemetry_is_understood(
    receiver: Receiver, taken: Taken, compression: Compression
) -> None:
    exporter = OTLPSpanExporter(endpoint=f"{receiver.endpoint}/v1/traces", compression=compression)
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with provider.get_tracer("app").start_as_current_span(
        "retrieval", attributes={"gen_ai.operation.name": "retrieval"}
    ):
        pass
    provider.shutdown()
    (span,) = taken
    assert (span.name, span.scope, span.attributes) == (
        "retrieval",
        "app",
        {"gen_ai.operation.name": "retrieval"},
    )


def test_it_answers_in_the_encoding_that_it_was_asked_in(receiver: Receiver, taken: Taken) -> None:
    assert sent(receiver, export(span_message())) == (200, b"")
    assert sent(receiver, b'{"resourceSpans": []}', Content_Type=JSON) == (200, b"{}")
    assert len(taken) == 1


def test_a_body_in_chunks_is_put_together(receiver: Receiver, taken: Taken) -> None:
    body = gzip.compress(export(*(span_message(span_id=n) for n in range(1, 400))))
    pieces = (body[start : start + 100] for start in range(0, len(body), 100))
    status, _ = sent(receiver, pieces, Content_Encoding="gzip")
    assert (status, len(taken)) == (200, 399)


@pytest.mark.parametrize("path", ["/v1/metrics", "/v1/logs"])
def test_metrics_and_logs_are_taken_and_dropped(receiver: Receiver, taken: Taken, path: str) -> None:
    assert sent(receiver, b"whatever", path=path) == (200, b"")
    assert sent(receiver, b"", path="/v1/traces/../secrets")[0] == 404
    assert not taken
    assert not receiver.told_refusals()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"POST /v1/traces HTTP/1.1\r\nContent-Type: application/x-protobuf\r\n\r\n", b"411"),
        (b"POST /v1/traces HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"411"),
        (b"POST /v1/traces HTTP/1.1\r\nContent-Length: " + b"9" * 5_000 + b"\r\n\r\n", b"413"),
        (b"POST /v1/traces HTTP/1.1\r\nContent-Length: 50\r\n\r\nshort", b"400"),
        (b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"400"),
        (b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\n", b"413"),
        (b"POST /v1/traces HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n", b"413"),
        (b"GET / HTTP/1.1\r\n\r\n", b"501"),
        (b"\x16\x03\x01 a TLS greeting\r\n\r\n", b"400"),
    ],
)
def test_a_hostile_request_is_refused(
    receiver: Receiver, taken: Taken, content: bytes, status: bytes
) -> None:
    assert status in raw(receiver, content).partition(b"\r\n\r\n")[0]
    assert not taken
    assert sent(receiver, export(span_message()))[0] == 200


def test_fifty_megabytes_are_refused_before_they_are_read_and_zipped_ones_before_they_are_unpacked(
    receiver: Receiver, taken: Taken
) -> None:
    begun = (
        f"POST /v1/traces HTTP/1.1\r\nContent-Type: {PROTOBUF}\r\nContent-Length: 50000000\r\n\r\n".encode()
    )
    assert b"413" in raw(receiver, begun)
    bomb = gzip.compress(bytes(50_000_000))
    assert sent(receiver, bomb, Content_Encoding="gzip")[0] == 413
    assert not taken
    assert [f"{MAX_BYTES:,}" in why for why in receiver.told_refusals()] == [True, True]
    assert not receiver.told_refusals()


def test_many_at_once_are_all_taken(receiver: Receiver, taken: Taken) -> None:
    with ThreadPoolExecutor(100) as pool:
        answers = list(pool.map(lambda n: sent(receiver, export(span_message(span_id=n))), range(1, 301)))
    assert {status for status, _ in answers} == {200}
    assert {span.span_id for span in taken} == set(range(1, 301))


def test_closing_cuts_off_whoever_is_still_sending() -> None:
    receiver = Receiver(len)
    with socket.create_connection((HOST, port(receiver)), timeout=20) as connection:
        connection.sendall(b"POST /v1/traces HTTP/1.1\r\nContent-Length: 100\r\n")
        receiver.close()
        with suppress(ConnectionResetError):
            assert connection.recv(100) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((HOST, port(receiver)), timeout=20)


def test_it_listens_to_nobody_but_this_machine(receiver: Receiver) -> None:
    assert receiver.endpoint.startswith("http://127.0.0.1:")


def test_a_port_that_is_taken_is_the_users_to_mend(receiver: Receiver) -> None:
    with pytest.raises(UserError, match=f"port {port(receiver)} of 127.0.0.1 cannot be used") as error:
        Receiver(len, port=port(receiver))
    assert error.value.problems[0].key == "traces_port"
