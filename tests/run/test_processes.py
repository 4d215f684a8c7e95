"""The journal walked with real processes: killed at any moment, and two at once."""

import random
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CASES, CONCURRENCY = 60, 6

# Asks 60 cases, writes down and prints each question, and writes down the outputs of the result. After so many
# questions it hangs: it cannot be done before it is killed.
_RUN = """
import asyncio, sys
from pathlib import Path
from gate.run.journal import open_journal
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeTarget
from tests.run.plans import make_plan

root, mark = Path(sys.argv[1]), sys.argv[2]
cases, concurrency, most = map(int, sys.argv[3:6])
shelf = sys.argv[6] or None

async def answer(case, index):
    with (root / "asked.log").open("a") as log:
        log.write(case.id + "\\n")
    print(case.id, flush=True)
    await (asyncio.sleep(0.002) if len(target.asked) <= most else asyncio.Event().wait())
    return make_reply(f"{mark} {case.id}")

def warn(text):
    raise AssertionError(text)

with open_journal(root, warn=warn) as journal:
    target = FakeTarget(answer)
    result = asyncio.run(run(make_plan(target, cases=cases, concurrency=concurrency, shelf=shelf), journal=journal))
    assert result.stopped is None
    (root / f"result-{mark}.txt").write_text("".join(trial.reply.output + "\\n" for trial in result.trials))
"""


def start(root: Path, mark: str, *, most: int = CASES, shelf: str = "") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", _RUN, str(root), mark, str(CASES), str(CONCURRENCY), str(most), shelf],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> None:
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors


def outputs(root: Path, mark: str) -> list[str]:
    return (root / f"result-{mark}.txt").read_text().splitlines()


def kill_after(process: subprocess.Popen[str], questions: int) -> None:
    """Kill it when it has asked so many."""
    assert process.stdout is not None
    for _ in range(questions):
        assert process.stdout.readline()
    process.kill()
    process.communicate()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(2))
def test_a_run_that_is_killed_at_any_moment_pays_at_most_for_what_was_in_flight(
    tmp_path: Path, seed: int
) -> None:
    rng = random.Random(seed)
    moments = [rng.randrange(CONCURRENCY + 1, 18) for _ in range(3)]
    for number, questions in enumerate(moments):
        kill_after(start(tmp_path, f"killed-{number}", most=18), questions)
    finish(start(tmp_path, "last"))
    asked = Counter((tmp_path / "asked.log").read_text().split())
    assert set(asked) == {f"case-{n}" for n in range(CASES)}
    assert sum(asked.values()) - CASES <= len(moments) * CONCURRENCY
    found = outputs(tmp_path, "last")
    assert [line.split()[1] for line in found] == [f"case-{n}" for n in range(CASES)]
    # A slot is given away only when its trial is on disk.
    kept = sum(line.startswith("killed") for line in found)
    assert kept >= sum(questions - CONCURRENCY for questions in moments)


def test_after_the_end_nothing_is_left_for_the_next_run(tmp_path: Path) -> None:
    for mark in ("one", "two"):
        finish(start(tmp_path, mark))
        assert {line.split()[0] for line in outputs(tmp_path, mark)} == {mark}


def test_two_runs_at_once_neither_mix_nor_break(tmp_path: Path) -> None:
    processes = {mark: start(tmp_path, mark) for mark in ("one", "two", "three")}
    for process in processes.values():
        finish(process)
    for mark in processes:
        assert outputs(tmp_path, mark) == [f"{mark} case-{n}" for n in range(CASES)]


def test_runs_of_one_shelf_at_once_agree_afterwards_and_pay_for_nothing_more(tmp_path: Path) -> None:
    marks = ("one", "two", "three")
    processes = [start(tmp_path, mark, shelf="a") for mark in marks]
    for process in processes:
        finish(process)
    asked = len((tmp_path / "asked.log").read_text().split())
    assert CASES <= asked <= 3 * CASES
    for mark in ("four", "five"):
        finish(start(tmp_path, mark, shelf="a"))
    assert outputs(tmp_path, "four") == outputs(tmp_path, "five")
    assert [line.split()[1] for line in outputs(tmp_path, "four")] == [f"case-{n}" for n in range(CASES)]
    assert {line.split()[0] for line in outputs(tmp_path, "four")} <= set(marks)
    assert len((tmp_path / "asked.log").read_text().split()) == asked


def test_a_run_beside_one_that_is_killed_takes_nothing_of_it_and_the_next_takes_it_up(tmp_path: Path) -> None:
    killed = start(tmp_path, "killed", most=30)
    assert killed.stdout is not None
    killed.stdout.readline()
    finish(start(tmp_path, "beside"))
    assert {line.split()[0] for line in outputs(tmp_path, "beside")} == {"beside"}
    kill_after(killed, 29)
    finish(start(tmp_path, "next"))
    marks = Counter(line.split()[0] for line in outputs(tmp_path, "next"))
    assert marks["killed"] >= 30 - CONCURRENCY
    assert marks["beside"] == 0


_FULL = """
import asyncio, resource, signal, sys
from pathlib import Path
from gate.run.journal import open_journal
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeTarget
from tests.run.plans import make_plan

told = []
with open_journal(Path(sys.argv[1]), warn=told.append) as journal:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
    target = FakeTarget(lambda *_: make_reply("x" * 20_000))
    result = asyncio.run(run(make_plan(target, cases=50), journal=journal))
print(len(result.trials), *told, sep="\\n")
"""


def test_a_disk_that_is_full_costs_the_journal_and_not_the_run(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _FULL, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    count, *told = done.stdout.splitlines()
    assert count == "50"
    assert "asked again" in told[0]
