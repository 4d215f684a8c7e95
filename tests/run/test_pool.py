from typing import Any

import pytest

from gate.model.run import Stopped
from gate.run.pool import pooled
from tests.builders import make_case, make_metric, make_run, make_trial

CASES = (make_case("b"), make_case("a"))


def run_of(*indices: int, **fields: Any) -> Any:
    trials = [make_trial(case.id, index) for index in indices for case in CASES]
    return make_run(trials, **{"cases": CASES, "draws": len(indices), "duration_s": 2.0, **fields})


def test_the_draws_of_both_stand_in_the_order_of_the_cases() -> None:
    both = pooled(run_of(0), run_of(1, 2))
    assert [(trial.case_id, trial.index) for trial in both.trials] == [
        (case_id, index) for case_id in ("b", "a") for index in (0, 1, 2)
    ]
    assert (both.draws, both.duration_s, both.stopped) == (3, 4.0, None)


def test_a_run_that_was_stopped_makes_the_pool_stopped() -> None:
    stopped = Stopped(reason="budget", message="m", left=1)
    assert pooled(run_of(0, stopped=stopped), run_of(1)).stopped == stopped
    assert pooled(run_of(0), run_of(1, stopped=stopped)).stopped == stopped


def test_metrics_of_both_are_kept() -> None:
    other = {"accuracy": make_metric(), "tone": make_metric("tone")}
    assert pooled(run_of(0), run_of(1, metrics=other)).metrics == other


@pytest.mark.parametrize(
    "second",
    [
        run_of(0),
        run_of(1, suite="other"),
        run_of(1, target={"spec": "t2"}),
        run_of(1, cases=(make_case("b", input="changed"), make_case("a"))),
        run_of(1, metrics={"accuracy": make_metric(fingerprint="f2")}),
    ],
    ids=["same draws", "suite", "target", "cases", "metric"],
)
def test_what_is_not_the_same_thing_is_never_pooled(second: Any) -> None:
    with pytest.raises(ValueError, match="cannot be pooled"):
        pooled(run_of(0), second)
