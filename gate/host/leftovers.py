"""Folders in which commits were laid out by processes that were killed → none of them. One that somebody holds stays."""

import fcntl
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from gate.host.git import git
from gate.host.local import WorkingTree

PREFIX, LOCK = "gate-at-", "lock"
_NEW_S = 600.0  # a younger folder may be one that somebody has made, and not yet locked


def sweep(tree: WorkingTree) -> None:
    """Take away what killed processes left behind; worktrees of others, and other repositories', are none of our business."""
    listed = git(tree.root, "worktree", "list", "--porcelain").out.decode(errors="replace")
    for line in listed.splitlines():
        top = Path(line.removeprefix("worktree "))
        if not line.startswith("worktree ") or not top.parent.name.startswith(PREFIX):
            continue
        with suppress(OSError), _left_behind(top.parent / LOCK):
            take_away(tree, top)
            shutil.rmtree(top.parent, ignore_errors=True)
    with suppress(OSError):
        for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
            _sweep_folder(folder)


def take_away(tree: WorkingTree, top: Path) -> None:
    """Remove a worktree, and what git knows of it."""
    shutil.rmtree(top, ignore_errors=True)  # git's own removal looks at every file first
    git(tree.root, "worktree", "remove", "--force", "--force", str(top))


def _sweep_folder(folder: Path) -> None:
    """Take away a folder of ours that no git knows of: its process was killed early, or its repository is gone."""
    with suppress(OSError):
        told = folder.lstat()
        if (
            not stat.S_ISDIR(told.st_mode)
            or told.st_uid != os.getuid()
            or time.time() - told.st_mtime < _NEW_S
        ):
            return
        with _left_behind(folder / LOCK):
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _left_behind(path: Path) -> Iterator[None]:
    """A block in which nobody else takes a leftover for theirs.

    Raises:
        OSError: somebody who is alive holds it.
    """
    if not path.parent.exists():  # the system has cleaned up; only git still knows of it
        yield
        return
    with path.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
