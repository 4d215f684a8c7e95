"""A recorded verdict is its giver's; whoever reads the report is told that it was recorded."""

import pytest

from gate.compare.decide import decide
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Policy, SuitePolicy
from gate.model.verdict import Kind, Verdict
from tests.builders import make_metric


def judged_by(*judges: str) -> Scorecard:
    cases = {
        f"c{number}": CaseScores(key=f"k{number}", trials=1, scores={"helpful": (float(number > 3),)})
        for number in range(40)
    }
    metric = make_metric("helpful", kind="binary", fingerprint="f", judges=tuple(sorted(judges)))
    return Scorecard(suite="s", metrics={"helpful": metric}, cases=cases)


def verdict(baseline: Scorecard, head: Scorecard) -> Verdict:
    return decide([Comparison(suite="s", head=head, baseline=baseline, policy=SuitePolicy())], Policy())


def codes(found: Verdict) -> set[str]:
    return {finding.code for finding in found.findings}


@pytest.mark.parametrize(
    ("baseline", "head"),
    [
        (["recorded: model-1"], ["recorded: model-1"]),
        (["recorded: model-1"], ["model-1"]),
        (["model-1"], ["model-1", "recorded: model-1"]),
    ],
)
def test_what_a_model_said_before_and_what_it_says_now_are_compared(
    baseline: list[str], head: list[str]
) -> None:
    found = verdict(judged_by(*baseline), judged_by(*head))
    assert "other_judge" not in codes(found)
    assert found.kind is Kind.PASS


@pytest.mark.parametrize(
    ("baseline", "head"),
    [
        (["recorded: model-1"], ["recorded: model-2"]),
        (["recorded: written by hand"], ["model-1"]),
        (["recorded: written by hand"], ["model-1", "recorded: written by hand"]),
    ],
)
def test_verdicts_that_somebody_else_gave_are_another_judges(baseline: list[str], head: list[str]) -> None:
    found = verdict(judged_by(*baseline), judged_by(*head))
    assert "other_judge" in codes(found)
    assert found.kind is Kind.NOT_COMPARABLE


def test_a_note_tells_who_gave_recorded_verdicts_and_none_is_there_without_them() -> None:
    given = judged_by("recorded: written by hand")
    (note,) = [each for each in verdict(given, given).findings if each.code == "recorded_verdicts"]
    assert note.message == "helpful in s comes from recorded verdicts, given by: written by hand"
    assert not note.blocking
    live = judged_by("model-1")
    assert "recorded_verdicts" not in codes(verdict(live, live))
