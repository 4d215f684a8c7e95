"""ConfigFile + changed files → the suites that a change touches. PURE: no file is looked at, nothing is imported.

It errs on one side only: a suite that was not touched may be taken for touched, never the other way round. So whatever
in the options of a plug-in may be a path is taken for one, and a suite that does not say what its application depends on
is touched by every change, unless its target is one whose files are all known.
"""

import posixpath
import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pydantic import JsonValue

from gate.config.file import ConfigFile
from gate.config.shape import SuiteShape, UsedPlugin

_INCLUDES = re.compile(r"\{%[-+]?\s*(include|import|extends|from)\b")  # as Jinja writes them
# Targets whose files all stand in their options, or below the folder of a template.
_SELF_CONTAINED = frozenset({"prompt", "replay"})
_EVERYTHING = "**"


@dataclass(frozen=True, kw_only=True)
class Touched:
    """The suites of the head that a change touches, and why each is, in a few words."""

    suites: tuple[str, ...]
    reasons: dict[str, str]
    total: int


def touched(
    head: ConfigFile,
    base: ConfigFile | None,
    *,
    changed: Collection[str] | None,
    read: Callable[[str], str | None],
    folder: str = "",
) -> Touched:
    """The suites of `head` that a change touches by what either config says.

    Args:
        head: the config as it would be.
        base: the config as it is; None where there is none that can be read: then all are touched.
        changed: paths in the repository, both names of renamed files; None where not all of them are known.
        read: the text of a file of the head, by its path from the config's folder; None where there is none.
        folder: the folder of the config in the repository, with a slash at its end, or empty.
    """
    names = list(head.shape.suites)
    config = folder + posixpath.basename(head.file)
    if base is None or changed is None or config in changed:
        reason = "not all changed files are known" if changed is None else f"{config} is changed"
        return Touched(suites=tuple(names), reasons=dict.fromkeys(names, reason), total=len(names))
    normal = [unicodedata.normalize("NFC", path) for path in sorted(changed)]
    reasons = {}
    for name in names:
        patterns = {*_patterns(head, name), *(_patterns(base, name) if name in base.shape.suites else ())}
        patterns |= {*_template_folders(head.shape.suites[name].target, read)}
        found = next((path for path in normal if _is_named(path, patterns, folder=folder)), None)
        if found is not None:
            reasons[name] = f"{found} is changed"
    return Touched(suites=tuple(reasons), reasons=reasons, total=len(names))


def named_files(config: ConfigFile) -> frozenset[str]:
    """The files besides the cases that a config names one by one: recordings, baselines, prompts, code, dependencies."""
    found: set[str] = set()
    for name, shape in config.shape.suites.items():
        found |= {
            config.merged.baselines[name],
            *((shape.contexts,) if shape.contexts else ()),
            *shape.depends_on,
        }
        found.update(file for used in (shape.target, *shape.evaluators) for file in _named_files(used))
    return frozenset("/".join(_parts(path)) for path in found)


def matches(pattern: str, path: str) -> bool:
    """Whether a path lies where a pattern leads: it, a file below it, or what its `*` and `**` stand for."""
    return _parts_match(_parts(pattern), _parts(path))


def _is_named(path: str, patterns: Iterable[str], *, folder: str) -> bool:
    patterns = list(patterns)
    if _EVERYTHING in patterns:
        return True
    inner = path.removeprefix(folder)
    return path.startswith(folder) and any(matches(pattern, inner) for pattern in patterns)


def _patterns(config: ConfigFile, suite: str) -> Iterator[str]:
    shape = config.shape.suites[suite]
    yield from shape.cases
    yield from (shape.contexts,) if shape.contexts else ()
    yield config.merged.baselines[suite]
    yield from shape.depends_on
    for used in (shape.target, *shape.evaluators):
        yield from _named_files(used)
    if not shape.depends_on and not _is_self_contained(shape):
        yield _EVERYTHING


def _template_folders(target: UsedPlugin, read: Callable[[str], str | None]) -> Iterator[str]:
    """Where a prompt's template includes others, its whole folder, for that is where includes are read from."""
    for path in _texts(target.with_) if target.use == "prompt" else ():
        text = read(path) if _parts(path) else None
        if text is not None and _INCLUDES.search(text):
            yield posixpath.dirname(path) or _EVERYTHING


def _is_self_contained(shape: SuiteShape) -> bool:
    return shape.target.use in _SELF_CONTAINED


def _named_files(used: UsedPlugin) -> Iterator[str]:
    """Whatever in the options may name a file: a path, `file.py:function`, `package.module:function`, a command."""
    for text in _texts(used.with_):
        for word in {text, *text.split()}:
            path = word.rpartition(":")[0] or word
            yield from (each for each in (word, path) if _parts(each))
            if "/" not in path and _parts(path):
                module = path.replace(".", "/")
                yield from (f"{module}.py", f"{module}/__init__.py")


def _texts(value: JsonValue) -> Iterator[str]:
    match value:
        case str():
            yield value
        case list():
            for each in value:
                yield from _texts(each)
        case dict():
            for each in value.values():
                yield from _texts(each)


def _parts(path: str) -> list[str]:
    return [part for part in unicodedata.normalize("NFC", path).split("/") if part not in {"", "."}]


def _parts_match(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """A pattern that is used up names a folder, and with it all that is below."""
    if not pattern:
        return True
    if pattern[0] == "**":
        return any(_parts_match(pattern[1:], path[index:]) for index in range(len(path) + 1))
    return bool(path) and fnmatchcase(path[0], pattern[0]) and _parts_match(pattern[1:], path[1:])
