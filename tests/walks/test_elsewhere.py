"""A suite at another commit: its application, our cases and instruments, one store and one budget."""

import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from gate.flows.why.elsewhere import Errand, Visit, run_elsewhere
from gate.host.local import WorkingTree
from gate.host.worktree import Overlay
from gate.model.errors import EvaluationError, UserError
from gate.model.run import Trial
from gate.place import Place
from gate.ready import Ready, prepare
from gate.running import Draws, ledgers
from tests.walks.project import Project, make_project

ONE_DRAW = {"accept": 1, "check": 1, "most": 1}


@dataclass
class Followed:
    """Who follows a run, and hears its notices."""

    heard: list[str] = field(default_factory=list)
    done: int = 0

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        self.heard.append(f"{suite}: {total} trials, {resumed} kept")

    def finished(self, trial: Trial) -> None:  # noqa: ARG002 - a port
        self.done += 1

    def ended(self) -> None:
        self.heard.append("ended")


@dataclass
class Scene:
    """A project, and errands of its suite."""

    project: Project
    followed: Followed = field(default_factory=Followed)

    @property
    def tree(self) -> WorkingTree:
        return WorkingTree(root=self.project.root)

    @property
    def place(self) -> Place:
        return Place(
            tree=self.tree, config="gate.yaml", progress=self.followed, notice=self.followed.heard.append
        )

    def ready(self) -> Ready:
        (ready,) = prepare(self.tree, "gate.yaml").suites
        return ready

    def errand(self, ref: str = "HEAD~1", *, count: int = 1, **given: Any) -> Errand:
        draws = Draws(purpose="run", count=count)
        return Errand(ready=self.ready(), revision=self.tree.resolve(ref), draws=draws, **given)

    def visit(self, ref: str = "HEAD~1", *, count: int = 1, **given: Any) -> Visit:
        return run_elsewhere(self.place, self.errand(ref, count=count, **given))


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    """The base answers rightly, and the head wrongly to one of six cases."""
    project = make_project(tmp_path, cases=6, trials=ONE_DRAW)
    project.answer(["case-001"], "wrong")
    project.commit("the head")
    return Scene(project)


def scores(visit: Visit, metric: str = "exact_match") -> list[float | None]:
    return [s.value for trial in visit.result.trials for s in trial.scores if s.metric == metric]


def test_the_application_of_the_commit_is_run_and_the_progress_is_told(scene: Scene) -> None:
    visit = scene.visit()
    assert scores(visit) == [1] * 6
    assert visit.result.cases == scene.ready().suite.cases
    (start,) = [line for line in scene.followed.heard if "6 trials, 0 kept" in line]
    assert start.startswith("s at HEAD~1 (")
    assert (scene.followed.done, scene.followed.heard[-1]) == (6, "ended")
    assert scene.project.git("status", "--porcelain") == ""
    assert scores(scene.visit("HEAD")) == [1, 0, 1, 1, 1, 1]


def test_what_was_asked_of_the_same_application_is_not_asked_again(scene: Scene) -> None:
    assert scene.visit("HEAD").resumed == 0
    assert scene.visit("HEAD").resumed == 6
    done = scene.project.gate("run")
    assert "6 of them kept" in done.err, "the same store, and the same fingerprint"


def test_one_file_of_the_head_in_the_base_is_the_head_where_that_file_is_all_that_differs(
    scene: Scene,
) -> None:
    head = scene.tree.resolve("HEAD").sha
    with_head = scene.visit(overlays=[Overlay(paths=["behavior.json"], sha=head)])
    assert scores(with_head) == [1, 0, 1, 1, 1, 1]
    assert with_head.result.target == scene.visit("HEAD").result.target
    scene.project.answer(["case-002"], "wrong")
    with_tree = scene.visit(overlays=[Overlay(paths=["behavior.json"])])
    assert scores(with_tree) == [1, 1, 0, 1, 1, 1]


