"""Spans, events and metrics → an independent collector; and collectors that are dead, refuse, or hang."""

import socket
from collections.abc import Mapping

import pytest
from pydantic import JsonValue

from gate.telemetry.export import Exporter
from gate.telemetry.scored import Scored
from gate.telemetry.settings import settings
from gate.telemetry.sums import Sums
from gate.telemetry.trail import ForeignSpan, Step, Trail, now_ns
from tests.doubles import Answer
from tests.fakes.collector import Collector, attributes

RESOURCE = {"service.name": "gate"}


def exporter(environment: Mapping[str, str]) -> Exporter:
    return Exporter(settings(environment), resource=RESOURCE, version="1")


def a_step(name: str = "a", **told: JsonValue) -> Step:
    """A step that is over."""
    with Step(name, kind="client", attributes=dict(told), trail=Trail(trace_id=7 << 64 | 9)) as made:
        pass
    return made


def test_what_is_put_arrives_as_it_is() -> None:
    failed = a_step("b", word="x\x00\ud800y", share=0.5, several=["a", "b"])
    failed.fail("timeout")
    failed.link = (7, 8)
    foreign = ForeignSpan(
        trace_id=7,
        span_id=3,
        parent_id=2,
        name="theirs",
        start_ns=1,
        end_ns=2,
        attributes={"deep": {"a": [1, None, "\x1b"]}, "none": None},
        events=((1, "exception", {"message": "m"}),),
        resource={"service.name": "rag"},
        scope="their.library",
    )
    sums = Sums()
    sums.count("gate.trial.count", (("test.suite.name", "s"),), 3)
    with Collector() as collector:
        sending = exporter(collector.environment)
        sending.put("traces", [a_step(), failed])
        sending.put("traces", [foreign])
        sending.put(
            "logs", [Scored(now_ns(), 7, 9, {"gen_ai.evaluation.name": "m", "error.type": "timeout"})]
        )
        assert sending.close(sums.told(), hurried=False) is None
        spans, events, metrics = collector.spans(), collector.events(), collector.metrics()
    first, second, third = spans
    assert (first.name, first.kind, len(first.parent_span_id)) == ("a", 3, 0)
    assert attributes(second) == {
        "word": "x\ufffd\ufffdy",
        "share": 0.5,
        "several": ["a", "b"],
        "error.type": "timeout",
    }
    assert (second.status.code, second.status.message) == (2, "timeout")
    assert second.links[0].trace_id == (7).to_bytes(16, "big")
    assert attributes(third) == {"deep": {"a": [1, "\ufffd"]}}
    assert third.events[0].name == "exception"
    (event,) = events
    assert event.event_name == "gen_ai.evaluation.result"
    assert (event.severity_number, event.span_id) == (17, (9).to_bytes(8, "big"))
    assert metrics["gate.trial.count"].sum.data_points[0].as_int == 3


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_refusal_is_one_sentence_with_its_status_and_what_was_lost(status: int) -> None:
    with Collector(Answer(status=status)) as collector:
        sending = exporter(collector.environment)
        sending.put("traces", [a_step(), a_step()])
        sentence = sending.close((), hurried=False)
        assert len(collector.requests) == 1
    assert sentence is not None
    assert f"2 spans did not reach 127.0.0.1:{collector.url.rpartition(':')[2]} (status {status})" in sentence


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Answer(status=302, headers={"location": "/login"}), "RedirectedError"),
        (Answer(status=307), "RedirectedError"),
        (
            Answer(headers={"content-type": "text/html; charset=utf-8"}, body=b"<html>Log in</html>"),
            "WebPageError",
        ),
    ],
)
def test_a_page_for_people_and_a_redirect_are_no_collector(answer: Answer, why: str) -> None:
    with Collector(answer) as collector:
        sending = exporter({**collector.environment, "OTEL_EXPORTER_OTLP_HEADERS": "x-api-key=secret"})
        sending.put("traces", [a_step()])
        sentence = sending.close((), hurried=False)
        assert [request.path for request in collector.requests] == ["/v1/traces"]
    assert sentence is not None
    assert f"({why})" in sentence
    assert "1 span did not reach" in sentence


def test_a_collector_that_hangs_is_left_when_the_run_is_interrupted() -> None:
    with Collector(Answer(ending="hang")) as collector:
        sending = exporter(collector.environment)
        sending.put("traces", [a_step()])
        assert collector.hanging.wait(20)
        sentence = sending.close((), hurried=True)
    assert sentence is not None
    assert "1 span did not reach" in sentence
    assert "no answer" in sentence


def test_a_dead_address_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    sending = exporter({"OTEL_EXPORTER_OTLP_ENDPOINT": f"http://u:secret@127.0.0.1:{port}"})
    sending.put("traces", [a_step()])
    sentence = sending.close((), hurried=True)
    assert sentence is not None
    assert "secret" not in sentence


def test_an_address_that_is_none_is_one_sentence_too() -> None:
    sending = exporter({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://no address"})
    sending.put("traces", [a_step()])
    sentence = sending.close((), hurried=False)
    assert sentence is not None
    assert sentence.startswith("telemetry: 1 span did not reach")


def test_what_finds_no_room_is_counted_and_not_kept() -> None:
    with Collector(Answer(ending="hang")) as collector:
        sending = exporter({**collector.environment, "OTEL_BSP_MAX_QUEUE_SIZE": "1"})
        for _ in range(3):
            sending.put("traces", [a_step() for _ in range(1_000)])
        sentence = sending.close((), hurried=True)
    assert sentence is not None
    assert "3,000 spans" in sentence


def test_only_the_share_of_traces_that_is_sampled_is_sent() -> None:
    environment = {"OTEL_TRACES_SAMPLER": "parentbased_traceidratio", "OTEL_TRACES_SAMPLER_ARG": "0.5"}
    low, high = Trail(trace_id=1 << 64 | 5), Trail(trace_id=1 << 64 | (2**64 - 5))
    with Collector() as collector:
        sending = exporter({**collector.environment, **environment})
        for trail in (low, high):
            with Step("s", kind="internal", attributes={}, trail=trail):
                pass
            sending.put("traces", trail.steps)
        assert sending.close((), hurried=False) is None
        (span,) = collector.spans()
    assert span.trace_id == low.trace_id.to_bytes(16, "big")


def test_headers_go_along_and_the_logs_of_the_library_stay_quiet(caplog: pytest.LogCaptureFixture) -> None:
    with Collector(Answer(status=401)) as collector:
        sending = exporter(
            {**collector.environment, "OTEL_EXPORTER_OTLP_HEADERS": "authorization=Basic%20abc,X-A=b"}
        )
        sending.put("traces", [a_step()])
        sending.close((), hurried=False)
        (request,) = collector.requests
    assert request.headers["authorization"] == "Basic abc"
    assert request.headers["x-a"] == "b"
    assert caplog.records == []


def test_headers_that_are_not_well_formed_are_logged_nowhere(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # The exporters read the variable once more by themselves.
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-key: canary\nvalue")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "canary")
    with Collector() as collector:
        sending = exporter(collector.environment)
        sending.put("traces", [a_step()])
        assert sending.close((), hurried=False) is None
        assert len(collector.spans()) == 1
    assert "canary" not in caplog.text
