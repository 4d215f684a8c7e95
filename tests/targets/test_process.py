import asyncio
import os
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from gate.targets.process import Command, Finished, run

LIVES = "import os, signal, sys, time\n"


def make_command(arguments: Sequence[str], folder: Path, **fields: object) -> Command:
    given = {
        "arguments": arguments,
        "folder": folder,
        "environment": dict(os.environ),
        "max_bytes": 1_000_000,
    }
    return Command(**{**given, **fields})  # type: ignore[arg-type]


def shell(script: str, folder: Path) -> Command:
    return make_command(["sh", "-c", script], folder)


def python(source: str, folder: Path, **fields: object) -> Command:
    return make_command([sys.executable, "-I", "-S", "-c", source], folder, **fields)


def finished(command: Command, stdin: bytes = b"") -> Finished:
    return asyncio.run(run(command, stdin=stdin))


class Alive:
    """Tells whether a process still lives: it holds the writing end of a named pipe."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "alive"
        os.mkfifo(self.path)
        self._reader: int | None = None

    def begin(self) -> None:
        """Wait until somebody holds it and has written the first byte."""
        self._reader = os.open(self.path, os.O_RDONLY)
        assert os.read(self._reader, 1) == b"x"

    async def begins(self) -> None:
        """The same, while the loop goes on."""
        await asyncio.to_thread(self.begin)

    def ends(self) -> bool:
        """Wait until nobody holds it any more: the end of the file comes only then."""
        assert self._reader is not None
        while os.read(self._reader, 1):
            pass
        return True

    def close(self) -> None:
        if self._reader is not None:
            os.close(self._reader)


@pytest.fixture
def alive(tmp_path: Path) -> Iterator[Alive]:
    pipe = Alive(tmp_path)
    yield pipe
    pipe.close()


def test_what_is_written_and_the_status_come_back(tmp_path: Path) -> None:
    done = finished(shell("cat; echo warned >&2; exit 3", tmp_path), b"hello")
    assert done.pid > 0
    assert done == Finished(
        status=3, stdout=b"hello", stderr=b"warned\n", overflowed=False, held_open=False, pid=done.pid
    )


def test_it_runs_in_its_folder_with_its_environment(tmp_path: Path) -> None:
    command = make_command(["sh", "-c", 'pwd; echo "$NAME"'], tmp_path, environment={"NAME": "value"})
    assert finished(command).stdout.decode().split() == [str(tmp_path), "value"]


def test_a_process_that_does_not_read_its_input_is_no_failure(tmp_path: Path) -> None:
    done = finished(shell("echo done", tmp_path), b"x" * 5_000_000)
    assert (done.status, done.stdout) == (0, b"done\n")


def test_a_process_that_reads_and_writes_much_does_not_block(tmp_path: Path) -> None:
    assert len(finished(shell("cat", tmp_path), b"x" * 900_000).stdout) == 900_000


def test_too_much_output_ends_the_process(tmp_path: Path) -> None:
    done = finished(shell("while :; do echo yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy; done", tmp_path))
    assert done.overflowed
    assert len(done.stdout) <= 1_000_000


def test_of_the_standard_error_the_end_is_kept(tmp_path: Path) -> None:
    done = finished(python("import sys; sys.stderr.write('x' * 1_000_000 + 'the end')", tmp_path))
    assert done.stderr.endswith(b"the end")
    assert len(done.stderr) < 10_000


def test_a_signal_is_a_negative_status(tmp_path: Path) -> None:
    assert finished(shell("kill -9 $$", tmp_path)).status == -9


def test_a_program_that_is_not_there_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        finished(make_command(["no-such-program"], tmp_path))


# A grandchild that holds the pipe: it lives as long as it is not killed.
GRANDCHILD = "(printf x; exec sleep 1000) > alive"
STUBBORN = f"trap '' TERM; {GRANDCHILD} & {GRANDCHILD}"  # an ignored signal stays ignored in what is started


@pytest.mark.parametrize(
    "script",
    [GRANDCHILD, f"{GRANDCHILD} & wait", f"{GRANDCHILD} & exec sleep 1000", STUBBORN],
    ids=["child", "grandchild", "beside", "stubborn"],
)
def test_a_cancelled_call_leaves_nothing_running(script: str, tmp_path: Path, alive: Alive) -> None:
    async def walk() -> None:
        running = asyncio.ensure_future(run(shell(script, tmp_path), stdin=b""))
        await alive.begins()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(walk())
    assert alive.ends()


def test_a_second_cancellation_does_not_wait_for_the_grace(tmp_path: Path, alive: Alive) -> None:
    async def walk() -> None:
        running = asyncio.ensure_future(run(shell(STUBBORN, tmp_path), stdin=b""))
        await alive.begins()
        running.cancel()
        await asyncio.sleep(0)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(walk())
    assert alive.ends()


@pytest.mark.parametrize("cancellations", [1, 2, 3])
def test_a_call_cancelled_while_it_starts_leaves_nothing_running(
    cancellations: int, tmp_path: Path, alive: Alive
) -> None:
    async def walk() -> None:
        running = asyncio.ensure_future(run(shell(f"{GRANDCHILD} & {GRANDCHILD}", tmp_path), stdin=b""))
        for _ in range(3):  # the process begins, and the loop has not heard of it
            await asyncio.sleep(0)
        alive.begin()
        for _ in range(cancellations):
            running.cancel()
            await asyncio.sleep(0)
        with pytest.raises(asyncio.CancelledError):
            await running

    asyncio.run(walk())
    assert alive.ends()


def test_what_an_ended_process_left_in_the_background_is_ended_too(tmp_path: Path, alive: Alive) -> None:
    async def walk() -> Finished:
        running = asyncio.ensure_future(
            run(shell(f"{GRANDCHILD} & read line < go; echo done", tmp_path), stdin=b"")
        )
        await alive.begins()
        await asyncio.to_thread((tmp_path / "go").write_text, "go\n")
        return await running

    os.mkfifo(tmp_path / "go")
    done = asyncio.run(walk())
    assert (done.status, done.stdout, done.held_open) == (0, b"done\n", False)
    assert alive.ends()


def test_output_that_a_process_of_another_session_holds_open_is_told(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    source = (
        "import os, time\n"
        "read, write = os.pipe()\n"
        "if os.fork() == 0:\n"
        "    os.setsid()\n"
        f"    open({str(pid_file)!r}, 'w').write(str(os.getpid()))\n"
        "    os.write(write, b'x')\n"
        "    time.sleep(1000)\n"
        "os.read(read, 1)\n"
        "print('done')\n"
    )
    try:
        done = finished(python(source, tmp_path))
    finally:
        os.kill(int(pid_file.read_text()), 9)  # out of reach of the group, so the test ends it
    assert (done.status, done.held_open) == (0, True)
