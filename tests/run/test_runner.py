import asyncio
import contextlib
import textwrap
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate import Failure, Metric, Score
from gate.functions import load_function
from gate.model.budget import Budget
from gate.model.case import Case
from gate.model.errors import InterruptedRunError
from gate.model.reply import Reply, Usage
from gate.model.run import RunResult, Trial
from gate.run.budget import Ledger
from gate.run.journal import open_journal
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_plan


def result_of(target: FakeTarget | None = None, **fields: Any) -> RunResult:
    return asyncio.run(run(make_plan(target, **fields)))


def refused(kind: str) -> Failure:
    return Failure(stage="target", kind=kind, message=f"no: {kind}")


def failing(error: BaseException) -> Callable[[Case, int], Reply]:
    def answer(*_: Any) -> Reply:
        raise error

    return answer


def only_failure(result: RunResult) -> Failure:
    ((failure,),) = {trial.failures for trial in result.trials}
    return failure


# --- what comes back -----------------------------------------------------------------------------------------------------


def test_every_case_is_drawn_as_often_as_planned_from_the_first_index_on() -> None:
    target = FakeTarget()
    result = result_of(target, cases=3, draws=2, first_index=1)
    places = [(f"case-{n}", index) for n in range(3) for index in (1, 2)]
    assert [(trial.case_id, trial.index) for trial in result.trials] == places
    assert sorted(target.asked) == places
    assert all(trial.reply and trial.reply.output == f"answer to {trial.case_id}" for trial in result.trials)
    assert (result.draws, result.stopped, result.target) == (2, None, {"spec": "t1"})


def test_all_cases_are_asked_once_before_any_is_asked_again() -> None:
    target = FakeTarget()
    result_of(target, cases=5, draws=3, concurrency=1)
    assert target.asked == [(f"case-{n}", index) for index in range(3) for n in range(5)]


@given(
    delays=st.lists(st.integers(0, 12), min_size=12, max_size=12),
    concurrency=st.integers(1, 12),
    slow_scores=st.booleans(),
)
def test_a_result_does_not_depend_on_when_its_trials_finished(
    delays: list[int], concurrency: int, slow_scores: object
) -> None:
    turns = {(f"case-{n}", index): delays[n * 2 + index] for n in range(6) for index in range(2)}

    async def answer(case: Case, index: int) -> Reply | Failure:
        for _ in range(turns[case.id, index]):
            await asyncio.sleep(0)
        return refused("bad") if case.id == "case-3" else make_reply(f"{case.id} {index}")

    async def scored(sample: Any) -> list[Score]:
        for _ in range(turns[sample.case.id, 1 - sample.index] if slow_scores else 0):
            await asyncio.sleep(0)
        return [Score(value=float(sample.index))]

    def result(answer: Callable[[Case, int], Any], concurrency: int) -> RunResult:
        evaluators = [FakeEvaluator(scored=scored)]
        found = result_of(
            FakeTarget(answer), cases=6, draws=2, concurrency=concurrency, evaluators=evaluators
        )
        return found.model_copy(update={"duration_s": 0})

    assert result(answer, concurrency) == result(answer, 1)


@pytest.mark.parametrize(("concurrency", "most"), [(1, 1), (3, 3), (50, 10)])
def test_as_many_are_in_flight_as_allowed_and_never_more(concurrency: int, most: int) -> None:
    async def answer(*_: Any) -> Reply:
        await asyncio.sleep(0)
        return make_reply()

    target = FakeTarget(answer)
    result_of(target, cases=10, concurrency=concurrency)
    assert target.most_at_once == most


class Steps:
    """A progress that writes down what it is told."""

    def __init__(self) -> None:
        self.told: list[Any] = []

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        self.told.append((suite, total, resumed))

    def finished(self, trial: Trial) -> None:
        self.told.append(trial.case_id)

    def ended(self) -> None:
        self.told.append("ended")


