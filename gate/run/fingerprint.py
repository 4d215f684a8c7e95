"""Plug-in + files → the hash of everything that decides what it does. The same on every platform.

Line ends do not count, nor does a file's time or mode. Wildcards pass over hidden files and what Python and npm put
there themselves, unless the pattern names them.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from gate.model.base import digest
from gate.model.errors import Problem, UserError
from gate.model.ports import Evaluator
from gate.model.score import Metric
from gate.model.suite import Use

_DERIVED = frozenset({"__pycache__", "node_modules"})
_WILD = frozenset("*?[")
_RULES = "write paths from the folder of gate.yaml with `/`; `*` is any name, `**` any folders"


def target_fingerprint(
    root: Path, use: Use, *, version: str, files: Sequence[str] = (), depends_on: Sequence[str] = ()
) -> dict[str, str]:
    """Each part that a target depends on → a hash: `spec` is its kind, options and version, the rest are files.

    `files` are paths; `depends_on` are paths, folders (all that is in them) or patterns with `*` and `**`.

    Raises:
        UserError: with every path or pattern that finds nothing, leaves the root, or meets a symbolic link.
    """
    spec = digest([use.use, use.with_, version])
    contents = _contents(root, [*files, *depends_on], key="depends_on")
    # A folder may be called `spec`, too.
    return {"spec": spec, **{"./spec" if name == "spec" else name: value for name, value in contents.items()}}


def evaluator_fingerprint(evaluator: Evaluator, use: Use, root: Path) -> str:
    """The hash of what makes an evaluator's numbers: kind, version, options and files; its name is not part of it.

    Raises:
        UserError: as `target_fingerprint`.
    """
    options = evaluator.options.model_dump(mode="json", exclude_defaults=True, by_alias=True)
    return digest(
        [use.use, evaluator.version, options, _contents(root, evaluator.files(), key=evaluator.name)]
    )


def fingerprinted(evaluator: Evaluator, use: Use, root: Path) -> dict[str, Metric]:
    """The metrics that are known beforehand, by name, each with the evaluator's fingerprint.

    Raises:
        UserError: as `target_fingerprint`.
    """
    fingerprint = evaluator_fingerprint(evaluator, use, root)
    return {m.name: m.model_copy(update={"fingerprint": fingerprint}) for m in evaluator.metrics}


def _contents(root: Path, patterns: Sequence[str], *, key: str) -> dict[str, str]:
    root = root.resolve()
    hashes: dict[str, str] = {}
    problems: list[Problem] = []
    for pattern in dict.fromkeys(patterns):
        try:
            hashes[pattern] = _content(root, pattern)
        except ValueError as error:
            message, _, fix = str(error).partition("\n")
            problems.append(Problem(message=message, key=key, value=pattern, fix=fix or _RULES))
        except OSError as error:
            problems.append(Problem(message=f"this cannot be read: {error.strerror}", key=key, value=pattern))
    if problems:
        raise UserError(*problems)
    return hashes


def _content(root: Path, pattern: str) -> str:
    parts = [part for part in pattern.split("/") if part not in {"", "."}]
    if pattern.startswith("/") or "\\" in pattern or ".." in parts or (parts and ":" in parts[0]):
        raise ValueError("this leaves the folder of gate.yaml, or is not written with `/`")
    files = sorted(
        (unicodedata.normalize("NFC", path.relative_to(root).as_posix()), path)
        for path in set(_found(root, parts))
    )
    if not files:
        raise ValueError(f"this finds no file\ncreate it or mend the path; {_RULES}")
    return digest([[name, _hash(path)] for name, path in files])


def _found(place: Path, parts: Sequence[str]) -> Iterator[Path]:
    """The files that the parts of a pattern lead to; a folder stands for all that is in it."""
    if place.is_symlink():
        fix = "name the file or folder that it leads to: a link has no content of its own"
        raise ValueError(f"{place.name} is a symbolic link\n{fix}")
    if not parts:
        yield from [place] if place.is_file() else _found(place, ("**", "*")) if place.is_dir() else ()
        return
    first, rest = parts[0], parts[1:]
    if first == "**":
        yield from _found(place, rest or ("*",))
        for folder in _listed(place, "*"):
            if folder.is_dir():
                yield from _found(folder, parts)
    elif _WILD & set(first):
        for entry in _listed(place, first):
            # What a wildcard finds at the end of a pattern is a file: `docs/*` is not all of `docs`.
            if rest or entry.is_symlink() or entry.is_file():
                yield from _found(entry, rest)
    elif (place / first).exists() or (place / first).is_symlink():
        yield from _found(place / first, rest)


def _listed(folder: Path, pattern: str) -> Iterator[Path]:
    """The entries of a folder that match one part of a pattern."""
    if not folder.is_dir():
        return
    for entry in folder.iterdir():
        hidden = entry.name.startswith(".") and not pattern.startswith(".")
        if not hidden and entry.name not in _DERIVED and fnmatchcase(entry.name, pattern):
            yield entry


def _hash(path: Path) -> str:
    content = path.read_bytes().replace(b"\r\n", b"\n")
    return hashlib.sha256(content).hexdigest()
