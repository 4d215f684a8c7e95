"""An application that tells OpenTelemetry what it does: its spans stand in the trial's trace, its passages are scored."""

import http.client
import json
import socket
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest

from gate.telemetry.reading import files_of, spans_of
from tests.telemetry.exports import PROTOBUF, export, span_message
from tests.walks.project import Ended, Project

CASES = [
    {"id": "gift", "input": "gift?", "expected": "gifts"},
    {"id": "how|long 😀", "input": "how?", "expected": "refunds"},
]
FOUND = {"gift?": "gifts", "how?": "refunds"}
ANSWER = """
import json, sys
from opentelemetry.sdk.trace import TracerProvider

FOUND = {"gift?": "gifts", "how?": "refunds"}

def answer(input, tracer):
    with tracer.start_as_current_span("search") as span:
        span.set_attribute("openinference.span.kind", "RETRIEVER")
        span.set_attribute("retrieval.documents.0.document.id", FOUND[input])
        span.set_attribute("retrieval.documents.0.document.content", "a passage")
        span.set_attribute("note", "my key is sk-ant-api03-abcdefghijkl")
    return "an answer"
"""
IN_PROCESS = (
    ANSWER
    + """
from opentelemetry import trace
trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))

def ask(input):
    return answer(input, trace.get_tracer("rag"))
"""
)
PROGRAM = (
    ANSWER
    + """
import os
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagate import extract
from opentelemetry.sdk.trace.export import BatchSpanProcessor

provider = TracerProvider()
provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
tracer = provider.get_tracer("rag")
with tracer.start_as_current_span("ask", context=extract({"traceparent": os.environ["TRACEPARENT"]})):
    print(answer(json.load(sys.stdin)["input"], tracer))
"""
)


def project(root: Path, target: Mapping[str, Any], *, empty: str = "abstain") -> Project:
    made = Project(root)
    made.write("cases.jsonl", "".join(json.dumps(case) + "\n" for case in CASES))
    search = {"use": "retrieval", "name": "search", "with": {"k": 1, "metrics": ["hit"], "empty": empty}}
    suite = {"cases": "cases.jsonl", "target": target, "evaluators": [search], "trials": 1}
    made.write("gate.yaml", json.dumps({"version": 1, "suites": {"rag": suite}}))
    return made


def hits(made: Project) -> list[float | str | None]:
    trials = json.loads((made.root / "results.json").read_text())["trials"]
    scores = [score for trial in trials for score in trial["scores"] if score["metric"] == "search.hit@1"]
    return [score.get("value", score.get("abstained")) for score in scores]


def ran(made: Project, **env: str) -> Ended:
    ended = made.gate("run", "-o", "results.json", env=env)
    assert ended.code == 0, ended.text
    return ended


def named(made: Project) -> list[list[str]]:
    """The names of each trial's spans, each with its parent's."""
    (file,) = files_of(made.root)
    with file.open(encoding="utf-8") as lines:
        told = spans_of(lines)
    of_trials = []
    for spans in told.values():
        names = {span.span_id: span.name for span in spans}
        of_trials.append(sorted(f"{names.get(span.parent_id or '', '-')} > {span.name}" for span in spans))
    return of_trials


@pytest.mark.parametrize("use", ["python", "command"])
def test_passages_are_read_from_the_spans_of_a_function_and_of_a_program(tmp_path: Path, use: str) -> None:
    how: dict[str, Any] = (
        {"function": "app.py:ask"} if use == "python" else {"run": [sys.executable, "app.py"]}
    )
    made = project(tmp_path, {"use": use, "with": {**how, "contexts": "traces"}})
    made.write("app.py", IN_PROCESS if use == "python" else PROGRAM)
    ended = ran(made)
    assert hits(made) == [1.0, 1.0]
    assert "telemetry" not in ended.text
    below = ["search"] if use == "python" else ["ask > search", f"{Path(sys.executable).name} > ask"]
    for spans in named(made):
        assert spans[0] == "- > trial rag"
        assert all(any(each in span for span in spans) for each in below), spans
    told = "".join(path.read_text() for path in files_of(tmp_path))
    assert "sk-ant-api03" not in told


def test_without_the_option_the_spans_are_kept_and_the_passages_are_not_read(tmp_path: Path) -> None:
    made = project(tmp_path, {"use": "python", "with": {"function": "app.py:ask"}})
    made.write("app.py", IN_PROCESS)
    ran(made)
    assert hits(made) == ["the reply has no contexts"] * 2
    assert all("invoke_agent rag > search" in spans for spans in named(made))


def test_an_application_that_tells_nothing_abstains_and_is_never_a_miss(tmp_path: Path) -> None:
    made = project(
        tmp_path, {"use": "python", "with": {"function": "app.py:ask", "contexts": "traces"}}, empty="miss"
    )
    made.write("app.py", "def ask(input):\n    return 'an answer'\n")
    ended = ran(made)
    assert hits(made) == ["no span of the application arrived, so its passages are not known"] * 2
    assert "no span tells of a retrieval in 2 trials" in " ".join(ended.text.split())


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("OTEL_SDK_DISABLED", "true", "nothing is traced, so no passages can be read from traces"),
        ("OTEL_PROPAGATORS", "none", "no span of the application arrived, so its passages are not known"),
    ],
)
def test_where_it_is_switched_off_that_is_the_reason(
    tmp_path: Path, variable: str, value: str, why: str
) -> None:
    made = project(tmp_path, {"use": "python", "with": {"function": "app.py:ask", "contexts": "traces"}})
    made.write("app.py", IN_PROCESS)
    ran(made, **{variable: value})
    assert hits(made) == [why, why]