def test_cases_and_instruments_are_ours_and_the_target_is_the_commits(scene: Scene) -> None:
    project = scene.project
    project.write("other.py", "def answer(input):\n    return 'half'\n")
    project.configure(
        target={"use": "python", "with": {"function": "other.py:answer"}},
        evaluators=[{"use": "python", "name": "graded", "with": {"function": "evals.py:graded"}}],
        depends_on=["other.py"],
    )
    project.cases(["new-1", "new-2"])
    project.write("evals.py", "def graded(response):\n    return 0.25 if response == 'right' else 0.75\n")
    project.commit()
    assert scores(scene.visit("HEAD~1"), "graded") == [0.25, 0.25]
    assert scores(scene.visit("HEAD"), "graded") == [0.75, 0.75]


def test_a_commit_that_does_not_know_the_suite_is_asked_as_ours_says(scene: Scene) -> None:
    scene.project.git("rm", "-q", "--cached", "gate.yaml")
    scene.project.git("commit", "-q", "-m", "no config")
    assert scores(scene.visit("HEAD")) == [1, 0, 1, 1, 1, 1]
    assert any("there is no gate.yaml there" in line for line in scene.followed.heard)
    scene.project.write("gate.yaml", scene.project.read("gate.yaml").replace('"s":', '"another":'))
    scene.project.commit("another suite")
    there = scene.project.git("rev-parse", "HEAD").strip()
    scene.project.git("checkout", "-q", "HEAD~2", "--", "gate.yaml")
    assert scores(scene.visit(there)) == [1, 0, 1, 1, 1, 1]
    assert any("has no suite s there" in line for line in scene.followed.heard)


def test_what_is_wrong_there_comes_back_in_its_words_and_names_the_commit(scene: Scene) -> None:
    scene.project.write("app.py", "import nowhere_to_be_found\n")
    scene.project.commit()
    errand = scene.errand  # ours is whole again
    scene.project.git("revert", "--no-edit", "HEAD")
    with pytest.raises(UserError) as caught:
        run_elsewhere(scene.place, errand("HEAD~1"))
    (problem,) = caught.value.problems
    assert "at HEAD~1 (" in problem.message
    assert "nowhere_to_be_found" in problem.message
    assert problem.fix


def test_a_problem_of_the_config_there_stands_in_the_config_and_in_no_temporary_file(scene: Scene) -> None:
    scene.project.write("later.md", "only from here on")
    scene.project.configure(depends_on=["later.md"], trials=ONE_DRAW)
    scene.project.commit()
    scene.project.git("rm", "-q", "later.md")
    scene.project.git("commit", "-q", "-m", "gone, and still declared")
    scene.project.write("later.md", "here again")
    with pytest.raises(UserError, match="names no file or folder") as caught:
        scene.visit("HEAD")
    assert [str(problem.place) for problem in caught.value.problems] == ["gate.yaml"]


def test_an_application_that_ends_the_process_is_an_error_and_no_result(scene: Scene) -> None:
    scene.project.write("app.py", "import os, sys\n\ndef answer(input):\n    os.kill(os.getpid(), 9)\n")
    scene.project.commit()
    errand = replace(scene.errand("HEAD"))
    with pytest.raises(EvaluationError, match=r"at HEAD .* ended by signal 9"):
        run_elsewhere(scene.place, errand)


def test_the_caps_hold_over_all_runs_of_a_walk(scene: Scene) -> None:
    scene.project.configure(budget={"calls": 8})
    scene.project.commit()
    errand = scene.errand("HEAD")
    ledger = ledgers([errand.ready])["s"]
    first = run_elsewhere(scene.place, errand, ledger=ledger)
    assert (first.result.stopped, ledger.calls) == (None, 6)
    older = replace(errand, revision=scene.tree.resolve("HEAD~2"))
    second = run_elsewhere(scene.place, older, ledger=ledger)
    assert second.result.stopped is not None
    assert "budget.calls: 8" in second.result.stopped.message
    assert len(second.result.trials) == 2


