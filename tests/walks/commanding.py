"""A pull request that its own run has judged, and people who comment on it. The run is real, and is done once.

The fake's shas and ids come from its own clock, so that the same steps give the same ones: what one real run left is
put where it was found, for every test that follows.
"""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gate.flows.github.commands import commanded
from gate.flows.github.desk import Desk
from gate.host.acceptance import files_digest, marked
from gate.host.event import Command, asked
from gate.host.github import GitHub, Tempo
from gate.host.inputs import read_inputs
from gate.host.payload import read_event
from gate.host.runner import Runner
from gate.model.redaction import secrets_of
from tests.fakes.github.repository import Pull
from tests.fakes.github.state import Role, Run
from tests.walks.project import ids
from tests.walks.stage import Acted, Stage

COMMANDS = {"contents": "write", "pull_requests": "write", "statuses": "write", "actions": "write"}
MAY: dict[str, Role] = {"maria": "maintain", "wanda": "write", "trish": "triage", "reed": "read"}
# Whoever runs or imports this is found out, and fails.
TRIPWIRE = """
import os
with open(os.environ.get("GATE_TRIPWIRE", os.devnull), "w") as file:
    file.write("run")
"""
FAILING = f"{TRIPWIRE}\nraise SystemExit('the head was run')\n"
QUICK = Tempo(between_requests_s=0, between_writes_s=0, sleep=lambda _seconds: None)


@dataclass(frozen=True, kw_only=True)
class Left:
    """What a real run of the head left: the uploaded files, the status and the comment."""

    files: Mapping[str, str | bytes]
    status: Mapping[str, Any]
    comment: str


@dataclass(kw_only=True)
class Case:
    """The pull request `feature`, its run, and the order of a comment carried out."""

    stage: Stage
    pull: Pull
    run: Run
    left: Left | None = None

    @property
    def repo(self) -> Any:
        return self.stage.repo

    @property
    def head(self) -> str:
        return self.pull.head_sha

    @property
    def sha(self) -> str:
        return self.head[:7]

    def say(self, text: str, *, by: str = "maria", **more: Any) -> Acted:
        """Comment, and let the real entry point answer it, in a workspace that holds nothing."""
        environment = self.environment(text, by=by, **more)
        return self.stage.run(environment, head=self.pull.head_sha)

    def quickly(self, text: str, *, by: str = "maria", tempo: Tempo = QUICK, **more: Any) -> int:
        """The same within this process, as far as the command itself goes."""
        return self.carried_out(self.environment(text, by=by, **more), tempo=tempo)

    def carried_out(self, environment: Mapping[str, str], *, tempo: Tempo = QUICK) -> int:
        """What a job does in such an environment, within this process."""
        desk = self.desk(environment, tempo=tempo)
        command = asked(desk.event)
        return commanded(desk, command) if isinstance(command, Command) else 0

    def desk(self, environment: Mapping[str, str], *, tempo: Tempo = QUICK) -> Desk:
        """What every walk has before it, without pauses between calls."""
        runner = Runner(environment, say=lambda _line: None, secrets=frozenset())
        inputs = read_inputs(environment)
        return Desk(
            environment=environment,
            event=read_event(environment, runner.payload()),
            inputs=inputs,
            runner=runner,
            github=GitHub.connect(environment, token=inputs.token, tempo=tempo),
            secrets=secrets_of({}),
        )

    def environment(
        self, text: str, *, by: str = "maria", action: str = "created", **more: Any
    ) -> dict[str, str]:
        comment = self.repo.comment(self.pull.number, text, author=by)
        self.stage.permissions = more.pop("permissions", COMMANDS)
        self.stage.workspace.mkdir(exist_ok=True)
        self.stage.fake.journal.clear()
        about = {"pull": self.pull, "comment": comment, "actor": by, **more}
        environment = self.stage.environment(f"issue_comment.{action}", **about)
        return {**environment, "GATE_TRIPWIRE": str(self.tripped)}

    def refused(self) -> bool:
        """Whether the order left nothing on any branch and no status, and was answered with a doubt."""
        written = {call.operation for call in self.stage.fake.journal.writes}
        calm = written <= {"reactions/create-for-issue-comment", "issues/create-comment"}
        return calm and self.reactions[-1:] == ["confused"] and "rocket" not in self.reactions

    @property
    def tripped(self) -> Path:
        """The file that is there once anything of the head was run."""
        return self.stage.folder / "tripped"

    def upload(self) -> None:
        """What the workflow does with the folder of reports."""
        self.repo.artifact(self.run, "gate-report", uploaded(self.stage))

    @property
    def command(self) -> Any:
        """The comment that gave the newest order."""
        return [each for each in self.repo.comments.values() if not each.author.endswith("[bot]")][-1]

    @property
    def reactions(self) -> list[str]:
        return [each.content for each in self.repo.reactions if each.comment == self.command.id]

    @property
    def replies(self) -> list[str]:
        """What we wrote after the order, as a person reads it."""
        return [
            re.sub("</?code>", "`", html.unescape(each.body)).replace("\u200b", "")
            for each in self.repo.comments.values()
            if each.author.endswith("[bot]") and each.id > self.command.id
        ]

    @property
    def baseline(self) -> dict[str, Any]:
        return dict(json.loads(self.repo.files_at(self.pull.head_ref)["baselines/s.json"]))


