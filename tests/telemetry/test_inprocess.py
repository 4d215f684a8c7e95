"""An application in this process: its place in the trace, and its spans."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from gate.functions import load_function
from gate.model.case import Context
from gate.model.reply import Reply
from gate.targets.python import PythonOptions, PythonTarget
from gate.telemetry.arrivals import Arrivals
from gate.telemetry.inprocess import application_context, listen
from gate.telemetry.trail import ForeignSpan, Step, Trail
from tests.builders import make_case, make_setting

TRACE = 0xDEF
APP = """
import json
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

if not hasattr(trace.get_tracer_provider(), "add_span_processor"):
    trace.set_tracer_provider(TracerProvider(shutdown_on_exit=False))
tracer = trace.get_tracer("app")

def search(question):
    with tracer.start_as_current_span("retrieval wiki") as span:
        span.set_attribute("gen_ai.operation.name", "retrieval")
        found = [{"id": "refunds", "score": 0.75, "content": "five days"}]
        span.set_attribute("gen_ai.retrieval.documents", json.dumps(found))

def plain(input):
    search(input)
    return "five days"

async def on_the_loop(input):
    search(input)
    return "five days"

def own(input):
    search(input)
    return {"output": "x", "contexts": ["its own"]}

def silent(input):
    return "x"
"""


@pytest.fixture
def spans() -> Iterator[list[ForeignSpan]]:
    yield []
    listen(len)  # the provider of this process outlives the test


def step() -> Step:
    return Step("call", kind="client", attributes={}, trail=Trail(trace_id=TRACE))


def answered(root: Path, function: str, *, contexts: str = "traces") -> tuple[Reply, list[ForeignSpan], int]:
    """The reply of an application, what it told, and the step below which it did."""
    (root / "app.py").write_text(APP)
    arrivals, told = Arrivals({}), list[ForeignSpan]()

    def onward(spans: Sequence[ForeignSpan]) -> int:
        told.extend(spans)
        return len(spans)

    arrivals.onward = onward
    setting = make_setting(root, load=lambda reference: load_function(reference, root), hearing=arrivals)
    target = PythonTarget(PythonOptions(function=f"app.py:{function}", contexts=contexts), setting)

    async def ask() -> tuple[object, int]:
        with step() as open_step:
            return await target.ask(make_case(input="how long?")), open_step.span_id

    reply, span_id = asyncio.run(ask())
    assert isinstance(reply, Reply)
    return reply, told, span_id


@pytest.mark.parametrize("function", ["plain", "on_the_loop"])
def test_spans_of_a_function_in_its_thread_or_on_the_loop_stand_below_the_call(
    tmp_path: Path, function: str
) -> None:
    reply, told, span_id = answered(tmp_path, function)
    (span,) = told
    assert (span.name, span.trace_id, span.parent_id) == ("retrieval wiki", TRACE, span_id)
    assert reply.contexts == (Context(id="refunds", text="five days", score=0.75),)


def test_contexts_of_the_reply_come_first_and_without_the_option_traces_are_not_looked_at(
    tmp_path: Path,
) -> None:
    assert answered(tmp_path, "own")[0].contexts == (Context(text="its own"),)
    assert answered(tmp_path, "plain", contexts="reply")[0].contexts == ()


def test_a_function_that_told_nothing_has_contexts_that_are_not_known(tmp_path: Path) -> None:
    reply, _, _ = answered(tmp_path, "silent")
    assert reply.contexts == ()
    assert reply.contexts_missing == "no span of the application arrived, so its passages are not known"


def test_a_span_is_heard_with_all_that_it_says(spans: list[ForeignSpan]) -> None:
    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(shutdown_on_exit=False)
        trace.set_tracer_provider(provider)
    assert listen(spans.extend)
    tracer = provider.get_tracer("app")

    def ask() -> None:
        with tracer.start_as_current_span("ask", kind=trace.SpanKind.SERVER) as begun:
            begun.set_attributes({"list": ["a", "b"], "number": float("nan"), "truth": True})
            raise ValueError("down")

    with application_context(TRACE, 7), pytest.raises(ValueError, match="down"):
        ask()
    (span,) = spans
    assert (span.trace_id, span.parent_id, span.kind, span.scope) == (TRACE, 7, "server", "app")
    assert span.attributes == {"list": ["a", "b"], "number": "nan", "truth": True}
    assert span.error == "ValueError: down"
    assert [name for _, name, _ in span.events] == ["exception"]
    assert span.resource["telemetry.sdk.name"] == "opentelemetry"
    assert span.end_ns >= span.start_ns


def test_what_we_make_of_a_span_never_breaks_the_application(spans: list[ForeignSpan]) -> None:
    def broken(_: object) -> None:
        raise RuntimeError("ours")

    provider = trace.get_tracer_provider()
    if not isinstance(provider, TracerProvider):
        provider = TracerProvider(shutdown_on_exit=False)
        trace.set_tracer_provider(provider)
    listen(broken)
    with provider.get_tracer("app").start_as_current_span("ask"):
        pass
    listen(spans.extend)
    with provider.get_tracer("app").start_as_current_span("again"):
        pass
    assert [span.name for span in spans] == ["again"]


def test_the_place_in_the_trace_is_left_with_the_block() -> None:
    before = trace.get_current_span().get_span_context()
    with application_context(TRACE, 7):
        assert trace.get_current_span().get_span_context().trace_id == TRACE
    assert trace.get_current_span().get_span_context() == before


def test_without_opentelemetry_in_the_process_nothing_is_imported_for_it() -> None:
    code = (
        "import sys\n"
        "for name in list(sys.modules):\n    assert not name.startswith('opentelemetry'), name\n"
        "from gate.telemetry.trail import Step, Trail\n"
        "from gate.telemetry.arrivals import Arrivals\n"
        "with Step('call', kind='client', attributes={}, trail=Trail(trace_id=1)):\n"
        "    with Arrivals({}).inside() as heard:\n        pass\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'opentelemetry'])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
