"""Spans that arrive → the call that they belong to, and onward."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from threading import Thread

import pytest

from gate.model.case import Context
from gate.telemetry.arrivals import MOST_SPANS, Arrivals, heard
from gate.telemetry.trail import ForeignSpan, Step, Trail, current_traceparent
from tests.telemetry.exports import PROTOBUF, export, span_message

RETRIEVAL = {"gen_ai.retrieval.documents": '[{"id": "a"}]'}
TRACE = 0xABC


@pytest.fixture
def arrivals() -> Iterator[Arrivals]:
    opened = Arrivals({})
    yield opened
    opened.close()


def step() -> Step:
    """A step of a trial, to be entered."""
    return Step("call", kind="client", attributes={}, trail=Trail(trace_id=TRACE))


def span(span_id: int, parent_id: int = 1, *, trace_id: int = TRACE, told: bool = False) -> ForeignSpan:
    attributes = dict(RETRIEVAL) if told else {}
    return ForeignSpan(
        trace_id=trace_id,
        span_id=span_id,
        parent_id=parent_id,
        name="s",
        start_ns=0,
        end_ns=1,
        attributes=attributes,
    )


def test_spans_of_the_call_make_its_passages_and_those_of_others_do_not(arrivals: Arrivals) -> None:
    with step(), arrivals.call() as heard:
        arrivals.take([span(5, trace_id=TRACE + 1, told=True)])
        assert heard.contexts() is None
        arrivals.take([span(5, told=True)])
        assert heard.contexts() == (Context(id="a", text=""),)


def test_everything_goes_onward_also_what_comes_after_the_call(arrivals: Arrivals) -> None:
    onward: list[int] = []

    def taken(spans: Sequence[ForeignSpan]) -> int:
        onward.extend(each.span_id for each in spans)
        return 0

    arrivals.onward = taken
    with step(), arrivals.call() as heard:
        arrivals.take([span(5), span(6)])
    arrivals.take([span(7, told=True)])
    assert onward == [5, 6, 7]
    assert heard.contexts() is None
    (notice,) = arrivals.notices()
    assert notice.startswith("3 spans of the application belonged to no trial, and were ignored")
    assert not arrivals.notices()


def test_spans_of_other_callers_of_a_service_are_no_matter_where_its_own_came(arrivals: Arrivals) -> None:
    arrivals.onward = lambda _: 1
    arrivals.take([span(5), span(6, trace_id=7)])
    assert not arrivals.notices()
    arrivals.take([span(5), span(6, trace_id=7)])
    with step(), arrivals.call() as heard:
        heard.lacking()
    lacking, strange = arrivals.notices()
    assert "in 1 trial:" in lacking
    assert strange.startswith("1 span of the application belonged to no trial")


def test_of_spans_with_one_id_the_first_counts(arrivals: Arrivals) -> None:
    with step(), arrivals.call() as heard:
        arrivals.take([span(5)])
        arrivals.take([span(5, told=True)])
        assert heard.contexts() is None


def test_an_application_that_tells_without_end_fills_no_memory(arrivals: Arrivals) -> None:
    with step(), arrivals.call() as heard:
        onward: list[int] = []

        def taken(spans: Sequence[ForeignSpan]) -> int:
            onward.append(len(spans))
            return len(spans)

        arrivals.onward = taken
        arrivals.take([span(number) for number in range(1, MOST_SPANS + 1)])
        arrivals.take([span(MOST_SPANS + 1, told=True)])
        assert heard.contexts() is None
        assert onward == [MOST_SPANS, 0]
    assert arrivals.notices() == [
        "of one call of the application 2,000 spans are taken in, and 1 were left out"
    ]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["inner first", "outer first"])
def test_the_call_is_told_when_the_step_around_all_and_a_retrieval_have_come_in_either_order(
    arrivals: Arrivals, order: tuple[int, int]
) -> None:
    with step() as open_step, arrivals.call() as heard:
        arrivals.headers()
        spans = [span(5, 9, told=True), span(9, open_step.span_id)]
        told: list[float] = []
        heard.when_told(told.append)
        arrivals.take([spans[order[0]]])
        assert not told
        arrivals.take([spans[order[1]]])
        assert told == [0]
        arrivals.take([span(10, open_step.span_id)])
        assert told == [0]
        heard.when_told(told.append)
        assert told == [0, 0]


def test_what_is_lacking_is_said_of_the_call_and_counted_for_the_run(arrivals: Arrivals) -> None:
    with step(), arrivals.call() as heard:
        assert heard.lacking() == "no span of the application arrived, so its passages are not known"
        arrivals.take([span(5)])
        assert (
            heard.lacking()
            == "the spans of the application tell of no retrieval, so its passages are not known"
        )
    (notice,) = arrivals.notices()
    assert notice.startswith("no span tells of a retrieval in 2 trials: what needs the passages abstained")
    with step(), arrivals.call() as heard:
        heard.lacking()
    assert "in 1 trial:" in arrivals.notices()[0]


def test_where_nothing_is_traced_nothing_is_handed_over_and_that_is_said(arrivals: Arrivals) -> None:
    assert arrivals.headers() == {}
    assert arrivals.environment({}) == {}
    with arrivals.call() as heard, arrivals.inside() as inside:
        called: list[int] = []
        heard.when_told(lambda _: called.append(1))
        assert called == [1]
        assert heard.contexts() is inside.contexts() is None
        assert heard.lacking() == "nothing is traced, so no passages can be read from traces"


def test_a_header_names_the_step_that_is_open_and_nothing_else(arrivals: Arrivals) -> None:
    with step() as open_step:
        assert arrivals.headers() == {"traceparent": f"00-{TRACE:032x}-{open_step.span_id:016x}-01"}


@pytest.mark.parametrize("propagators", ["none", "b3", "baggage"])
def test_propagation_is_switched_off_by_the_standard_variable(propagators: str) -> None:
    arrivals = Arrivals({"OTEL_PROPAGATORS": propagators})
    with step(), arrivals.inside() as heard:
        assert arrivals.headers() == {}
        assert arrivals.environment({"PATH": "x"}) == {}
        assert heard.contexts() is None


def test_propagation_stays_on_where_trace_context_is_among_the_propagators() -> None:
    arrivals = Arrivals({"OTEL_PROPAGATORS": "b3, TraceContext"})
    with step():
        assert arrivals.headers()


def test_a_program_is_told_where_it_stands_and_where_its_spans_go(arrivals: Arrivals) -> None:
    given = {
        "OTEL_EXPORTER_OTLP_ENDPOINT": "https://backend",
        "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret",
    }
    with step():
        added = arrivals.environment(given)
        assert added["TRACEPARENT"] == current_traceparent()
        assert added["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].startswith("http://127.0.0.1:")
        assert added["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].endswith("/v1/traces")
        assert added["OTEL_EXPORTER_OTLP_TRACES_HEADERS"] == ""
        assert added["OTEL_EXPORTER_OTLP_ENDPOINT"] == "https://backend"
        assert "secret" not in str(added)
        assert arrivals.environment({})["OTEL_EXPORTER_OTLP_ENDPOINT"].startswith("http://127.0.0.1:")


def test_a_program_that_exports_by_these_variables_is_heard(arrivals: Arrivals) -> None:
    code = (
        "import os, sys\n"
        "from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter\n"
        "from opentelemetry.sdk.trace import TracerProvider\n"
        "from opentelemetry.sdk.trace.export import BatchSpanProcessor\n"
        "from opentelemetry.propagate import extract\n"
        "provider = TracerProvider()\n"
        "provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))\n"
        "tracer = provider.get_tracer('app')\n"
        "with tracer.start_as_current_span('ask', context=extract({'traceparent': os.environ['TRACEPARENT']})):\n"
        "    with tracer.start_as_current_span('retrieval', attributes={'gen_ai.retrieval.documents': sys.argv[1]}):\n"
        "        pass\n"
    )
    with step(), arrivals.call() as heard:
        given = dict(os.environ)
        environment = {**given, **arrivals.environment(given)}
        command = [sys.executable, "-c", code, RETRIEVAL["gen_ai.retrieval.documents"]]
        subprocess.run(command, env=environment, check=True)
        called: list[int] = []
        heard.when_told(lambda _: called.append(1))
        assert called == [1]
        assert heard.contexts() == (Context(id="a", text=""),)


def test_spans_may_come_from_any_thread(arrivals: Arrivals) -> None:
    with step(), arrivals.call() as heard:
        threads = [Thread(target=arrivals.take, args=([span(number, told=True)],)) for number in range(1, 50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert heard.contexts() == (Context(id="a", text=""),)


def test_exports_that_were_refused_are_told_once(arrivals: Arrivals) -> None:
    import http.client  # noqa: PLC0415

    with step():
        host = arrivals.environment({})["OTEL_EXPORTER_OTLP_ENDPOINT"].removeprefix("http://")
    for body, content_type in ((b"broken \xff", PROTOBUF), (export(span_message()), "text/plain")):
        connection = http.client.HTTPConnection(host, timeout=20)
        connection.request("POST", "/v1/traces", body, {"Content-Type": content_type})
        assert connection.getresponse().status in {400, 415}
        connection.close()
    (notice,) = arrivals.notices()
    assert notice.startswith(
        "2 exports of the application's spans were refused; of the last: send application/x-protobuf"
    )
    assert not arrivals.notices()


def test_at_the_end_of_a_walk_all_is_told_and_the_port_is_free_again() -> None:
    arrivals, told, onward = Arrivals({}), list[str](), list[int]()

    def taken(spans: Sequence[ForeignSpan]) -> int:
        onward.append(len(spans))
        return len(spans)

    with heard({arrivals}, onward=taken, notice=told.append):
        with step(), arrivals.call() as call:
            host, _, port = arrivals.environment({})["OTEL_EXPORTER_OTLP_ENDPOINT"].rpartition(":")
            call.lacking()
        arrivals.take([span(1)])
        assert host == "http://127.0.0.1"
    arrivals.take([span(2)])
    assert onward == [1]
    assert [text.partition(" in 1 trial")[0] for text in told] == ["telemetry: no span tells of a retrieval"]
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(port)), timeout=20)


def test_hearing_imports_nothing_that_a_run_without_an_instrumented_application_does_not_need() -> None:
    code = (
        "import sys, gate.telemetry.arrivals, gate.targets.traced\n"
        "arrivals = gate.telemetry.arrivals.Arrivals({})\n"
        "print([m for m in sys.modules if m.split('.')[0] in {'opentelemetry', 'google', 'http'}])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
