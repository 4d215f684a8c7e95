"""A scratch repository with a gated application, and the real command line run in it."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

APP = '''
import json
from collections import Counter
from pathlib import Path

calls = Counter()

def answer(input, case):
    """What behavior.json says of the case, one output after the other; else the right one."""
    behavior = json.loads(Path(__file__).with_name("behavior.json").read_text())
    outputs = behavior.get(case.id, ["right"])
    calls[case.id] += 1
    output = outputs[(calls[case.id] - 1) % len(outputs)]
    if output == "raise":
        raise RuntimeError("the application broke")
    return output
'''

EVALS = """
def graded(input, response, expected):
    return {"right": 1.0, "half": 0.5, "nan": float("nan")}.get(response, 0.0)
"""


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err


@dataclass(frozen=True)
class Project:
    """The repository. Its config is a mapping, written as JSON (which is YAML)."""

    root: Path

    def gate(self, *arguments: str, env: Mapping[str, str] | None = None) -> Ended:
        """Run the real command line in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-m", "gate", *arguments],
            cwd=self.root,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(env or {})},
        )
        return Ended(done.returncode, done.stdout, done.stderr)

    def git(self, *arguments: str) -> str:
        identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
        command = ["git", *identity, *arguments]
        return subprocess.run(command, cwd=self.root, check=True, capture_output=True, text=True).stdout

    def commit(self, message: str = "a step") -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def read(self, name: str) -> str:
        return (self.root / name).read_text()

    def configure(self, **suite: Any) -> None:
        """Write gate.yaml with one suite `s`; keyword arguments replace its parts, None takes one away."""
        policy, defaults = suite.pop("policy", {}), suite.pop("defaults", {})
        given = {
            "cases": "cases.jsonl",
            "target": {"use": "python", "with": {"function": "app.py:answer"}},
            "evaluators": ["exact_match"],
            "depends_on": ["behavior.json"],
            **suite,
        }
        parts = {key: value for key, value in given.items() if value is not None}
        config = {"version": 1, "policy": policy, "defaults": defaults, "suites": {"s": parts}}
        self.write("gate.yaml", json.dumps(config, indent=1))

    def cases(self, ids: Sequence[str], **tags: Mapping[str, str]) -> None:
        """Write the cases; each keyword maps case ids to the value of that tag."""
        lines = []
        for case_id in ids:
            own = {tag: values[case_id] for tag, values in tags.items() if case_id in values}
            lines.append(
                json.dumps({"id": case_id, "input": f"q {case_id}", "expected": "right", "tags": own})
            )
        self.write("cases.jsonl", "".join(f"{line}\n" for line in lines))

    def answer(self, ids: Sequence[str], output: str) -> None:
        """Answer these cases so, and all others rightly."""
        self.behave({case_id: [output] for case_id in ids})

    def behave(self, behavior: Mapping[str, Sequence[str]]) -> None:
        self.write("behavior.json", json.dumps(behavior))


def ids(count: int) -> list[str]:
    return [f"case-{number:03}" for number in range(count)]


def make_project(root: Path, *, cases: int = 40, **suite: Any) -> Project:
    """A repository whose every answer is right, with one commit and no baseline."""
    project = Project(root)
    project.git("init", "-q", "-b", "main")
    project.write("app.py", APP)
    project.write("evals.py", EVALS)
    project.write(".gitignore", ".gate/\n__pycache__/\n")
    project.behave({})
    project.cases(ids(cases))
    project.configure(**suite)
    project.commit("the application")
    return project


def accepted(root: Path, *, cases: int = 40, **suite: Any) -> Project:
    """The same with an accepted and committed baseline."""
    project = make_project(root, cases=cases, **suite)
    done = project.gate("accept")
    assert done.code == 0, done.text
    project.commit("the baseline")
    return project
