"""A gated application, accepted once: its files are what every walk of the action begins with."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes.github import FakeGitHub
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


@pytest.fixture
def stage(gated: dict[str, str], tmp_path: Path) -> Iterator[Stage]:
    with FakeGitHub() as fake:
        repo = fake.repository("acme/shop", private=True)
        repo.commit("main", gated)
        repo.commit("feature", {"notes.md": "nothing that is gated\n"})
        yield Stage(fake=fake, folder=tmp_path, repo=repo)
