"""Processes of their own: heard until the block ends, ended with it, and never waited for without a bound."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from gate.host.process import Job, jobs, listened, undisturbed


def unheard(_line: str) -> None:
    pass


def shell(text: str, folder: Path, *, timeout_s: float | None = None) -> Job:
    return Job(
        command=["/bin/sh", "-c", text], folder=folder, environment=dict(os.environ), timeout_s=timeout_s
    )


def is_running(pid: int) -> bool:
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout
    return bool(state.strip()) and not state.strip().startswith("Z")


def is_gone(pid: int) -> bool:
    """Whether it ends: who is killed is not dead at once where the machine is busy."""
    return any(not is_running(pid) for _ in range(200))


def test_its_lines_are_passed_on_and_its_code_is_told(tmp_path: Path) -> None:
    said: list[str] = []
    with jobs(said.append) as work:
        code = work.run(shell("echo one; echo two >&2; exit 3", tmp_path))
    assert (code, said) == (3, ["one", "two"])


def test_a_signal_is_a_negative_code(tmp_path: Path) -> None:
    with jobs(unheard) as work:
        assert work.run(shell("kill -9 $$", tmp_path)) == -signal.SIGKILL


def test_what_takes_too_long_is_told_by_none_and_ended(tmp_path: Path) -> None:
    with jobs(unheard) as work:
        assert work.run(shell("echo $$ > pid; sleep 60", tmp_path, timeout_s=0.3)) is None
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_what_a_command_leaves_running_lives_until_the_block_ends(tmp_path: Path) -> None:
    with jobs(unheard) as work:
        assert work.run(shell("sleep 60 & echo $! > pid", tmp_path)) == 0
        pid = int((tmp_path / "pid").read_text())
        assert is_running(pid)
    assert is_gone(pid)


def test_an_exception_ends_what_runs(tmp_path: Path) -> None:
    def broken() -> None:
        with jobs(unheard) as work:
            work.run(shell("sleep 60 & echo $! > pid", tmp_path))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken()
    assert is_gone(int((tmp_path / "pid").read_text()))


def test_an_environment_stands_in_no_representation(tmp_path: Path) -> None:
    job = Job(command=["x"], folder=tmp_path, environment={"KEY": "secret"})
    assert "secret" not in repr(job)


def test_what_is_begun_undisturbed_is_not_interrupted() -> None:
    code = (
        "import os, signal\n"
        "from gate.host.process import undisturbed\n"
        "with undisturbed():\n"
        "    os.kill(os.getpid(), signal.SIGTERM); os.kill(os.getpid(), signal.SIGINT)\n"
        "    print('done', flush=True)\n"
        "os.kill(os.getpid(), signal.SIGTERM)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "done\n"
    assert done.returncode == -signal.SIGTERM


def test_the_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with undisturbed():
        assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    assert signal.getsignal(signal.SIGTERM) is before


IMPATIENT = """
import signal, sys, time
def end(*_):
    sys.stderr.write("Traceback (most recent call last)\\n")
    sys.stderr.flush()
    sys.exit(130)
signal.signal(signal.SIGINT, end)
sys.stderr.write("before\\n")
sys.stderr.flush()
print("begun", flush=True)
signal.pause()
"""


def test_what_a_command_says_of_being_ended_by_us_is_passed_on_to_nobody(tmp_path: Path) -> None:
    def interrupted(_: str) -> None:
        raise KeyboardInterrupt

    said: list[str] = []
    job = Job(command=[sys.executable, "-c", IMPATIENT], folder=tmp_path, environment={})
    with pytest.raises(KeyboardInterrupt):
        listened(job, heard=interrupted, said=said.append)
    assert not any("Traceback" in line for line in said)