Told = Callable[[str, str], bytes]


@contextmanager
def service(traces_port: int, told: Told, *, late: bool = False) -> Iterator[tuple[str, list[str | None]]]:
    """A service that exports after its answer, or before it; and the `traceparent` of each request."""
    seen: list[str | None] = []
    answered, threads = Event(), list[Thread]()

    def exported(traceparent: str, question: str) -> None:
        if late:
            answered.wait(20)
        connection = http.client.HTTPConnection("127.0.0.1", traces_port, timeout=20)
        connection.request("POST", "/v1/traces", told(traceparent, question), {"Content-Type": PROTOBUF})
        connection.getresponse().read()
        connection.close()

    class Exchange(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["input"]
            traceparent = self.headers.get("traceparent")
            seen.append(traceparent)
            if traceparent is not None:
                exporting = Thread(target=exported, args=(traceparent, question))
                exporting.start()
                threads.append(exporting)
                if not late:
                    exporting.join()
            body = b'{"output": "an answer"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            answered.set()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = False

    with Server(("127.0.0.1", 0), Exchange) as server:
        serving = Thread(target=server.serve_forever, args=(0.01,))
        serving.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/ask", seen
        finally:
            server.shutdown()
            serving.join()
            for thread in threads:
                thread.join()


def searched(traceparent: str, question: str) -> bytes:
    """The span of a request, and within it that of a search."""
    _, trace_id, span_id, _ = traceparent.split("-")
    trace, parent = int(trace_id, 16), int(span_id, 16)
    documents = json.dumps([{"id": FOUND[question], "score": 0.5}])
    attributes = {"gen_ai.operation.name": "retrieval", "gen_ai.retrieval.documents": documents}
    return export(
        span_message(trace_id=trace, span_id=8, parent_id=7, name="search", attributes=attributes),
        span_message(trace_id=trace, span_id=7, parent_id=parent, name="POST /ask"),
    )


def free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def of_service(root: Path, url: str, port: int, **more: Any) -> Project:
    options = {"url": url, "contexts": "traces", "traces_port": port, **more}
    return project(root, {"use": "http", "with": options})


@pytest.mark.parametrize("late", [False, True])
def test_a_service_is_handed_its_place_and_its_spans_are_waited_for(tmp_path: Path, *, late: bool) -> None:
    port = free_port()
    with service(port, searched, late=late) as (url, seen):
        made = of_service(tmp_path, url, port)
        ran(made)
    assert hits(made) == [1.0, 1.0]
    assert all(seen)
    for spans in named(made):
        assert "POST /ask > search" in spans
        assert any(span.endswith("> POST /ask") and not span.startswith("-") for span in spans)


def test_spans_of_another_trace_are_ignored_and_counted_and_the_wait_has_an_end(tmp_path: Path) -> None:
    port = free_port()

    def elsewhere(traceparent: str, question: str) -> bytes:
        return searched(traceparent.replace(traceparent[3:35], "ab" * 16), question)

    with service(port, elsewhere) as (url, _):
        made = of_service(tmp_path, url, port, traces_wait_s=0.2)
        ended = ran(made)
    assert hits(made) == ["no span of the application arrived, so its passages are not known"] * 2
    assert "4 spans of the application belonged to no trial" in " ".join(ended.text.split())


def test_a_service_that_skips_its_search_is_not_waited_for_once_it_has_shown_where_it_searches(
    tmp_path: Path,
) -> None:
    """But for what is learned from the one case, the other would be waited for beyond the time that this command has."""
    port = free_port()

    def skipped(traceparent: str, question: str) -> bytes:
        if question == "gift?":
            return searched(traceparent, question)
        _, trace_id, span_id, _ = traceparent.split("-")
        return export(
            span_message(trace_id=int(trace_id, 16), span_id=7, parent_id=int(span_id, 16), name="POST /ask")
        )

    with service(port, skipped) as (url, _):
        made = of_service(tmp_path, url, port, traces_wait_s=120)
        config = json.loads(made.read("gate.yaml"))
        config["suites"]["rag"]["timeout_s"] = 600
        made.write("gate.yaml", json.dumps(config))
        ran(made)
    assert hits(made) == [
        1.0,
        "the spans of the application tell of no retrieval, so its passages are not known",
    ]


def test_a_service_is_told_nothing_where_propagation_is_switched_off(tmp_path: Path) -> None:
    port = free_port()
    with service(port, searched) as (url, seen):
        made = of_service(tmp_path, url, port, traces_wait_s=0)
        ran(made, OTEL_PROPAGATORS="none")
    assert seen == [None, None]


def test_a_port_that_is_taken_is_an_error_before_anything_is_asked(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with service(port, searched) as (url, seen):
            made = of_service(tmp_path, url, port)
            ended = made.gate("run", "-o", "results.json")
    assert ended.code == 2
    assert f"port {port} of 127.0.0.1 cannot be used" in ended.text
    assert "traces_port" in ended.text
    assert not seen
