import asyncio
from pathlib import Path
from typing import Any

import pytest

from gate.evaluators.cost import COST, Cost
from gate.model.reply import Usage
from gate.model.suite import Use
from gate.run.fingerprint import evaluator_fingerprint
from tests.builders import make_reply, make_sample
from tests.evaluators.scoring import make_evaluator

USAGE = Usage(input_tokens=1_000_000, output_tokens=100_000)
OWN = {"local-*": {"input": 2, "output": 10}}


def cost(prices: Any = None, **reply: Any) -> list[float | None]:
    evaluator = make_evaluator(Cost, prices=prices or {})
    scores = asyncio.run(evaluator.score(make_sample(reply=make_reply(**reply))))
    assert all(score.metric == "cost_usd" for score in scores)
    return [score.value for score in scores]


def test_what_the_target_says_is_what_it_cost() -> None:
    assert cost(cost_usd=0.25) == [0.25]


def test_own_prices_come_before_what_the_target_says_and_tell_what_it_does_not() -> None:
    assert cost(OWN, model="local-7b", usage=USAGE, cost_usd=9) == [3]
    assert cost(OWN, model="local-7b", usage=USAGE) == [3]


@pytest.mark.parametrize(
    "reply", [{}, {"model": "other", "usage": USAGE}, {"model": "local-7b"}, {"usage": USAGE}]
)
def test_an_unknown_price_is_no_score_and_never_zero(reply: dict[str, Any]) -> None:
    assert cost(OWN, **reply) == []


def test_what_costs_nothing_has_no_ratio_and_is_no_score() -> None:
    assert cost(cost_usd=0.0) == []


def test_other_prices_make_another_instrument() -> None:
    use, root = Use(use="cost"), Path()
    plain, own = make_evaluator(Cost), make_evaluator(Cost, prices=OWN)
    assert evaluator_fingerprint(plain, use, root) != evaluator_fingerprint(own, use, root)


def test_it_enters_no_baseline_unasked_and_less_is_better() -> None:
    assert (COST.operational, COST.log, COST.better, COST.unit) == (True, True, "lower", "USD")
