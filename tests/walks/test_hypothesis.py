"""A suspicion and a few cases: base against head, from the real command line in a real repository."""

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from gate.host.local import WorkingTree
from gate.host.worktree import at_commit
from tests.walks.project import Ended, Project, make_project
from tests.walks.test_interruption import launched, until

TRIALS = {"accept": 2, "check": 1, "most": 1}
NEW = [f"new-{number}" for number in range(8)]


def suspected(project: Project, ids: Sequence[str] = NEW, name: str = "new.jsonl") -> None:
    lines = (json.dumps({"id": each, "input": f"q {each}", "expected": "right"}) for each in ids)
    project.write(name, "".join(f"{line}\n" for line in lines))


def asked(project: Project, *arguments: str) -> Ended:
    return project.gate("run", "--cases", "new.jsonl", "--hypothesis", *arguments)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two commits that answer alike, and eight cases of a suspicion."""
    project = make_project(tmp_path, cases=6, trials=TRIALS)
    project.write("notes.md", "a step")
    project.commit("the base")
    project.git("branch", "-q", "before")
    suspected(project)
    return project


def test_the_cases_of_a_file_are_run_in_the_place_of_the_suites_own(project: Project) -> None:
    done = project.gate("run", "--cases", "new.jsonl", "-o", "results.json")
    assert done.code == 0, done.text
    assert "8 trials (8 cases" in done.out
    assert [case["id"] for case in json.loads(project.read("results.json"))["cases"]] == NEW


def test_a_head_that_is_worse_on_these_cases_is_confirmed(project: Project) -> None:
    project.answer(NEW[:3], "wrong")
    done = asked(project, "--base", "before", "--json", "told.json")
    assert done.code == 1, done.text
    assert done.out.startswith("CONFIRMED: that s got worse on these cases.")
    plan = next(line for line in done.err.splitlines() if "of each on either side" in line)
    assert "they find a drop of 0.10 in exact_match with 80% power" in plan
    assert done.err.index(plan) < done.err.index("s at before"), "told before anything is taken"
    told = json.loads(project.read("told.json"))
    assert (told["answer"], told["same"]) == ("confirmed", False)
    assert told["tested"][0]["diff"]["delta"] == pytest.approx(-3 / 8)
    worse = [row["case_id"] for row in told["rows"] if sum(row["head"]) < sum(row["baseline"])]
    assert worse == NEW[:3]
    assert max(map(len, done.out.splitlines())) <= 80


def test_a_head_that_is_not_worse_is_not(project: Project) -> None:
    project.answer(["case-001"], "wrong")
    done = asked(project, "--base", "before")
    assert done.code == 0, done.text
    assert done.out.startswith("NOT CONFIRMED")


def test_what_cannot_be_told_says_how_many_more_draws_would(project: Project) -> None:
    project.behave({each: ["right", "right", "right", "wrong"] for each in NEW})
    project.commit("noise")
    project.git("branch", "-q", "-f", "before")
    project.behave({each: ["right", "wrong", "right"] for each in NEW})
    done = asked(project, "--base", "before", "--draws", "4")
    assert done.code == 3, done.text
    assert "more draws of each case on either side would" in " ".join(done.out.split())


def test_nothing_is_paid_twice_and_nothing_is_written(project: Project) -> None:
    project.answer(NEW[:3], "wrong")
    before = project.git("status", "--porcelain")
    first = asked(project, "--base", "before", "--draws", "4", "--json", "-")
    again = asked(project, "--base", "before", "--draws", "4", "--json", "-")
    told, repeated = json.loads(first.out), json.loads(again.out)
    assert (told["kept"], repeated["kept"]) == ([0, 0], [32, 32])
    assert told["tested"] == repeated["tested"]
    assert project.git("status", "--porcelain") == before
    assert project.git("worktree", "list").count("\n") == 1


def test_draws_that_a_check_has_shown_are_not_among_those_of_a_hypothesis(project: Project) -> None:
    assert project.gate("run", "--cases", "new.jsonl", "--draws", "3").code == 0
    told = json.loads(asked(project, "--base", "before", "--draws", "3", "--json", "-").out)
    assert told["kept"][0] == 0


def test_both_sides_are_kept_in_a_folder(project: Project) -> None:
    (project.root / "kept").mkdir()
    assert asked(project, "--base", "before", "--draws", "3", "-o", "kept").code == 0
    assert sorted(path.name for path in (project.root / "kept").iterdir()) == ["s.base.json", "s.head.json"]


def test_the_same_application_on_both_sides_is_said_to_be_that(project: Project) -> None:
    done = asked(project, "--base", "HEAD", "--draws", "3")
    assert done.code == 0
    assert "Nothing that the suite depends on differs" in " ".join(done.out.split())


def test_a_run_that_fails_is_no_answer(project: Project) -> None:
    project.answer(NEW[:4], "raise")
    done = asked(project, "--base", "before", "--draws", "3")
    assert done.code == 4, done.text
    assert "12 of 24 trials of the head failed" in done.out


def test_the_budget_lowers_the_draws_and_says_so(project: Project) -> None:
    project.configure(budget={"calls": 70}, trials=TRIALS)
    project.answer(NEW[:4], "wrong")
    done = asked(project, "--base", "before")
    assert done.code == 1, done.text
    assert "4 draws of each on either side, 64 trials, as many as budget.calls: 70 has room for" in done.err
    project.configure(budget={"calls": 15}, trials=TRIALS)
    done = asked(project, "--base", "before")
    assert done.code == 2
    assert "no room for one draw of each case" in done.err


def test_a_base_that_is_out_of_reach_ends_it_before_the_head_is_paid(project: Project) -> None:
    nowhere = {"use": "http", "with": {"url": "http://127.0.0.1:9/"}}
    project.configure(target=nowhere, trials=TRIALS, defaults={"max_wait_s": 0.1, "timeout_s": 0.1})
    project.commit("a service that is not there")
    project.configure(trials=TRIALS)
    done = asked(project, "--base", "HEAD", "--draws", "3")
    assert done.code == 4, done.text
    assert "at HEAD" in done.err
    assert "s: 24 trials" not in done.err


def test_an_instrument_that_is_another_on_either_side_is_not_comparable(project: Project) -> None:
    evaluator = {"use": "python", "name": "graded", "with": {"function": "app.py:graded"}}
    graded = "\n\ndef graded(response):\n    return 1.0\n"
    project.write("app.py", project.read("app.py") + graded)
    project.configure(evaluators=[evaluator], trials=TRIALS)
    project.commit("an evaluator in the application's own file")
    project.write("app.py", project.read("app.py") + "# another one\n")
    done = asked(project, "--base", "HEAD", "--draws", "3")
    assert done.code == 3, done.text
    assert "not comparable" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--hypothesis"], "name it with --cases FILE"),
        (["--cases", "new.jsonl", "--base", "before"], "add it"),
        (["--cases", "new.jsonl", "--hypothesis", "--fresh"], "leave out"),
        (["--cases", "new.jsonl", "--hypothesis", "--metric", "exactmatch"], "did you mean `exact_match`?"),
        (["--cases", "new.jsonl", "--hypothesis", "--base", "nothing"], "git knows no commit"),
        (["--cases", "new.jsonl", "--hypothesis", "-o", "file.json"], "name a folder"),
        (["--cases", "empty.jsonl"], "there is no case in this file"),
        (["--cases", "wrong.jsonl"], "wrong.jsonl:1"),
        (["--cases", "nowhere.jsonl"], "there is no file nowhere.jsonl"),
        (["--cases", "new.jsonl", "t"], "there is no suite 't'"),
    ],
)
def test_what_is_asked_wrongly_is_told_with_what_to_do(
    project: Project, arguments: list[str], words: str
) -> None:
    project.write("empty.jsonl", "")
    project.write("wrong.jsonl", '{"id": "a", "inputs": "q"}\n')
    done = project.gate("run", *arguments)
    assert done.code == 2, done.text
    assert words in done.err


HANGING = """
import os
import time
from pathlib import Path

