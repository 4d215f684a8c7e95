"""The ways in which an application of a user's own runs inside the action: setup, a service, a command, or elsewhere."""

import json
import re
import socket
import sys
from typing import Any

import pytest

from tests.walks.project import Project
from tests.walks.stage import Stage

NEEDS_SETUP = """
from pathlib import Path

def answer(input, case):
    return Path("made-by-setup").read_text()
"""
SERVICE = """
import json
from http.server import BaseHTTPRequestHandler, HTTPServer

class Answers(BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = json.dumps({"output": "right"}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        print("::error::a line of the service")

server = HTTPServer(("127.0.0.1", PORT), Answers)
open("ready", "w").close()
server.serve_forever()
"""
COMMAND = "import sys\nsys.stdin.read()\nprint('right')\n"


def with_target(stage: Stage, target: dict[str, Any], files: dict[str, str]) -> None:
    """Another target on both sides, so that nothing but the application's place is new."""
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["target"] = target
    stage.repo.commit("main", {"gate.yaml": json.dumps(config), **files})
    stage.repo.branches["feature"] = stage.repo.head
    stage.behave({"case-000": ["right"]})


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def test_the_setup_command_prepares_what_the_application_needs(stage: Stage) -> None:
    stage.inputs["setup"] = "printf right | cat > made-by-setup"
    stage.repo.commit("feature", {"app.py": NEEDS_SETUP, "behavior.json": "{ }"})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log


@pytest.mark.parametrize(
    ("setup", "minutes", "said"),
    [
        ("false | cat; echo no", "1", "ended with code 1"),
        ("sleep 60", "0.005", "took more than 0.005 minutes"),
    ],
)
def test_a_setup_that_fails_or_hangs_is_told_and_nothing_is_run(
    stage: Stage, setup: str, minutes: str, said: str
) -> None:
    stage.inputs |= {"setup": setup, "setup_timeout_minutes": minutes}
    stage.break_cases(1)
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states) == (2, ["pending", "error"]), acted.log
    assert said in str(acted.status.description)
    assert "trials" not in acted.log


def test_a_service_that_the_setup_starts_is_asked_over_http_and_ended_with_the_run(stage: Stage) -> None:
    port = free_port()
    target = {"use": "http", "with": {"url": f"http://127.0.0.1:{port}/answer"}}
    with_target(stage, target, {"service.py": SERVICE.replace("PORT", str(port))})
    stage.inputs["setup"] = f"{sys.executable} service.py &\nuntil [ -e ready ]; do sleep 0.05; done"
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_a_command_in_an_environment_of_its_own_is_asked(stage: Stage) -> None:
    target = {"use": "command", "with": {"run": [sys.executable, "-I", "answer.py"], "format": "text"}}
    with_target(stage, target, {"answer.py": COMMAND})
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log


@pytest.mark.parametrize("where", ["results.json", "results"])
def test_results_of_a_run_made_elsewhere_are_judged_and_nothing_is_run(
    stage: Stage, results: dict[str, str], where: str
) -> None:
    stage.inputs["results"] = where
    stage.repo.commit("feature", {"app.py": "raise SystemExit('it is not imported')"})
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    path = stage.workspace / (where if where.endswith(".json") else f"{where}/s.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(results["red"])
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    assert acted.outputs["worst_metric"] == "exact_match"
    assert "::stop-commands::" not in acted.log


def test_results_that_are_missing_for_a_touched_suite_are_never_green(
    stage: Stage, results: dict[str, str]
) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["other"] = dict(config["suites"]["s"], baseline="baselines/other.json")
    stage.repo.commit("main", {"gate.yaml": json.dumps(config)})
    stage.repo.branches["feature"] = stage.repo.head
    stage.behave({"case-000": ["right"]})
    stage.inputs["results"] = "results.json"
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    (stage.workspace / "results.json").write_text(results["green"])
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert "results of other hold no case" in acted.log


def test_a_results_file_that_is_not_there_is_named(stage: Stage) -> None:
    stage.inputs["results"] = "nowhere.json"
    stage.break_cases(1)
    acted = stage.act("pull_request.opened", pull=stage.pull())
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert "nowhere.json" in acted.comments[0]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"shard": {"number": 1, "of": 2, "cases": 80, "whole": "x"}}, "only shard"),
        ({}, "two files hold results of s"),
    ],
)
def test_parts_of_a_run_are_not_judged_as_the_whole(
    stage: Stage, results: dict[str, str], change: dict[str, Any], said: str
) -> None:
    stage.inputs["results"] = "results"
    stage.behave({"case-000": ["right"]})
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(environment["GITHUB_SHA"])
    (stage.workspace / "results").mkdir()
    for name in ["one.json"] if change else ["one.json", "two.json"]:
        part = {**json.loads(results["green"]), **change}
        (stage.workspace / "results" / name).write_text(json.dumps(part))
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert said in str(acted.status.description)


def test_files_of_the_workspace_take_the_place_of_nothing_and_nothing_is_left_beside_them(
    stage: Stage,
) -> None:
    shadows = dict.fromkeys(
        ("json.py", "gate.py"), "raise SystemExit('a file of the workspace was imported')"
    )
    stage.repo.commit(
        "feature", {**shadows, "click/__init__.py": "raise SystemExit(0)", "behavior.json": "{ }"}
    )
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    stage.checkout(environment["GITHUB_SHA"])
    # As the entry of the image does, by its shebang.
    acted = stage.run(environment, head=pull.head_sha, entry=("-IB", "-m", "gate"))
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log
    assert not list(stage.workspace.rglob("__pycache__"))


def test_the_same_commits_give_the_same_report_on_a_laptop(stage: Stage) -> None:
    """But for the times that a run itself measures."""
    stage.break_cases(12)
    pull = stage.pull()
    environment = stage.environment("pull_request.opened", pull=pull)
    stage.checkout(pull.head_sha, also=pull.base_sha)
    acted = stage.run(environment, head=pull.head_sha)
    local = Project(stage.workspace).gate(
        "check",
        "--base",
        pull.base_sha,
        "--markdown",
        "local.md",
        "--junit",
        "local.xml",
        env={"GITHUB_ACTIONS": ""},
    )
    assert local.code == acted.code == 1, local.text
    for here, there in (("local.md", "report.md"), ("local.xml", "report.junit.xml")):
        mine = (stage.workspace / here).read_text()
        theirs = (stage.workspace / "gate-report" / there).read_text()
        assert timeless(mine) == timeless(theirs)


def timeless(text: str) -> str:
    """Without the line on what a run took, and how many of its replies were there already."""
    lines = [line for line in text.splitlines() if " trials (40 cases" not in line]
    return re.sub(r' time="[^"]*"', "", "\n".join(lines))
