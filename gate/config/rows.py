"""Bytes of a case file → numbered lines, and the rows that they make. Knows nothing of cases.

What cannot be read is a Problem in the row's place, so that the rest of the file is still checked.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

from gate.config.nodes import Node
from gate.model.case import Place
from gate.model.errors import Problem

MAX_CASE_BYTES = 10_000_000
_BOM = b"\xef\xbb\xbf"
_TOO_LARGE = f"one case has more than {MAX_CASE_BYTES // 1_000_000} MB"


@dataclass(frozen=True, slots=True)
class Row:
    """One entry of a case file: its JSON value, and its node where lines inside it are known."""

    line: int
    value: Any
    node: Node | None = None


Rows = Iterator[Row | Problem]


def lines_of(file: BinaryIO, name: str) -> Iterator[tuple[int, str | Problem]]:
    """The lines of a file, numbered from 1, with their ends; never more than one of them in memory."""
    line = 0
    while content := file.readline(MAX_CASE_BYTES + 1):
        line += 1
        place = Place(file=name, line=line)
        if len(content) > MAX_CASE_BYTES:
            while content and not content.endswith(b"\n"):
                content = file.readline(MAX_CASE_BYTES)
            yield line, too_large(place)
            continue
        if line == 1:
            content = content.removeprefix(_BOM)
        try:
            yield line, content.decode()
        except UnicodeDecodeError:
            yield line, not_utf8(place)


def too_large(place: Place) -> Problem:
    """The problem of a case beyond 10 MB."""
    return Problem(message=_TOO_LARGE, place=place, fix="shorten its input, its context or what it expects")


def not_utf8(place: Place) -> Problem:
    """The problem of bytes that are no UTF-8."""
    return Problem(message="this is not UTF-8", place=place, fix="save the file as UTF-8")
