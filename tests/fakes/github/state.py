"""The nouns of the fake GitHub: people, tokens, comments, statuses, runs. They only hold.

Everything may be read and changed by a test at any time; what a request does, and whether it may, stands in the
operations.
"""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.fakes.github.git import Files

BOT = "github-actions[bot]"
START = 1_767_603_600  # 2026-01-05T09:00:00Z
Level = Literal["none", "read", "write"]
Role = Literal["none", "read", "triage", "write", "maintain", "admin"]
ROLES: tuple[Role, ...] = ("none", "read", "triage", "write", "maintain", "admin")
GITHUB_ACTIONS_APP = 15368


class Clock:
    """Time that passes by one second whenever something is made. Ids come from it as well."""

    def __init__(self) -> None:
        self.second = START
        self._id = 1000

    def tick(self) -> int:
        self.second += 1
        return self.second

    def id(self) -> int:
        self._id += 1
        return self._id


@dataclass(kw_only=True)
class Person:
    login: str
    id: int
    kind: Literal["User", "Bot", "Organization"] = "User"


@dataclass(kw_only=True)
class Token:
    """What a client shows: whose it is and what it may.

    With a `repository` it is a job's GITHUB_TOKEN (kind "app"): `permissions` are those of that job, and it writes
    nowhere else. Without, it is a person's own, and may what the person's role allows.
    """

    secret: str
    login: str
    repository: str | None = None
    permissions: Mapping[str, Level] = field(default_factory=dict)
    limit: int = 1000
    used: int = 0

    @property
    def is_job(self) -> bool:
        return self.repository is not None


@dataclass(kw_only=True)
class Comment:
    id: int
    author: str
    body: str
    number: int
    created: int
    updated: int
    minimized: str | None = None


@dataclass(kw_only=True)
class Reaction:
    id: int
    comment: int
    author: str
    content: str
    created: int


@dataclass(kw_only=True)
class Status:
    id: int
    sha: str
    context: str
    state: str
    author: str
    created: int
    description: str | None = None
    target_url: str | None = None


@dataclass(kw_only=True)
class CheckRun:
    id: int
    name: str
    sha: str
    status: str = "queued"
    conclusion: str | None = None
    details_url: str | None = None
    external_id: str = ""
    started: int
    completed: int | None = None
    output: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)


@dataclass(kw_only=True)
class Run:
    """A workflow run. `head_repository` is another than its own for a pull request from a fork."""

    id: int
    workflow: str
    event: str
    head_sha: str
    head_branch: str
    head_repository: str
    actor: str
    pulls: tuple[int, ...] = ()
    status: str = "completed"
    conclusion: str | None = "success"
    attempt: int = 1
    started: int
    reruns: list[str] = field(default_factory=list)

    @property
    def workflow_name(self) -> str:
        return self.workflow.rsplit("/", 1)[-1].split(".")[0]


@dataclass(kw_only=True)
class Artifact:
    id: int
    name: str
    run: int
    content: bytes
    created: int
    expired: bool = False

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


@dataclass(kw_only=True)
class Issue:
    """An issue, and the conversation of a pull request."""

    number: int
    id: int
    title: str
    author: str
    created: int
    state: Literal["open", "closed"] = "open"
    locked: bool = False
    body: str | None = None


def zipped(files: Files) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            archive.writestr(zipfile.ZipInfo(path), content)
    return held.getvalue()
