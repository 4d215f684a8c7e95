"""What a reply cost is told by the user's own prices, in the reply itself: the budget and every report go by it."""

import asyncio
from dataclasses import replace
from typing import Any

from gate.model.budget import Budget
from gate.model.price import Price
from gate.model.reply import Usage
from gate.model.run import RunResult
from gate.run.runner import run
from tests.builders import make_reply
from tests.doubles import FakeTarget
from tests.run.plans import make_plan


def result(**suite: Any) -> RunResult:
    """Four replies of a model `mine`, of one token each."""
    reply = make_reply(model="mine", usage=Usage(input_tokens=1))
    plan = make_plan(FakeTarget(lambda *_: reply), cases=4, concurrency=1)
    return asyncio.run(run(replace(plan, suite=plan.suite.model_copy(update=suite))))


def test_every_reply_of_a_priced_model_says_what_it_cost() -> None:
    costs = [
        trial.reply.cost_usd
        for trial in result(prices={"mine": Price(input=2e5, output=0)}).trials
        if trial.reply
    ]
    assert costs == [0.2] * 4


def test_without_a_price_the_cost_is_not_known() -> None:
    assert {trial.reply.cost_usd for trial in result().trials if trial.reply} == {None}


def test_a_cap_on_money_is_held_by_own_prices() -> None:
    stopped = result(prices={"mine": Price(input=2e5, output=0)}, budget=Budget(cost_usd=0.4)).stopped
    assert stopped is not None
    assert "`budget.cost_usd: 0.4` is reached" in stopped.message
