"""pydantic's errors → Problems: what is wrong in plain words, where it stands, and the fix, "did you mean" included."""

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from gate.config.keys import homes_of, keys_at
from gate.config.nodes import KeyPath, Node, Source, shown, spelt
from gate.model.case import Place
from gate.model.errors import Problem

_MAPPING = "must be a mapping of keys to values"
_NUMBER = "must be a number"
_WHOLE = "must be a whole number"
_FLAG = "must be true or false"
_LIST = "must be a list"
_TEXT = "must be text"

_PLAIN: dict[str, str] = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "finite_number": "must be a finite number",
    "bool_type": _FLAG,
    "bool_parsing": _FLAG,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "list_type": _LIST,
    "tuple_type": _LIST,
    "set_type": _LIST,
    "frozen_set_type": _LIST,
    "none_required": "must be left empty",
    "path_type": "must be a path",
    "greater_than": "must be more than {gt:g}",
    "greater_than_equal": "must be {ge:g} or more",
    "less_than": "must be less than {lt:g}",
    "less_than_equal": "must be {le:g} or less",
    "string_too_short": "must have at least {min_length} characters",
    "string_too_long": "must have at most {max_length} characters",
    "string_pattern_mismatch": "must match the pattern {pattern}",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "multiple_of": "must be a multiple of {multiple_of}",
}
_NOT_BOOLEANS = {"yes": "true", "y": "true", "on": "true", "no": "false", "n": "false", "off": "false"}


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that was probably meant, or None where none is near."""
    by_lower = {one.lower(): one for one in known}
    wanted = word.lower().replace("-", "_")
    close = difflib.get_close_matches(wanted, by_lower, n=1, cutoff=0.6)
    return by_lower[close[0]] if close else None


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """The fix for a word that is not known: the one that was meant, else all that there are."""
    meant = nearest(word, known)
    if meant is not None:
        return f"did you mean `{meant}`?"
    return f"use one of: {', '.join(known)}" if known else "remove it"


def problems_of(
    error: ValidationError, source: Source, *, at: KeyPath, model: type[BaseModel]
) -> list[Problem]:
    """The errors of one validation of the value at the key path `at` → one Problem a key path.

    `model` is what it was validated against: its fields are the keys that are suggested for a misspelt one.
    """
    problems: dict[KeyPath, Problem] = {}
    for one in error.errors(include_url=False):
        path = (*at, *one["loc"])
        missing = one["type"] == "missing"
        to, last = (path[:-1], path[-1]) if missing else (path, None)
        found = source.find(to, missing=last, kept=len(at))
        keyed = missing or one["type"] == "extra_forbidden"
        if one["type"] == "too_short" and _long_enough(found.node, one["ctx"]["min_length"]):
            continue  # pydantic left out the entries whose own error is told beside this one
        message, fix = _keyed(one, model) if keyed else (_message(one), _fix(one, found.node))
        value = shown(found.node.plain()) if found.node else ""
        if path[-1:] == ("[key]",) and not keyed:  # the key itself is wrong, not what stands under it
            value = shown(path[-2])
        before = problems.get(found.path)
        if before is not None:
            # The branches of a union each say what they would have taken; anything else said it first.
            if not (message.startswith("must be ") and before.message.startswith("must be ")):
                continue
            if message not in before.message:
                message = f"{before.message}, or {message.removeprefix('must be ')}"
        problems[found.path] = Problem(
            message=message,
            place=Place(file=source.file, line=found.line),
            key=spelt(found.path),
            value=value,
            fix=fix,
        )
    return list(problems.values())


def _long_enough(node: Node | None, least: int) -> bool:
    return node is not None and isinstance(node.value, list | dict | str) and len(node.value) >= least


def _keyed(one: Any, model: type[BaseModel]) -> tuple[str, str]:
    """Message and fix for a key that is missing or not known."""
    *above, key = one["loc"]
    known = keys_at(model, above)
    if one["type"] == "extra_forbidden":
        homes = [] if nearest(str(key), known) else homes_of(str(key), model)
        fix = f"it belongs in {' or '.join(homes)}" if homes else did_you_mean(str(key), list(known))
        return "this key is not known here", fix
    purpose = str(known.get(str(key), {}).get("description", "")).split(". ")[0].rstrip(".")
    return "this key is missing", f"add `{key}:`" + (f" - {purpose}" if purpose else "")


def _message(one: Any) -> str:
    """What is wrong, without the words of a validator."""
    sort, said = one["type"], one.get("ctx", {})
    if sort == "gate":
        return str(said["text"])
    if sort == "value_error":
        return str(said["error"])
    if sort == "too_short":
        return f"must hold at least {said['min_length']} {'entry' if said['min_length'] == 1 else 'entries'}"
    if sort == "too_long":
        return f"must hold at most {said['max_length']} entries"
    if sort in _PLAIN:
        return _PLAIN[sort].format(**said).replace("'", "`")
    return re.sub(r"^Input should be (a valid )?", "must be ", one["msg"])


def _fix(one: Any, node: Node | None) -> str:
    """What to write instead, where that can be told from what was written."""
    if one["type"] == "gate":
        return str(one["ctx"]["fix"])
    value = node.value if node else None
    if one["type"] in {"literal_error", "enum"}:
        words = re.findall("'([^']*)'", one["ctx"]["expected"])
        return did_you_mean(value, words) if words and isinstance(value, str) else ""
    written = (node and node.written) or shown(value)
    return _FIXES.get(_PLAIN.get(one["type"], ""), _no_fix)(value, written)


def _no_fix(_value: Any, _written: str) -> str:
    return ""


def _quoted(value: Any, written: str) -> str:
    return f'put it in quotes: "{written}"' if isinstance(value, bool | int | float) else ""


def _flagged(_value: Any, written: str) -> str:
    flag = _NOT_BOOLEANS.get(written.lower())
    return f"write {flag}: `{written}` is text in YAML 1.2" if flag else ""


def _bracketed(value: Any, _written: str) -> str:
    return f"write [{shown(value)}]" if isinstance(value, str | int | float) else ""


def _indented(value: Any, _written: str) -> str:
    return "write its keys below it, indented" if value is None else ""


def _number_in(text: Any, _written: str) -> str:
    """The number that was meant by a text: `"8"`, `1_000`, `10%`."""
    if not isinstance(text, str):
        return ""
    percent = text.endswith("%")
    try:
        number = f"{float(text.rstrip('%').replace(',', '_')) / (100 if percent else 1):.15g}"
    except ValueError:
        return ""
    return f"write {number} without quotes" if number == text else f"write {number}"


# what is wanted → (what was found, as it is written) → what to write instead
_FIXES: dict[str, Callable[[Any, str], str]] = {
    _TEXT: _quoted,
    _FLAG: _flagged,
    _NUMBER: _number_in,
    _WHOLE: _number_in,
    _LIST: _bracketed,
    _MAPPING: _indented,
}
