"""A command and its standard input → what the process wrote and how it ended. Never leaves one running.

The process leads a group of its own, and the whole group is ended with it: after an answer, after too much of one, and
when the call is cancelled (the timeout). Only a process that leaves the group by itself (a daemon that calls setsid) is
out of reach. Needs POSIX.
"""

import asyncio
import contextlib
import os
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

GRACE_S = 1.0  # between the polite and the final signal
_STDERR = 2
_STDERR_TAIL = 8_000  # bytes that are kept for the message


@dataclass(frozen=True, kw_only=True)
class Command:
    """What is started: the program with its arguments, its folder, its environment, and how much it may write."""

    arguments: Sequence[str]
    folder: Path
    environment: Mapping[str, str]
    max_bytes: int


@dataclass(frozen=True, kw_only=True)
class Finished:
    """How a process ended and what it wrote; of standard error only the end.

    `status` is its exit status, or minus the signal that ended it. `overflowed`: it wrote more than it may and was
    ended. `held_open`: it ended, but something outside its group still holds its output open, so more may come.
    """

    status: int
    stdout: bytes
    stderr: bytes
    overflowed: bool
    held_open: bool
    pid: int = 0


async def run(command: Command, *, stdin: bytes) -> Finished:
    """Start it, give it `stdin`, and wait for its end.

    Raises:
        OSError: the program is not there, or may not be run.
    """
    transport, streams = await _start(command)
    complete = False
    try:
        _feed(transport, stdin)
        await streams.ended.wait()
        if not streams.overflowed:
            # What it left running may hold the pipes open.
            _signal(transport.get_pid(), signal.SIGKILL)
            complete = await _wait(streams.closed)
    finally:
        await _end(transport, streams)
    return Finished(
        status=transport.get_returncode() or 0,
        stdout=bytes(streams.stdout),
        stderr=bytes(streams.stderr),
        overflowed=streams.overflowed,
        held_open=not complete and not streams.overflowed,
        pid=transport.get_pid(),
    )


class _Streams(asyncio.SubprocessProtocol):
    """Collects what a process writes, up to a bound; knows when it has exited and when its pipes are closed."""

    def __init__(self, max_bytes: int) -> None:
        self.max_bytes = max_bytes
        self.stdout, self.stderr = bytearray(), bytearray()
        self.overflowed = False
        self.exited, self.closed, self.ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == _STDERR:
            self.stderr += data
            del self.stderr[:-_STDERR_TAIL]
        elif len(self.stdout) + len(data) > self.max_bytes:
            self.overflowed = True
            self.ended.set()
        else:
            self.stdout += data

    def process_exited(self) -> None:
        self.exited.set()
        self.ended.set()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - the signature is asyncio's
        self.closed.set()


async def _start(command: Command) -> tuple[asyncio.SubprocessTransport, _Streams]:
    """Start it; where the call is cancelled meanwhile, end what has just begun."""
    starting = asyncio.ensure_future(
        asyncio.get_running_loop().subprocess_exec(
            lambda: _Streams(command.max_bytes),
            *command.arguments,
            cwd=command.folder,
            env=dict(command.environment),
            start_new_session=True,
        )
    )
    try:
        await asyncio.wait([starting])  # which, unlike a plain await, is not cancelled with us
    except asyncio.CancelledError:
        while not starting.done():
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.wait([starting])
        if starting.exception() is None:
            await _end(*starting.result())
        raise
    return starting.result()


async def _end(transport: asyncio.SubprocessTransport, streams: _Streams) -> None:
    """The whole group: asked to end, given a moment, then ended; a second cancellation takes the moment away."""
    group = transport.get_pid()
    try:
        if not streams.exited.is_set():
            _signal(group, signal.SIGTERM)
            await _wait(streams.exited)
    finally:
        _signal(group, signal.SIGKILL)
        transport.close()
        await _wait(streams.exited)


def _feed(transport: asyncio.SubprocessTransport, stdin: bytes) -> None:
    """Write and close. A process that does not read its input is no failure: the pipe's loss is not looked at."""
    pipe = transport.get_pipe_transport(0)
    assert isinstance(pipe, asyncio.WriteTransport)  # noqa: S101 - subprocess_exec opens the three pipes by default
    pipe.write(stdin)
    pipe.write_eof()


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


async def _wait(event: asyncio.Event) -> bool:
    """Whether it happened within the grace."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), GRACE_S)
    return event.is_set()