def test_progress_hears_of_the_start_of_every_trial_and_of_the_end() -> None:
    steps = Steps()
    asyncio.run(run(make_plan(cases=2, concurrency=1), progress=steps))
    assert steps.told == [("suite", 2, 0), "case-0", "case-1", "ended"]


def test_metrics_that_show_only_when_scored_get_their_evaluators_fingerprint() -> None:
    tone = Metric(name="facts.tone", kind="binary")
    evaluator = FakeEvaluator(
        "facts", lambda _: [Score(value=1, metric="facts.tone")], metrics=(), described=[tone]
    )
    result = result_of(evaluators=[evaluator])
    assert result.metrics == {"facts.tone": tone.model_copy(update={"fingerprint": "f-facts"})}


# --- failures are data ---------------------------------------------------------------------------------------------------


def test_a_failure_of_the_target_is_kept_and_the_others_go_on() -> None:
    def answer(case: Case, _: int) -> Reply | Failure:
        return refused("rate_limit") if case.id == "case-1" else make_reply()

    result = result_of(FakeTarget(answer))
    assert [bool(trial.reply) for trial in result.trials] == [True, False, True]
    assert result.trials[1].failures == (refused("rate_limit"),)
    assert not result.trials[1].scores


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError("bad\nthing"), "ValueError: bad thing"),
        (SystemExit(0), "SystemExit: 0"),
        (TimeoutError("mine"), "TimeoutError: mine"),
        (asyncio.CancelledError(), "it was cancelled from within"),
        (RecursionError("deep"), "RecursionError: deep"),
        (Exception("x" * 10_000), "xxx…xxx"),
    ],
)
def test_whatever_a_target_raises_is_a_failure_of_its_trial(error: BaseException, message: str) -> None:
    failure = only_failure(result_of(FakeTarget(failing(error))))
    assert (failure.stage, failure.kind, failure.evaluator) == ("target", "exception", None)
    assert message in failure.message
    assert len(failure.message) < 500


def test_a_failure_names_the_line_of_the_users_file(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        textwrap.dedent(
            """
            import json

            def broken(text):
                return json.loads(text)
            """
        )
    )
    function = load_function("app.py:broken", tmp_path)
    failure = only_failure(result_of(FakeTarget(lambda *_: function(text="{")), root=tmp_path))
    assert failure.message.startswith("JSONDecodeError: Expecting property name")
    assert failure.message.endswith(" (app.py:5)")


