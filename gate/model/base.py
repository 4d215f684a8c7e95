"""Pydantic → the base of every noun: frozen, closed, finite."""

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A value that never changes, has no field it does not name, and holds no NaN and no infinity.

    Raises:
        pydantic.ValidationError: at construction, for an unknown field, a wrong type or a non-finite number.
    """

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        allow_inf_nan=False,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
        defer_build=True,
    )


_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def canonical_json(value: Any) -> str:
    """JSON value → its one spelling: sorted keys, no blanks, no NaN, characters beyond ASCII as they are."""
    return _CANONICAL.encode(value)


def digest(value: Any) -> str:
    """JSON value → the first 16 hex digits (64 bits) of the SHA-256 of its canonical JSON."""
    return hashlib.sha256(canonical_json(value).encode("utf-8", "surrogatepass")).hexdigest()[:16]
