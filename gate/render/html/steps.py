"""Spans of a trial → the rows of its waterfall: each under what began it, with its place in the trial's time."""

from collections.abc import Sequence
from itertools import islice
from typing import Any

from gate.model.span import Span
from gate.render.html.texts import Texts
from gate.render.numbers import duration
from gate.render.waterfall import ordered

MOST_STEPS = 200  # of one trial
_DEEPEST = 12


def steps(spans: Sequence[Span], texts: Texts) -> list[list[Any]]:
    """Depth, name, start and length in shares of the whole, how long, error or None, attributes. At most `MOST_STEPS`."""
    if not spans:
        return []
    first = min(span.start_s for span in spans)
    whole = max(span.start_s + span.duration_s for span in spans) - first or 1.0
    return [
        [
            min(depth, _DEEPEST),
            texts.text(span.name),
            round((span.start_s - first) / whole, 4),
            round(span.duration_s / whole, 4),
            duration(span.duration_s),
            texts.maybe(span.error),
            [[texts.text(key), texts.value(value)] for key, value in sorted(span.attributes.items())],
        ]
        for span, depth in islice(ordered(spans), MOST_STEPS)
    ]
