"""HTTP on loopback → one call of the desk for each request. It knows nothing of GitHub."""

import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Incoming:
    """A request as it came. Header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Outgoing:
    """What goes back: whole, cut in half ("broken"), after `late_s`, or never because the connection is reset."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire: str = "whole"
    late_s: float = 0.0


Desk = Callable[[Incoming], Outgoing]


class Listener(ThreadingHTTPServer):
    """A threaded server on 127.0.0.1, on a port of its own. `gone` is set when the test is over."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    desk: Desk

    def __init__(self) -> None:
        self.gone = threading.Event()
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        super().__init__(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def start(self, desk: Desk) -> None:
        self.desk = desk
        self._thread.start()

    def stop(self) -> None:
        """Close the door and every connection that a client still keeps."""
        self.gone.set()
        self.shutdown()
        self._thread.join()
        self.server_close()
        with self._guard:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no news; what goes wrong at the desk, the desk records."""


class Handler(BaseHTTPRequestHandler):
    """Reads a request, asks the desk, writes its answer."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Listener

    def answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        incoming = Incoming(
            method=self.command,
            target=self.path,
            headers={name.lower(): text for name, text in self.headers.items()},
            body=self.rfile.read(length),
        )
        outgoing = self.server.desk(incoming)
        if outgoing.wire == "reset":
            self._reset()
            return
        if outgoing.wire == "late":
            self.server.gone.wait(outgoing.late_s)
        self.send_response(outgoing.status)
        for name, text in outgoing.headers.items():
            self.send_header(name, text)
        body = outgoing.body[: len(outgoing.body) // 2] if outgoing.wire == "broken" else outgoing.body
        if outgoing.status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        # Lingering for no time makes close() send RST.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.connection.close()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the base class calls it so
        """Tests read the journal instead."""

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer  # noqa: N815  # the base class looks for these names
