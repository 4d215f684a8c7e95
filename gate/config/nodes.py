"""Key path → place and value: the tree of a file that was read, and how its parts are written in a message."""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from gate.model.case import Place

KeyPath = tuple[str | int, ...]

_PLAIN_KEY = re.compile(r"[\w%@+-]+")
_SHOWN_CHARACTERS = 60


@dataclass(slots=True)
class Node:
    """A value and its line. `value` is a JSON scalar, a list of nodes, or a mapping of text to nodes.

    `key_lines` holds the line of each key of a mapping, `written` the text of a scalar as it stands in the file,
    `start` and `span` where it begins and how long it is in characters, `size` how many values it stands for.
    """

    value: Any
    line: int
    written: str = ""
    quoted: bool = False
    key_lines: dict[str, int] = field(default_factory=dict)
    start: int = 0
    span: int = 0
    size: int = 1

    def plain(self) -> JsonValue:
        """The JSON value without lines."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value  # type: ignore[no-any-return]

    @classmethod
    def of(cls, value: Any, line: int) -> "Node":
        """A JSON value that stands in one line."""
        if isinstance(value, dict):
            keys = dict.fromkeys(value, line)
            return cls({key: cls.of(inner, line) for key, inner in value.items()}, line, key_lines=keys)
        if isinstance(value, list):
            return cls([cls.of(inner, line) for inner in value], line)
        return cls(value, line)


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a key path: as much of the path as is in the file, its line, and the value if all of it is."""

    path: KeyPath
    line: int
    node: Node | None


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name as the user knows it, and its tree."""

    file: str
    root: Node

    def find(self, path: Sequence[str | int], *, missing: str | int | None = None, kept: int = 0) -> Found:
        """Walk down the tree. Parts that are in no file (a pydantic union's branch) are passed over.

        The first `kept` parts stay in the path wherever they lead: a shorthand leaves out `with`. So does `missing`,
        a last key that is known not to be there.
        """
        node, line, walked = self.root, self.root.line, list[str | int]()
        whole = True
        for index, part in enumerate(path):
            inner = _inner(node, part)
            if inner is not None:
                line = (
                    node.key_lines.get(str(part), inner.line) if isinstance(node.value, dict) else inner.line
                )
                node = inner
            elif index < kept:
                whole = False
            if inner is not None or index < kept:
                walked.append(part)
        if missing is not None:
            return Found((*walked, missing), line, None)
        return Found(tuple(walked), line, node if whole else None)

    def place(self, path: Sequence[str | int]) -> Place:
        """The line of the key at the end of a path, or of the nearest one above it."""
        return Place(file=self.file, line=self.find(path).line)


def spelt(path: Iterable[str | int]) -> str:
    """A key path as a person writes it: `suites.support.evaluators[1].use`, odd names in quotes."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            plain = _PLAIN_KEY.fullmatch(part)
            text += f".{part}" if plain else f".{shown(part)}"
    return text.removeprefix(".")


def shown(value: Any) -> str:
    """A value that was found, as JSON in one line of at most 60 characters that are all safe to print."""
    text = json.dumps(value, ensure_ascii=False, default=str)[: _SHOWN_CHARACTERS * 2]
    safe = "".join(c if c.isprintable() else c.encode("unicode_escape", "replace").decode() for c in text)
    return safe if len(safe) <= _SHOWN_CHARACTERS else f"{safe[: _SHOWN_CHARACTERS - 1]}…"


def _inner(node: Node, part: str | int) -> Node | None:
    value = node.value
    if isinstance(value, dict) and isinstance(part, str):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]  # type: ignore[no-any-return]
    return None
