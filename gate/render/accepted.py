"""Our comment and an accept → the same comment with a word on it on its top. PURE.

The hidden first line, which names the head, and the last one with the record's digest stay where they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.model.verdict import Kind
from gate.render.markdown_parts import MARKS, MEDIUM
from gate.render.words import Message, Name, Part, Strong

_SHA_SHOWN = 7


@dataclass(frozen=True, kw_only=True)
class AcceptedNote:
    """Who accepted which suites' results of which commit, and the commit that it made.

    `left` is what the status of that commit says where it is no pass; empty: it passes.
    """

    by: str
    suites: Sequence[str]
    evaluated: str
    made: str
    left: str = ""


def with_note(comment: str, note: AcceptedNote) -> str:
    """The comment with the note under its first line."""
    first, _, rest = comment.replace("\r\n", "\n").lstrip().partition("\n")
    mark = MARKS[Kind.INCONCLUSIVE if note.left else Kind.PASS]
    return f"{first}\n{mark} {MEDIUM.write(_words(note))}\n\n{rest.lstrip()}"


def _words(note: AcceptedNote) -> Sequence[Part]:
    suites: list[Part] = []
    for suite in note.suites:
        suites += [", " if suites else "", Name(suite)]
    made, evaluated = Name(note.made[:_SHA_SHOWN]), Name(note.evaluated[:_SHA_SHOWN])
    accepted = (
        Strong("Accepted"),
        " by ",
        Name(note.by),
        " as ",
        made,
        ": the new baseline of ",
        *suites,
        ".",
    )
    left = (" Not all is well with that: ", Message(note.left), ".") if note.left else ()
    return (*accepted, *left, " What follows is the report on ", evaluated, ", as it was.")
