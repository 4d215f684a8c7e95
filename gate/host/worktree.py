"""A commit of this repository → a folder that holds it, for as long as a block lasts: a detached git worktree.

Never touches the user's working tree, index, branches or stash, and runs no hook. The folder lies outside the
repository and goes with the block, however that ends; one that a killed process left behind goes with the next block.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from gate.host.git import Said, git
from gate.host.leftovers import LOCK, PREFIX, sweep, take_away
from gate.host.local import WorkingTree
from gate.model.errors import Problem, UserError

_LIMIT_S = (
    900.0  # of checking out: a large repository on a slow disk, or one that fetches its files on the way
)
_QUIETLY = ("-c", "core.hooksPath=/dev/null", "-c", "advice.detachedHead=false", "--literal-pathspecs")
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Overlay:
    """Files that are taken from elsewhere: from a commit, or from the user's working tree where `sha` is None.

    `paths` are relative to the folder of the config, with `/`; `../` leads to the rest of the repository. A file that does
    not exist there is taken away.
    """

    paths: Sequence[str]
    sha: str | None = None


@dataclass(frozen=True, kw_only=True)
class Elsewhere:
    """A commit in a folder. `tree` is the config's folder in it, `top` the whole of it.

    `lacking` are sentences on what git does not bring: submodules, and files that Git LFS keeps.
    """

    tree: WorkingTree
    top: Path
    lacking: Sequence[str] = field(default=())

    @property
    def beside(self) -> Path:
        """A folder beside it that goes with it, for what is no part of the commit."""
        return self.top.parent


class NotLaidOutError(UserError):
    """A commit cannot be laid out: as a rule the disk or somebody's rights are at fault, and not the commit."""


def no_folder(error: OSError) -> NotLaidOutError:
    """What to say where the system gives no temporary folder."""
    message = f"no temporary folder can be made: {error.strerror or error}"
    fix = "free space there, or set TMPDIR to a folder that can be written"
    return NotLaidOutError(Problem(message=message, fix=fix))


@contextmanager
def at_commit(tree: WorkingTree, sha: str, *, overlays: Sequence[Overlay] = ()) -> Iterator[Elsewhere]:
    """A block in which a commit of the repository around `tree` lies in a folder of its own, with some files of others.

    Raises:
        NotLaidOutError: git cannot lay it out, or there is no folder for it.
        UserError: there is no repository, or a file of an overlay has no place there.
    """
    sweep(tree)
    prefix = _asked(tree, "rev-parse", "--show-prefix").strip()
    with _folder() as folder:
        top = folder / f"at-{sha[:12]}"
        try:
            _add(tree, top, sha)
            root = (top / prefix).resolve()
            root.mkdir(parents=True, exist_ok=True)
            here = WorkingTree(root=root)
            for overlay in overlays:
                with _told(overlay):
                    for path in overlay.paths:
                        _lay(here, path, overlay=overlay, top=top, home=tree)
            yield Elsewhere(tree=here, top=top, lacking=_lacking(top))
        finally:
            take_away(tree, top)


def top_of(tree: WorkingTree) -> Path:
    """The top folder of the repository around a tree.

    Raises:
        UserError: there is none.
    """
    return Path(_asked(tree, "rev-parse", "--show-toplevel").removesuffix("\n")).resolve()


@contextmanager
def _folder() -> Iterator[Path]:
    """A temporary folder that is locked as long as we live, so that no other process takes it for a leftover."""
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX)).resolve()
    except OSError as error:
        raise no_folder(error) from None
    try:
        with (folder / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _add(tree: WorkingTree, top: Path, sha: str) -> None:
    arguments = ("worktree", "add", "--quiet", "--detach", str(top), sha)
    said = git(tree.root, *_QUIETLY, *arguments, limit_s=_LIMIT_S)
    if not said.well:
        raise _refused(said, f"git cannot lay {sha[:12]} out in {top.parent}")


def _lay(there: WorkingTree, path: str, *, overlay: Overlay, top: Path, home: WorkingTree) -> None:
    """Put one file of elsewhere in its place.

    Raises:
        UserError: its place lies outside, as behind a symbolic link.
    """
    place = Path(os.path.normpath(there.root / path))
    if not place.parent.resolve().is_relative_to(top.resolve()) or place in {top, top / ".git"}:
        message = "this file lies outside the repository, and cannot be taken from another commit"
        raise UserError(Problem(message=message, value=path, fix="leave it out"))
    if overlay.sha is not None and git(there.root, "cat-file", "-e", f"{overlay.sha}:./{path}").well:
        said = git(there.root, *_QUIETLY, "checkout", "--quiet", overlay.sha, "--", path, limit_s=_LIMIT_S)
        if not said.well:
            raise _refused(said, f"git cannot lay {path} of {overlay.sha[:12]} out")
        return
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)
    source = home.root / path
    if overlay.sha is None and (source.is_file() or source.is_symlink()):
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(source, place, follow_symlinks=False)


def _lacking(top: Path) -> list[str]:
    """What belongs to the commit and is not in the folder."""
    listed = git(top, "ls-files", "--stage", "-z").out.decode(errors="replace").split("\0")
    modules = [line.partition("\t")[2] for line in listed if line.startswith("160000 ")]
    large = git(top, "ls-files", "-z", "--", ":(attr:filter=lfs)").out.decode(errors="replace").split("\0")
    pointers = [name for name in large if name and _is_pointer(top / name)]
    told = []
    if modules:
        told.append(f"submodules are not there, and their folders are empty: {_some(modules)}")
    if pointers:
        told.append(f"Git LFS has not fetched what these files hold (`git lfs fetch`): {_some(pointers)}")
    return told


def _is_pointer(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(64).startswith(b"version https://git-lfs")
    return False


@contextmanager
def _told(overlay: Overlay) -> Iterator[None]:
    """What the system says of a file that cannot be laid out, in our words."""
    try:
        yield
    except OSError as error:
        where = "the working tree" if overlay.sha is None else overlay.sha[:12]
        message = f"a file of {where} cannot be laid out: {error.strerror or error}"
        raise NotLaidOutError(
            Problem(message=message, value=str(error.filename or ""), fix="leave it out")
        ) from None


def _asked(tree: WorkingTree, *arguments: str) -> str:
    said = git(tree.root, *arguments)
    if not said.well:
        raise _refused(said, "another commit can only be run in a git repository")
    return said.out.decode(errors="surrogateescape")


def _refused(said: Said, message: str) -> NotLaidOutError:
    reason = said.err.splitlines()[-1] if said.err else "it gave no reason"
    fix = "run inside the repository; where git lacks room or rights, free space or mend the permissions"
    return NotLaidOutError(Problem(message=f"{message}: {reason}", fix=fix))


def _some(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
