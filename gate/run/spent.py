"""Ledger ↔ what it has counted: a run in another process counts against the same budget."""

from collections.abc import Iterator, Sequence

from gate.model.budget import Spent
from gate.run.budget import Ledger


def standing(ledger: Ledger) -> tuple[Spent, ...]:
    """What a budget has counted, and after it the one above it, for `stand`."""
    return tuple(_counted(each) for each in _chain(ledger))


def stand(ledger: Ledger, at: Sequence[Spent]) -> None:
    """Bring a budget that has counted nothing, and the one above it, to where others stood."""
    for each, counted in zip(_chain(ledger), at, strict=True):
        _count(each, counted)


def spent_since(ledger: Ledger, at: Sequence[Spent]) -> Spent:
    """What was counted since a budget stood there, by it or by the one above it."""
    steps = list(zip(_chain(ledger), at, strict=True))
    amounts = {
        name: amount - before.amounts.get(name, 0)
        for each, before in steps
        for name, amount in _counted(each).amounts.items()
    }
    own, before = steps[0]
    return Spent(calls=own.calls - before.calls, seconds=own.seconds() - before.seconds, amounts=amounts)


def count(ledger: Ledger, spent: Spent) -> None:
    """Count what was spent elsewhere, for this budget and the one above it."""
    for each in _chain(ledger):
        _count(each, spent)


def _chain(ledger: Ledger | None) -> Iterator[Ledger]:
    while ledger is not None:
        yield ledger
        ledger = ledger.above


def _counted(ledger: Ledger) -> Spent:
    amounts = {purse.name: purse.spent for purse in ledger.purses}
    return Spent(calls=ledger.calls, seconds=ledger.seconds(), amounts=amounts)


def _count(ledger: Ledger, spent: Spent) -> None:
    ledger.calls += spent.calls
    ledger.ran_s += spent.seconds
    for purse in ledger.purses:
        purse.spent += spent.amounts.get(purse.name, 0)