def broken(count: int = 12) -> str:
    return json.dumps({case: ["wrong"] for case in ids(count)})


def opened(stage: Stage, *, draws: int = 1) -> Case:
    """The pull request before anything has run. The base wants so many draws of an accept."""
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["trials"] = {"accept": draws}
    stage.repo.collaborators.update(MAY)
    stage.repo.commit("main", {"gate.yaml": json.dumps(config)})
    stage.repo.branches["feature"] = stage.repo.head
    app = stage.repo.files_at("main")["app.py"].decode()
    files = {
        "app.py": TRIPWIRE + app,
        "behavior.json": broken(),
        "json.py": FAILING,
        "sitecustomize.py": FAILING,
    }
    stage.repo.commit("feature", files, author="alice")
    pull = stage.pull()
    return Case(stage=stage, pull=pull, run=stage.repo.run(pull))


def uploaded(stage: Stage) -> dict[str, str | bytes]:
    folder = stage.workspace / "gate-report"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def left_by(case: Case, acted: Acted) -> Left:
    files = uploaded(case.stage)
    status = {
        "state": acted.status.state,
        "description": acted.status.description,
        "target_url": acted.status.target_url,
    }
    return Left(files=files, status=status, comment=acted.comments[0])


def judged(case: Case, left: Left) -> Case:
    """The same with all that the run left."""
    case.left = left
    url = f"/actions/runs/{case.run.id}#"
    fitted = {**left.status, "target_url": _fitted(left.status["target_url"], case)}
    assert url in fitted["target_url"]
    case.run.conclusion = "failure"
    case.repo.status(case.head, context="gate", **fitted)
    case.repo.comment(case.pull.number, left.comment, author="github-actions[bot]")
    case.repo.artifact(case.run, "gate-report", left.files)
    return case


def _fitted(url: str, case: Case) -> str:
    """The address on this fake's port."""
    return f"{case.stage.fake.url}/{case.repo.full_name}/actions/runs/{case.run.id}#{url.partition('#')[2]}"


def resealed(case: Case, files: Mapping[str, str]) -> None:
    """As if the run had recorded these files."""
    assert case.left is not None
    held = {**case.left.files, **files}
    kept = {
        name: as_content(text)
        for name, text in held.items()
        if name == "report.json" or name.startswith("results/")
    }
    url = marked(
        f"{case.stage.fake.url}/{case.repo.full_name}/actions/runs/{case.run.id}", files_digest(kept)
    )
    case.repo.artifacts.clear()
    case.repo.artifact(case.run, "gate-report", held)
    case.repo.statuses_of(case.head)[0].target_url = url
    lines = next(iter(case.repo.comments.values()))
    lines.body = lines.body.rstrip().rpartition("\n")[0]


def as_content(text: str | bytes) -> bytes:
    return text.encode() if isinstance(text, str) else text
