"""What was spent elsewhere counts here, for the suite's budget and the one above it."""

from gate.model.budget import Budget, Spent
from gate.model.reply import Usage
from gate.run.budget import Ledger
from gate.run.spent import count, spent_since, stand, standing
from tests.builders import make_reply


def ledger(own: Budget, total: Budget) -> Ledger:
    return Ledger(own, clock=lambda: 0.0, above=Ledger(total, clock=lambda: 0.0, of=" over all suites"))


def spend(given: Ledger, calls: int) -> None:
    for _ in range(calls):
        given.count_call()
        given.pay(make_reply(usage=Usage(input_tokens=7, output_tokens=3), cost_usd=0.5))


def test_a_budget_that_stood_elsewhere_goes_on_from_there() -> None:
    here = ledger(Budget(cost_usd=2), Budget(tokens=100))
    spend(here, 3)
    there = ledger(Budget(cost_usd=2), Budget(tokens=100))
    stand(there, standing(here))
    assert there.refusal() is None
    spend(there, 1)
    assert "budget.cost_usd: 2" in str(there.refusal())


def test_what_was_spent_there_counts_here_once_for_each_cap() -> None:
    here = ledger(Budget(cost_usd=2), Budget(tokens=100, calls=5))
    spend(here, 1)
    there = ledger(Budget(cost_usd=2), Budget(tokens=100, calls=5))
    at = standing(here)
    stand(there, at)
    spend(there, 2)
    spent = spent_since(there, at)
    assert spent == Spent(calls=2, seconds=0, amounts={"budget.cost_usd": 1.0, "budget.tokens": 20.0})
    count(here, spent)
    assert standing(here) == standing(there)