def test_no_failure_tells_a_credential(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_API_KEY", "very-secret-value")
    text = "key very-secret-value and sk-ant-abcdefghijkl"
    told = [
        only_failure(result_of(FakeTarget(failing(ValueError(text))))),
        only_failure(result_of(FakeTarget(lambda *_: Failure(stage="target", kind="auth_", message=text)))),
        only_failure(result_of(evaluators=[FakeEvaluator(scored=lambda _: raising(ValueError(text)))])),
    ]
    for failure in told:
        assert "very-secret" not in failure.message
        assert "abcdefghijkl" not in failure.message


def raising(error: BaseException) -> Any:
    raise error


@pytest.mark.parametrize("answer", ["a text", None, 3, {"output": "x"}])
def test_an_answer_that_is_no_reply_is_a_failure(answer: Any) -> None:
    assert only_failure(result_of(FakeTarget(lambda *_: answer))).kind == "bad_reply"


async def never(*_: Any) -> Reply:
    await asyncio.Event().wait()
    raise AssertionError


async def stubborn(*_: Any) -> Reply:
    """Does not heed its cancellation."""
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.Event().wait()
    return make_reply("too late")


async def disguised(*_: Any) -> Reply:
    """Turns its cancellation into an error of its own."""
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        raise RuntimeError("connection lost") from None
    raise AssertionError


@pytest.mark.parametrize("slow", [never, stubborn, disguised])
def test_no_answer_in_time_is_a_failure_whatever_the_target_makes_of_it(
    slow: Callable[..., Awaitable[Any]],
) -> None:
    target = FakeTarget(lambda case, _: slow() if case.id == "case-1" else make_reply())
    result = result_of(target, timeout_s=0.05)
    assert [bool(trial.reply) for trial in result.trials] == [True, False, True]
    (failure,) = result.trials[1].failures
    assert (failure.kind, failure.retryable, failure.stage) == ("timeout", True, "target")
    assert "0.05 s" in failure.message


def test_a_keyboard_interrupt_is_nobodys_failure() -> None:
    with pytest.raises(KeyboardInterrupt):
        result_of(FakeTarget(failing(KeyboardInterrupt())))


def test_an_error_of_ours_ends_the_run_and_is_not_hidden_in_a_trial() -> None:
    class Broken(Steps):
        def finished(self, trial: Trial) -> None:
            raise ZeroDivisionError(trial.case_id)

    with pytest.raises(ZeroDivisionError):
        asyncio.run(run(make_plan(cases=20), progress=Broken()))


# --- a target that is out of reach ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["auth", "payment", "permission", "unknown_model", "not_found"])
def test_lasting_refusals_at_the_start_stop_the_run(kind: str) -> None:
    target = FakeTarget(lambda *_: refused(kind))
    result = result_of(target, cases=100, concurrency=1)
    assert len(target.asked) == 3
    assert result.stopped is not None
    assert (result.stopped.reason, result.stopped.left) == ("target", 97)
    assert f"no: {kind}" in result.stopped.message
    assert "97 of 100" in result.stopped.message


def test_what_is_in_flight_is_cancelled_when_the_target_is_out_of_reach() -> None:
    async def answer(case: Case, _: int) -> Reply | Failure:
        return refused("auth") if case.id in {"case-0", "case-1", "case-2"} else await never()

    result = result_of(FakeTarget(answer), cases=100, concurrency=50)
    assert [trial.case_id for trial in result.trials] == ["case-0", "case-1", "case-2"]


@pytest.mark.parametrize("kind", ["timeout", "rate_limit", "exception", "bad_reply"])
def test_failures_that_may_pass_do_not_stop_the_run(kind: str) -> None:
    result = result_of(FakeTarget(lambda *_: refused(kind)), cases=30)
    assert result.stopped is None
    assert len(result.trials) == 30


def test_after_an_answer_more_refusals_are_heard_before_the_run_stops() -> None:
    def answer(case: Case, _: int) -> Reply | Failure:
        return make_reply() if case.id == "case-0" else refused("payment")

    result = result_of(FakeTarget(answer), cases=100, concurrency=1)
    assert len(result.trials) == 11


def test_an_answer_between_refusals_starts_the_count_anew() -> None:
    def answer(case: Case, _: int) -> Reply | Failure:
        return make_reply() if int(case.id[5:]) % 3 == 0 else refused("permission")

    assert result_of(FakeTarget(answer), cases=60, concurrency=1).stopped is None


def test_a_case_that_is_not_found_after_an_answer_is_a_matter_of_that_case() -> None:
    def answer(case: Case, _: int) -> Reply | Failure:
        return make_reply() if case.id == "case-0" else refused("not_found")

    assert result_of(FakeTarget(answer), cases=60, concurrency=1).stopped is None


# --- the budget ------------------------------------------------------------------------------------------------------------


def priced(cost_usd: float | None) -> Callable[[Case, int], Awaitable[Reply]]:
    async def answer(*_: Any) -> Reply:
        await asyncio.sleep(0)
        return make_reply(cost_usd=cost_usd, usage=Usage(input_tokens=7, output_tokens=3))

    return answer


@given(cap=st.integers(1, 30), concurrency=st.integers(1, 40))
def test_money_has_a_hard_cap_with_any_number_in_flight(cap: int, concurrency: int) -> None:
    target = FakeTarget(priced(1.0))
    result = result_of(target, cases=20, concurrency=concurrency, budget=Budget(cost_usd=cap))
    assert len(target.asked) == len(result.trials) == min(20, cap)
    assert (result.stopped is None) == (cap >= 20)


@given(cap=st.integers(1, 30), concurrency=st.integers(1, 40))
def test_calls_have_a_hard_cap_with_any_number_in_flight(cap: int, concurrency: int) -> None:
    target = FakeTarget(priced(None))
    result = result_of(target, cases=20, concurrency=concurrency, budget=Budget(calls=cap))
    assert len(target.asked) == len(result.trials) == min(20, cap)
    if result.stopped is None:
        assert cap >= 20
    else:
        assert (result.stopped.reason, result.stopped.left) == ("budget", 20 - cap)
        assert f"budget.calls: {cap}" in result.stopped.message


def test_tokens_have_a_cap() -> None:
    result = result_of(FakeTarget(priced(None)), cases=20, budget=Budget(tokens=45))
    assert len(result.trials) == 5
    assert result.stopped is not None
    assert "budget.tokens: 45" in result.stopped.message


def test_an_unknown_price_blocks_a_cap_on_money_after_one_call() -> None:
    target = FakeTarget(priced(None))
    result = result_of(target, cases=20, concurrency=20, budget=Budget(cost_usd=5))
    assert len(target.asked) == 1
    assert result.stopped is not None
    assert "cannot be held" in result.stopped.message


def test_what_is_in_flight_when_a_cap_is_reached_is_finished_and_kept() -> None:
    async def answer(case: Case, _: int) -> Reply:
        for _ in range(0 if case.id == "case-0" else 20):
            await asyncio.sleep(0)
        return make_reply(cost_usd=1.0)

    result = result_of(FakeTarget(answer), cases=20, concurrency=3, budget=Budget(cost_usd=4))
    assert len(result.trials) == 4
    assert all(trial.reply and trial.scores for trial in result.trials)


def test_a_first_look_is_paid_from_the_same_budget() -> None:
    target = FakeTarget(priced(1.0))
    ledger = Ledger(Budget(cost_usd=5), clock=lambda: 0.0)
    for cases, done in ((3, 3), (20, 2), (20, 0)):
        result = asyncio.run(run(make_plan(target, cases=cases), ledger=ledger))
        assert len(result.trials) == done
    assert len(target.asked) == 5


# --- interruption ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slow", [never, stubborn, disguised])
def test_a_run_that_is_cancelled_ends_as_an_interruption_that_says_how_far_it_came(
    slow: Callable[..., Awaitable[Any]],
) -> None:
    async def interrupted() -> None:
        reached = asyncio.Event()

        async def answer(case: Case, _: int) -> Any:
            if case.id == "case-2":
                reached.set()
            return make_reply() if case.id in {"case-0", "case-1"} else await slow()

        task = asyncio.create_task(run(make_plan(FakeTarget(answer), cases=9)))
        await reached.wait()
        task.cancel()
        await task

    with pytest.raises(InterruptedRunError, match="2 of 9 trials of suite suite were done"):
        asyncio.run(interrupted())


def test_progress_hears_of_every_trial_that_ended_also_where_the_run_is_stopped(tmp_path: Path) -> None:
    steps = Steps()

    async def answer(*_: Any) -> Reply | Failure:
        await asyncio.sleep(0)
        return refused("auth")

    with open_journal(tmp_path, warn=pytest.fail) as journal:
        plan = make_plan(FakeTarget(answer), cases=100, concurrency=50)
        result = asyncio.run(run(plan, progress=steps, journal=journal))
    heard = [step for step in steps.told if isinstance(step, str) and step.startswith("case-")]
    assert result.stopped is not None
    assert sorted(heard) == sorted(trial.case_id for trial in result.trials)
