"""Doubles for tests: real servers on loopback, and plug-ins, that behave and misbehave as they are told to."""

import asyncio
import json
import socket
import struct
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from inspect import isawaitable
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import TypeAdapter, ValidationError

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.ports import Evaluator, NoOptions, Target
from gate.model.reply import Failure, Reply, Sample
from gate.model.score import Metric, Score
from tests.builders import make_reply, make_setting

# --- a server over real HTTP -----------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client sent. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server sends back, and how it ends.

    `reset`: the connection is reset after the body's first half; `cut`: the same half, and a polite end, without the
    client being able to tell how long the body was; `hang`: nothing is sent, until the client goes away; `stall`: the
    first half is, and nothing more; `drip`: all of it, in ten pieces with a pause between them.
    """

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    ending: Literal["whole", "reset", "cut", "hang", "stall", "drip"] = "whole"


def json_answer(value: Any, *, status: int = 200, **headers: str) -> Answer:
    return Answer(
        status=status,
        headers={"content-type": "application/json", **headers},
        body=json.dumps(value).encode(),
    )


class Loopback:
    """A server on 127.0.0.1 in a thread of its own: `respond` turns each request into an answer.

    `requests` is everything that was asked, `hanging` is set when a request hangs, `left` when its client went away.
    """

    def __init__(self, respond: Callable[[Request], Answer]) -> None:
        self.respond = respond
        self.requests: list[Request] = []
        self.connections = 0
        self.hanging, self.left = threading.Event(), threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._ready = threading.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        server = await asyncio.start_server(self._connected, "127.0.0.1", 0)
        self._port: int = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for _ in range(3):  # rounds of the loop, in which aborted connections are closed
            await asyncio.sleep(0)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await _read_request(reader)) is not None:
                self.requests.append(request)
                if not await self._answer(self.respond(request), reader, writer):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            writer.transport.abort()  # what is not sent yet would keep it open past the end of the loop
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _answer(
        self, answer: Answer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        """Send it; whether the connection may be used again."""
        if answer.ending == "hang":
            self.hanging.set()
            await reader.read()
            self.left.set()
            return False
        headers = dict(answer.headers)
        complete = answer.ending in {"whole", "drip"}
        body = answer.body if complete else answer.body[: len(answer.body) // 2]
        if answer.ending == "cut":
            headers["connection"] = "close"
        else:
            headers["content-length"] = str(len(answer.body))
        lines = [f"HTTP/1.1 {answer.status} X", *(f"{name}: {value}" for name, value in headers.items())]
        head = "\r\n".join([*lines, "", ""]).encode("latin-1")
        if answer.ending == "drip":
            await _drip(head + body, writer)
        else:
            writer.write(head + body)
        await writer.drain()
        if answer.ending == "stall":
            self.hanging.set()
            await reader.read()
            self.left.set()
        if answer.ending == "reset":
            raw: socket.socket = writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()
        return complete


async def _drip(data: bytes, writer: asyncio.StreamWriter) -> None:
    size = len(data) // 10 + 1
    for start in range(0, len(data), size):
        writer.write(data[start : start + size])
        await asyncio.sleep(0.02)


async def _read_request(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Request(method=method, path=path, headers=headers, body=body)


# --- the Messages API --------------------------------------------------------------------------------------------------

USAGE = {
    "input_tokens": 1000,
    "output_tokens": 100,
    "cache_read_input_tokens": 10,
    "cache_creation_input_tokens": 20,
}


def said(
    text: str = "a short answer", *, thinking: str | None = None, stop_reason: str = "end_turn", **fields: Any
) -> dict[str, Any]:
    """A message of the API, as it answers without streaming."""
    content: list[dict[str, Any]] = [{"type": "text", "text": text}] if text else []
    if thinking is not None:
        content.insert(0, {"type": "thinking", "thinking": thinking, "signature": "sig"})
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-haiku-5-5"}
    ending = {"stop_reason": stop_reason, "stop_sequence": None, "usage": USAGE}
    return {**message, "content": content, **ending, **fields}


def refused(status: int, error_type: str, message: str = "the reason", **headers: str) -> Answer:
    """An error as the API puts it."""
    body = {"type": "error", "error": {"type": error_type, "message": message}, "request_id": "req_1"}
    return json_answer(body, status=status, **{"request-id": "req_1", **headers})


def streamed(message: Mapping[str, Any], *, after: Sequence[tuple[str, Any]] | None = None) -> Answer:
    """A message as the API streams it; `after` takes the place of everything after the content."""
    usage = message["usage"]
    start = {**message, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}
    events: list[tuple[str, Any]] = [("message_start", {"message": start}), ("ping", {})]
    for index, block in enumerate(message["content"]):
        events += _streamed_block(index, block)
    delta = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    ending = [
        ("message_delta", {"delta": delta, "usage": {"output_tokens": usage["output_tokens"]}}),
        ("message_stop", {}),
    ]
    events += ending if after is None else after
    lines = (f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n" for name, data in events)
    return Answer(headers={"content-type": "text/event-stream"}, body="".join(lines).encode())


def _streamed_block(index: int, block: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    kind = block["type"]
    text: str = block[kind]
    empty = {**block, kind: ""}
    yield "content_block_start", {"index": index, "content_block": empty}
    for piece in (text[: len(text) // 2], text[len(text) // 2 :]):
        yield "content_block_delta", {"index": index, "delta": {"type": f"{kind}_delta", kind: piece}}
    yield "content_block_stop", {"index": index}


class MessagesApi(Loopback):
    """The Messages API: answers are given in order, the last one for ever; a message is streamed where that is asked.

    Every request is held against the SDK's own types: what the real API would refuse is refused here, and noted in
    `invalid`.
    """

    def __init__(self, *answers: Mapping[str, Any] | Answer) -> None:
        super().__init__(self._next)
        self._answers = list(answers)
        self.invalid: list[str] = []

    def _next(self, request: Request) -> Answer:
        problem = _invalid(request)
        if problem:
            self.invalid.append(problem)
            return refused(400, "invalid_request_error", problem)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Answer):
            return answer
        return streamed(answer) if request.json.get("stream") else json_answer(answer)

    def __exit__(self, *exception: object) -> None:
        super().__exit__(*exception)
        assert not self.invalid, self.invalid


def _invalid(request: Request) -> str:
    """Why the real API would refuse this request, or nothing."""
    if (request.method, request.path) != ("POST", "/v1/messages"):
        return f"there is no {request.method} {request.path}"
    if "anthropic-version" not in request.headers:
        return "the header anthropic-version is missing"
    body = request.json
    streaming = body.get("stream") is True
    try:
        exhaust(_schema(streaming=streaming).validate_python(body, extra="forbid"))
    except ValidationError as error:
        return str(error)
    return ""


@cache
def _schema(*, streaming: bool) -> TypeAdapter[Any]:
    from anthropic.types import message_create_params as types  # noqa: PLC0415 - over a second

    return TypeAdapter(
        types.MessageCreateParamsStreaming if streaming else types.MessageCreateParamsNonStreaming
    )


def exhaust(value: Any) -> None:
    """Walk all of it: pydantic checks an `Iterable` only while it is read."""
    if isinstance(value, str | bytes):
        return
    if isinstance(value, Mapping):
        value = value.values()
    if isinstance(value, Iterable):
        for inner in value:
            exhaust(inner)


# --- a catalogue of plug-ins -----------------------------------------------------------------------------------------


class StubCatalogue:
    """Targets `echo` and evaluators `same`, unless given others: kind → name → the model of its options."""

    def __init__(self, **kinds: Mapping[str, type[Noun]]) -> None:
        usual = {"target": {"echo": NoOptions}, "evaluator": {"same": NoOptions}}
        self._kinds: dict[str, Mapping[str, type[Noun]]] = {**usual, **kinds}

    def names(self, kind: Literal["target", "evaluator"]) -> Sequence[str]:
        return list(self._kinds[kind])

    def options(self, kind: Literal["target", "evaluator"], use: str) -> type[Noun]:
        return self._kinds[kind][use]


# --- plug-ins that do as they are told -----------------------------------------------------------------------------------


class FakeTarget(Target):
    """A target that answers as `answer(case, index)` says: with a reply, a failure, or whatever it awaits or raises.

    `asked` is every draw that was started, `answered` those that came to an end, `most_at_once` the largest number in
    flight.
    """

    def __init__(
        self, answer: Callable[[Case, int], Any] = lambda case, _: make_reply(f"answer to {case.id}")
    ) -> None:
        super().__init__(NoOptions(), make_setting(Path()))
        self.answer = answer
        self.asked: list[tuple[str, int]] = []
        self.answered: list[tuple[str, int]] = []
        self.in_flight = self.most_at_once = 0

    async def ask(self, case: Case) -> Reply | Failure:
        return await self.draw(case, index=0)

    async def draw(self, case: Case, *, index: int) -> Reply | Failure:
        self.asked.append((case.id, index))
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)
        try:
            given = self.answer(case, index)
            answer: Reply | Failure = await given if isawaitable(given) else given
            self.answered.append((case.id, index))
            return answer
        finally:
            self.in_flight -= 1


class FakeEvaluator(Evaluator):
    """An evaluator that scores as `scored(sample)` says; by default every reply 1 on one metric of its own name."""

    def __init__(
        self,
        name: str = "accuracy",
        scored: Callable[[Sample], Any] = lambda _: [Score(value=1)],
        *,
        metrics: Sequence[Metric] | None = None,
        described: Sequence[Metric] = (),
    ) -> None:
        super().__init__(name, NoOptions(), make_setting(Path()))
        self.scored, self.described = scored, described
        self.known = (Metric(name=name, kind="binary"),) if metrics is None else metrics

    @property
    def metrics(self) -> Sequence[Metric]:
        return self.known

    def describe(self, metric: str) -> Metric | None:
        return next((known for known in (*self.known, *self.described) if known.name == metric), None)

    async def score(self, sample: Sample) -> Sequence[Score]:
        given = self.scored(sample)
        scores: Sequence[Score] = await given if isawaitable(given) else given
        return scores
