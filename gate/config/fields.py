"""Values of gate.yaml that are written in more than one way, or that are names → one form of them."""

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field

from gate.config.paths import inside
from gate.config.scalars import refusal

_LONGEST_NAME = 120
SUITE_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_-])?"


def tag_text(value: object) -> str:
    """A scalar of a tag as the text that it is compared as: `true`, `3`.

    Raises:
        PydanticCustomError: null, a list or a mapping.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise refusal(
        "the value of a tag is a text, a number, or true or false", fix="leave the tag out where it has none"
    )


def _name(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        message = (
            f"a name has 1 to {_LONGEST_NAME} characters, no control characters, and no blank at either end"
        )
        raise refusal(message, fix="choose another name")
    return value


def _suite_name(value: str) -> str:
    if not re.fullmatch(SUITE_NAME, value):
        message = (
            "a suite's name is part of a file's name: letters, digits, `_`, `-`, `.`, at most 80 of them"
        )
        raise refusal(message, fix="choose another name")
    return value


def listed(value: object) -> object:
    """A tuple, because strict validation of what a function returns takes no list for one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise refusal("must be a path, or a list of paths", fix="write `cases: cases/first.jsonl`")
    return tuple(value)


def used(value: object) -> object:
    """A plug-in's name alone as the mapping that it stands for."""
    if isinstance(value, str):
        return {"use": value}
    if not isinstance(value, dict):
        raise refusal("must be a name, or a mapping with `use`", fix="write `{use: …, with: {…}}`")
    return value


def drawn(value: object) -> object:
    """A number of trials alone as the mapping that it stands for."""
    if isinstance(value, int) and not isinstance(value, bool):
        return {"check": value}
    if not isinstance(value, dict):
        raise refusal(
            "must be a whole number, or a mapping with `accept`, `check`, `most`", fix="write `trials: 1`"
        )
    return value


Name = Annotated[str, AfterValidator(_name), Field(min_length=1, max_length=_LONGEST_NAME)]
SuiteName = Annotated[str, AfterValidator(_suite_name)]
InnerPath = Annotated[str, AfterValidator(inside)]
TagText = Annotated[str, BeforeValidator(tag_text, json_schema_input_type=str | float | bool)]
