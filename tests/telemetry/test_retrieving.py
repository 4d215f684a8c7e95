"""When a call that retrieved nothing is known to be over, and when nobody can know."""

from collections.abc import Sequence
from typing import Any

import pytest

from gate.telemetry.arrivals import Arrivals
from gate.telemetry.retrieving import GRACE_S, Retrieving
from gate.telemetry.trail import ForeignSpan, Step, Trail
from tests.telemetry.test_arrivals import step

HANDED = {1}
OURS, OTHER = {"service.name": "app"}, {"service.name": "retriever"}
RETRIEVAL = {"openinference.span.kind": "RETRIEVER"}
MODEL = {"openinference.span.kind": "LLM"}


def span(span_id: int, parent_id: int | None, **fields: Any) -> ForeignSpan:
    given: dict[str, Any] = {"trace_id": 7, "name": "s", "start_ns": 0, "end_ns": 1, "resource": OURS}
    return ForeignSpan(span_id=span_id, parent_id=parent_id, **(given | fields))


ROOT = span(9, 1, kind="server")
FOUND = span(5, 9, attributes=RETRIEVAL)


def knowing(*calls: Sequence[ForeignSpan]) -> Retrieving:
    retrieving = Retrieving()
    for call in calls or ([FOUND, ROOT],):
        retrieving.learn(call, HANDED)
    return retrieving


@pytest.mark.parametrize(
    "spans",
    [
        [ROOT],
        [span(4, 9), ROOT],
        [span(4, 9, kind="client", attributes=MODEL), span(3, 4, kind="client"), ROOT],
        [span(4, 9, kind="client", attributes={"gen_ai.operation.name": "chat"}), ROOT],
    ],
    ids=["alone", "inner", "model", "chat"],
)
def test_it_is_over_where_the_process_that_retrieves_has_told_its_outermost_step(
    spans: Sequence[ForeignSpan],
) -> None:
    assert knowing().is_over(spans, HANDED)
    assert not Retrieving().is_over(spans, HANDED)


@pytest.mark.parametrize(
    "spans",
    [
        [],
        [span(4, 9)],
        [span(9, 1, kind="server", resource=OTHER)],
        [ROOT, span(8, 1, resource=OTHER)],
        [ROOT, span(4, 9, kind="client")],
        [ROOT, span(4, 9, kind="producer")],
        [ROOT, span(4, 9, kind="server")],
        [ROOT, span(4, 9, resource=OTHER)],
        [ROOT, span(4, 3)],
    ],
    ids=["nothing", "inner", "another", "two", "calls on", "hands on", "called", "elsewhere", "under way"],
)
def test_it_is_not_over_where_another_process_may_have_retrieved(spans: Sequence[ForeignSpan]) -> None:
    assert not knowing().is_over(spans, HANDED)


@pytest.mark.parametrize(
    "call",
    [
        [span(5, 9, attributes=RETRIEVAL, resource=OTHER), ROOT],
        [span(5, 4, attributes=RETRIEVAL), span(4, 9, kind="server"), ROOT],
        [FOUND],
        [span(5, 6, attributes=RETRIEVAL), span(6, 5)],
    ],
    ids=["another", "called", "no root", "circle"],
)
def test_one_retrieval_by_another_process_and_every_call_is_waited_for(call: Sequence[ForeignSpan]) -> None:
    assert not knowing([FOUND, ROOT], call).is_over([ROOT], HANDED)


def test_a_call_that_skips_its_retrieval_is_told_so_once_another_has_shown_where_they_are_made() -> None:
    arrivals, told = Arrivals({}), list[float]()
    with step() as first, arrivals.call() as heard:
        arrivals.headers()
        heard.when_told(told.append)
        arrivals.take([span(9, first.span_id, trace_id=0xABC, kind="server")])
        assert not told
        arrivals.take([span(5, 9, trace_id=0xABC, attributes=RETRIEVAL)])
        assert told == [0.0]
    with step() as second, arrivals.call() as heard:
        arrivals.headers()
        heard.when_told(told.append)
        arrivals.take([span(9, second.span_id, trace_id=0xABC, kind="server")])
        assert told == [0.0, GRACE_S]


def test_a_call_that_waits_is_told_when_another_one_shows_where_they_are_made() -> None:
    arrivals, told = Arrivals({}), list[float]()
    with step() as waiting, arrivals.call() as heard:
        arrivals.headers()
        arrivals.take([span(9, waiting.span_id, trace_id=0xABC, kind="server")])
        heard.when_told(told.append)
        with Step("call", kind="client", attributes={}, trail=Trail(trace_id=8)) as other, arrivals.call():
            arrivals.headers()
            arrivals.take([span(9, other.span_id, trace_id=8), span(5, 9, trace_id=8, attributes=RETRIEVAL)])
            assert not told
        assert told == [GRACE_S]
