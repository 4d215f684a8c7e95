"""Steps of a trial → its trail: what was done, when, and below what. Plain values in memory; nothing is written here.

Tracing costs a step a few microseconds, since a run has millions of them and its throughput is bounded.
"""

import random
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from pydantic import JsonValue

Kind = Literal["internal", "client", "server", "producer", "consumer"]
MOST_STEPS = 1_000  # of one trial: a loop that calls a model without end must not fill the memory

_EPOCH_NS = (
    time.time_ns() - time.perf_counter_ns()
)  # a clock that is set in the middle of a run turns no step around
_ids = random.Random(random.SystemRandom().getrandbits(128))  # noqa: S311 - ids must differ, not be secret


def now_ns() -> int:
    """Nanoseconds since 1970, never running backwards."""
    return time.perf_counter_ns() + _EPOCH_NS


def new_id() -> int:
    """64 random bits that are not all zero."""
    return _ids.getrandbits(64) or 1


@dataclass(slots=True)
class Trail:
    """What was done in one trace, in the order in which it began. `steps[0]` is the whole of it.

    `content` says whether prompts and answers may be told; `left_out` counts steps beyond MOST_STEPS.
    """

    trace_id: int
    content: bool = False
    steps: list["Step"] = field(default_factory=list)
    left_out: int = 0


class Step:
    """One step, from entering its block to leaving it. Times in nanoseconds since 1970; 0 while they are not known.

    Without a trail it leaves nothing. `link` is (trace, span) of the step of another trace that it belongs to.
    """

    __slots__ = (
        "_before",
        "attributes",
        "end_ns",
        "error",
        "kind",
        "link",
        "name",
        "parent_id",
        "span_id",
        "start_ns",
        "trail",
    )

    def __init__(
        self, name: str, *, kind: Kind, attributes: dict[str, JsonValue], trail: Trail | None
    ) -> None:
        self.name, self.kind, self.attributes, self.trail = name, kind, attributes, trail
        self.error: str | None = None
        self.link: tuple[int, int] | None = None
        self.span_id, self.parent_id, self.start_ns, self.end_ns = 0, 0, 0, 0
        self._before: Step | None = None

    @property
    def trace_id(self) -> int:
        """The trace that it is part of."""
        return self.trail.trace_id if self.trail is not None else 0

    def fail(self, kind: str) -> None:
        """Say why it failed, in one short stable word (`timeout`, `http_status`, …)."""
        self.error = kind

    def tell(self, name: str, *, kind: Kind, start_ns: int, end_ns: int) -> "Step":
        """A step below this one that is told when it is over."""
        told = Step(name, kind=kind, attributes={}, trail=_room(self.trail))
        told.start_ns, told.end_ns = start_ns, end_ns
        if told.trail is not None:
            told.span_id, told.parent_id = new_id(), self.span_id
            told.trail.steps.append(told)
        return told

    def __enter__(self) -> Self:
        if self.trail is not None:
            self._before = before = _HERE.get()
            self.span_id = new_id()
            if before is not None and before.trail is self.trail:
                self.parent_id = before.span_id
            self.trail.steps.append(self)
            _HERE.set(self)
            self.start_ns = time.perf_counter_ns() + _EPOCH_NS
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.trail is not None:
            self.end_ns = time.perf_counter_ns() + _EPOCH_NS
            if kind is not None and self.error is None:
                self.error = "canceled" if kind.__name__ == "CancelledError" else kind.__name__
            _HERE.set(self._before)  # no token: what is left behind by its loop ends in another context


_HERE: ContextVar[Step | None] = ContextVar("step", default=None)


def step(name: str, *, kind: Kind = "internal", attributes: dict[str, JsonValue] | None = None) -> Step:
    """A step below the one that is open here; where none is, one that leaves nothing."""
    here = _HERE.get()
    trail = _room(here.trail) if here is not None else None
    return Step(name, kind=kind, attributes={} if attributes is None else attributes, trail=trail)


def current_step() -> Step | None:
    """The step that is open here; None where nothing is traced."""
    return _HERE.get()


def current_traceparent() -> str | None:
    """The W3C `traceparent` of the step that is open here; None where nothing is traced."""
    here = _HERE.get()
    if here is None or here.trail is None:
        return None
    return f"00-{here.trail.trace_id:032x}-{here.span_id:016x}-01"


def _room(trail: Trail | None) -> Trail | None:
    if trail is not None and len(trail.steps) >= MOST_STEPS:
        trail.left_out += 1
        return None
    return trail


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignSpan:
    """A span that the application told of itself. Ids as integers; times in nanoseconds since 1970, as in OTLP.

    `attributes` hold JSON values. `resource` are the attributes of who told it, `scope` the name of its instrumentation.
    `error` is why it failed, None where it did not; `events` are (nanoseconds since 1970, name, attributes).
    """

    trace_id: int
    span_id: int
    parent_id: int | None
    name: str
    kind: Kind = "internal"
    start_ns: int
    end_ns: int
    attributes: Mapping[str, JsonValue] = field(default_factory=dict)
    error: str | None = None
    events: tuple[tuple[int, str, Mapping[str, JsonValue]], ...] = ()
    resource: Mapping[str, JsonValue] = field(default_factory=dict)
    scope: str = ""
