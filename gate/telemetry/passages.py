"""Spans of one trial → the passages that its application retrieved, where its spans tell of them.

Two spellings are read: `gen_ai.retrieval.documents` of the GenAI conventions, and the flat `retrieval.documents.N…` and
`reranker.output_documents.N…` of OpenInference. Never reads a file or a clock.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from pydantic import JsonValue

from gate.model.case import Context
from gate.telemetry.trail import ForeignSpan

MOST = 1_000  # passages of a trial
_GENAI = "gen_ai.retrieval.documents"
_FLAT = re.compile(
    r"(retrieval\.documents|reranker\.output_documents)\.(\d{1,6})\.document\.(id|content|score)"
)
_RERANKED = "reranker.output_documents"
_KIND = "openinference.span.kind"
_RETRIEVES = ("RETRIEVER", "RERANKER")


def tells_passages(span: ForeignSpan) -> bool:
    """Whether it is a step of retrieval: one that found nothing is one, too."""
    attributes = span.attributes
    if attributes.get(_KIND) in _RETRIEVES or attributes.get("gen_ai.operation.name") == "retrieval":
        return True
    return _GENAI in attributes or any(_FLAT.fullmatch(name) for name in attributes)


def contexts_of(spans: Sequence[ForeignSpan]) -> tuple[Context, ...] | None:
    """The passages in their order; None where no span tells of a retrieval.

    A step inside another one counts with that. Of what is left the last reranking decides, for it is what the answer was
    made from; without any, the retrievals do, one after the other, each passage at its first place.
    """
    by_id = {span.span_id: span for span in spans}
    found = [span for span in spans if tells_passages(span)]
    ids = {span.span_id for span in found}
    outer = [span for span in found if not _inside(span, ids, by_id)]
    if not outer:
        return None
    reranked = [span for span in outer if _is_reranking(span)]
    if reranked:
        outer = [max(reranked, key=lambda span: (span.end_ns, span.span_id))]
    passages = (each for span in sorted(outer, key=_begin) for each in _documents(span))
    return tuple(_each_once(passages))[:MOST]


def _begin(span: ForeignSpan) -> tuple[int, int]:
    return span.start_ns, span.span_id


def _inside(span: ForeignSpan, ids: set[int], by_id: Mapping[int, ForeignSpan]) -> bool:
    """Whether a step above it is one of `ids`."""
    return any(above.span_id in ids for above in islice(upward(span, by_id), 1, None))


def upward(span: ForeignSpan, by_id: Mapping[int, ForeignSpan]) -> Iterator[ForeignSpan]:
    """The step and those around it, the innermost first. Parents that run in a circle end nowhere: each comes once."""
    seen: set[int] = set()
    above: ForeignSpan | None = span
    while above is not None and above.span_id not in seen:
        seen.add(above.span_id)
        yield above
        above = by_id.get(above.parent_id) if above.parent_id is not None else None


def _is_reranking(span: ForeignSpan) -> bool:
    return span.attributes.get(_KIND) == "RERANKER" or any(
        name.startswith(_RERANKED) for name in span.attributes
    )


def _documents(span: ForeignSpan) -> list[Context]:
    told = _GENAI in span.attributes
    items = _structured(span.attributes[_GENAI]) if told else _flat(span)
    return [_context(item) for item in items[:MOST]]


def _structured(value: JsonValue) -> list[Mapping[str, Any]]:
    """The list of documents, which stands there as such or as its JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _flat(span: ForeignSpan) -> list[Mapping[str, Any]]:
    wanted = _RERANKED if _is_reranking(span) else "retrieval.documents"
    documents: dict[int, dict[str, JsonValue]] = {}
    for name, value in span.attributes.items():
        match = _FLAT.fullmatch(name)
        if match and match[1] == wanted:
            documents.setdefault(int(match[2]), {})[match[3]] = value
    return [documents[number] for number in sorted(documents)]


def _context(item: Mapping[str, Any]) -> Context:
    text = item.get("content", item.get("text"))
    name, score = item.get("id"), item.get("score")
    plain = isinstance(score, int | float) and not isinstance(score, bool) and math.isfinite(score)
    return Context(
        text=text if isinstance(text, str) else "",
        id=str(name) if isinstance(name, str | int) and not isinstance(name, bool) else None,
        score=float(score) if plain and score is not None else None,
    )


def _each_once(passages: Iterable[Context]) -> Iterable[Context]:
    seen: set[str] = set()
    for passage in passages:
        if passage.id is None or passage.id not in seen:
            yield passage
        if passage.id is not None:
            seen.add(passage.id)
