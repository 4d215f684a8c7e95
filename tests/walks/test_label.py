"""`gate label`, through the real command line: piped keys, and the keys of a terminal."""

import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from gate.config.labels import load_labels
from gate.model.calibration import Label
from tests.walks.project import Project, make_project

REPO = Path(__file__).parents[2]


def labeled(project: Project, keys: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "gate", "label", "kept.json", "--metric", "exact_match", *arguments],
        cwd=project.root,
        input=keys,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )


def labels(project: Project, name: str = "labels/exact_match.jsonl") -> tuple[Label, ...]:
    return load_labels(project.read(name), name)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = make_project(tmp_path, cases=4)
    project.behave({"case-001": ["wrong \x1b[31m\u202e"]})
    assert project.gate("run", "-o", "kept.json").code == 0
    return project


def test_every_decision_is_written_and_the_next_call_goes_on(project: Project) -> None:
    first = labeled(project, "p\nf\nq\n")
    assert first.returncode == 0, first.stderr
    assert [label.label for label in labels(project)] == ["pass", "fail"]
    second = labeled(project, "u\np\n")
    assert "4 labeled, 0 left" in second.stdout
    found = labels(project)
    assert [label.label for label in found] == ["pass", "fail", "unknown", "pass"]
    assert len({label.case_id for label in found}) == 4


def test_back_takes_the_last_decision_back_and_skip_leaves_one_for_later(project: Project) -> None:
    done = labeled(project, "p\nb\nf\ns\nq\n")
    assert [label.label for label in labels(project)] == ["fail"]
    assert "1 labeled, 3 left, 1 of them skipped" in done.stdout


def test_the_order_is_the_same_each_time_and_another_with_another_seed(project: Project) -> None:
    def order(seed: int, name: str) -> list[str]:
        labeled(project, "pppp".replace("p", "p\n"), "--seed", str(seed), "-o", name)
        return [label.case_id for label in labels(project, name)]

    assert order(1, "a.jsonl") == order(1, "b.jsonl")
    assert len({tuple(order(seed, f"{seed}.jsonl")) for seed in range(6)}) > 1


def test_no_score_is_shown_and_a_hostile_response_moves_no_cursor(project: Project) -> None:
    shown = labeled(project, "u\n" * 4).stdout
    assert "wrong" in shown
    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "0.0" not in shown
    assert "not 'right'" not in shown


def test_an_empty_line_is_no_decision_and_does_not_end_it(project: Project) -> None:
    done = labeled(project, "\np\n\nf\n")
    assert [label.label for label in labels(project)] == ["pass", "fail"]
    assert "Press one of p, f, u, s, b, q." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--metric", "exactmatch"), "they have: exact_match"),
        (("-o", "gate.yaml"), "not JSON"),
    ],
)
def test_what_cannot_be_labeled_is_told_and_nothing_is_written(
    project: Project, arguments: tuple[str, ...], message: str
) -> None:
    before = project.read("gate.yaml")
    done = labeled(project, "p\n", *arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert project.read("gate.yaml") == before


def test_on_a_terminal_one_key_is_enough(project: Project) -> None:
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "gate", "label", "kept.json", "--metric", "exact_match"],
        cwd=project.root,
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(REPO)},
    )
    os.close(theirs)
    assert process.stdout is not None
    for key in (b"p", b"f", b"p", b"u"):
        shown = b""
        while not shown.endswith(b"[q]uit: "):
            shown += process.stdout.read(1)
        while termios.tcgetattr(ours)[3] & termios.ICANON:  # what is typed before it listens is dropped
            os.sched_yield()
        os.write(ours, key)
    out, err = process.communicate(timeout=60)
    os.close(ours)
    assert process.returncode == 0, err
    assert b"4 labeled, 0 left" in out
    assert [label.label for label in labels(project)] == ["pass", "fail", "pass", "unknown"]
