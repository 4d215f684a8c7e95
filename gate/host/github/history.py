"""Commits of a repository on GitHub → texts of files, as git would give them. Nothing is checked out."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gate.host.github.asking import Asking
from gate.host.github.failure import HostError, Task
from gate.model.errors import Problem, UserError
from gate.model.report import Revision

if TYPE_CHECKING:
    from gate.host.github.wire import Wire

_NEEDS = "contents: read"
_MISSING = {404, 422}  # GitHub says either of a ref that it does not know, and 422 of what can be none
_EMPTY = 409


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """What stands at a path. `content` is None where GitHub sends it only as a blob: above 1 MB."""

    kind: str
    sha: str
    content: bytes | None


class ApiHistory(Asking):
    """A History that needs no git and no clone. Each file at a commit is asked for once.

    Where a path is a link to another file of the same commit, GitHub sends that file and does not tell.
    """

    def __init__(self, wire: "Wire", *, prefix: str) -> None:
        super().__init__(wire)
        self._prefix = prefix.strip("/")
        self._texts: dict[tuple[str, str], str | None] = {}
        self._known: set[str] = set()

    def resolve(self, ref: str) -> Revision:
        """A branch, tag or sha → the commit it names.

        Raises:
            UserError: nothing of that name.
            HostError: it may not be read.
        """
        task = Task(doing=f"finding the commit {ref}", needs=_NEEDS)
        try:
            # One entry a page: a commit's files are no use here, and may be thousands.
            path = self._at("commits", ref)
            sha = self._wire.read(task, path, parse=_sha, query={"per_page": 1})
        except HostError as error:
            if error.status == _EMPTY:
                raise UserError(_empty(self.repository, ref)) from None
            if error.status not in _MISSING:
                raise
            fix = f"name a branch, tag or sha of {self.repository}; the token needs `{_NEEDS}` to see any of them"
            problem = Problem(message="GitHub knows no commit of that name", value=ref, fix=fix)
            raise UserError(problem) from None
        self._known.add(sha)
        return Revision(label=ref, sha=sha)

    def read_at(self, sha: str, path: str) -> str | None:
        """The text of a file (path relative to the prefix) at a commit; None where it does not exist there.

        Raises:
            UserError: it is not UTF-8, or a link or a folder.
            HostError: there is no such commit, or it may not be read.
        """
        if (sha, path) not in self._texts:
            self._texts[sha, path] = self._fetched(sha, path)
        return self._texts[sha, path]

    def _fetched(self, sha: str, path: str) -> str | None:
        full = f"{self._prefix}/{path}" if self._prefix else path
        task = Task(doing=f"reading {full} at {sha[:12]}", needs=_NEEDS)
        try:
            entry = self._wire.read(task, self._at("contents", full), parse=_entry, query={"ref": sha})
        except HostError as error:
            if error.status != 404:  # noqa: PLR2004 - HTTP's own number
                raise
            self._require(sha)
            return None
        self._known.add(sha)
        if entry.kind != "file":
            raise UserError(_no_file(full, sha, entry.kind))
        content = entry.content
        if content is None:
            content = self._wire.read(task, self._at("git", "blobs", entry.sha), parse=_blob)
        return _decoded(content, f"{full} at {sha[:12]}")

    def _require(self, sha: str) -> None:
        """GitHub says 404 of a file and of its commit alike; without the commit nothing is known of the file."""
        if sha not in self._known:
            task = Task(doing=f"reading commit {sha[:12]}", needs=_NEEDS)
            self._wire.read(task, self._at("git", "commits", sha), parse=_sha)
            self._known.add(sha)


def _sha(data: Mapping[str, Any]) -> str:
    return str(data["sha"])


def _entry(data: Any) -> _Entry:
    if isinstance(data, list):
        return _Entry(kind="dir", sha="", content=None)
    inline = data["type"] == "file" and data["encoding"] == "base64"
    return _Entry(kind=data["type"], sha=data["sha"], content=_blob(data) if inline else None)


def _blob(data: Mapping[str, Any]) -> bytes:
    if data["encoding"] != "base64":
        raise ValueError
    return base64.b64decode(data["content"])


def _empty(repository: str, ref: str) -> Problem:
    fix = "push a first commit with the config and an accepted baseline: a check needs a base"
    return Problem(message=f"the repository {repository} has no commit yet", value=ref, fix=fix)


def _no_file(path: str, sha: str, kind: str) -> Problem:
    if kind == "symlink":
        fix = "commit the file itself: what a link leads to may lie outside the commit"
        return Problem(message=f"{path} is a symbolic link at {sha[:12]}", fix=fix)
    found = {"dir": "a folder", "submodule": "a submodule"}.get(kind, kind)
    return Problem(message=f"{path} is {found} at {sha[:12]}, and not a file", fix="name a file")


def _decoded(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        fix = "save it as UTF-8"
        raise UserError(Problem(message=f"{what} is not UTF-8 (byte {error.start})", fix=fix)) from None
