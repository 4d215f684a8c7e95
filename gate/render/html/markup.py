"""Elements → HTML. A plain `str` is always escaped; only what this module made is markup.

Foreign text comes in through `shown`, or as the Name or Message of a sentence: cleaned as for every medium, so that
nothing in it turns the direction of reading or hides.
"""

from collections.abc import Iterable
from html import escape as entities

from gate.render import escape
from gate.render.words import Message, Name, Part, Strong

NAME_LIMIT, MESSAGE_LIMIT = 200, 1_000
_VOID = frozenset({"meta", "input"})


class Markup(str):
    """HTML that was made here."""

    __slots__ = ()


Child = str | None


def el(tag: str, *children: Child, **attributes: str | int | bool | None) -> Markup:
    """An element. Attributes are written `class_`, `aria_label`; True has no value, None and False are left out."""
    given = "".join(
        f" {_name(name)}" if value is True else f' {_name(name)}="{entities(str(value))}"'
        for name, value in attributes.items()
        if value is not None and value is not False
    )
    if tag in _VOID:
        return Markup(f"<{tag}{given}>")
    return Markup(f"<{tag}{given}>{join(children)}</{tag}>")


def join(children: Iterable[Child]) -> Markup:
    """Pieces one behind the other; what is no markup is escaped."""
    texts = (
        child if isinstance(child, Markup) else entities(child, quote=False) for child in children if child
    )
    return Markup("".join(texts))


def verbatim(text: str) -> Markup:
    """A text of ours that is what it should be: the style sheet, the script, data whose every `<` is an escape."""
    return Markup(text)


def shown(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Foreign text for one line."""
    return escape.clean(text, limit=limit)


def inline(words: Iterable[Part]) -> Markup:
    """A sentence."""
    return join(map(_part, words))


def _part(part: Part) -> str:
    match part:
        case Name(text):
            return el("code", shown(text))
        case Message(text):
            return shown(text, limit=MESSAGE_LIMIT)
        case Strong(text):
            return el("strong", text)
        case _:
            return part


def _name(name: str) -> str:
    return name.rstrip("_").replace("_", "-")
