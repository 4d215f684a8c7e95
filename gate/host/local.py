"""A working tree and its git → texts at a commit, revisions, and files written whole or not at all.

Never changes the repository: git is only read.
"""

import os
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gate.host.git import git
from gate.model.errors import Problem, UserError
from gate.model.report import Revision

_LINK = "120000 "  # the mode that `git ls-tree` shows first


@dataclass(frozen=True, kw_only=True)
class WorkingTree:
    """The folder of gate.yaml, with or without a git repository around it."""

    root: Path

    def revision(self) -> Revision:
        """The commit that is checked out; a folder without git, or without a commit, has none."""
        sha = self._git("rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        if sha is None:
            return Revision(label="working tree")
        changed = self._git("status", "--porcelain", "--untracked-files=no")
        return Revision(label="working tree" if changed else "HEAD", sha=sha.strip(), dirty=bool(changed))

    def commit(self) -> str | None:
        """The sha of the commit that is checked out, where no file differs from it and none is new; else None."""
        sha = self.revision().sha
        # What git ignores, as an index that was built here, it does not see.
        return sha if self._git("status", "--porcelain", "--untracked-files=normal") == "" else None

    def parents(self) -> tuple[str, ...]:
        """The parents of the commit that is checked out, also where a shallow clone does not hold them."""
        text = self._git("cat-file", "commit", "HEAD") or ""
        head = text.partition("\n\n")[0]
        return tuple(line.removeprefix("parent ") for line in head.splitlines() if line.startswith("parent "))

    def resolve(self, ref: str) -> Revision:
        """A branch, tag or sha → the commit it names.

        Raises:
            UserError: no git, no repository, or nothing of that name.
        """
        sha = self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if sha is None:
            raise UserError(self._unresolved(ref))
        return Revision(label=ref, sha=sha.strip())

    def read_at(self, sha: str, path: str) -> str | None:
        """The text of a file (path relative to the root) at a commit; None where it does not exist there.

        Raises:
            UserError: the file is not UTF-8.
        """
        listed = self._git("ls-tree", sha, "--", f"./{path}")
        if not listed:
            return None
        if listed.startswith(_LINK):
            fix = "commit the file itself: what a link leads to may lie outside the commit"
            raise UserError(Problem(message=f"{path} is a symbolic link at {sha[:12]}", fix=fix))
        text = self._git("show", f"{sha}:./{path}")
        if text is None:
            raise UserError(Problem(message=f"git cannot show {path} at {sha[:12]}", fix="try `git fsck`"))
        return text

    def read(self, path: str) -> str | None:
        """The text of a file of the working tree; None where it does not exist.

        Raises:
            UserError: it is a pipe, which would be waited for, may not be read, or is not UTF-8.
        """
        place = self.root / path
        with suppress(OSError):  # of which reading it tells
            if place.is_fifo() or place.is_socket():
                raise UserError(Problem(message=f"{place} is a pipe, no file", fix="name a file"))
        return read_text(place)

    def write(self, path: str, text: str) -> bool:
        """Write a file of the working tree whole; returns whether its bytes changed."""
        return write_text(self.root / path, text)

    def _git(self, *arguments: str) -> str | None:
        """What git printed, or None where it refused, or where there is none."""
        said = git(self.root, *arguments)
        return _decoded(said.out, " ".join(arguments)) if said.well else None

    def _unresolved(self, ref: str) -> Problem:
        if self._git("rev-parse", "--git-dir") is None:
            return Problem(
                message="there is no git repository here, or git is not installed: no base can be read",
                value=f"--base {ref}",
                fix="run inside the repository, or leave --base out to compare with the baseline in the working tree",
            )
        fix = f"fetch it first (`git fetch origin {ref}`), or name a branch, tag or sha that `git log` shows"
        if self._git("rev-parse", "--verify", "--quiet", "HEAD") is None:
            fix = "this repository has no commit yet: commit first, or leave --base out"
        if (self._git("rev-parse", "--is-shallow-repository") or "").strip() == "true":
            fix = "this clone is shallow: run `git fetch --unshallow`, or check out with `fetch-depth: 0`"
        return Problem(message="git knows no commit of that name", value=f"--base {ref}", fix=fix)


def from_here(path: Path) -> str:
    """A path as a person in the current folder writes it: from there, unless the whole of it is shorter."""
    try:
        return min(os.path.relpath(path), str(path), key=len)
    except (OSError, ValueError):  # the folder was removed; another drive
        return str(path)


def read_text(path: Path) -> str | None:
    """The text of a UTF-8 file; None where it does not exist.

    Raises:
        UserError: it is a folder, may not be read, or is not UTF-8.
    """
    try:
        if path.is_char_device():  # /dev/zero has no end
            raise UserError(Problem(message=f"{path} is a device, no file", fix="name a file"))
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UserError(
            Problem(
                message=f"{path} cannot be read: {error.strerror}", fix="check the path and its permissions"
            )
        ) from None
    return _decoded(content, str(path))


def write_text(path: Path, text: str) -> bool:
    """Write a file whole or not at all (temporary file, then rename); an equal file is left untouched.

    Returns whether its bytes changed.

    Raises:
        UserError: the folder may not be written, or the disk is full.
    """
    content = text.encode()
    try:
        if path.is_file() and path.read_bytes() == content:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, [content])
    except OSError as error:
        raise _unwritten(path, error) from None
    return True


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write a file whole or not at all, without holding it.

    Raises:
        UserError: as `write_text`.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, (line.encode() for line in lines))
    except OSError as error:
        raise _unwritten(path, error) from None


def _unwritten(path: Path, error: OSError) -> UserError:
    fix = "free space, or mend the permissions"
    return UserError(Problem(message=f"{path} cannot be written: {error.strerror}", fix=fix))


def _replace(path: Path, pieces: Iterable[bytes]) -> None:
    if path.exists() and not path.is_file():  # /dev/stdout, a named pipe: nothing to rename over
        with path.open("wb") as file:
            file.writelines(pieces)
        return
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(mode)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _decoded(content: bytes, what: str) -> str:
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise UserError(
            Problem(message=f"{what} is not UTF-8 (byte {error.start})", fix="save it as UTF-8")
        ) from None
