"""What was heard of earlier calls → whether a call whose outermost step has ended may still tell of a retrieval.

A guess that rests on evidence, which bounds a wait and decides nothing else: see docs/decisions/0018-foreign-spans.md.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING

from gate.telemetry.passages import tells_passages, upward
from gate.telemetry.trail import ForeignSpan

if TYPE_CHECKING:
    from pydantic import JsonValue

GRACE_S = 0.5  # the steps of one export come in any order, and exports of one process may cross
_MOST_PROCESSES, _DEEPEST = 100, 50
_RECEIVES, _CALLS = ("server", "consumer"), ("client", "producer")
_OF_A_MODEL = ("LLM", "EMBEDDING")


class Retrieving:
    """Where the retrievals of one walk were made: in the very processes that answer, or in others as well.

    What a process tells comes in the order in which its steps ended. So once its outermost step has come, nothing more
    comes from it but what is under way already; of what other processes do, nothing is known.
    """

    def __init__(self) -> None:
        # The resources of the processes that answer and retrieve.
        self._answering: list[Mapping[str, JsonValue]] = []
        self._elsewhere = False

    def learn(self, spans: Collection[ForeignSpan], handed: Collection[int]) -> bool:
        """Take in all that was told of one call, below the steps that were `handed` over. True where one more process is known."""
        by_id, known = {span.span_id: span for span in spans}, len(self._answering)
        for span in filter(tells_passages, spans):
            top = _top(span, by_id)
            if top.parent_id not in handed or not _is_within(span, top, by_id):
                self._elsewhere = True
            elif top.resource not in self._answering and len(self._answering) < _MOST_PROCESSES:
                self._answering.append(top.resource)
        return len(self._answering) > known

    def is_over(self, spans: Collection[ForeignSpan], handed: Collection[int]) -> bool:
        """Whether of a call, of which no retrieval was told, none is to be waited for.

        So where all retrievals so far were made within a process that answered, such a process has told the outermost step
        of this call, and no step called anything but a model.
        """
        tops = [span for span in spans if span.parent_id in handed]
        if self._elsewhere or not tops or tops[0].resource not in self._answering:
            return False
        by_id = {span.span_id: span for span in spans}
        return all(
            span.resource == tops[0].resource
            and (span.parent_id in handed or (span.parent_id in by_id and span.kind not in _RECEIVES))
            and (span.kind not in _CALLS or _is_of_a_model(span, by_id))
            for span in spans
        )


def _upward(span: ForeignSpan, by_id: Mapping[int, ForeignSpan]) -> Iterator[ForeignSpan]:
    return islice(upward(span, by_id), _DEEPEST)


def _top(span: ForeignSpan, by_id: Mapping[int, ForeignSpan]) -> ForeignSpan:
    *_, top = _upward(span, by_id)
    return top


def _is_within(span: ForeignSpan, top: ForeignSpan, by_id: Mapping[int, ForeignSpan]) -> bool:
    """Whether it was done by the process of the outermost step: told by the same one, and received from nobody between."""
    between: Iterable[ForeignSpan] = (each for each in _upward(span, by_id) if each.span_id != top.span_id)
    return all(each.resource == top.resource and each.kind not in _RECEIVES for each in between)


def _is_of_a_model(span: ForeignSpan, by_id: Mapping[int, ForeignSpan]) -> bool:
    """Whether it is a call of a model, or a request that such a call makes: a model tells us nothing."""
    return any(
        each.attributes.get("openinference.span.kind") in _OF_A_MODEL
        or each.attributes.get("gen_ai.operation.name")
        in {"chat", "embeddings", "text_completion", "generate_content"}
        for each in _upward(span, by_id)
    )
