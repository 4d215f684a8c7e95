"""A gated application, accepted once: its files are what every walk of the action begins with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.github import FakeGitHub
from tests.walks.commanding import Case, Left, judged, left_by, opened
from tests.walks.project import Project, accepted, ids
from tests.walks.stage import Stage

_NAMES = ("gate.yaml", "app.py", "cases.jsonl", "behavior.json", "baselines/s.json", ".gitignore", "evals.py")


@pytest.fixture(scope="session")
def gated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files of the application, its baseline among them."""
    project = accepted(tmp_path_factory.mktemp("gated"), cases=40)
    return {name: project.read(name) for name in _NAMES}


@pytest.fixture(scope="session")
def results(gated: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Results files of two runs: `green`, and `red` with twelve wrong answers."""
    project, found = Project(tmp_path_factory.mktemp("results")), {}
    for name, text in gated.items():
        project.write(name, text)
    for name, count in (("green", 0), ("red", 12)):
        project.answer(ids(count), "wrong")
        assert project.gate("run", "-o", "results.json").code == 0
        found[name] = project.read("results.json")
    return found


@pytest.fixture(scope="session")
def left(gated: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What the real run of a pull request left that breaks twelve cases."""
    with FakeGitHub() as fake:
        case = opened(staged(fake, gated, tmp_path_factory.mktemp("left")))
        acted = case.stage.act("pull_request.opened", pull=case.pull, within=case.run)
        assert acted.code == 1, acted.log
        return left_by(case, acted)


@pytest.fixture
def case(stage: Stage, left: Left) -> Iterator[Case]:
    """A pull request that its own run has judged. Whatever a test does, nothing of the head is run, and what lands is ours."""
    made = judged(opened(stage), left)
    yield made
    assert not made.tripped.exists(), "the head's code was run"


@pytest.fixture
def stage(gated: dict[str, str], tmp_path: Path) -> Iterator[Stage]:
    with FakeGitHub() as fake:
        yield staged(fake, gated, tmp_path)


def staged(fake: FakeGitHub, gated: dict[str, str], folder: Path) -> Stage:
    repo = fake.repository("acme/shop", private=True)
    repo.commit("main", gated)
    repo.commit("feature", {"notes.md": "nothing that is gated\n"})
    return Stage(fake=fake, folder=folder, repo=repo)


@pytest.fixture
def project(first: Project, tmp_path: Path) -> Project:
    """A clone of what a module makes `first`, so that no test sees what another one did."""
    copy = Project(tmp_path)
    copy.git("clone", "-q", str(first.root), ".")
    return copy
