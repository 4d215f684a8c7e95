"""Which commits can have made the difference: those that touch the application, and none that touch only its judging."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate.cli.progress import Lines
from gate.flows.why.road import Road, Surveyor
from gate.host.local import WorkingTree
from gate.place import Place
from gate.ready import prepare
from tests.walks.project import Project, ids

TARGET = {"use": "command", "with": {"run": ["cat"]}}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A config in a folder of its own; the application is `app.sh` and what lies in `prompts`."""
    project = Project(tmp_path)
    project.git("init", "-q", "-b", "main")
    for name in ("app.sh", "prompts/a.md", "prompts/b.md", "notes.md"):
        project.write(f"sub/{name}", "one\n")
    sub = Project(tmp_path / "sub")
    sub.cases(ids(6))
    configure(project)
    project.commit("the application")
    project.git("tag", "good")
    return project


def configure(project: Project, **suite: Any) -> None:
    Project(project.root / "sub").configure(target=TARGET, **{"depends_on": ["app.sh", "prompts"], **suite})


def surveyor_of(project: Project) -> Surveyor:
    tree = WorkingTree(root=project.root / "sub")
    ready = prepare(tree, "gate.yaml").suites[0]
    return Surveyor(Place(tree=tree, config="gate.yaml", progress=Lines(), notice=print), ready)


def road_of(project: Project, bad: str = "HEAD") -> Road:
    return surveyor_of(project).road("good", bad)


def change(project: Project, *names: str) -> None:
    for name in names:
        project.write(
            name, (project.root / name).read_text() + "more\n" if (project.root / name).exists() else "new\n"
        )
    project.commit(" ".join(names))


def test_only_what_the_application_depends_on_makes_a_stop(project: Project) -> None:
    change(project, "sub/notes.md")
    change(project, "sub/prompts/a.md", "sub/notes.md", "beside.md")
    change(project, "sub/baselines/s.json")
    change(project, "sub/app.sh")
    road = road_of(project)
    assert [stop.paths for stop in road.stops] == [("prompts/a.md",), ("app.sh",)]
    assert (road.commits, road.passed_over) == (4, 2)


def test_cases_and_judging_are_held_fixed_and_the_target_is_not(project: Project) -> None:
    change(project, "sub/cases.jsonl")
    Project(project.root / "sub").cases(ids(6))
    configure(project, gates={"exact_match": {"max_drop": 0.1}})
    project.commit("another margin")
    assert not road_of(project).stops
    configure(project, depends_on=["app.sh", "prompts", "notes.md"])
    project.commit("another dependency")
    assert [stop.paths for stop in road_of(project).stops] == [("gate.yaml",)]


def test_without_dependencies_every_commit_counts(project: Project) -> None:
    configure(project, depends_on=None)
    project.commit("no dependencies")
    change(project, "beside.md")
    assert [stop.paths for stop in road_of(project).stops] == [("gate.yaml",), ("../beside.md",)]


def test_what_is_not_committed_is_the_last_stop_new_and_removed_files_too(project: Project) -> None:
    change(project, "sub/app.sh")
    project.write("sub/prompts/c.md", "new\n")
    (project.root / "sub/prompts/a.md").unlink()
    project.write("sub/notes.md", "nothing that counts\n")
    road = road_of(project, "")
    assert [stop.paths for stop in road.stops] == [("app.sh",), ("prompts/a.md", "prompts/c.md")]
    assert road.bad.label == "working tree"
    # What is laid out is the tree as it is: a new file counts, though nobody declared it, where another imports it.
    assert road.bad.overlays[0].paths == ("notes.md", "prompts/a.md", "prompts/c.md")
    assert road_of(project, "HEAD").bad.overlays == ()


def test_a_branch_is_walked_from_where_it_left(project: Project) -> None:
    project.git("checkout", "-q", "-b", "feature")
    change(project, "sub/prompts/a.md")
    project.git("checkout", "-q", "main")
    change(project, "sub/app.sh")
    road = surveyor_of(project).road("main", "feature")
    assert [stop.paths for stop in road.stops] == [("prompts/a.md",)]
    assert "the last they share, is taken" in road.told[0]


def test_everything_between_two_commits_can_be_one_stop(project: Project) -> None:
    change(project, "sub/prompts/a.md")
    change(project, "sub/prompts/b.md", "sub/notes.md")
    surveyor = surveyor_of(project)
    whole = surveyor.whole(surveyor.road("good", "HEAD"))
    assert whole is not None
    assert whole.paths == ("prompts/a.md", "prompts/b.md")
    assert surveyor.whole(surveyor.road("HEAD", "HEAD")) is None


def test_a_commit_whose_config_is_broken_counts(project: Project) -> None:
    good = project.read("sub/gate.yaml")
    project.write("sub/gate.yaml", "suites: [")
    project.commit("broken")
    project.write("sub/gate.yaml", good)
    project.commit("mended")
    assert [stop.paths for stop in road_of(project).stops] == [("gate.yaml",), ("gate.yaml",)]
    assert json.loads(good)["version"] == 1
