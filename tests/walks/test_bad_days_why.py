"""Bad days of a search for the cause: no room, nowhere to keep anything, files that nobody declared, an impatient person."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.walks.project import Project, ids, make_project

ONE_DRAW = {"accept": 2, "check": 1, "most": 1}
# After so many calls nothing can be laid out any more: a file stands where git keeps its worktrees.
FILLS_THE_DISK = """
import os, shutil
from pathlib import Path

def answer(input, case):
    with open(os.environ["CALLS"], "a+") as calls:
        calls.write(".")
        calls.flush()
        turn = calls.tell()
    if turn == int(os.environ.get("FULL_AFTER", "0")):
        there = Path(os.environ["WORKTREES"])
        shutil.rmtree(there)
        there.write_text("")
    return Path(__file__).with_name("prompt.txt").read_text()
"""
# Python looks for a temporary folder in several places; here it is given one alone, that is not there.
NOWHERE = """
import sys, tempfile
tempfile.tempdir = "/nonexistent"
from gate.cli import main
main(sys.argv[1:])
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Accepted and committed; the working tree answers wrongly, by a new module that is declared nowhere."""
    root = tmp_path / "home"
    root.mkdir()
    project = make_project(root, cases=8, trials=ONE_DRAW, depends_on=["app.py"])
    assert project.gate("accept").code == 0
    project.commit("the baseline")
    project.write("undeclared.py", "ANSWER = 'wrong'\n")
    project.write("app.py", "import undeclared\n\ndef answer(input):\n    return undeclared.ANSWER\n")
    return project


def test_a_search_needs_no_place_to_keep_its_steps_and_finds_what_nobody_declared(project: Project) -> None:
    subprocess.run(["rm", "-r", ".gate"], cwd=project.root, check=True)
    project.write(".git/info/exclude", ".gate\n")
    project.write(".gate", "no folder")
    done = project.gate("bisect", "exact_match", "--good", "HEAD", "--draws", "3")
    assert done.code == 0, done.text
    assert "app.py" in done.out
    assert done.err.count("the steps of this search are not kept") == 1
    assert "s at working tree (" in done.err  # and not at the commit below it
    assert project.read(".gate") == "no folder"


def test_a_disk_that_fills_in_mid_search_lays_nothing_to_a_commit(tmp_path: Path) -> None:
    root = tmp_path / "home"
    root.mkdir()
    project = make_project(root, cases=4, concurrency=1, trials=ONE_DRAW)
    project.write("app.py", FILLS_THE_DISK)
    project.write("prompt.txt", "right")
    project.configure(depends_on=["app.py", "prompt.txt"], trials=ONE_DRAW, concurrency=1)
    project.commit("good")
    for number in range(4):
        project.write("prompt.txt", "wrong" + "." * number)
        project.commit(f"step {number}")
    calls = tmp_path / "calls"
    full = {
        "CALLS": str(calls),
        "WORKTREES": str(root / ".git" / "worktrees"),
        "FULL_AFTER": str(2 * 3 * 4),
    }
    named = [word for case in ids(4) for word in ("--cases", case)]
    search = ["bisect", "exact_match", "--good", "HEAD~4", "--draws", "3", *named]
    done = project.gate(*search, env=full)
    said = " ".join(done.err.split())
    assert done.code == 4, done.text
    assert "no commit is at fault, but something outside the repository" in said
    assert "git cannot lay" in said
    assert not done.out
    (root / ".git" / "worktrees").unlink()
    again = project.gate(*search, env={**full, "FULL_AFTER": "0"})
    assert again.code == 0, again.text
    assert "step 0" in again.out


@pytest.mark.parametrize(
    "command",
    [
        ("bisect", "exact_match", "--good", "HEAD"),
        ("replay", "case-000", "--send", "head"),
        ("replay", "case-000", "--send", "base", "--base", "HEAD"),
        ("run", "--cases", "cases.jsonl", "--hypothesis", "--base", "HEAD"),
    ],
)
def test_where_there_is_no_temporary_folder_it_is_the_system_that_is_to_be_mended(
    project: Project, command: tuple[str, ...]
) -> None:
    program = [sys.executable, "-c", NOWHERE, *command]
    env = {"PYTHONPATH": str(Path(__file__).parents[2]), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(program, cwd=project.root, capture_output=True, text=True, check=False, env=env)
    assert done.returncode == 2, done.stderr
    assert "no temporary folder can be made: No such file or directory" in done.stderr
    assert "set TMPDIR to a folder that can be written" in done.stderr
    assert "Traceback" not in done.stderr
