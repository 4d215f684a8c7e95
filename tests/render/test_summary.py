import pytest

from gate.model.reply import Failure, Usage
from gate.model.run import Stopped, Trial
from gate.render.summary import summarize
from tests.builders import make_reply, make_run, make_trial


def failed(case_id: str, kind: str, *, message: str = "m") -> Trial:
    return make_trial(
        case_id, reply=None, scores=(), failures=(Failure(stage="target", kind=kind, message=message),)
    )


def test_times_are_quantiles_of_the_replies_that_came() -> None:
    run = make_run(
        [make_trial(f"c{i}", reply=make_reply(latency_s=float(i), ttft_s=0.1)) for i in range(101)],
        duration_s=50.5,
    )
    told = summarize(run)
    assert told.latency_p50_s == 50
    assert told.latency_p95_s == 95
    assert told.ttft_p50_s == 0.1
    assert told.throughput_per_s == 2
    assert (told.cases, told.draws, told.trials, told.failed) == (101, 1, 101, 0)


def test_tokens_and_cost_are_summed_with_those_of_the_cache() -> None:
    usage = Usage(input_tokens=10, output_tokens=5, cache_read_tokens=100, cache_write_tokens=1)
    run = make_run([make_trial(f"c{i}", reply=make_reply(usage=usage, cost_usd=0.1)) for i in range(10)])
    told = summarize(run)
    assert (told.input_tokens, told.output_tokens) == (1110, 50)
    assert told.cost_usd == pytest.approx(1.0, abs=1e-15)


def test_what_one_reply_does_not_tell_is_unknown_and_never_less() -> None:
    run = make_run(
        [make_trial("a", reply=make_reply(usage=Usage(input_tokens=3), cost_usd=0.5)), make_trial("b")],
        duration_s=0,
    )
    told = summarize(run)
    assert told.input_tokens is None
    assert told.cost_usd is None
    assert told.throughput_per_s is None
    assert told.ttft_p50_s is None


def test_failures_are_counted_by_kind_with_one_example_each() -> None:
    trials = [
        failed("a", "timeout", message="first"),
        failed("b", "timeout", message="second"),
        failed("c", "http_status", message="x" * 10_000),
        make_trial("d", failures=(Failure(stage="evaluator", kind="bad_score", message="nan"),)),
    ]
    told = summarize(make_run(trials))
    assert told.failed == 4
    assert told.failures == {"bad_score": 1, "http_status": 1, "timeout": 2}
    assert [example.kind for example in told.examples] == ["bad_score", "http_status", "timeout"]
    assert told.examples[2].message == "first"
    assert len(told.examples[1].message) <= 400


def test_a_run_without_a_reply_knows_no_time_and_no_cost() -> None:
    told = summarize(make_run([failed("a", "timeout")]), resumed=1)
    assert (told.latency_p50_s, told.cost_usd, told.input_tokens) == (None, None, None)
    assert told.resumed == 1


def test_a_stopped_run_says_why() -> None:
    stopped = Stopped(reason="budget", message="the budget of $1 is spent", left=4)
    assert summarize(make_run(stopped=stopped)).stopped == "the budget of $1 is spent"
