"""A run that is stopped loses nothing, asks nothing twice, and says how it goes on."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.doubles import Loopback, json_answer
from tests.walks.project import Project, ids, make_project

# Answers the first ten questions at once, and each other one only when the file `go` is there.
PATIENT = """
import time
from pathlib import Path

here = Path(__file__).parent

def answer(input, case):
    with (here / "asked.log").open("a") as log:
        log.write(case.id + "\\n")
    while int(case.id[-3:]) >= 10 and not (here / "go").exists():
        time.sleep(0.01)
    with (here / "answered.log").open("a") as log:
        log.write(case.id + "\\n")
    return "right"
"""
ONE_DRAW = {"accept": 1, "check": 1, "most": 1}


def lines(project: Project, name: str) -> list[str]:
    path = project.root / name
    return path.read_text().split() if path.exists() else []


def launched(
    project: Project, *arguments: str, env: Mapping[str, str] | None = None
) -> subprocess.Popen[str]:
    """Start a command."""
    return subprocess.Popen(
        [sys.executable, "-m", "gate", *arguments],
        cwd=project.root,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
    )


def until(reached: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Wait until a running command has come so far."""
    deadline = time.monotonic() + 60
    while not reached():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.02)


def started(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Start a command, and wait until the first ten questions are answered and others are in flight."""
    process = launched(project, *arguments)
    until(
        lambda: len(lines(project, "answered.log")) >= 10 and len(lines(project, "asked.log")) >= 14, process
    )
    return process


def patient(root: Path) -> Project:
    project = make_project(root, cases=30, concurrency=4, trials=ONE_DRAW, depends_on=None)
    project.write("app.py", PATIENT)
    return project


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_what_was_finished_is_kept_and_not_asked_again(tmp_path: Path, stop: signal.Signals) -> None:
    project = patient(tmp_path)
    process = started(project, "accept")
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    if stop is signal.SIGKILL:
        assert process.returncode == -signal.SIGKILL
    else:
        assert process.returncode == 130, errors
        assert "10 of 30" in errors
    assert not (project.root / "baselines").exists()
    project.write("go", "")
    done = project.gate("accept")
    assert done.code == 0, done.text
    asked = Counter(lines(project, "asked.log"))
    assert set(asked) == set(ids(30))
    twice = {case_id for case_id, count in asked.items() if count > 1}
    assert len(twice) <= 4
    assert not twice & set(ids(10))


def test_a_run_that_ended_well_is_no_store_of_answers_for_the_next(tmp_path: Path) -> None:
    project = patient(tmp_path)
    project.write("go", "")
    for _ in range(2):
        assert project.gate("accept").code == 0
    assert set(Counter(lines(project, "asked.log")).values()) == {2}


def test_a_second_interruption_ends_at_once(tmp_path: Path) -> None:
    project = patient(tmp_path)
    process = started(project, "accept")
    process.send_signal(signal.SIGINT)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=30)
    assert process.returncode == 130


def test_a_report_that_cannot_be_delivered_costs_no_trial(tmp_path: Path) -> None:
    project = patient(tmp_path)
    project.write("go", "")
    assert project.gate("accept").code == 0
    before = len(lines(project, "asked.log"))
    done = project.gate("check", "--markdown", "app.py/report.md")
    assert done.code == 2, done.text
    assert project.gate("check").code == 0
    assert len(lines(project, "asked.log")) == before + 30


STUBBORN = {
    "a task that heeds no cancellation": """
import asyncio

async def answer(input, case):
    (here / "asked").write_text("")
    while True:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            pass
""",
    "a thread that does not end": """
import threading, time

def answer(input, case):
    threading.Thread(target=time.sleep, args=(600,)).start()
    (here / "asked").write_text("")
    time.sleep(600)
""",
    "a thread of the loop's own pool": """
import asyncio, time

async def answer(input, case):
    (here / "asked").write_text("")
    await asyncio.to_thread(time.sleep, 600)
""",
    "an exit handler that does not end": """
import asyncio, atexit, time

atexit.register(time.sleep, 600)

async def answer(input, case):
    (here / "asked").write_text("")
    await asyncio.sleep(600)
""",
}


@pytest.mark.parametrize("name", STUBBORN)
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_ends_whatever_the_users_code_makes_of_it(
    tmp_path: Path, name: str, stop: signal.Signals
) -> None:
    project = make_project(tmp_path, cases=3, trials=ONE_DRAW, depends_on=None)
    project.write("app.py", f"from pathlib import Path\n\nhere = Path(__file__).parent\n{STUBBORN[name]}")
    process = launched(project, "accept")
    until((tmp_path / "asked").exists, process)
    process.send_signal(stop)
    _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "0 of 3 trials of suite s were done and are kept" in errors
    assert "Task" not in errors
    assert "Traceback" not in errors


def test_a_second_interruption_ends_as_one_also_while_threads_are_waited_for(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=3, trials=ONE_DRAW, depends_on=None)
    code = STUBBORN["a thread that does not end"]
    project.write("app.py", f"from pathlib import Path\n\nhere = Path(__file__).parent\n{code}")
    process = launched(project, "accept")
    until((tmp_path / "asked").exists, process)
    for _ in range(3):
        process.send_signal(signal.SIGINT)
        time.sleep(0.05)  # two signals at the same moment are one
    process.communicate(timeout=30)
    assert process.returncode == 130


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_does_not_wait_for_a_provider(tmp_path: Path, stop: signal.Signals) -> None:
    crowded = json_answer({"error": "slow down"}, status=429, **{"retry-after": "50"})
    with Loopback(lambda _: crowded) as server:
        target = {"use": "http", "with": {"url": server.url}}
        project = make_project(tmp_path, cases=20, trials=ONE_DRAW, depends_on=None, target=target)
        process = launched(project, "accept")
        until(lambda: bool(server.requests), process)
        process.send_signal(stop)
        _, errors = process.communicate(timeout=30)
    assert process.returncode == 130, errors
    assert "0 of 20 trials" in errors


def test_a_run_that_ended_is_not_held_up_by_a_thread_of_the_users_code(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=3, trials=ONE_DRAW, depends_on=None)
    thread = "import threading, time\n\nthreading.Thread(target=time.sleep, args=(600,)).start()\n"
    project.write("app.py", f"{thread}\n\ndef answer(input, case):\n    return 'right'\n")
    done = project.gate("accept")
    assert done.code == 0, done.text
