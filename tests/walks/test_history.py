"""`gate history` over a real repository: what landed, by whom, with what changed; and what cannot be read."""

import csv
import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path
from random import Random

import pytest

from gate.host.acceptance import Acceptance, message_of
from gate.model.files import dump_baseline
from tests.builders import make_scorecard
from tests.walks.project import Project, make_project


def land(project: Project, level: float, message: str, *, random: Random) -> None:
    """A baseline in which a case is right with this chance."""
    values = {f"c{number:02}": [float(random.random() < level) for _ in range(5)] for number in range(40)}
    project.write("baselines/s.json", dump_baseline(make_scorecard(values, suite="s")))
    project.commit(message)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Six baselines: a step down at the fourth, one that is broken, one that came with a merge by `/gate accept`."""
    project, random = make_project(tmp_path_factory.mktemp("past")), Random(2)
    for number in range(3):
        land(project, 0.9, f"accept {number}", random=random)
    land(project, 0.6, "prices | are\x1b[31m new", random=random)
    project.write("baselines/s.json", '{"gate_baseline": 99}')
    project.commit("from the future")
    project.git("checkout", "-q", "-b", "topic")
    accepted = Acceptance(
        by="alice",
        pull=7,
        comment=1,
        evaluated="a" * 40,
        results="b" * 64,
        baselines={"x": "c" * 64},
        reason="a new tariff",
    )
    land(project, 0.6, message_of(accepted), random=random)
    project.git("checkout", "-q", "main")
    project.write("beside.txt", "x")
    project.commit("beside")
    project.git("merge", "-q", "--no-ff", "-m", "Merge pull request", "topic")
    return project


def test_each_baseline_is_told_with_its_word_and_a_step_with_its_commit(project: Project) -> None:
    done = project.gate("history")
    assert done.code == 0, done.text
    lines = done.out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "s: 5 baselines in baselines/s.json." in lines
    (step,) = (line for line in lines if line.startswith("\u25bc"))
    assert "lost " in step
    assert project.git("log", "--format=%h", "--abbrev=7", "--grep=prices").strip() in step
    assert "\x1b" not in done.out
    (taken,) = (line for line in lines if line.startswith("alice: "))
    assert taken.startswith("alice: a new tariff")
    assert project.git("rev-parse", "--short=7", "HEAD").strip() in taken
    left_out = " ".join(done.out.split())
    assert "version 99 of this format is not known here" in left_out


def test_programs_read_it_as_json_and_as_a_table(project: Project) -> None:
    assert project.gate("history", "--json", "h.json", "--csv", "h.csv").code == 0
    told = json.loads(project.read("h.json"))
    (suite,) = told["suites"]
    assert len(suite["accepted"]) == 6
    assert [each["accepts"] for each in suite["courses"][0]["changes"]] == [1]
    rows = list(csv.DictReader(io.StringIO(project.read("h.csv"))))
    assert len(rows) == 6
    assert [row["metric"] for row in rows] == ["accuracy"] * 5 + [""]
    assert float(rows[3]["change"]) < -0.1
    assert rows[4]["by"] == "alice"
    again = project.gate("history", "--json", "-")
    assert json.loads(again.out) == told


def test_the_range_and_the_metric_can_be_chosen(project: Project) -> None:
    short = project.gate("history", "accuracy", "--last", "2", "--json", "-")
    (suite,) = json.loads(short.out)["suites"]
    assert (len(suite["accepted"]), suite["older"]) == (2, 4)
    since = project.gate("history", "--since", "HEAD~3", "--json", "-")
    (suite,) = json.loads(since.out)["suites"]
    assert len(suite["accepted"]) == 2
    wrong = project.gate("history", "acuracy")
    assert wrong.code == 2
    assert "did you mean `accuracy`?" in wrong.err


def test_a_shallow_clone_says_that_its_past_is_cut_off(project: Project, tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{project.root}", str(clone)], check=True)
    done = Project(clone).gate("history")
    assert done.code == 0, done.text
    assert "git fetch --unshallow" in done.out


def test_where_nothing_landed_yet_it_says_how_to_begin(tmp_path: Path) -> None:
    empty = make_project(tmp_path)
    done = empty.gate("history")
    assert done.code == 0, done.text
    assert "`gate accept` writes it" in " ".join(done.out.split())


@pytest.mark.parametrize(
    "arguments", [["--last", "0"], ["--alpha", "0"], ["--since", "nonsense"], ["--suite", "nobody"]]
)
def test_what_cannot_be_meant_is_refused(project: Project, arguments: Sequence[str]) -> None:
    assert project.gate("history", *arguments).code == 2
