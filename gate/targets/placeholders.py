"""JSON with `{{ input.question }}` in its texts + case → JSON. Nothing is computed; never what is expected.

A text that is exactly one placeholder becomes the value with its type; inside a longer text a value that is no text is
written as JSON.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.targets.question import question

_ROOTS = ("input", "id", "context", "tags")
_PLACEHOLDER = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PATH = re.compile(r"[^\s.{}]+(\.[^\s.{}]+)*")


def require_known(template: Any, *, key: str) -> None:
    """Check the placeholders of a template without a case; `key` is the option that holds it.

    Raises:
        UserError: a placeholder that is no dotted path, or starts with none of `input`, `id`, `context`, `tags`.
    """
    problems = [
        Problem(
            message=f"no such placeholder: {{{{ {path} }}}}",
            key=key,
            fix=f"a placeholder is a dotted path that starts with one of: {', '.join(_ROOTS)}",
        )
        for path in _paths(template)
        if not _PATH.fullmatch(path) or path.split(".")[0] not in _ROOTS
    ]
    if problems:
        raise UserError(*problems)


def fill_in(template: Any, case: Case) -> Any:
    """The template with every placeholder replaced by what the case has there.

    Raises:
        UserError: the case has nothing there; it names the case, its place and the placeholder.
    """
    known = question(case)

    def value_at(path: str) -> Any:
        value: Any = known
        for step in path.split("."):
            if isinstance(value, list) and step.isdecimal() and int(step) < len(value):
                value = value[int(step)]
            elif isinstance(value, dict) and step in value:
                value = value[step]
            else:
                there = f"it has {', '.join(value)}" if isinstance(value, dict) else "nothing below is named"
                message = f"case {case.id!r} has nothing for {{{{ {path} }}}}"
                raise UserError(Problem(message=message, place=case.place, fix=f"before {step!r}, {there}"))
        return value

    def filled(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: filled(inner) for name, inner in part.items()}
        if isinstance(part, list):
            return [filled(inner) for inner in part]
        if not isinstance(part, str):
            return part
        if whole := _PLACEHOLDER.fullmatch(part):
            return value_at(whole[1])
        return _PLACEHOLDER.sub(lambda found: _text(value_at(found[1])), part)

    return filled(template)


def _paths(part: Any) -> Iterator[str]:
    if isinstance(part, dict | list):
        for inner in part.values() if isinstance(part, dict) else part:
            yield from _paths(inner)
    elif isinstance(part, str):
        yield from (found[1] for found in _PLACEHOLDER.finditer(part))
        yield from _PLACEHOLDER.sub("", part).split("{{")[1:]  # opened and not closed


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
