"""Spans of the application, from whatever side they come → the trial they belong to, and onward to the run's record.

Nothing that arrives changes a score by itself: a target that was told to reads the passages out of it.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING

from gate.model.case import Context
from gate.model.hearing import Deaf, Heard
from gate.model.quantity import counted
from gate.telemetry.handover import propagates, variables
from gate.telemetry.passages import contexts_of, tells_passages
from gate.telemetry.retrieving import GRACE_S, Retrieving
from gate.telemetry.trail import ForeignSpan, current_traceparent

if TYPE_CHECKING:
    from gate.telemetry.receiver import Receiver

MOST_SPANS = 2_000  # of one call: an application in a loop must not fill the memory
_LACKING = "what needs the passages abstained; see docs/guide/backends.md"
_IGNORED = "were ignored: it has to go on with the `traceparent` that it is handed"
_REFUSED = "were refused; of the last"
Onward = Callable[[Sequence[ForeignSpan]], int]


class Arrivals:
    """All that is heard during one walk. `onward` takes what arrived, and returns how many spans it could place."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.onward: Onward | None = None
        self._propagates = propagates(environment)
        self._lock, self._calls = Lock(), dict[int, _Call]()
        self._receivers: dict[int, Receiver] = {}
        self._retrieving = Retrieving()
        self._counts: Counter[str] = Counter()

    def take(self, spans: Sequence[ForeignSpan]) -> None:
        """Spans that arrived, in any thread."""
        admitted = [span for span in spans if self._admits(span)]
        if self.onward is not None:
            placed = self.onward(admitted)
            with self._lock:
                self._counts["placed"] += placed
                self._counts["strange"] += len(admitted) - placed

    @contextmanager
    def call(self) -> Iterator[Heard]:
        """Around one call of the application."""
        here = _here()
        if here is None:
            with Deaf().call() as nothing:
                yield nothing
            return
        trace_id, call = here[0], _Call(self._retrieving, lack=self._lack)
        with self._lock:
            self._calls[trace_id] = call
        try:
            yield call
        finally:
            with self._lock:
                self._calls.pop(trace_id, None)
                waiting = tuple(self._calls.values()) if call.learned() else ()
            for other in waiting:
                other.call_back()

    @contextmanager
    def inside(self) -> Iterator[Heard]:
        """Around one call of an application in this process."""
        from gate.telemetry.inprocess import application_context, listen  # noqa: PLC0415 - with OpenTelemetry

        here = _here()
        with self.call() as heard:
            if here is None or not self._propagates:
                yield heard
                return
            listen(self.take)
            with application_context(*here):
                yield heard

    def headers(self) -> Mapping[str, str]:
        """`traceparent`, unless OTEL_PROPAGATORS says otherwise."""
        traceparent = self._handed_over()
        return {"traceparent": traceparent} if traceparent else {}

    def environment(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """Where it stands in the trace, and where its spans are taken."""
        traceparent = self._handed_over()
        return variables(traceparent, given, endpoint=self._receiver(0).endpoint) if traceparent else {}

    def receive(self, port: int) -> None:
        """Take spans at a port of 127.0.0.1.

        Raises:
            UserError: the port is taken.
        """
        self._receiver(port)

    def notices(self) -> Sequence[str]:
        """What a person has to know of it, at the end of a walk; then it is told no more."""
        with self._lock:
            counts, self._counts = self._counts, Counter()
        refused = [why for receiver in self._receivers.values() for why in receiver.told_refusals()]
        lacking, strange, more = counts["lacking"], counts["strange"], counts["more"]
        texts = []
        if lacking:
            texts.append(f"no span tells of a retrieval in {counted(lacking, 'trial')}: {_LACKING}")
        if strange and (lacking or not counts["placed"]):  # where its own came, a service has other callers
            texts.append(
                f"{counted(strange, 'span')} of the application belonged to no trial, and {_IGNORED}"
            )
        if refused:
            texts.append(
                f"{counted(len(refused), 'export')} of the application's spans {_REFUSED}: {refused[-1]}"
            )
        if more:
            texts.append(
                f"of one call of the application {MOST_SPANS:,} spans are taken in, and {more:,} were left out"
            )
        return texts

    def close(self) -> None:
        """Take nothing any more."""
        receivers, self._receivers = self._receivers, {}
        for receiver in receivers.values():
            receiver.close()

    def _handed_over(self) -> str | None:
        """The place of the step that is open; what is told to be below it is all of an answer to the one call."""
        traceparent = current_traceparent() if self._propagates else None
        if traceparent is not None and self._calls:
            trace_id, span_id = _ids(traceparent)
            with self._lock:
                call = self._calls.get(trace_id)
            if call is not None:
                call.handed.add(span_id)
        return traceparent

    def _admits(self, span: ForeignSpan) -> bool:
        """Let its call know of it, where that is still open. A call's spans are not without end."""
        with self._lock:
            call = self._calls.get(span.trace_id)
        admitted = call is None or call.add(span)
        if not admitted:
            with self._lock:
                self._counts["more"] += 1
        return admitted

    def _lack(self) -> None:
        with self._lock:
            self._counts["lacking"] += 1

    def _receiver(self, port: int) -> "Receiver":
        if port not in self._receivers:
            from gate.telemetry.receiver import Receiver  # noqa: PLC0415 - for those who are to hear of an application

            self._receivers[port] = Receiver(self.take, port=port)
        return self._receivers[port]


@contextmanager
def heard(all_of: Iterable[Arrivals], *, onward: Onward, notice: Callable[[str], None]) -> Iterator[None]:
    """Around the runs of one walk: what arrives goes onward; at the end it is told what a person has to know."""
    arrivals = tuple(all_of)
    for each in arrivals:
        each.onward = onward
    try:
        yield
    finally:
        for each in arrivals:
            for text in each.notices():
                notice(f"telemetry: {text}")
            each.onward = None
            each.close()


class _Call:
    """What is told of one call, in any order and from any thread. A span that comes twice counts once."""

    def __init__(self, retrieving: Retrieving, *, lack: Callable[[], None]) -> None:
        self.handed: set[int] = set()
        self._retrieving = retrieving
        self._lack = lack
        self._lock, self._spans = Lock(), dict[int, ForeignSpan]()
        self._around = self._retrieved = False
        self._callback: Callable[[float], None] | None = None

    def add(self, span: ForeignSpan) -> bool:
        """Take it in; False where there are too many."""
        with self._lock:
            if span.span_id in self._spans:
                return True
            if len(self._spans) >= MOST_SPANS:
                return False
            self._spans[span.span_id] = span
            self._around |= span.parent_id in self.handed
            self._retrieved |= tells_passages(span)
        self.call_back()
        return True

    def contexts(self) -> tuple[Context, ...] | None:
        """The passages; None where no step of retrieval was told."""
        with self._lock:
            return contexts_of(tuple(self._spans.values()))

    def lacking(self) -> str:
        """Why there are none."""
        self._lack()
        if not self._spans:
            return "no span of the application arrived, so its passages are not known"
        return "the spans of the application tell of no retrieval, so its passages are not known"

    def when_told(self, callback: Callable[[float], None]) -> None:
        """A step ends after those inside it, and is exported after them: with the outermost one all is told."""
        with self._lock:
            self._callback = callback
        self.call_back()

    def learned(self) -> bool:
        """The call is over: what was told of it is evidence for the others. True where it says something new."""
        with self._lock:
            return self._retrieving.learn(self._spans.values(), self.handed)

    def call_back(self) -> None:
        """Tell who waits, where nothing more is to be waited for."""
        with self._lock:
            callback, grace_s = self._callback, 0.0 if self._retrieved else GRACE_S
            if callback is None or not self._around:
                return
            if not self._retrieved and not self._retrieving.is_over(self._spans.values(), self.handed):
                return
            self._callback = None
        callback(grace_s)


def _here() -> tuple[int, int] | None:
    """The trace and the step that are open; None where nothing is traced."""
    traceparent = current_traceparent()
    return _ids(traceparent) if traceparent is not None else None


def _ids(traceparent: str) -> tuple[int, int]:
    _, trace_id, span_id, _ = traceparent.split("-")
    return int(trace_id, 16), int(span_id, 16)
