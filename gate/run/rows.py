"""Noun ↔ one line of JSON without what is default; also one that holds half of a surrogate pair."""

import json
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from gate.model.base import Noun

_N = TypeVar("_N", bound=Noun)


def dumped(noun: Noun) -> str:
    """The line."""
    try:
        return noun.model_dump_json(exclude_defaults=True)
    except PydanticSerializationError:  # half of a surrogate pair, which is no UTF-8: escaped, it is JSON
        return json.dumps(noun.model_dump(mode="json", exclude_defaults=True))


def loaded(noun: type[_N], line: str | bytes) -> _N:
    """The noun.

    Raises:
        ValueError, TypeError: the line is none.
    """
    try:
        return noun.model_validate_json(line)
    except ValidationError:  # half of a surrogate pair, which only Python's reader takes
        return noun.model_validate(json.loads(line))
