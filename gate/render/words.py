"""Words → one medium: sentences in which our own literals and foreign text are kept apart by type.

A sentence is made once, and each renderer says with a Medium how its parts are written. A bare `str` is a literal of
ours; whatever came from outside is a Name or a Message, and cannot get into a document unescaped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Name:
    """A foreign word: a metric, a slice, a suite, a case, a file, a branch, a commit."""

    text: str


@dataclass(frozen=True, slots=True)
class Message:
    """A foreign sentence: of a finding, of a failure, of a proposal."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """A literal of ours that the eye should find first."""

    text: str


Part = str | Name | Message | Strong
Words = tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Medium:
    """How one medium writes each sort of part."""

    literal: Callable[[str], str]
    name: Callable[[str], str]
    message: Callable[[str], str]
    strong: Callable[[str], str]

    def write(self, words: Sequence[Part]) -> str:
        """Words → text."""
        return "".join(map(self._part, words))

    def _part(self, part: Part) -> str:
        match part:
            case Name(text):
                return self.name(text)
            case Message(text):
                return self.message(text)
            case Strong(text):
                return self.strong(text)
            case _:
                return self.literal(part)


def joined(items: Sequence[Words], *, separator: str) -> Words:
    """Several Words with a literal between each two."""
    parts: list[Part] = []
    for index, words in enumerate(items):
        if index:
            parts.append(separator)
        parts.extend(words)
    return tuple(parts)
