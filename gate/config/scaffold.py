"""A folder → the files of a first suite for it. Looks, asks nothing, and leaves the writing to others."""

import ast
import os
import re
import warnings
from collections.abc import Iterator
from pathlib import Path

from gate.config.starter import ATTRIBUTES, CONFIG, IGNORE, Found, Starter, start
from gate.model.case import Place
from gate.model.errors import Problem, UserError

# How far it looks: what a person would call obvious is not deep down.
_DEEPEST, _MOST_FILES, _MOST_BYTES = 3, 2000, 200_000
_PASSED_OVER = frozenset(
    {"node_modules", "site-packages", "venv", "env", "build", "dist", "tests", "test", "docs"}
)
_TEMPLATES = frozenset({".md", ".txt", ".j2", ".jinja", ".jinja2", ".prompt"})
_PROMPT = re.compile("prompt", re.IGNORECASE)
# GitHub's own `${{ … }}` is no variable of a prompt.
_EXPRESSION = re.compile(r"(?<!\$)\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_PLAIN = re.compile(r"([A-Za-z_]\w*)\s*(\|[^|]+)*")
# The passages, which the prompt target fills in by itself.
_PASSAGES = re.compile(r"\{%-?\s*for\s+\w+\s+in\s+context\b.*?endfor\s*-?%\}", re.DOTALL)
_FUNCTIONS = ("answer", "respond", "reply", "chat", "ask", "generate_answer", "generate", "complete")


def scaffold(root: Path) -> Starter:
    """The folder → files to write (paths relative to it) and notes. Nothing that exists is overwritten.

    Raises:
        UserError: there is a gate.yaml already.
    """
    return start(look(root))


def look(root: Path) -> Found:
    """What stands in a folder: a prompt template, a function that looks like the application, names that are taken.

    Raises:
        UserError: there is a gate.yaml already, or a `.gitignore` or `.gitattributes` that is no text.
    """
    if (root / CONFIG).exists():
        fix = "edit it, and check it with `gate validate`; or remove it to start afresh"
        raise UserError(Problem(message="there is one already", place=Place(file=CONFIG), fix=fix))
    templates: dict[str, tuple[str, ...] | None] = {}
    functions: list[str] = []
    for path in _files(root):
        name = path.relative_to(root).as_posix()
        if path.suffix in _TEMPLATES and _PROMPT.search(name) and _EXPRESSION.search(text := _text(path)):
            templates[name] = _variables(text)
        elif path.suffix == ".py" and (called := _function(_text(path))):
            functions.append(f"{name}:{called}")
    template, variables = next(((name, found) for name, found in templates.items() if found), (None, ()))
    taken = frozenset(
        path.relative_to(root).as_posix() for path in (*root.glob("*.py"), *root.glob("cases/*"))
    )
    lines = {name: _lines(root / name) for name in (ATTRIBUTES, IGNORE) if (root / name).exists()}
    return Found(
        template=template,
        variables=variables or (),
        other_template=None if template else next(iter(templates), None),
        function=next(iter(functions), None),
        taken=taken,
        lines=lines,
    )


def _files(root: Path) -> Iterator[Path]:
    """Files that are not deep down, shallow ones first, in an order that is the same everywhere."""
    level, seen = [root], 0
    for _ in range(_DEEPEST):
        entries = sorted((entry for folder in level for entry in _entries(folder)), key=lambda one: one.path)
        for entry in entries:
            if entry.is_file(follow_symlinks=False) and seen < _MOST_FILES:
                seen += 1
                yield Path(entry.path)
        level = [Path(entry.path) for entry in entries if entry.is_dir(follow_symlinks=False)]


def _entries(folder: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return [one for one in entries if not one.name.startswith(".") and one.name not in _PASSED_OVER]
    except OSError:
        return []


def _text(path: Path) -> str:
    """The text of a small file; nothing where it is large or no text."""
    try:
        return path.read_text(encoding="utf-8-sig") if path.stat().st_size <= _MOST_BYTES else ""
    except (OSError, UnicodeDecodeError):
        return ""


def _variables(text: str) -> tuple[str, ...] | None:
    """What a template wants filled in, in the order of its text; None where that takes more than plain names."""
    rest = _PASSAGES.sub("", text)
    names = [_PLAIN.fullmatch(expression) for expression in _EXPRESSION.findall(rest)]
    if "{%" in rest or not all(names):
        return None
    return tuple(dict.fromkeys(name[1] for name in names if name and name[1] != "context"))


def _function(text: str) -> str | None:
    """A function of an obvious name that can be called with one argument."""
    try:
        with warnings.catch_warnings(action="ignore"):  # their odd escapes are none of our business
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = {
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _takes_one(node.args)
    }
    return next((name for name in _FUNCTIONS if name in found), None)


def _takes_one(arguments: ast.arguments) -> bool:
    named = [*arguments.posonlyargs, *arguments.args]
    required = len(named) - len(arguments.defaults) + sum(one is None for one in arguments.kw_defaults)
    return bool(named or arguments.kwonlyargs) and required <= 1


def _lines(path: Path) -> str:
    try:
        return path.read_bytes().decode()
    except (OSError, UnicodeDecodeError):
        fix = "save it as UTF-8"
        raise UserError(
            Problem(message="cannot be read as text", place=Place(file=path.name), fix=fix)
        ) from None
