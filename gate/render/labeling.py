"""One response → what a person who labels it sees: the case and the response, and no verdict of anybody."""

import json

from pydantic import JsonValue

from gate.model.case import Case
from gate.model.reply import Reply
from gate.render.escape import terminal, terminal_lines
from gate.render.layout import Span, wrapped

_MOST_CHARACTERS = 20_000
_INDENT = "  "


def labeling_text(case: Case, reply: Reply, *, width: int) -> str:
    """The parts one under the other, each under its name, no line wider than `width` cells."""
    parts = {"question": _question(case)}
    for number, context in enumerate(reply.contexts or case.context, 1):
        name = f" ({context.id})" if context.id else ""
        parts[f"passage {number}{name}"] = context.text
    if case.expected is not None:
        parts["reference"] = _text(case.expected)
    parts["response"] = reply.output
    return "".join(_part(name, text, width) for name, text in parts.items())


def _part(name: str, text: str, width: int) -> str:
    lines = [
        line
        for paragraph in terminal_lines(text, limit=_MOST_CHARACTERS) or ["(empty)"]
        for line in wrapped([Span(paragraph)], cells=width, first=_INDENT, rest=_INDENT)
    ]
    return "\n".join((terminal(name), *lines)) + "\n\n"


def _question(case: Case) -> str:
    if isinstance(case.input, tuple):
        return "\n".join(f"{turn.role}: {turn.content}" for turn in case.input)
    return _text(case.input)


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