def test_draws_are_counted_from_where_the_caller_says(scene: Scene) -> None:
    errand = replace(scene.errand("HEAD"), draws=Draws(purpose="run", count=2, first=1000))
    visit = run_elsewhere(scene.place, errand)
    assert {trial.index for trial in visit.result.trials} == {1000, 1001}


LIBRARY = "def word():\n    return {word!r}\n"
USING = "def answer(input):\n    from mylib.words import word\n    return word()\n"


def with_library(scene: Scene, *, config: Sequence[str] = ("app.py", "src")) -> Project:
    """An application that imports a package of its repository from where it is installed in place."""
    project = scene.project
    project.write("app.py", USING)
    project.write("src/mylib/__init__.py", "")
    project.write("src/mylib/words.py", LIBRARY.format(word="right"))
    project.configure(depends_on=list(config), trials=ONE_DRAW)
    project.commit("right")
    project.write("src/mylib/words.py", LIBRARY.format(word="wrong"))
    project.commit("wrong")
    return project


def test_a_package_that_is_installed_in_place_is_that_of_the_commit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_library(scene)
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"))
    assert scores(scene.visit("HEAD~1")) == [1] * 6
    assert scores(scene.visit("HEAD")) == [0] * 6


def test_a_process_that_the_application_starts_finds_the_package_of_the_commit(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_library(scene)
    project.write("tell.py", "from mylib.words import word\nprint(word())\n")
    command = {"use": "command", "with": {"run": [sys.executable, "tell.py"]}}
    project.configure(target=command, depends_on=["src"], trials=ONE_DRAW)
    project.commit("by command")
    monkeypatch.setenv("PYTHONPATH", str(project.root / "src"))
    overlay = Overlay(paths=["src/mylib/words.py"], sha=scene.tree.resolve("HEAD~2").sha)
    assert scores(scene.visit("HEAD", overlays=[overlay])) == [1] * 6


@pytest.mark.parametrize("lazily", [True, False])
def test_a_module_of_the_working_tree_is_never_taken_for_the_commits(scene: Scene, *, lazily: bool) -> None:
    project = with_library(scene)
    leading = f"import sys\nsys.path.insert(0, {json.dumps(str(project.root / 'src'))})\n"
    hiding = "try:\n    import mylib.words\nexcept ImportError:\n    pass\n"
    project.write("app.py", f"{leading}{USING if lazily else hiding + USING}")
    project.commit("an absolute path")
    for _ in range(2):  # nothing of it was kept
        with pytest.raises(UserError, match=r"mylib.* would be imported from the working tree") as caught:
            scene.visit("HEAD")
    if lazily:
        fix = caught.value.problems[0].fix
        assert fix.endswith(f"PYTHONPATH={project.root / 'src'} for this command")


def test_the_applications_git_finds_the_commit_also_where_a_hook_started_us(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    asking = "subprocess.run(['git', 'rev-parse', 'HEAD'], cwd=Path(__file__).parent, capture_output=True, text=True)"
    text = f"import subprocess\nfrom pathlib import Path\n\ndef answer(input):\n    return {asking}.stdout.strip()\n"
    scene.project.write("app.py", text)
    scene.project.commit("it asks git")
    sha = scene.project.git("rev-parse", "HEAD").strip()
    scene.project.commit("another")
    monkeypatch.setenv("GIT_DIR", str(scene.project.root / ".git"))
    monkeypatch.setenv("GIT_INDEX_FILE", str(scene.project.root / ".git" / "index"))
    errand = scene.errand("HEAD")
    there = run_elsewhere(scene.place, replace(errand, revision=scene.tree.resolve(sha)))
    assert {trial.reply.output for trial in there.result.trials if trial.reply} == {sha}


def test_an_application_cannot_take_the_line_between_the_two_processes(scene: Scene) -> None:
    text = "import os, sys\n\ndef answer(input):\n    sys.stdin.read()\n    os.write(1, b'{}')\n    return 'right'\n"
    scene.project.write("app.py", text)
    scene.project.commit()
    assert scores(scene.visit("HEAD")) == [1] * 6
