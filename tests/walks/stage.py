"""A repository on the fake GitHub with a gated application, its checkout, and the action run in it as GitHub runs it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.fakes.github import FakeGitHub
from tests.fakes.github.git import Commit
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Status, Token
from tests.walks.project import Ended, ids

ROOT = Path(__file__).parents[2]
QUICK = Path(__file__).with_name("quick.py")
CANARY = "sk-ant-canary-0123456789abcdef"
WRITES = {"contents": "read", "pull_requests": "write", "statuses": "write"}


@dataclass
class Stage:
    """One repository, one workspace, one job after the other."""

    fake: FakeGitHub
    folder: Path
    repo: Repository
    inputs: dict[str, str] = field(default_factory=dict)
    permissions: Mapping[str, Any] = field(default_factory=lambda: dict(WRITES))
    jobs: int = 0

    @property
    def workspace(self) -> Path:
        return self.folder / "workspace"

    def behave(self, behavior: Mapping[str, list[str]], *, branch: str = "feature") -> None:
        self.repo.commit(branch, {"behavior.json": json.dumps(behavior)})

    def break_cases(self, count: int, *, branch: str = "feature", output: str = "wrong") -> None:
        self.behave({case: [output] for case in ids(count)}, branch=branch)

    def pull(self, **given: Any) -> Pull:
        return self.repo.pull("feature", **given)

    def checkout(self, sha: str, *, also: str = "") -> None:
        """What actions/checkout leaves: the files of one commit, its history cut off; `also` is there to be asked of."""
        self.workspace.mkdir(exist_ok=True)
        self._clear()
        self.git("init", "-q", "-b", "nowhere")
        for each in (also, sha) if also else (sha,):
            self._clear(keep=".git")
            self._put(each)
        (self.workspace / ".git" / "shallow").write_text("".join(f"{each}\n" for each in (also, sha) if each))
        (self.workspace / ".git" / "HEAD").write_text(f"{sha}\n")

    def _put(self, sha: str) -> None:
        commit = self.repo.commits[sha]
        for name, content in commit.files.items():
            path = self.workspace / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self.git("add", "-A", "-f")
        assert self.git("write-tree").strip() == commit.tree
        made = self.git("hash-object", "-t", "commit", "-w", "--literally", "--stdin", text=raw(commit))
        assert made.strip() == sha

    def _clear(self, *, keep: str = "") -> None:
        for old in self.workspace.iterdir():
            if old.name != keep:
                subprocess.run(["rm", "-rf", str(old)], check=True)

    def git(self, *arguments: str, text: str | None = None) -> str:
        return subprocess.run(
            ["git", *arguments], cwd=self.workspace, check=True, capture_output=True, text=True, input=text
        ).stdout

    def environment(self, event: str, **about: Any) -> dict[str, str]:
        self.jobs += 1
        folder = self.folder / f"job-{self.jobs}"
        folder.mkdir()
        token: Token = about.pop("token", None) or self.fake.job_token(self.repo, **self.permissions)
        given = self.fake.job(event, token, repo=self.repo, folder=folder, **about)
        given.pop("GITHUB_TOKEN")
        inputs = {f"INPUT_{name.upper()}": value for name, value in self.inputs.items()}
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("GITHUB_", "INPUT_"))}
        proxies = {k: "" for k in clean if k.lower().endswith("_proxy")}
        return {
            **clean,
            **proxies,
            "PYTHONPATH": str(ROOT),
            "GITHUB_WORKSPACE": str(self.workspace),
            "INPUT_TOKEN": token.secret,
            "ANTHROPIC_API_KEY": CANARY,
            **given,
            **inputs,
        }

    def payload(self, environment: Mapping[str, str], **changed: Any) -> Any:
        """The payload of a job, once parts of it are replaced."""
        path = Path(environment["GITHUB_EVENT_PATH"])
        payload = {**json.loads(path.read_text()), **changed}
        path.write_text(json.dumps(payload))
        return payload

    def act(self, event: str, *, checkout: str | None = None, **about: Any) -> "Acted":
        """Check out what GitHub would, and run the real entry point."""
        environment = self.environment(event, **about)
        pull: Pull | None = about.get("pull")
        head = pull.head_sha if pull is not None else environment["GITHUB_SHA"]
        self.checkout(checkout or environment["GITHUB_SHA"])
        return self.run(environment, head=head)

    def run(self, environment: Mapping[str, str], *, head: str, entry: tuple[str, ...] = ()) -> "Acted":
        command = [sys.executable, *(entry or ("-P", str(QUICK))), "action"]
        done = subprocess.run(
            command,
            cwd=self.workspace,
            env=dict(environment),
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        return Acted(Ended(done.returncode, done.stdout, done.stderr), self, dict(environment), head)

    def start(self, environment: Mapping[str, str], *, log: Any = subprocess.PIPE) -> "subprocess.Popen[str]":
        """The same, not waited for."""
        return subprocess.Popen(
            [sys.executable, "-P", str(QUICK), "action"],
            cwd=self.workspace, env=dict(environment), stdout=log, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip


@dataclass(frozen=True)
class Acted:
    """What a job left: how it ended, and what it told where."""

    ended: Ended
    stage: Stage
    environment: Mapping[str, str]
    head: str

    @property
    def code(self) -> int:
        return self.ended.code

    @property
    def log(self) -> str:
        return self.ended.text

    @property
    def statuses(self) -> list[Status]:
        """Oldest first."""
        return list(reversed(self.stage.repo.statuses_of(self.head, context="gate")))

    @property
    def states(self) -> list[str]:
        return [status.state for status in self.statuses]

    @property
    def status(self) -> Status:
        return self.statuses[-1]

    @property
    def summary(self) -> str:
        return Path(self.environment["GITHUB_STEP_SUMMARY"]).read_text()

    @property
    def outputs(self) -> dict[str, str]:
        found, lines = {}, iter(Path(self.environment["GITHUB_OUTPUT"]).read_text().splitlines())
        for line in lines:
            name, _, delimiter = line.partition("<<")
            value = []
            for each in lines:
                if each == delimiter:
                    break
                value.append(each)
            found[name] = "\n".join(value)
        return found

    @property
    def comments(self) -> list[str]:
        return [comment.body for comment in self.stage.repo.comments.values()]

    @property
    def annotations(self) -> list[str]:
        return [line for line in self.ended.out.splitlines() if line.startswith(("::error ", "::warning "))]

    def everything(self) -> str:
        """All that anybody could read afterwards."""
        files = [*self.stage.workspace.rglob("*"), *self.stage.folder.glob("job-*/*")]
        texts = [path.read_bytes().decode(errors="replace") for path in files if path.is_file()]
        told = [f"{status.description} {status.target_url}" for status in self.stage.repo.statuses]
        return "\n".join([self.log, *self.comments, *told, *texts])


def raw(commit: Commit) -> str:
    """The text of a commit object, as the fake hashes it."""
    who = f"{commit.author} <{commit.email}> {commit.second} +0000"
    lines = [f"tree {commit.tree}", *(f"parent {parent}" for parent in commit.parents)]
    return "\n".join([*lines, f"author {who}", f"committer {who}", "", commit.message])


def wait_for(found: Callable[[], bool], process: "subprocess.Popen[str]") -> None:
    """Wait until something is so, as long as the process runs."""
    while not found():
        assert process.poll() is None, process.communicate()[0]
