"""Lines of OTLP JSON → the spans of each trial, whatever the lines hold."""

import json
import shutil
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gate.model.run import Trial
from gate.telemetry.encoding import attributes_json, scope_json, span_json, spans_line
from gate.telemetry.reading import FILE, FOLDER, files_of, newest_spans, spans_of
from gate.telemetry.trail import Step, Trail
from tests.builders import make_reply, make_trial

KEY = ("s", "c|1 🐢", 0)


def trial(
    trace_id: int = 1,
    *,
    key: tuple[str, str, int] = KEY,
    reply: str = "x",
    latency_s: float = 1.0,
    reused: bool = False,
) -> Trail:
    """A trial with one call."""
    trail = Trail(trace_id=trace_id)
    suite, case, index = key
    told: Any = {"test.suite.name": suite, "test.case.name": case, "gate.trial.index": index}
    told |= {"gate.reply.latency_s": latency_s} | ({"gate.trial.reply_reused": True} if reused else {})
    with Step("trial s", kind="internal", attributes=told, trail=trail):
        inner = Step("chat m", kind="client", attributes={"a": reply, "n": [1, 0.5, True]}, trail=trail)
        with inner:
            inner.fail("timeout")
    return trail


def line(*trails: Trail) -> str:
    spans = [span_json(step) for trail in trails for step in trail.steps]
    return spans_line(attributes_json({"service.name": "gate"}), scope_json("s"), spans)


def test_what_was_written_is_read_back_by_trial() -> None:
    found = spans_of([line(trial(1), trial(2, key=("s", "other", 3)))])
    assert found.keys() == {KEY, ("s", "other", 3)}
    root, call = found[KEY]
    assert (root.start_s, root.parent_id, root.kind) == (0, None, "internal")
    assert (call.parent_id, call.kind, call.error) == (root.span_id, "client", "timeout")
    assert call.attributes == {"a": "x", "n": [1, 0.5, True], "error.type": "timeout"}
    assert 0 <= call.start_s <= call.start_s + call.duration_s <= root.duration_s


def test_spans_of_a_trial_may_stand_in_several_lines_in_any_order() -> None:
    whole = json.loads(line(trial()))
    spans = whole["resourceSpans"][0]["scopeSpans"][0]["spans"]
    lines = [json.dumps({"resourceSpans": [{"scopeSpans": [{"spans": [span]}]}]}) for span in reversed(spans)]
    assert [span.name for span in spans_of(lines)[KEY]] == ["trial s", "chat m"]


def test_of_a_trial_that_stands_there_twice_the_later_one_is_told() -> None:
    found = spans_of([line(trial(1, reply="early")), line(trial(2, reply="late"))])
    assert found[KEY][1].attributes["a"] == "late"


def test_a_span_that_only_says_that_it_is_a_trial_takes_no_place() -> None:
    forged = trial(2, reply="forged")
    forged.steps[0].parent_id = 9
    assert spans_of([line(trial(1)), line(forged)])[KEY][1].attributes["a"] == "x"


@given(cut=st.integers(min_value=0, max_value=10_000))
def test_a_line_that_was_cut_is_passed_over(cut: int) -> None:
    whole = line(trial(1))
    found = spans_of([line(trial(3, key=("s", "kept", 0))), whole[: cut % (len(whole) - 1)]])
    assert found.keys() == {("s", "kept", 0)}


NAMES = st.sampled_from(
    [
        "resourceSpans",
        "scopeSpans",
        "spans",
        "traceId",
        "spanId",
        "name",
        "kind",
        "attributes",
        "key",
        "value",
        "stringValue",
        "intValue",
        "doubleValue",
        "arrayValue",
        "kvlistValue",
        "values",
        "status",
        "code",
        "startTimeUnixNano",
        "endTimeUnixNano",
    ]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=20,
)


@given(JSON)
def test_whatever_json_a_line_holds_nothing_breaks(value: Any) -> None:
    span = {"traceId": "ab", "spanId": "cd", "name": "n", "startTimeUnixNano": "1", "endTimeUnixNano": "2"}
    for hostile in (
        value,
        {"resourceSpans": [{"scopeSpans": [{"spans": [value, {**span, "attributes": value}]}]}]},
    ):
        spans_of([json.dumps(hostile)])


def test_deep_and_broken_lines_are_passed_over() -> None:
    assert spans_of(["[" * 100_000, "\x00", "", '"text"', "7", '{"resourceSpans":{}}']) == {}


def write(home: Path, name: str, *trails: Trail) -> Path:
    """A run's file with these trials."""
    folder = home / FOLDER / name
    folder.mkdir(parents=True)
    (folder / FILE).write_text(line(*trails))
    return folder / FILE


def drawn(latency_s: float, *, case_id: str = KEY[1]) -> Trial:
    return make_trial(case_id, reply=make_reply(latency_s=latency_s))


def test_the_newest_run_that_has_a_draw_tells_it_and_no_run_of_another_draw(tmp_path: Path) -> None:
    assert files_of(tmp_path) == []
    write(tmp_path, "20260101T0-a", trial(1, reply="old", latency_s=1.5))
    write(tmp_path, "20260102T0-b", trial(2, key=("s", "o", 0), latency_s=1.5))
    write(tmp_path, "20260103T0-c", trial(3, reply="another draw", latency_s=2.5))
    assert newest_spans(tmp_path, "s", drawn(1.5))[1].attributes["a"] == "old"
    assert newest_spans(tmp_path, "s", drawn(1.5, case_id="o"))
    assert newest_spans(tmp_path, "s", drawn(3.5)) == ()
    assert newest_spans(tmp_path, "s", drawn(1.5, case_id="none")) == ()


def test_the_run_that_asked_tells_more_of_a_draw_than_a_newer_one_that_only_scored_it(tmp_path: Path) -> None:
    write(tmp_path, "20260101T0-a", trial(1, reply="asked", latency_s=1.5))
    write(tmp_path, "20260102T0-b", trial(2, reply="scored", latency_s=1.5, reused=True))
    assert newest_spans(tmp_path, "s", drawn(1.5))[1].attributes["a"] == "asked"
    shutil.rmtree(tmp_path / FOLDER / "20260101T0-a")
    assert newest_spans(tmp_path, "s", drawn(1.5))[1].attributes["a"] == "scored"


def test_spans_of_the_application_in_other_lines_are_found_with_their_trial(tmp_path: Path) -> None:
    whole = trial(7, latency_s=1.5)
    file = write(tmp_path, "20260101T0-a", trial(8, key=("s", "o", 0)))
    scope = scope_json("theirs")
    late = spans_line("", scope, [span_json(whole.steps.pop())], ours=False)
    file.write_text(late + file.read_text() + line(whole))
    assert [span.name for span in newest_spans(tmp_path, "s", drawn(1.5))] == ["trial s", "chat m"]


def test_a_trial_of_endless_spans_is_cut(tmp_path: Path) -> None:
    whole = trial(7, latency_s=1.5)
    write(tmp_path, "20260101T0-a", whole, *[Trail(trace_id=7, steps=whole.steps[1:])] * 9_000)
    assert len(newest_spans(tmp_path, "s", drawn(1.5))) == 4_000
