"""JSON Lines → rows: one JSON object a line; blank lines are passed over."""

import json
import math
import re
from typing import Any, BinaryIO

from gate.config.nodes import shown
from gate.config.rows import Row, Rows, lines_of
from gate.config.tree import MAX_DEPTH
from gate.model.case import Place
from gate.model.errors import Problem

_SURROGATE = re.compile("[\ud800-\udfff]")


def json_lines(file: BinaryIO, name: str) -> Rows:
    """The rows of a JSON Lines file."""
    for line, text in lines_of(file, name):
        if isinstance(text, Problem):
            yield text
        elif stripped := text.strip(" \t\r\n"):
            yield _row(stripped, Place(file=name, line=line))


def _row(text: str, place: Place) -> Row | Problem:
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        message = f"this line is not JSON: {error.msg[:1].lower()}{error.msg[1:]} at column {error.colno}"
        fix = "each line holds one whole JSON object"
        return Problem(message=message, place=place, value=shown(text), fix=fix)
    except ValueError as error:
        return Problem(message=str(error), place=place, fix="mend the value")
    except RecursionError:
        return _too_deep(place)
    # Nearly no line needs the second look.
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        return _too_deep(place)
    if "\\ud" in text.lower() and _SURROGATE.search(json.dumps(value, ensure_ascii=False)):
        message = "half of a surrogate pair (`\\ud800` to `\\udfff`) is no character"
        return Problem(message=message, place=place, fix="write both halves, or the character itself")
    return Row(place.line or 1, value)


def _too_deep(place: Place) -> Problem:
    return Problem(
        message=f"values nest deeper than {MAX_DEPTH} levels here", place=place, fix="flatten them"
    )


def _depth(value: Any) -> int:
    """How deep lists and mappings nest, without recursion."""
    depth, level = 0, [value]
    while level:
        nested = [one for one in level if isinstance(one, dict | list)]
        depth += bool(nested)
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {shown(twice)} stands twice in one object")
    return unique


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no number that can be compared")


def _finite(text: str) -> float:
    value = float(text)
    if math.isinf(value):
        raise ValueError(f"the number {text[:40]} is too large")
    return value


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:  # Python reads at most 4,300 digits
        raise ValueError(f"a number of {len(text)} digits is not read") from None


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
)
