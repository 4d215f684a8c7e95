"""How much of a span of an application is taken in, from whatever side it comes. What is larger is cut."""

import math

from pydantic import JsonValue

MOST_ATTRIBUTES = 2_000  # of a span: a retrieval of 400 documents in OpenInference's flat spelling
MOST_EVENTS = 100
LONGEST = 100_000  # characters of a text


def plain_value(value: object) -> JsonValue:
    """A text, number or truth as JSON holds it: bounded, and no NaN."""
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    return str(value)[:LONGEST]
