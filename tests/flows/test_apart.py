"""What the other process left is data: read if it can be, and else its end is told, never as a pass."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate.flows.apart import Outcome, outcome_of, results_of
from gate.model.errors import EvaluationError, GateError, InterruptedRunError, Problem, UserError
from tests.render import reports


def left(folder: Path, text: str) -> Path:
    (folder / "outcome.json").write_text(text, encoding="utf-8")
    return folder


def test_a_report_comes_back_as_it_was(tmp_path: Path) -> None:
    report = reports.regressed()
    text = json.dumps(Outcome(report=report, exit_code=0).model_dump(mode="json"))
    assert outcome_of(left(tmp_path, text), exit_code=0).checked() == report


def test_halves_of_surrogate_pairs_get_across(tmp_path: Path) -> None:
    report = reports.regressed()
    excerpt = report.excerpts[0].model_copy(update={"output": "\ud800"})
    report = report.model_copy(update={"excerpts": (excerpt,)})
    text = json.dumps(Outcome(report=report, exit_code=0).model_dump(mode="json"))
    assert outcome_of(left(tmp_path, text), exit_code=0).checked() == report


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "null", '{"report": 1}', '{"verdict": "pass"}', "[" * 100_000, '{"exit_code": "x"}'],
)
def test_what_cannot_be_read_is_a_failed_evaluation(tmp_path: Path, text: str) -> None:
    with pytest.raises(EvaluationError, match="cannot be read"):
        outcome_of(left(tmp_path, text), exit_code=0).checked()


@pytest.mark.parametrize(
    ("exit_code", "kind", "said"),
    [
        (0, EvaluationError, "ended with code 0 before it was done"),
        (-9, EvaluationError, "ended by signal 9"),
        (1, EvaluationError, "ended with code 1"),
        (130, InterruptedRunError, "interrupted"),
        (70, GateError, "a bug of gate's"),
    ],
)
def test_an_end_without_an_outcome_is_told_and_never_a_pass(
    tmp_path: Path, exit_code: int, kind: Any, said: str
) -> None:
    with pytest.raises(kind, match=said) as raised:
        outcome_of(tmp_path, exit_code=exit_code).checked()
    assert raised.value.exit_code in {4, 70, 130}


def test_an_outcome_that_says_nothing_at_all_is_no_pass() -> None:
    with pytest.raises(GateError):
        Outcome(exit_code=0).checked()


def test_problems_keep_their_exit_code() -> None:
    with pytest.raises(UserError, match="wrong") as raised:
        Outcome(problems=(Problem(message="wrong"),), exit_code=4).checked()
    assert raised.value.exit_code == 4


def test_results_are_read_by_suite_and_may_be_missing(tmp_path: Path) -> None:
    assert results_of(tmp_path) == {}
    (tmp_path / "results").mkdir()
    (tmp_path / "results" / "s.json").write_text("{}")
    assert results_of(tmp_path) == {"s": "{}"}
