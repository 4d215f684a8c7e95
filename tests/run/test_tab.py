"""Who pays for what: judges and lost answers fall under the same budget, the moment they are paid."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.model.budget import Budget
from gate.model.case import Message
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply, Usage
from gate.model.run import RunResult
from gate.model.score import Score
from gate.run.budget import Ledger, tokens_of
from gate.run.rescore import rescore
from gate.run.runner import run
from gate.run.tab import Metered
from tests.builders import make_reply
from tests.doubles import FakeEvaluator, FakeTarget
from tests.run.plans import make_instruments, make_plan

REQUEST = ModelRequest(model="a-judge", messages=(Message(role="user", content="is it right?"),))
USAGE = Usage(input_tokens=10, output_tokens=2)


class FakeModel:
    """A judge's model, that answers with a reply or a failure and counts what it is asked."""

    def __init__(self, outcome: Reply | Failure | None = None) -> None:
        self.outcome = outcome or make_reply("yes", usage=USAGE, cost_usd=0.5)
        self.asked = self.in_flight = self.most_at_once = 0

    async def ask(self, _: ModelRequest) -> Reply | Failure:
        self.asked += 1
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)
        await asyncio.sleep(0)
        self.in_flight -= 1
        return self.outcome


def judging(model: FakeModel, *, calls: int = 1, name: str = "judge") -> FakeEvaluator:
    """An evaluator that asks its model so often for one score; what it makes of a failure is a 0."""
    metered = Metered(model)

    async def scored(_: Any) -> list[Score]:
        said = [await metered.ask(REQUEST) for _ in range(calls)]
        return [Score(value=float(all(isinstance(each, Reply) for each in said)))]

    return FakeEvaluator(name, scored)


def answering(cost_usd: float | None = 1.0) -> FakeTarget:
    async def answer(*_: Any) -> Reply:
        await asyncio.sleep(0)
        return make_reply(usage=USAGE, cost_usd=cost_usd)

    return FakeTarget(answer)


def result_of(
    model: FakeModel, *, calls: int = 1, target: FakeTarget | None = None, **fields: Any
) -> RunResult:
    plan = make_plan(target or answering(), evaluators=[judging(model, calls=calls)], **fields)
    return asyncio.run(run(plan))


def test_the_calls_of_a_judge_are_its_trials_expense_by_evaluator() -> None:
    model = FakeModel()
    evaluators = [judging(model, calls=2, name="facts"), judging(model, name="tone")]
    (trial,) = asyncio.run(run(make_plan(answering(), cases=1, evaluators=evaluators))).trials
    assert [(each.evaluator, each.calls, each.cost_usd, tokens_of(each)) for each in trial.expenses] == [
        ("facts", 2, 1.0, 24),
        ("tone", 1, 0.5, 12),
    ]


def test_what_the_target_asks_is_its_reply_and_no_expense() -> None:
    model = FakeModel()
    metered = Metered(model)
    (trial,) = asyncio.run(run(make_plan(FakeTarget(lambda *_: metered.ask(REQUEST)), cases=1))).trials
    assert trial.reply is not None
    assert (trial.reply.output, trial.expenses, model.asked) == ("yes", (), 1)


@pytest.mark.parametrize("concurrency", [1, 10, 100])
@settings(max_examples=12)
@given(cap=st.integers(1, 400))
def test_money_is_capped_over_target_and_judge_with_any_number_in_flight(concurrency: int, cap: int) -> None:
    model, target = FakeModel(), answering()
    result = result_of(
        model, calls=2, target=target, cases=150, concurrency=concurrency, budget=Budget(cost_usd=cap)
    )
    spent = len(target.asked) * 1.0 + model.asked * 0.5
    whole = 2.0 * 150
    if cap > whole:
        assert (result.stopped, spent) == (None, whole)
    else:
        assert spent <= cap + 2.0  # the trial that reached the cap
    replies = [trial.reply for trial in result.trials if trial.reply is not None]
    told = sum(reply.cost_usd or 0 for reply in replies)
    told += sum(each.cost_usd or 0 for trial in result.trials for each in trial.expenses)
    assert told == spent


