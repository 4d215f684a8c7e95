"""The files of the nouns: byte-stable, made for git's merge, and never read wrongly in silence."""

import json
import math
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.errors import UserError
from gate.model.files import dump_baseline, dump_results, load_baseline, load_results, round_value
from gate.model.scorecard import CaseScores, Scorecard
from tests.builders import make_metric, make_run, make_scorecard

CARD = make_scorecard({"a": [1, 0, 1], "b|😀 c": [0.5, 1, 1]}, target={"spec": "t", "prompts/x.md": "u"})

names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
values = st.lists(st.floats(allow_nan=False, allow_infinity=False, width=32), max_size=4)


@given(st.dictionaries(names, values, max_size=5))
def test_a_scorecard_survives_its_file_and_writes_the_same_bytes_again(cases: dict[str, list[float]]) -> None:
    rounded = {case: [round_value(value) for value in draws] for case, draws in cases.items()}
    card = make_scorecard(rounded)
    text = dump_baseline(card)
    assert load_baseline(text, "b.json") == card
    assert dump_baseline(load_baseline(text, "b.json")) == text


def test_the_order_of_cases_and_metrics_does_not_reach_the_file() -> None:
    turned = Scorecard(
        suite=CARD.suite,
        metrics=dict(reversed(CARD.metrics.items())),
        target=dict(reversed(CARD.target.items())),
        cases=dict(reversed(CARD.cases.items())),
    )
    assert dump_baseline(turned) == dump_baseline(CARD)


def test_one_case_is_one_line_and_numbers_have_six_digits() -> None:
    card = make_scorecard({"a": [1.0, 1 / 3, -0.0]})
    assert '{"id":"a","key":"key-a","trials":3,"scores":{"accuracy":[1,0.333333,0]}},\n' in dump_baseline(
        card
    )


@pytest.mark.parametrize("value", [0.0, 1.0, 123456789.123, 1e-12, -0.3333333333, 5e-324, 1.7e308])
def test_rounding_twice_changes_nothing(value: float) -> None:
    assert round_value(round_value(value)) == round_value(value)
    assert math.isclose(round_value(value), value, rel_tol=1e-5)


def merged(tmp_path: Path, base: str, ours: str, theirs: str) -> tuple[int, str]:
    """What git's own three-way merge makes of three texts: its exit status (0: no conflict) and the result."""
    for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
        (tmp_path / name).write_text(text)
    done = subprocess.run(
        ["git", "merge-file", "-p", "ours", "base", "theirs"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def test_two_branches_that_change_neighboring_cases_merge_without_a_conflict(tmp_path: Path) -> None:
    base = {"a": [1, 1], "b": [1, 1], "c": [1, 1]}
    status, text = merged(
        tmp_path,
        *(dump_baseline(make_scorecard({**base, **change})) for change in ({}, {"a": [0, 1]}, {"b": [0, 0]})),
    )
    assert status == 0
    assert load_baseline(text, "b.json") == make_scorecard({**base, "a": [0, 1], "b": [0, 0]})


def test_a_case_added_at_the_end_does_not_touch_the_line_before_it(tmp_path: Path) -> None:
    base = {"a": [1, 1], "b": [1, 1]}
    status, text = merged(
        tmp_path,
        *(dump_baseline(make_scorecard({**base, **change})) for change in ({}, {"z": [0, 1]}, {"b": [0, 0]})),
    )
    assert status == 0
    assert load_baseline(text, "b.json") == make_scorecard({**base, "z": [0, 1], "b": [0, 0]})


def damaged(**changes: object) -> str:
    return json.dumps({**json.loads(dump_baseline(CARD)), **changes})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("{", "not JSON"),
        (dump_baseline(CARD)[:-30], "not JSON"),
        ("[]", "no 'gate_baseline'"),
        ('{"gate_other": 1}', "no 'gate_baseline'"),
        ('{"gate_results": 1}', "this is a results file, not a baseline"),
        ("<<<<<<< ours\n" + dump_baseline(CARD), "conflict markers"),
        (
            dump_baseline(CARD).replace('"suite": "suite"', '"suite": "suite", "suite": "other"'),
            "stands twice",
        ),
        (dump_baseline(CARD).replace('"id":"b|😀 c"', '"id":"a"'), "case 'a' stands here twice"),
        (dump_baseline(CARD).replace("[1,0,1]", "[1,NaN,1]"), "NaN is not a number"),
        (dump_baseline(CARD).replace("[1,0,1]", "[1,1e999,1]"), "finite"),
        (dump_baseline(CARD).replace("[1,0,1]", '["1",0,1]'), "a.scores.accuracy"),
        (damaged(gate_baseline=2), "version 2"),
        (damaged(cases=[]), "cut off"),
        (damaged(cases=[{"key": "k", "trials": 1}, None]), "an object with an id"),
        (damaged(extra=1), "extra"),
        (damaged(metrics=None), "metrics"),
        (damaged(cases=[{"id": "a", "key": "k", "trials": 0}, None]), "trials"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_damaged_baseline_is_an_error_that_names_the_file_and_the_fix(text: str, message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        load_baseline(text, "baselines/suite.json")
    assert "baselines/suite.json" in str(raised.value)
    assert "fix: " in str(raised.value)


def test_windows_line_endings_and_a_byte_order_mark_change_nothing() -> None:
    text = "\ufeff" + dump_baseline(CARD).replace("\n", "\r\n")
    assert load_baseline(text, "b.json") == CARD


def test_results_survive_their_file() -> None:
    run = make_run()
    assert load_results(dump_results(run), "results.json") == run


@pytest.mark.parametrize("text", ["", "{}", "not json", '{"gate_results": 9}', dump_baseline(CARD)])
def test_a_file_that_holds_no_results_is_an_error(text: str) -> None:
    with pytest.raises(UserError, match=r"results\.json"):
        load_results(text, "results.json")


def test_a_case_without_draws_of_a_metric_is_kept() -> None:
    card = make_scorecard(
        {}, cases={"a": CaseScores(key="k", trials=2, errors=2)}, metrics={"m": make_metric("m")}
    )
    assert load_baseline(dump_baseline(card), "b.json") == card


def test_a_baseline_in_the_place_of_results_is_called_one() -> None:
    with pytest.raises(UserError, match=r"this is a baseline, not a results file\n    fix: .*gate run -o"):
        load_results(dump_baseline(CARD), "baselines/suite.json")


def test_kinds_of_failure_survive_their_file_and_none_leave_no_trace() -> None:
    failed = CaseScores(key="k", trials=5, errors=3, failures={"timeout": 2, "auth": 1})
    card = Scorecard(suite="s", metrics={}, cases={"a": failed, "b": CaseScores(key="k", trials=1)})
    text = dump_baseline(card)
    assert load_baseline(text, "b.json") == card
    assert text.count("failures") == 1
    assert '"failures":{"auth":1,"timeout":2}' in text


def test_a_kind_that_failed_more_often_than_all_is_no_baseline() -> None:
    with pytest.raises(UserError, match="more failures of one kind than errors"):
        load_baseline(
            '{"gate_baseline": 1, "suite": "s", "metrics": {}, "cases": '
            '[{"id": "a", "key": "k", "trials": 5, "errors": 1, "failures": {"timeout": 2}}, null]}',
            "b.json",
        )
