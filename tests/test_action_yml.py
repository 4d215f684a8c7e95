"""action.yml, the code, the guide and the workflows that `gate init` writes say the same."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.config.workflow import CHECKOUT, UPLOAD, workflows
from gate.host.inputs import Inputs
from gate.host.plan import OUTPUTS
from gate.plugins import Plugins

ROOT = Path(__file__).parents[1]
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
GUIDE = ROOT / "docs" / "guide" / "github.md"
EXAMPLES = sorted((ROOT / "examples" / "workflows").glob("*.yml"))
# What a default of the code is called in action.yml, where it is another one.
DEFAULTS = {"token": "${{ github.token }}"}


def block(name: str) -> str:
    """What stands in the guide between two marks."""
    found = re.search(
        rf"<!-- {name}: from action.yml -->\n(.*?)<!-- /{name} -->", GUIDE.read_text(), re.DOTALL
    )
    assert found is not None
    return found[1]


def table(head: str, rows: list[str]) -> str:
    columns = head.count("|") - 1
    return f"{head}\n|{'---|' * columns}\n" + "".join(f"{row}\n" for row in rows)


def ours(workflow: Path) -> list[dict[str, Any]]:
    """The steps of a workflow that run the gate."""
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    steps = [step for job in jobs for step in job["steps"]]
    return [step for step in steps if step.get("uses", "").startswith(("llm-regression-gate/", "docker://"))]


def test_the_code_reads_the_inputs_of_action_yml_and_no_others() -> None:
    assert list(ACTION["inputs"]) == list(Inputs.model_fields)


@pytest.mark.parametrize("name", list(Inputs.model_fields))
def test_an_input_has_the_same_default_in_both_places(name: str) -> None:
    default = Inputs.model_fields[name].default
    spelt = str(default).lower() if isinstance(default, bool) else "" if default == () else str(default)
    assert ACTION["inputs"][name]["default"] == DEFAULTS.get(name, spelt)


def test_no_input_has_a_hyphen_since_a_shell_could_not_name_it() -> None:
    assert all(re.fullmatch(r"[a-z_]+", name) for name in ACTION["inputs"])


def test_the_code_gives_the_outputs_of_action_yml_and_no_others() -> None:
    assert list(ACTION["outputs"]) == list(OUTPUTS)


def test_the_container_runs_the_verb() -> None:
    assert ACTION["runs"]["using"] == "docker"
    assert ACTION["runs"]["args"] == ["action"]


def test_the_guide_has_the_inputs_with_their_defaults() -> None:
    rows = [
        f"| `{name}` | {'`' + each['default'] + '`' if each['default'] else ''} | {each['description']} |"
        for name, each in ACTION["inputs"].items()
    ]
    assert block("inputs") == table("| input | default | |", rows)


def test_the_guide_has_the_outputs() -> None:
    rows = [f"| `{name}` | {each['description']} |" for name, each in ACTION["outputs"].items()]
    assert block("outputs") == table("| output | |", rows)


@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda path: path.name)
def test_an_example_uses_inputs_that_exist(workflow: Path) -> None:
    steps = ours(workflow)
    assert steps
    for step in steps:
        assert {*step.get("with", {})} <= {*ACTION["inputs"], "args"}


@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda path: path.name)
def test_an_example_has_no_more_permissions_than_the_guide_names(workflow: Path) -> None:
    whole = yaml.safe_load(workflow.read_text())
    assert whole["permissions"] == {}
    expected = {"contents": "read", "pull-requests": "write", "statuses": "write"}
    if "workflow_run" in whole[True]:  # YAML 1.1 reads `on` as true
        expected["actions"] = "read"
    for name, job in whole["jobs"].items():
        assert job["permissions"] == (COMMANDS if name == "command" else expected | again(workflow))
        assert job["timeout-minutes"]


@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda path: path.name)
def test_no_job_bears_the_name_of_the_status(workflow: Path) -> None:
    for name, job in yaml.safe_load(workflow.read_text())["jobs"].items():
        assert Inputs().status not in (name, job["name"])


@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda path: path.name)
def test_a_checkout_keeps_no_credentials(workflow: Path) -> None:
    for job in yaml.safe_load(workflow.read_text())["jobs"].values():
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize("workflow", EXAMPLES, ids=lambda path: path.name)
def test_the_guide_leads_to_every_example(workflow: Path) -> None:
    assert f"../../examples/workflows/{workflow.name})" in GUIDE.read_text()


def test_a_pull_request_is_judged_again_when_its_base_changes_or_it_is_ready() -> None:
    for workflow in EXAMPLES:
        events = yaml.safe_load(workflow.read_text())[True]
        if "workflow_run" not in events:
            assert {*events["pull_request"]["types"]} >= {
                "opened",
                "synchronize",
                "reopened",
                "ready_for_review",
                "edited",
            }
            assert "merge_group" in events


def test_what_init_writes_is_the_example() -> None:
    for document in workflows(config="gate.yaml", version="0.1.0"):
        example = ROOT / "examples" / "workflows" / Path(document.name).name
        assert example.read_text() == document.text


def test_what_init_pins_is_what_our_own_workflows_pin() -> None:
    text = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))
    assert f"uses: {CHECKOUT}" in text
    assert f"uses: {UPLOAD}" in text


def test_the_targets_of_the_examples_exist() -> None:
    assert {"command", "http", "python"} <= {*Plugins().names("target")}


def init(*arguments: str, cwd: Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "gate", "init", *arguments]
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_init_writes_the_workflows_beside_the_first_suite(tmp_path: Path) -> None:
    told = init("--github", cwd=tmp_path)
    assert (tmp_path / "gate.yaml").exists()
    assert (tmp_path / ".github/workflows/gate.yml").read_text() == EXAMPLES_BY_NAME["gate.yml"]
    assert (tmp_path / ".github/workflows/gate-forks.yml").read_text() == EXAMPLES_BY_NAME["gate-forks.yml"]
    assert "CODEOWNERS" in told


def test_init_overwrites_no_workflow_and_says_so(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "evals").mkdir()
    (tmp_path / "evals/gate.yaml").write_text("mine")
    mine = tmp_path / ".github/workflows/gate.yml"
    mine.parent.mkdir(parents=True)
    mine.write_text("mine")
    told = init("evals", "--github", cwd=tmp_path)
    assert mine.read_text() == "mine"
    assert "kept  .github/workflows/gate.yml" in told
    assert "left as it is" in told
    assert (tmp_path / "evals/gate.yaml").read_text() == "mine"
    forks = (tmp_path / ".github/workflows/gate-forks.yml").read_text()
    assert "config: evals/gate.yaml" in forks


COMMANDS = {"actions": "write", "contents": "write", "pull-requests": "write", "statuses": "write"}


def again(workflow: Path) -> dict[str, str]:
    """What a job needs that goes on with the attempt before it."""
    return {"actions": "read"} if workflow.name == "gate.yml" else {}


def test_no_comment_can_cancel_what_runs_and_a_command_checks_out_nothing() -> None:
    whole = yaml.safe_load(EXAMPLES_BY_NAME["gate.yml"])
    assert "concurrency" not in whole
    judge, command = whole["jobs"]["judge"], whole["jobs"]["command"]
    assert judge["if"] == "github.event_name != 'issue_comment'"
    assert command["concurrency"]["cancel-in-progress"] is False
    assert "comment.user.id" in command["concurrency"]["group"]
    assert [step["uses"].split("@")[0] for step in command["steps"]] == ["llm-regression-gate/gate"]
    assert "env" not in command["steps"][0]
    assert whole[True]["issue_comment"] == {"types": ["created"]}


EXAMPLES_BY_NAME = {path.name: path.read_text() for path in EXAMPLES}
