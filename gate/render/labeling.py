"""One response → what a person who labels it sees: the case and the response, and no verdict of anybody."""

from gate.model.case import Case
from gate.model.reply import Reply
from gate.render.escape import terminal, terminal_lines
from gate.render.excerpts import asked_text, value_text
from gate.render.layout import Span, wrapped

_MOST_CHARACTERS = 20_000
_INDENT = "  "


def labeling_text(case: Case, reply: Reply, *, width: int) -> str:
    """The parts one under the other, each under its name, no line wider than `width` cells."""
    parts = {"question": asked_text(case.input)}
    for number, context in enumerate(reply.contexts or case.context, 1):
        name = f" ({context.id})" if context.id else ""
        parts[f"passage {number}{name}"] = context.text
    if case.expected is not None:
        parts["reference"] = value_text(case.expected)
    parts["response"] = reply.output
    return "".join(_part(name, text, width) for name, text in parts.items())


def _part(name: str, text: str, width: int) -> str:
    lines = [
        line
        for paragraph in terminal_lines(text, limit=_MOST_CHARACTERS) or ["(empty)"]
        for line in wrapped([Span(paragraph)], cells=width, first=_INDENT, rest=_INDENT)
    ]
    return "\n".join((terminal(name), *lines)) + "\n\n"
