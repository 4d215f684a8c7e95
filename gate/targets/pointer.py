"""JSON Pointer (RFC 6901) + document → the value there. The empty pointer is the whole document."""

import re
from typing import Annotated, Any

from pydantic import AfterValidator

_ESCAPE = re.compile(r"~(?![01])")
_INDEX = re.compile(r"0|[1-9][0-9]*")


def well_formed(pointer: str) -> str:
    """The pointer itself.

    Raises:
        ValueError: it is none.
    """
    if pointer and not pointer.startswith("/"):
        raise ValueError(
            f'a JSON Pointer starts with "/" (or is empty): did you mean "/{pointer.replace(".", "/")}"?'
        )
    if _ESCAPE.search(pointer):
        raise ValueError('in a JSON Pointer "~" is written "~0" and "/" inside a key "~1"')
    return pointer


Pointer = Annotated[str, AfterValidator(well_formed)]


def resolve(document: Any, pointer: str) -> Any:
    """The value that the pointer names.

    Raises:
        LookupError: nothing stands there; the message says how far the pointer leads, and what stands there instead.
    """
    value, passed = document, ""
    for step in pointer.split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(value, dict) and key in value:
            value = value[key]
        elif isinstance(value, list) and _INDEX.fullmatch(key) and int(key) < len(value):
            value = value[int(key)]
        else:
            raise LookupError(f"nothing at {pointer!r}: {_there(value, passed)}")
        passed += f"/{step}"
    return value


def _there(value: Any, passed: str) -> str:
    where = repr(passed) if passed else "the top"
    if isinstance(value, dict):
        return f"{where} has {', '.join(map(repr, list(value)[:20])) or 'no keys'}"
    if isinstance(value, list):
        return f"{where} is a list of {len(value)}"
    return f"{where} is {str(value)[:40]!r}"
