import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import Failure, Usage
from gate.model.run import Stopped
from gate.run.summary import quantile, summarize
from tests.builders import make_reply, make_run, make_trial

TIMEOUT = Failure(stage="target", kind="timeout", message="first")
BAD = Failure(stage="evaluator", kind="bad_score", message="m", evaluator="e")


def test_a_run_is_counted() -> None:
    usage = Usage(input_tokens=10, output_tokens=5, cache_read_tokens=3, cache_write_tokens=2)
    reply = make_reply(usage=usage, cost_usd=0.5, ttft_s=0.1)
    trials = [make_trial(f"case-{n}", reply=reply) for n in range(4)]
    summary = summarize(make_run(trials, duration_s=2.0), resumed=1)
    assert (summary.suite, summary.cases, summary.draws, summary.trials, summary.resumed) == (
        "suite",
        4,
        1,
        4,
        1,
    )
    assert (summary.input_tokens, summary.output_tokens, summary.cost_usd) == (60, 20, 2.0)
    assert summary.throughput_per_s == 1.5
    assert (summary.latency_p50_s, summary.latency_p95_s, summary.ttft_p50_s) == (0.25, 0.25, 0.1)
    assert (summary.failed, summary.failures, summary.stopped) == (0, {}, None)


def test_a_trial_counts_once_for_each_kind_of_failure_and_the_first_of_a_kind_is_the_example() -> None:
    trials = [
        make_trial("a", failures=(BAD, BAD)),
        make_trial("b", reply=None, scores=(), failures=(TIMEOUT,)),
        make_trial("c", failures=(BAD, TIMEOUT.model_copy(update={"message": "second"}))),
        make_trial("d"),
    ]
    summary = summarize(make_run(trials))
    assert summary.failed == 3
    assert summary.failures == {"bad_score": 2, "timeout": 2}
    assert summary.examples == (BAD, TIMEOUT)


def test_a_sum_with_an_unknown_in_it_is_unknown_and_never_less() -> None:
    known = make_reply(cost_usd=1.0, usage=Usage(input_tokens=1))
    summary = summarize(make_run([make_trial("a", reply=known), make_trial("b")]))
    assert (summary.cost_usd, summary.input_tokens, summary.output_tokens) == (None, None, None)


def test_a_run_without_a_reply_has_no_figures() -> None:
    summary = summarize(make_run([make_trial(reply=None, scores=(), failures=(TIMEOUT,))]))
    assert (summary.latency_p50_s, summary.cost_usd, summary.throughput_per_s) == (None, None, None)


def test_why_a_run_was_stopped_is_told() -> None:
    assert summarize(make_run(stopped=Stopped(reason="budget", message="spent", left=3))).stopped == "spent"


@given(st.lists(st.floats(0, 1e6), min_size=1), st.sampled_from([0.0, 0.05, 0.5, 0.95, 0.99, 1.0]))
def test_a_quantile_is_the_one_that_numpy_takes(values: list[float], share: float) -> None:
    assert quantile(values, share) == pytest.approx(float(np.quantile(values, share)))


def test_no_values_have_no_quantile() -> None:
    assert quantile([], 0.5) is None
