"""What a check and an accept are going to take, before anybody pays; nothing is asked."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from gate.base import base_of_working_tree
from gate.estimates import estimate
from gate.flows.check import more_draws
from gate.model.outlay import Outlay, SuitePlan
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import Ready, prepare
from gate.run.budget import Ledger, Need
from gate.run.estimate import outlay
from gate.run.journal import FOLDER
from gate.running import Draws, bench

Kept = Callable[[Ready, Draws], int]


def plan(place: Place, *, only: Sequence[str] = (), fresh: bool = False) -> tuple[SuitePlan, ...]:
    """What each suite takes, by its prompts, its baseline, and what the store holds. With `fresh` nothing is kept.

    Raises:
        UserError: something in the config, the cases or a baseline is wrong.
    """
    prepared = prepare(place.tree, place.config, only=only)
    base = base_of_working_tree(place.tree, place.config, prepared.sheet)
    with _store(place, prepared.suites, fresh=fresh) as kept:
        return tuple(
            _planned(ready, baseline=base.baseline(ready.suite.name), kept=kept) for ready in prepared.suites
        )


@contextmanager
def _store(place: Place, suites: Sequence[Ready], *, fresh: bool) -> Iterator[Kept]:
    """How many trials are kept. Where there is no store yet, none is made."""
    if not (place.tree.root / FOLDER).exists():
        yield lambda _ready, _draws: 0
        return
    with bench(place, suites, fresh=fresh) as runs:
        yield runs.saved


def _planned(ready: Ready, *, baseline: Scorecard | None, kept: Kept) -> SuitePlan:
    suite = ready.suite
    each = estimate(ready, baseline=baseline)
    first = Draws(purpose="check", count=suite.draws.check)
    again, accepted = more_draws(suite), Draws(purpose="accept", count=suite.draws.accept)

    def taking(draws: Draws) -> Outlay:
        return outlay(each, suite=suite, trials=draws.count * len(suite.cases), kept=kept(ready, draws))

    check, second = taking(first), taking(again) if again.count else None
    accept = taking(accepted)
    looks = {"a check": [check], "a check with its second look": [check, *([second] if second else [])]}
    refusals = (_refusal(ready, name, parts) for name, parts in {**looks, "an accept": [accept]}.items())
    return SuitePlan(
        suite=suite.name,
        cases=len(suite.cases),
        target=suite.target.use,
        model=next(iter(ready.target.models()), None),
        check=check,
        second=second,
        accept=accept,
        refusals=tuple(dict.fromkeys(text for text in refusals if text)),
    )


def _refusal(ready: Ready, name: str, parts: Sequence[Outlay]) -> str:
    """Which cap has no room for it; empty where all have, or where it is not known."""
    total = Ledger(ready.total, clock=time.monotonic, of=" over all suites")
    ledger = Ledger(ready.suite.budget, clock=time.monotonic, above=total)
    tokens = [
        part.input_tokens + part.output_tokens
        for part in parts
        if part.input_tokens is not None and part.output_tokens is not None
    ]
    costs = [part.cost_usd for part in parts if part.cost_usd is not None]
    times = [part.seconds for part in parts if part.seconds is not None]
    need = Need(
        calls=sum(part.asked + part.judge_calls for part in parts),
        tokens=sum(tokens) if tokens else None,
        cost_usd=sum(costs) if costs else None,
        seconds=sum(times) if times else None,
    )
    why = ledger.shortage(need)
    return f"{name} may not fit into the budget: {why}" if why else ""
