"""Spans of a trial → the rows of its waterfall: depth first, each with its place in the trial's time."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from gate.model.span import Span
from gate.render.html.texts import Texts
from gate.render.numbers import duration

MOST_STEPS = 200  # of one trial
_DEEPEST = 12


def steps(spans: Sequence[Span], texts: Texts) -> list[list[Any]]:
    """Depth, name, start and length in shares of the whole, how long, error or None, attributes; children by their start.

    A span whose parent is not among them stands at the top. At most `MOST_STEPS`.
    """
    if not spans:
        return []
    first = min(span.start_s for span in spans)
    whole = max(span.start_s + span.duration_s for span in spans) - first or 1.0
    return [
        [
            depth,
            texts.text(span.name),
            round((span.start_s - first) / whole, 4),
            round(span.duration_s / whole, 4),
            duration(span.duration_s),
            texts.maybe(span.error),
            [[texts.text(key), texts.value(value)] for key, value in sorted(span.attributes.items())],
        ]
        for depth, span in _in_order(spans)[:MOST_STEPS]
    ]


def _in_order(spans: Sequence[Span]) -> list[tuple[int, Span]]:
    known = {span.span_id for span in spans}
    below: dict[str | None, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: (each.start_s, -each.duration_s, each.span_id)):
        below[span.parent_id if span.parent_id in known - {span.span_id} else None].append(span)
    return list(_walk(below))


def _walk(below: dict[str | None, list[Span]]) -> Iterator[tuple[int, Span]]:
    """Depth first, without recursion; spans that are one another's parents are never come to, and never looped over."""
    left = [(0, span) for span in reversed(below[None])]
    while left:
        depth, span = left.pop()
        yield min(depth, _DEEPEST), span
        left += [(depth + 1, child) for child in reversed(below.pop(span.span_id, []))]
