"""Trials → their traces, through the whole record of a walk, read back from its files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gate.model.case import Case, Context
from gate.model.reply import Failure, ToolCall, Usage
from gate.model.run import Stopped, Trial
from gate.model.score import Score
from gate.model.span import Span
from gate.model.verdict import Kind, Verdict
from gate.telemetry.folder import EVENTS
from gate.telemetry.reading import files_of, spans_of
from gate.telemetry.suite import UNRECORDED, SuiteRecord
from gate.telemetry.trail import ForeignSpan, current_traceparent, step
from gate.telemetry.walk import recorded
from tests.builders import make_case, make_metric, make_reply, make_run, make_trial

METRICS = {
    "accuracy": make_metric("accuracy", kind="binary"),
    "slips": make_metric("slips", kind="binary", better="lower"),
    "latency_s": make_metric("latency_s", kind="measure", operational=True),
}
CONTENT = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}


def told(
    home: Path, trial: Trial, *, environment: Mapping[str, str] | None = None, **how: Any
) -> tuple[Span, ...]:
    """The spans of one trial of an application over HTTP."""
    use, reused = how.get("use", "http"), how.get("reused")
    said: list[str] = []
    with recorded(home, environment or {}, verb="run", notice=said.append) as recorder:
        suite = SuiteRecord(recorder, name="s", use=use, describe=METRICS.get)
        case = how.get("case") or make_case(trial.case_id)
        with suite.trial(case, index=trial.index) as around:
            if reused is None:
                with suite.application():
                    pass
        suite.finish(around, case, trial, reused=reused)
        suite.end(make_run([trial]), resumed=0)
    assert said == []
    (file,) = files_of(home)
    (found,) = spans_of(file.read_text().splitlines()).values()
    return found


def events(home: Path) -> list[dict[str, Any]]:
    lines = (files_of(home)[0].parent / EVENTS).read_text().splitlines()
    records = [
        record
        for line in lines
        for group in json.loads(line)["resourceLogs"]
        for scope in group["scopeLogs"]
        for record in scope["logRecords"]
    ]
    return [{each["key"]: next(iter(each["value"].values())) for each in r["attributes"]} for r in records]


def test_what_an_application_says_of_itself_stands_on_its_call_and_below_it(tmp_path: Path) -> None:
    reply = make_reply(
        usage=Usage(input_tokens=5, output_tokens=2, cache_read_tokens=1),
        contexts=(Context(text="a text", id="d1", score=0.5),),
        tool_calls=(ToolCall(name="search", arguments={"q": "x"}),),
        model="theirs",
    )
    trial, call, search, tool = told(tmp_path, make_trial(reply=reply))
    assert trial.attributes["test.case.result.status"] == "pass"
    assert (call.name, call.attributes["gate.reply.input_tokens"]) == ("invoke_agent s", 6)
    assert "gen_ai.usage.input_tokens" not in call.attributes  # its own spans may tell the same tokens
    assert (search.name, search.parent_id, search.kind) == ("retrieval", call.span_id, "client")
    assert json.loads(str(search.attributes["gen_ai.retrieval.documents"])) == [{"id": "d1", "score": 0.5}]
    assert (tool.name, tool.parent_id) == ("execute_tool search", call.span_id)
    assert tool.attributes["gate.reported"] is True
    assert "gen_ai.tool.call.arguments" not in tool.attributes


def test_content_on_opt_in_is_what_was_asked_answered_found_and_called(tmp_path: Path) -> None:
    reply = make_reply(
        "the answer",
        contexts=(Context(text="a text", id="d1"),),
        tool_calls=(ToolCall(name="t", arguments={"q": "x"}, result=7),),
    )
    case = make_case("case-1", input={"question": "why?"})
    score = Score(metric="accuracy", value=1, explanation="because \x1b")
    trial = make_trial(reply=reply, scores=(score,))
    _, call, search, tool = told(tmp_path, trial, environment=CONTENT, case=case)
    assert "why?" in str(call.attributes["gen_ai.input.messages"])
    assert "the answer" in str(call.attributes["gen_ai.output.messages"])
    assert "a text" in str(search.attributes["gen_ai.retrieval.documents"])
    assert (tool.attributes["gen_ai.tool.call.arguments"], tool.attributes["gen_ai.tool.call.result"]) == (
        '{"q": "x"}',
        "7",
    )
    assert events(tmp_path)[0]["gen_ai.evaluation.explanation"] == "because \ufffd"


def test_scores_are_events_and_what_every_reply_has_is_none(tmp_path: Path) -> None:
    scores = (
        Score(metric="accuracy", value=0, explanation="a reason"),
        Score(metric="slips", value=0),
        Score(metric="latency_s", value=2),
        Score(metric="other", value=0.25),
        Score.abstain("it refused", metric="kind"),
    )
    failure = Failure(stage="evaluator", kind="timeout", message="m", evaluator="judge")
    trial, *_ = told(tmp_path, make_trial(scores=scores, failures=(failure,)))
    assert (trial.attributes["test.case.result.status"], trial.error) == ("fail", "timeout")
    name, value, label = (f"gen_ai.evaluation.{word}" for word in ("name", "score.value", "score.label"))
    assert events(tmp_path) == [
        {name: "accuracy", value: 0.0, label: "fail"},
        {name: "slips", value: 0.0, label: "pass"},
        {name: "other", value: 0.25},
        {name: "kind", label: "abstained"},
        {name: "judge", "error.type": "timeout"},
    ]


@pytest.mark.parametrize(("reused", "names"), [("store", []), ("batch", ["chat theirs"])])
def test_a_reply_that_was_kept_called_nothing_but_what_a_batch_answered(
    tmp_path: Path, reused: str, names: list[str]
) -> None:
    reply = make_reply(usage=Usage(input_tokens=5), model="theirs")
    trial, *calls = told(tmp_path, make_trial(reply=reply), reused=reused, use="prompt")
    assert [call.name for call in calls] == names
    assert trial.attributes.get("gate.trial.reply_reused", False) is (reused == "store")
    assert sum(int(str(call.attributes["gen_ai.usage.input_tokens"])) for call in calls) == 5 * len(names)


def test_what_was_cut_short_says_so(tmp_path: Path) -> None:
    def interrupted() -> None:
        with (
            recorded(tmp_path, {}, verb="check", notice=print) as recorder,
            SuiteRecord(recorder, name="s", use="http"),
        ):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    spans = json.loads(files_of(tmp_path)[0].read_text())["resourceSpans"][0]["scopeSpans"][0]["spans"]
    assert [(span["name"], span["status"]["message"]) for span in spans] == [
        ("gate check", "interrupted"),
        ("suite s", "interrupted"),
    ]


def test_a_run_that_stopped_is_aborted_and_the_verdict_stands_on_the_run(tmp_path: Path) -> None:
    with recorded(tmp_path, {}, verb="check", notice=print) as recorder:
        suite = SuiteRecord(recorder, name="s", use="http")
        stopped = Stopped(reason="budget", message="m", left=1)
        suite.end(make_run([make_trial()], stopped=stopped), resumed=0)
        recorder.conclude(Verdict(kind=Kind.NOT_COMPARABLE, exit_code=3), head="a" * 40, base=None)
    text = files_of(tmp_path)[0].read_text()
    for word in ("aborted", "not comparable", "not_comparable", "a" * 40, '"failure"'):
        assert word in text


def test_a_walk_that_ran_nothing_leaves_nothing(tmp_path: Path) -> None:
    with recorded(tmp_path, {}, verb="plan", notice=print):
        pass
    assert files_of(tmp_path) == []


def test_spans_of_the_application_stand_in_the_trial_redacted_and_those_of_others_do_not(
    tmp_path: Path,
) -> None:
    with recorded(tmp_path, {"A_TOKEN": "hush-hush"}, verb="run", notice=print) as recorder:
        suite = SuiteRecord(recorder, name="s", use="http")
        case = make_case("c")
        with suite.trial(case, index=0) as around, suite.application() as call:
            parent = current_traceparent()
        assert parent is not None
        trace, span_id = int(parent.split("-")[1], 16), int(parent.split("-")[2], 16)
        assert span_id == call.span_id
        own = ForeignSpan(
            trace_id=trace,
            span_id=5,
            parent_id=span_id,
            name="search \x1b hush-hush",
            start_ns=call.start_ns,
            end_ns=call.end_ns,
            attributes={"key": "hush-hush", "huge": 10**30},
        )
        strange = ForeignSpan(trace_id=7, span_id=5, parent_id=None, name="x", start_ns=1, end_ns=2)
        assert recorder.add([own, strange]) == 1
        suite.finish(around, case, make_trial("c"), reused=None)
        suite.end(None, resumed=0)
    text = files_of(tmp_path)[0].read_text()
    assert "hush-hush" not in text
    (found,) = spans_of(text.splitlines()).values()
    assert found[0].name == "trial s"
    assert {span.name for span in found[1:]} == {"invoke_agent s", "search \ufffd [redacted]"}


def test_a_bug_of_ours_ends_the_telling_and_nothing_else(tmp_path: Path) -> None:
    said: list[str] = []
    with recorded(tmp_path, {}, verb="run", notice=said.append) as recorder:
        suite = SuiteRecord(recorder, name="s", use="http", describe=lambda _: 1 / 0)  # type: ignore[arg-type,return-value]
        for _ in range(2):
            with suite.trial(make_case("c"), index=0) as around:
                pass
            suite.finish(
                around, make_case("c"), make_trial("c", scores=(Score(metric="m", value=1),)), reused=None
            )
            suite.write()
    assert len(said) == 1
    assert "ZeroDivisionError" in said[0]


def test_without_a_recorder_nothing_is_told() -> None:
    with (
        UNRECORDED.trial(Case(id="c", input="x"), index=0) as around,
        UNRECORDED.application(),
        step("call") as call,
    ):
        pass
    UNRECORDED.finish(around, Case(id="c", input="x"), make_trial("c"), reused=None)
    UNRECORDED.end(None, resumed=0)
    assert around.trail is call.trail is None
