"""Files → git objects: blobs, trees and commits with git's own ids, and what changed between two sets of files.

It never runs git and never touches a disk.
"""

import difflib
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

Files = Mapping[str, bytes]
# A rename is seen where at least half of the file stayed, as git does by default.
SIMILAR = 0.5


def object_sha(kind: str, content: bytes) -> str:
    return hashlib.sha1(
        b"%s %d\0" % (kind.encode(), len(content)) + content, usedforsecurity=False
    ).hexdigest()


def blob_sha(content: bytes) -> str:
    return object_sha("blob", content)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of a tree. `path` is from the tree's root."""

    path: str
    kind: Literal["blob", "tree"]
    sha: str
    size: int = 0

    @property
    def mode(self) -> str:
        return "040000" if self.kind == "tree" else "100644"


def trees(files: Files) -> dict[str, tuple[str, list[Entry]]]:
    """Each folder ("" is the root) → its tree's sha, and what stands in it, in git's order."""
    below: dict[str, dict[str, bytes | None]] = {"": {}}
    for path, whole in files.items():
        parts = path.split("/")
        for depth in range(1, len(parts)):
            folder = "/".join(parts[:depth])
            below.setdefault(folder, {})
            below["/".join(parts[: depth - 1])][folder] = None
        below["/".join(parts[:-1])][path] = whole
    done: dict[str, tuple[str, list[Entry]]] = {}
    for folder in sorted(below, key=lambda name: -(name.count("/") + bool(name))):
        entries = []
        for path, content in below[folder].items():
            if content is None:
                entries.append(Entry(path=path, kind="tree", sha=done[path][0]))
            else:
                entries.append(Entry(path=path, kind="blob", sha=blob_sha(content), size=len(content)))
        entries.sort(key=lambda entry: entry.path + ("/" if entry.kind == "tree" else ""))
        lines = b"".join(
            f"{'40000' if entry.kind == 'tree' else entry.mode} {entry.path.rsplit('/', 1)[-1]}".encode()
            + b"\0" + bytes.fromhex(entry.sha)
            for entry in entries
        )  # fmt: skip
        done[folder] = (object_sha("tree", lines), entries)
    return done


@dataclass(frozen=True, kw_only=True)
class Commit:
    """A commit and all files that stand in it."""

    files: Files
    parents: tuple[str, ...]
    message: str
    author: str
    second: int
    """Seconds since 1970: what the fake's own clock showed."""
    verified: bool = False
    """Signed by GitHub, as every commit of createCommitOnBranch is."""

    @cached_property
    def trees(self) -> dict[str, tuple[str, list[Entry]]]:
        return trees(self.files)

    @property
    def tree(self) -> str:
        return self.trees[""][0]

    @property
    def email(self) -> str:
        """GitHub attributes a commit by this address alone: whoever writes a bot's is shown as the bot, unsigned."""
        number = "41898282+" if self.author == "github-actions[bot]" else ""
        return f"{number}{self.author}@users.noreply.github.com"

    @property
    def committer(self) -> tuple[str, str]:
        """Name and address. What GitHub itself commits and signs, it commits as itself."""
        return ("GitHub", "noreply@github.com") if self.verified else (self.author, self.email)

    @property
    def raw(self) -> str:
        """The commit object's text, as git hashes it."""
        name, email = self.committer
        when = f"{self.second} +0000"
        lines = [f"tree {self.tree}", *(f"parent {parent}" for parent in self.parents)]
        lines += [f"author {self.author} <{self.email}> {when}", f"committer {name} <{email}> {when}"]
        return "\n".join([*lines, "", self.message])

    @cached_property
    def sha(self) -> str:
        return object_sha("commit", self.raw.encode())


@dataclass(frozen=True, kw_only=True)
class Change:
    """One file that differs between two sets of files."""

    path: str
    status: Literal["added", "removed", "modified", "renamed"]
    before: bytes = b""
    after: bytes = b""
    previous: str | None = None

    @cached_property
    def patch(self) -> str | None:
        """The hunks alone, as GitHub shows them; nothing where a side is no text or nothing changed."""
        try:
            old, new = self.before.decode(), self.after.decode()
        except UnicodeDecodeError:
            return None
        lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm=""))[2:]
        return "\n".join(lines) or None

    def count(self, sign: str) -> int:
        return sum(line.startswith(sign) for line in (self.patch or "").split("\n"))


def changes(before: Files, after: Files) -> list[Change]:
    """What turns the one into the other, by path; a removed and an added file that resemble each other are a rename."""
    removed = [path for path in sorted(before) if path not in after]
    out = []
    for path in sorted(after):
        if path not in before:
            origin = _origin(after[path], removed=removed, before=before)
            if origin is None:
                out.append(Change(path=path, status="added", after=after[path]))
                continue
            removed.remove(origin)
            old = before[origin]
            out.append(Change(path=path, status="renamed", before=old, after=after[path], previous=origin))
        elif before[path] != after[path]:
            out.append(Change(path=path, status="modified", before=before[path], after=after[path]))
    out += [Change(path=path, status="removed", before=before[path]) for path in removed]
    return sorted(out, key=lambda change: change.path)


def _origin(content: bytes, *, removed: Sequence[str], before: Files) -> str | None:
    for path in removed:
        if before[path] == content and content:
            return path
    for path in removed:
        matcher = difflib.SequenceMatcher(
            None, before[path].splitlines(), content.splitlines(), autojunk=False
        )
        if matcher.real_quick_ratio() >= SIMILAR and matcher.ratio() >= SIMILAR:
            return path
    return None


def merge(*, base: Files, ours: Files, theirs: Files) -> Files | None:
    """Both sides' changes in one set of files; None where both changed the same file, each in its own way."""
    out = dict(ours)
    for path in {*base, *theirs}:
        was, theirs_now, ours_now = base.get(path), theirs.get(path), ours.get(path)
        if theirs_now in (was, ours_now):
            continue
        if ours_now != was:
            return None
        if theirs_now is None:
            out.pop(path, None)
        else:
            out[path] = theirs_now
    return out


def ancestors(commits: Mapping[str, Commit], *, of: str) -> dict[str, Commit]:
    """The commit and all that it stands on, nearest first."""
    found: dict[str, Commit] = {}
    waiting = [of]
    while waiting:
        sha = waiting.pop(0)
        if sha not in found:
            found[sha] = commits[sha]
            waiting += commits[sha].parents
    return found


def merge_base(commits: Mapping[str, Commit], *, one: str, other: str) -> str | None:
    theirs = ancestors(commits, of=other)
    return next((sha for sha in ancestors(commits, of=one) if sha in theirs), None)


def as_bytes(files: Mapping[str, str | bytes]) -> dict[str, bytes]:
    return {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}


def without(files: Files, *, paths: Iterable[str]) -> dict[str, bytes]:
    gone = set(paths)
    return {path: content for path, content in files.items() if path not in gone}
