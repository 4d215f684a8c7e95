"""Path in gate.yaml → files under its folder. Nothing outside it is ever read: a gate must be reproducible from git."""

import difflib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from gate.config.scalars import refusal

_REASON = "a gate must be reproducible from the repository"
_GLOB = re.compile(r"[*?\[]")


def inside(path: str) -> str:
    """A relative path with `/` that stays in the folder of gate.yaml, or a glob of such paths, as it was written.

    Raises:
        PydanticCustomError: it is empty, absolute, leads out of the folder, or is written with backslashes.
    """
    relative = "write it relative to the folder of gate.yaml, with `/`"
    if not path.strip() or path != path.strip() or not path.isprintable():
        raise refusal(
            "a path must not be empty, start or end with a blank, or hold control characters", fix=relative
        )
    if path.startswith(("/", "\\", "~")) or re.match(r"[A-Za-z]:", path):
        raise refusal(f"this path is absolute: {_REASON}", fix=relative)
    if "\\" in path:
        raise refusal("this path is written with backslashes", fix=f"write {path.replace(chr(92), '/')}")
    if ".." in PurePosixPath(path).parts:
        raise refusal(f"this path leads out of the folder: {_REASON}", fix="move the file, or gate.yaml")
    if any("**" in part and part != "**" for part in PurePosixPath(path).parts):
        raise refusal(
            "`**` stands between two `/`, for any number of folders", fix="write `**/*.jsonl` or `*`"
        )
    return path


def files_of(pattern: str, *, root: Path) -> tuple[str, ...]:
    """The files that a path or glob names, sorted, relative to the root with `/`.

    Raises:
        PydanticCustomError: it names no file, or one that a symbolic link puts outside the root.
    """
    names = sorted(
        found.relative_to(root).as_posix() for found in _matching(pattern, root) if found.is_file()
    )
    if not names:
        raise refusal("this names no file", fix=_beside(pattern, root))
    for name in names:
        if not (root / name).resolve().is_relative_to(root.resolve()):
            raise refusal(f"{name} is a link that leads out of the folder: {_REASON}", fix="copy the file in")
    return tuple(names)


def exists(pattern: str, *, root: Path) -> bool:
    """Whether a path or glob names anything at all."""
    return next(_matching(pattern, root), None) is not None


def _matching(pattern: str, root: Path) -> Iterator[Path]:
    """What the pattern names; a path that the system refuses (too long, forbidden) names nothing."""
    try:
        if not _GLOB.search(pattern):
            path = root / pattern
            yield from (path,) if path.exists() else ()
            return
        # Up to Python 3.12 a last `**` finds folders only.
        parts = PurePosixPath(pattern).parts
        yield from root.glob("/".join((*parts, "*") if parts[-1] == "**" else parts))
    except OSError:
        return


def _beside(pattern: str, root: Path) -> str:
    """What was probably meant: the files of a folder, or a file of a similar name."""
    path = PurePosixPath(pattern)
    if _GLOB.search(pattern):
        return "mend the pattern, or create the files"
    try:
        if (root / path).is_dir():
            return f"it is a folder: write `{path}/*.jsonl`"
        folder = root / path.parent
        names = sorted(one.name for one in folder.iterdir()) if folder.is_dir() else []
    except OSError:
        names = []
    close = difflib.get_close_matches(path.name, names, n=1)
    return f"did you mean `{path.parent / close[0]}`?" if close else "create it, or mend the path"
