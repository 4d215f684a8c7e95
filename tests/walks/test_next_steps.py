"""The commands that a report names as the next ones are typed as they stand, and work."""

import json
import shlex

import pytest

from tests.walks.project import Project, accepted, ids


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Twelve of forty answers are wrong since the baseline, which is that of `main`."""
    project = accepted(tmp_path_factory.mktemp("repo"))
    project.git("switch", "-q", "-c", "feature")
    project.answer(ids(12), "wrong")
    project.commit("a change")
    return project


def commands(project: Project, *arguments: str) -> list[str]:
    """What the report names, but for the search for the commit and the new baseline."""
    done = project.gate(*arguments, "--json", "report.json")
    assert done.code == 1, done.text
    steps = json.loads(project.read("report.json"))["next_steps"]
    return [each["command"] for each in steps if each["command"].startswith(("gate check", "gate explain"))]


def explained(project: Project, command: str) -> None:
    done = project.gate(*shlex.split(command)[1:])
    assert done.code == 0, done.text
    assert "12 cases got worse" in done.out


@pytest.mark.parametrize("against", [(), ("--base", "main")], ids=["tree", "commit"])
def test_where_no_results_were_kept_they_are_and_nothing_is_asked_again(
    broken: Project, against: tuple[str, ...]
) -> None:
    keep, explain = commands(broken, "check", *against)
    assert keep == shlex.join(["gate", "check", "s", *against, "-o", "results.json"])
    kept = broken.gate(*shlex.split(keep)[1:])
    assert kept.code == 1, kept.text
    assert "40 of them kept from before" in kept.err
    assert explain == shlex.join(["gate", "explain", "--current", "results.json", *against])
    explained(broken, explain)


@pytest.mark.parametrize(
    ("output", "named"),
    [("mine.json", "mine.json"), ("a folder/", "'a folder/s.json'")],
    ids=["file", "folder"],
)
def test_the_file_that_was_named_is_the_one_that_is_explained(
    broken: Project, output: str, named: str
) -> None:
    (broken.root / "a folder").mkdir(exist_ok=True)
    (explain,) = commands(broken, "check", "-o", str(broken.root / output))
    assert explain == f"gate explain --current {named}"
    explained(broken, explain)


def test_what_went_to_a_pipe_is_kept_nowhere(broken: Project) -> None:
    assert len(commands(broken, "check", "-o", "/dev/null")) == 2
    assert len(commands(broken, "check", "-o", "-")) == 2


def test_the_files_of_compare_and_report_are_named(broken: Project) -> None:
    assert broken.gate("run", "-o", "other.json").code == 0
    (compared,) = commands(broken, "compare", "--current", "other.json", "--baseline", "baselines/s.json")
    assert compared == "gate explain --current other.json --baseline baselines/s.json"
    explained(broken, compared)
    (reported,) = commands(broken, "report", "other.json", "--base", "main")
    assert reported == "gate explain --current other.json --base main"
    explained(broken, reported)


def test_a_config_elsewhere_is_named_from_where_a_person_stands(broken: Project) -> None:
    below = Project(broken.root / "below")
    below.root.mkdir(exist_ok=True)
    (explain,) = commands(below, "check", "-c", "../gate.yaml", "-o", "r.json")
    assert explain == "gate explain --current r.json -c ../gate.yaml"
    explained(below, explain)
