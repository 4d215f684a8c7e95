"""The action in its container, as GitHub runs it, against a GitHub that remembers."""

import os
import subprocess

import pytest

from tests.fakes.github.repository import Pull
from tests.image.engine import ENGINE, IMAGE, OWNER, SHADOWS, WORKSPACE, give, owners
from tests.walks.project import APP, Ended
from tests.walks.stage import Acted, Stage

HANDED_OVER = ("GITHUB_", "INPUT_", "RUNNER_", "ANTHROPIC_", "CI")


def act(stage: Stage, event: str, *, pull: Pull) -> Acted:
    """Check out what GitHub would, for a user who is not root, and run the image on it."""
    environment = stage.environment(event, pull=pull)
    if stage.workspace.exists():
        give(stage.workspace, owner=os.getuid())  # what an earlier job left is cleared away by us
    stage.checkout(environment["GITHUB_SHA"])
    give(stage.workspace)
    given = {name: value for name, value in environment.items() if name.startswith(HANDED_OVER)}
    given |= {"GITHUB_WORKSPACE": WORKSPACE, "HOME": "/github/home"}
    command = [ENGINE, "run", "--rm", "--network", "host", "--workdir", WORKSPACE]
    command += ["--volume", f"{stage.workspace}:{WORKSPACE}", "--volume", f"{stage.folder}:{stage.folder}"]
    command += [part for name in given for part in ("--env", name)]
    done = subprocess.run(
        [*command, IMAGE, "action"],
        env={**os.environ, **given},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return Acted(Ended(done.returncode, done.stdout, done.stderr), stage, environment, pull.head_sha)


@pytest.mark.parametrize(("broken", "code", "state"), [(0, 0, "success"), (12, 1, "failure")])
def test_a_pull_request_gets_status_comment_and_files_of_the_workspace_owner(
    stage: Stage, broken: int, code: int, state: str
) -> None:
    stage.behave({"case-000": ["right"]})
    stage.repo.commit("feature", SHADOWS)
    if broken:
        stage.break_cases(broken)
    pull = stage.pull()
    acted = act(stage, "pull_request.opened", pull=pull)
    assert (acted.code, acted.states) == (code, ["pending", state]), acted.log
    assert len(acted.comments) == 1
    assert "SHADOWED" not in acted.everything()
    assert owners(stage.workspace) == {OWNER}
    assert not list(stage.workspace.rglob("__pycache__"))


def test_what_the_setup_command_installs_is_there_for_the_application(stage: Stage) -> None:
    files = {"requirements.txt": "iniconfig==2.1.0\n", "app.py": f"import iniconfig\n{APP}"}
    stage.repo.commit("feature", files)
    pull = stage.pull()
    acted = act(stage, "pull_request.opened", pull=pull)
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert "No module named 'iniconfig'" in acted.log
    stage.inputs["setup"] = "pip install --quiet -r requirements.txt"
    acted = act(stage, "pull_request.synchronize", pull=pull)
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log
    assert acted.outputs["cases"] == "40"
    assert owners(stage.workspace) == {OWNER}
