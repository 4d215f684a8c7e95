"""The catalogue: built-ins from one table, installed plug-ins by entry point, an error that names the distribution."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.model.errors import UserError
from gate.model.ports import Evaluator, Target
from gate.plugins import BUILT_IN, Plugins
from tests.walks.project import make_project

MODULE = """
from gate import Case, Evaluator, Metric, Reply, Sample, Score, Target

class Shout(Target):
    async def ask(self, case: Case) -> Reply:
        return Reply(output=str(case.input).upper(), latency_s=0.0)

class Loud(Evaluator):
    @property
    def metrics(self):
        return (Metric(name=self.name, kind="binary"),)

    async def score(self, sample: Sample):
        return [Score(value=float(sample.reply.output.isupper()))]

class NoTarget:
    pass
"""
ENTRY_POINTS = """
[gate.targets]
shout = acme_gate_plugin:Shout
prompt = acme_gate_plugin:NoTarget
misfit = acme_gate_plugin:NoTarget
absent = acme_gate_plugin_absent:Thing

[gate.evaluators]
loud = acme_gate_plugin:Loud
"""


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """A folder on the import path that holds an installed distribution."""
    folder = tmp_path / "site"
    info = folder / "acme_gate_plugin-1.2.dist-info"
    info.mkdir(parents=True)
    (folder / "acme_gate_plugin.py").write_text(MODULE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-gate-plugin\nVersion: 1.2\n")
    (info / "entry_points.txt").write_text(ENTRY_POINTS)
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    sys.modules.pop("acme_gate_plugin", None)


@pytest.mark.parametrize("name", BUILT_IN["target"])
def test_every_built_in_target_is_one(name: str) -> None:
    assert issubclass(Plugins().target(name), Target)


@pytest.mark.parametrize("name", BUILT_IN["evaluator"])
def test_every_built_in_evaluator_is_one(name: str) -> None:
    assert issubclass(Plugins().evaluator(name), Evaluator)


@pytest.mark.usefixtures("installed")
def test_an_installed_plug_in_is_found_by_its_entry_point() -> None:
    assert Plugins().target("shout").__name__ == "Shout"
    assert Plugins().evaluator("loud").__name__ == "Loud"
    assert "shout" in Plugins().names("target")


@pytest.mark.usefixtures("installed")
def test_an_installed_plug_in_never_takes_the_name_of_a_built_in() -> None:
    assert Plugins().target("prompt").__name__ == "PromptTarget"
    assert Plugins().names("target").count("prompt") == 1


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("name", "message"), [("misfit", "not a subclass of gate.Target"), ("absent", "cannot be loaded")]
)
def test_a_plug_in_that_cannot_be_used_names_its_distribution(name: str, message: str) -> None:
    with pytest.raises(UserError, match=rf"acme-gate-plugin 1\.2.*{message}"):
        Plugins().target(name)


def test_an_installed_plug_in_is_walked_through_the_whole_pipe(installed: Path, tmp_path: Path) -> None:
    root = tmp_path / "repo"
    root.mkdir()
    project = make_project(
        root,
        cases=12,
        target={"use": "shout"},
        evaluators=[{"use": "loud", "name": "is_loud"}],
        depends_on=None,
    )
    done = project.gate("accept", env={"PYTHONPATH": f"{installed}:{Path(__file__).parents[1]}"})
    assert done.code == 0, done.text
    assert "is_loud" in project.read("baselines/s.json")