Path({log!r}).with_name("pid").write_text(str(os.getpid()))

def answer(input, case):
    with Path({log!r}).open("a") as log:
        log.write(f"{{case.id}}\\n")
    time.sleep(60)
    return "right"
"""


GONE = """
import os, sys, time

while True:
    try:
        os.kill(int(sys.argv[1]), 0)
    except ProcessLookupError:
        break
    time.sleep(0.02)
"""


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_whatever_ends_us_ends_the_other_process_too(
    project: Project, tmp_path_factory: pytest.TempPathFactory, stop: signal.Signals
) -> None:
    log = tmp_path_factory.mktemp("log") / "asked.log"
    project.write("app.py", HANGING.format(log=str(log)))
    project.commit("it hangs")
    command = ("run", "--cases", "new.jsonl", "--hypothesis", "--base", "HEAD", "--draws", "3")
    process = launched(project, *command)
    until(log.exists, process)
    other = int(log.with_name("pid").read_text())
    process.send_signal(stop)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == (130 if stop is signal.SIGINT else -signal.SIGKILL), errors
    subprocess.run([sys.executable, "-c", GONE, str(other)], check=True, timeout=30)
    if stop is signal.SIGKILL:  # what it left goes with the next block
        with at_commit(WorkingTree(root=project.root), project.git("rev-parse", "HEAD").strip()):
            pass
    assert project.git("worktree", "list").count("\n") == 1
    assert project.git("status", "--porcelain") == ""


def test_outside_of_a_repository_it_is_that_which_is_told(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=2)
    shutil.rmtree(tmp_path / ".git")
    done = project.gate("run", "--cases", "cases.jsonl", "--hypothesis")
    assert done.code == 2
    assert "no git repository" in done.text, done.text
    assert "origin/HEAD" not in done.text
