"""A small OTLP/HTTP receiver on 127.0.0.1: what an application exports → spans. Bounded in size, time and connections.

It answers as a collector does, and closes every connection after its answer. What it takes besides traces it drops.
"""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore, Lock
from typing import Any

from gate.model.errors import Problem, UserError
from gate.telemetry.arriving import MAX_BYTES, BrokenBodyError, spans_in, unpacked
from gate.telemetry.trail import ForeignSpan
from gate.threads import beside

HOST = "127.0.0.1"
_MOST_CONNECTIONS = 64  # at the same time; the others wait in the queue of the socket
_QUEUE = 1_024
_SILENCE_S, _LONGEST_S = 10.0, 30.0  # between two pieces of a request, and for all of it
_PIECE = 65_536
_LONGEST_LINE = 1_000
_MOST_REFUSALS = 1_000
_TRACES, _DROPPED = "/v1/traces", {"/v1/metrics", "/v1/logs"}


class Receiver:
    """A receiver that runs in threads of its own until it is closed.

    Raises:
        UserError: the port is taken, or may not be used.
    """

    def __init__(self, take: Callable[[Sequence[ForeignSpan]], object], *, port: int = 0) -> None:
        try:
            self._server = _Server(take, port)
        except OSError as error:
            message = f"port {port} of {HOST} cannot be used: {error.strerror or error}"
            fix = "end what listens there (a collector?), or name another `traces_port` and point the service at it"
            raise UserError(Problem(message=message, key="traces_port", fix=fix)) from None
        self._thread = beside(self._server.serve_forever, 0.05, name="gate-otlp")

    @property
    def endpoint(self) -> str:
        """What goes into OTEL_EXPORTER_OTLP_ENDPOINT."""
        return f"http://{HOST}:{self._server.server_port}"

    def told_refusals(self) -> Sequence[str]:
        """Why requests were refused since this was last asked, one after the other; of many the first thousand."""
        refusals, self._server.refusals = self._server.refusals, []
        return refusals

    def close(self) -> None:
        """Take nothing any more, and let go of the port; what is being read is cut off."""
        self._server.hang_up()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = False  # server_close waits for them: no socket is left open
    request_queue_size = _QUEUE
    allow_reuse_address = True

    def __init__(self, take: Callable[[Sequence[ForeignSpan]], object], port: int) -> None:
        self.take = take
        self.refusals: list[str] = []
        self._free = BoundedSemaphore(_MOST_CONNECTIONS)
        self._lock, self._connections, self._closing = Lock(), set[socket.socket](), False
        super().__init__((HOST, port), _Exchange)

    def server_bind(self) -> None:
        """Without the look for a name of this machine that the base class takes: it may ask the network."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def hang_up(self) -> None:
        """Cut off all connections, those that are still to come too."""
        with self._lock:
            self._closing = True
            for connection in self._connections:
                _cut(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        self._free.acquire()
        with self._lock:
            self._connections.add(request)
            if self._closing:
                _cut(request)
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                self._connections.discard(request)
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that broke off is the sender's matter: it sends again, or its spans are missed."""


class _Exchange(BaseHTTPRequestHandler):
    """One request and its answer."""

    server: _Server
    protocol_version = "HTTP/1.1"
    timeout = _SILENCE_S
    server_version = "gate"
    sys_version = ""

    def do_POST(self) -> None:
        """Take an export."""
        path = self.path.partition("?")[0].rstrip("/")
        if path != _TRACES and path not in _DROPPED:
            self._answer(404, b"")
            return
        content_type = self.headers.get("Content-Type", "")
        try:
            body = b"".join(self._pieces())
            if path == _TRACES:
                plain = unpacked(body, self.headers.get("Content-Encoding", "").strip().lower())
                self.server.take(spans_in(plain, content_type))
        except BrokenBodyError as error:
            if len(self.server.refusals) < _MOST_REFUSALS:
                self.server.refusals.append(str(error))
            self._answer(error.status, str(error).encode(errors="replace"), content_type="text/plain")
            return
        is_json = "json" in content_type.lower()
        kind = "application/json" if is_json else "application/x-protobuf"
        self._answer(200, b"{}" if is_json else b"", content_type=kind)

    def _pieces(self) -> Iterator[bytes]:
        """The body, piece by piece, by its length or in chunks."""
        size, over_s = 0, time.monotonic() + _LONGEST_S
        pieces = self._chunks() if self._is_chunked() else self._exactly(self._length())
        for piece in pieces:
            size += len(piece)
            if size > MAX_BYTES:
                raise BrokenBodyError(f"it is larger than {MAX_BYTES:,} bytes", status=413)
            if time.monotonic() > over_s:
                raise BrokenBodyError(f"it took longer than {_LONGEST_S:g} s", status=408)
            yield piece

    def _is_chunked(self) -> bool:
        return "chunked" in self.headers.get("Transfer-Encoding", "").lower()

    def _length(self) -> int:
        text = self.headers.get("Content-Length", "")
        if not (text.isascii() and text.isdigit()):
            raise BrokenBodyError("it has no Content-Length", status=411)
        if int(text[:20]) > MAX_BYTES:
            raise BrokenBodyError(f"it is larger than {MAX_BYTES:,} bytes", status=413)
        return int(text)

    def _exactly(self, size: int) -> Iterator[bytes]:
        while size > 0:
            piece = self.rfile.read1(min(size, _PIECE))
            if not piece:
                raise BrokenBodyError("it broke off")
            size -= len(piece)
            yield piece

    def _chunks(self) -> Iterator[bytes]:
        while size := self._chunk_size():
            yield from self._exactly(size)
            self.rfile.readline(_LONGEST_LINE)  # the line end behind a chunk

    def _chunk_size(self) -> int:
        line = self.rfile.readline(_LONGEST_LINE).partition(b";")[0].strip()
        try:
            size = int(line, 16)
        except ValueError:
            raise BrokenBodyError("its chunks are broken") from None
        if not 0 <= size <= MAX_BYTES:
            raise BrokenBodyError(f"it is larger than {MAX_BYTES:,} bytes", status=413)
        return size

    def _answer(self, status: int, body: bytes, *, content_type: str = "") -> None:
        self.close_connection = True
        self.send_response(status)
        if content_type:
            self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the signature is the base's
        """Say nothing: what a run prints is for the person who runs it."""


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already
