"""Unquoted YAML text → JSON value, by the core schema of YAML 1.2 (yaml.org/spec/1.2.2, chapter 10.3).

YAML 1.1 reads `no`, `on`, `1_000`, `1:30` and `2024-01-01` as something that is not written there; here they stay
text. What two readers of YAML would read as two different numbers (`010`) is refused, never guessed.
"""

import math
import re

from pydantic import JsonValue
from pydantic_core import PydanticCustomError

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
# What may start a number; everything else is text without a further look.
_NUMERIC = frozenset("-+.0123456789")
_MAX_DIGITS = 300


def read_scalar(text: str) -> JsonValue:
    """What unquoted text means: null, a bool, a whole number, a finite number, or itself.

    Raises:
        PydanticCustomError: ambiguous (`010`), not finite (`.nan`, `1e999`) or absurdly long; its context holds `fix`.
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    return _number(text) if text[0] in _NUMERIC else text


def _number(text: str) -> JsonValue:
    if _NOT_FINITE.fullmatch(text):
        raise refusal("only finite numbers can be compared", fix="write a number, or leave it out")
    if _INT.fullmatch(text):
        return _whole(text)
    if _BASED.fullmatch(text):
        return int(text, 0)
    if _FLOAT.fullmatch(text):
        value = float(text)
        if math.isinf(value):
            raise refusal("this number is too large", fix="write a smaller number, or put it in quotes")
        return value
    return text


def refusal(message: str, *, fix: str = "") -> PydanticCustomError:
    """The one error that a check of ours raises: plain words, and the fix, for `gate.config.words` to place."""
    return PydanticCustomError("gate", "{text}", {"text": message, "fix": fix})


def _whole(text: str) -> int:
    digits = text.lstrip("-+")
    if len(digits) > 1 and digits[0] == "0":
        plain = f"{text[: len(text) - len(digits)]}{digits.lstrip('0') or '0'}"
        raise refusal(
            "a whole number with a leading zero is octal to some readers of YAML and decimal to others",
            fix=f'write {plain[:40]} for the number, or "{text[:40]}" in quotes for the text',
        )
    if len(digits) > _MAX_DIGITS:
        raise refusal(f"a number of {len(digits)} digits is not read", fix="put it in quotes")
    return int(text)