@pytest.mark.parametrize("concurrency", [1, 10, 100])
@settings(max_examples=12)
@given(cap=st.integers(1, 400))
def test_calls_are_capped_over_target_and_judge(concurrency: int, cap: int) -> None:
    model, target = FakeModel(), answering(None)
    result_of(model, target=target, cases=150, concurrency=concurrency, budget=Budget(calls=cap))
    assert len(target.asked) + model.asked == min(cap, 300)


def test_a_reply_whose_judge_the_budget_denied_is_kept_without_scores() -> None:
    model = FakeModel()
    result = result_of(model, calls=2, cases=3, concurrency=1, budget=Budget(calls=5))
    assert [len(trial.scores) for trial in result.trials] == [1, 0]
    last = result.trials[-1]
    assert last.reply is not None
    assert [(each.stage, each.kind) for each in last.failures] == [("evaluator", "budget")]
    assert [each.calls for each in last.expenses] == [1]
    assert result.stopped is not None
    assert (result.stopped.reason, result.stopped.left) == ("budget", 1)


def test_a_judge_without_a_price_holds_no_cap_on_money() -> None:
    model = FakeModel(make_reply(usage=USAGE, cost_usd=None))
    target = answering()
    result = result_of(model, target=target, cases=20, concurrency=20, budget=Budget(cost_usd=100))
    assert len(target.asked) == 1
    assert result.stopped is not None
    assert "what a call of a judge takes is not known" in result.stopped.message


def test_a_budget_over_all_suites_counts_what_each_of_them_spends() -> None:
    total = Ledger(Budget(calls=25), clock=lambda: 0.0, of=" over all suites")
    done = []
    for _ in range(3):
        ledger = Ledger(Budget(calls=20), clock=lambda: 0.0, above=total)
        done.append(asyncio.run(run(make_plan(answering(), cases=15), ledger=ledger)))
    assert [len(result.trials) for result in done] == [15, 10, 0]
    assert done[0].stopped is None
    assert done[1].stopped is not None
    assert "the cap `budget.calls: 25` is reached over all suites" in done[1].stopped.message


def test_a_run_whose_judge_is_refused_for_good_stops_before_every_case_has_paid_for_it() -> None:
    refusal = Failure(stage="target", kind="auth", message="no such key")
    target = answering()
    result = result_of(FakeModel(refusal), target=target, cases=100, concurrency=1)
    assert len(target.asked) == 3
    assert result.stopped is not None
    assert result.stopped.reason == "target"
    assert (
        "the model of a judge is out of reach: 3 calls in a row were refused (auth)" in result.stopped.message
    )


def test_scoring_anew_counts_judges_and_stops_where_the_budget_does() -> None:
    before = asyncio.run(run(make_plan(answering(), cases=10)))
    model = FakeModel()
    again = asyncio.run(
        rescore(
            before,
            instruments=make_instruments([judging(model)]),
            concurrency=1,
            ledger=Ledger(Budget(cost_usd=2), clock=lambda: 0.0),
        )
    )
    assert (model.asked, len(again.trials)) == (4, 4)
    assert again.stopped is not None
    assert "(6 of 10 trials were not scored)" in again.stopped.message
    assert all([each.calls for each in trial.expenses] == [1] for trial in again.trials)


def test_minutes_that_are_over_cut_no_call_short_and_start_none() -> None:
    async def walk() -> tuple[RunResult, FakeTarget]:
        first = asyncio.Event()

        async def answer(*_: Any) -> Reply:
            first.set()
            await asyncio.sleep(0.3)
            return make_reply()

        target = FakeTarget(answer)
        plan = make_plan(target, cases=20, concurrency=2, budget=Budget(minutes=0.1 / 60))
        return await run(plan), target

    result, target = asyncio.run(walk())
    assert len(target.asked) == len(result.trials) == 2
    assert result.stopped is not None
    assert "`budget.minutes: " in result.stopped.message
