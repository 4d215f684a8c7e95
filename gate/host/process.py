"""Command → its exit code: processes of their own, whose lines are passed on until the block is left, and then no more.

What a command leaves running (a service that the application needs) lives until then, and is ended there.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from gate.threads import beside

if TYPE_CHECKING:
    import threading

_PATIENCE_S = 1.4  # a person who presses Ctrl-C waits for both of us
_GRACE_S = 3.0  # GitHub kills a cancelled step ten seconds after its first signal: the rest is ours


@dataclass(frozen=True, kw_only=True)
class Job:
    """What is started: the command (never through a shell of ours), its folder, its whole environment, a hard limit."""

    command: Sequence[str]
    folder: Path
    environment: Mapping[str, str] = field(repr=False)
    timeout_s: float | None = None


class Jobs:
    """The processes of one block. Use `jobs`."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._started: list[subprocess.Popen[bytes]] = []
        self._readers: list[threading.Thread] = []
        self._open = True

    def run(self, job: Job) -> int | None:
        """Wait for it; its exit code (negative: the signal that ended it), None where it took too long.

        Raises:
            OSError: it cannot be started.
        """
        process = _begun(job, stdin=subprocess.DEVNULL, stderr=subprocess.STDOUT)
        self._started.append(process)
        reader = beside(self._pass_on, process)
        self._readers.append(reader)
        try:
            code = process.wait(timeout=job.timeout_s)
        except subprocess.TimeoutExpired:
            return None
        # Its last lines; a service that it left running holds the pipe, and is not waited for.
        reader.join(timeout=_GRACE_S / 3)
        return code

    def close(self) -> None:
        """End everything and its groups, politely at first; from here on no line is passed on."""
        for process in self._started:
            if process.poll() is None:
                _signal(process, signal.SIGINT)
        for process in self._started:
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_GRACE_S)
            _signal(process, signal.SIGKILL)
            process.wait()
        for reader in self._readers:
            reader.join(timeout=_GRACE_S / 3)
        self._open = False

    def _pass_on(self, process: "subprocess.Popen[bytes]") -> None:
        if process.stdout is None:
            return
        with process.stdout as lines:
            _each_line(lines, lambda line: self._say(line) if self._open else None)


@contextmanager
def jobs(say: Callable[[str], None]) -> Iterator[Jobs]:
    """A block in which commands are run; whatever ends it ends them."""
    started = Jobs(say)
    try:
        yield started
    finally:
        started.close()


def listened(job: Job, *, heard: Callable[[str], None], said: Callable[[str], None]) -> int:
    """Run one command to its end; its exit code (negative: the signal that ended it).

    Each line of its standard output goes to `heard`, at once and in this thread, each of its standard error to `said`.
    Its standard input stays open as long as we live, so that it can tell when we are gone. Whatever ends us ends it.

    Raises:
        OSError: it cannot be started.
    """
    with _begun(job, stdin=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None and process.stderr is not None  # noqa: PT018, S101 - pipes, as asked for
        stopped = False
        words = beside(_each_line, process.stderr, lambda line: None if stopped else said(line))
        try:
            _each_line(process.stdout, heard)
            return process.wait()
        except BaseException:
            stopped = True  # what it says of being stopped by us, be it Python's own words, is no news
            raise
        finally:
            if process.poll() is None:
                _signal(process, signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=_PATIENCE_S)
            _signal(process, signal.SIGKILL)  # what it left running holds its pipes
            words.join(timeout=_PATIENCE_S)


def _begun(job: Job, *, stdin: int, stderr: int) -> "subprocess.Popen[bytes]":
    """In a group of its own, which is ended with all that is in it; its standard output is ours to read."""
    return subprocess.Popen(  # noqa: S603 - what the workflow's own inputs say, or ourselves
        list(job.command),
        cwd=job.folder,
        env=dict(job.environment),
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=stderr,
        start_new_session=True,
    )


def _each_line(stream: IO[bytes], take: Callable[[str], None]) -> None:
    for line in stream:
        take(line.decode(errors="replace").rstrip("\r\n"))


def ourselves() -> list[str]:
    """This program again, as safe from the workspace's files, and as free of bytecode, as it was started itself."""
    bytecode = ["-B"] if sys.flags.dont_write_bytecode else []
    return [sys.executable, "-I" if sys.flags.isolated else "-P", *bytecode, "-m", "gate"]


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextmanager
def undisturbed() -> Iterator[None]:
    """A block that no signal to end interrupts: what is begun in it is brought to its end."""
    numbers = (signal.SIGINT, signal.SIGTERM)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)
