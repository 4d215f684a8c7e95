"""What may become a baseline."""

from typing import Any

import pytest

from gate.compare.acceptance import differs_only_in_timings, objections, refusals
from gate.compare.tally import tally
from gate.model.run import RunResult
from gate.model.score import Score
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy
from tests.builders import make_metric, make_run, make_scorecard, make_trial

LATENCY = make_metric("latency_s", kind="measure", unit="s", operational=True, log=True)
TOKENS = make_metric("output_tokens", kind="measure", operational=True, log=True)


def timed(accuracy: float, latency_s: float, tokens: float = 10.0) -> Scorecard:
    scores = {"accuracy": (accuracy,), "latency_s": (latency_s,), "output_tokens": (tokens,)}
    return Scorecard(
        suite="suite",
        metrics={"accuracy": make_metric(), "latency_s": LATENCY, "output_tokens": TOKENS},
        cases={"a": CaseScores(key="k", trials=1, scores=scores)},
    )


def test_a_full_scorecard_may_become_a_baseline() -> None:
    assert refusals(make_scorecard({"a": [1, 0], "b": [1, 1]}), policy=Policy()) == ()


def test_a_case_that_a_metric_never_scored_is_refused_by_name() -> None:
    (problem,) = refusals(make_scorecard({"a": [1], "b|c": []}), policy=Policy())
    assert "no score for 1 of 2 cases: b|c" in problem.message


def silent_run() -> RunResult:
    score = Score.abstain("no_context", metric="accuracy")
    trials = tuple(make_trial(case, scores=(score,)) for case in ("a", "b"))
    return make_run(trials=trials)


def objected(result: RunResult, gate: Gate, *, card: Scorecard | None = None) -> list[str]:
    found = objections(
        {"suite": tally(result, keep={}) if card is None else card},
        results={"suite": result},
        suites={"suite": SuitePolicy(default_gate=gate)},
        policy=Policy(),
    )
    return [problem.message for problem in found]


def test_a_metric_that_abstained_on_every_case_is_refused_by_name_with_its_reason() -> None:
    said, why = objected(silent_run(), Gate())
    assert said.startswith("accuracy abstained on every case")
    assert "case a: accuracy abstained (no_context)" in why


@pytest.mark.parametrize("mode", ["warn", "record"])
def test_a_metric_that_abstained_throughout_and_fails_no_check_is_no_hindrance(mode: Any) -> None:
    assert objected(silent_run(), Gate(mode=mode)) == []


def test_a_metric_that_abstained_on_some_cases_had_its_say() -> None:
    cases = {
        "a": CaseScores(key="k", trials=1, abstentions={"accuracy": 1}),
        "b": CaseScores(key="k", trials=1, scores={"accuracy": (1.0,)}),
    }
    assert objected(silent_run(), Gate(), card=make_scorecard({}, cases=cases)) == []


@pytest.mark.parametrize(("errors", "refused"), [(0, False), (2, False), (3, True), (10, True)])
def test_more_failed_trials_than_the_policy_allows_are_refused(errors: int, *, refused: bool) -> None:
    case = CaseScores(key="k", trials=10, errors=errors, scores={"accuracy": (1.0,)})
    card = make_scorecard({}, cases={"a": case})
    assert bool(refusals(card, policy=Policy(max_error_rate=0.2))) is refused


def test_a_metric_that_only_costs_or_lasts_may_be_unknown() -> None:
    card = timed(1, 0.5).model_copy(
        update={"cases": {"a": CaseScores(key="k", trials=1, scores={"accuracy": (1.0,)})}}
    )
    assert refusals(card, policy=Policy()) == ()


@pytest.mark.parametrize(
    ("after", "only_timings"),
    [
        (timed(1, 0.6), True),
        (timed(1, 0.5), False),  # nothing differs at all
        (timed(0, 0.6), False),
        (timed(1, 0.6, tokens=11), False),
        (timed(1, 0.6).model_copy(update={"target": {"spec": "other"}}), False),
    ],
)
def test_only_seconds_are_timings(after: Scorecard, *, only_timings: bool) -> None:
    assert differs_only_in_timings(timed(1, 0.5), after) is only_timings
