"""What one trial spends, while it spends it: found through the context by whoever pays on its behalf.

A judge's calls and lost answers are counted against the budget the moment they are paid, not when the trial is done.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

from gate.model.budget import Budget
from gate.model.ports import LanguageModel, ModelRequest
from gate.model.reply import Expense, Failure, Reply
from gate.run.budget import Ledger
from gate.run.patience import aside

SPENT = "budget"  # the kind of failure of what was not asked, because a cap is reached


class Tab:
    """The expenses of one trial.

    `refusal` says why it may spend no more (None as long as it may), `denied` whether it wanted to. `judged` is what
    its calls of judges came to: a failure, or None.
    """

    def __init__(self, ledger: Ledger) -> None:
        self.refusal: str | None = None
        self.denied = False
        self.judged: list[Failure | None] = []
        self._ledger = ledger
        self._expenses: dict[str | None, Expense] = {}
        self._waits: set[asyncio.Future[int | None]] = set()

    @property
    def expenses(self) -> tuple[Expense, ...]:
        """By evaluator, the target's own first."""
        return tuple(sorted(self._expenses.values(), key=lambda each: each.evaluator or ""))

    def may_call(self) -> bool:
        """Whether one more call may be made; it is counted."""
        if self._may(another=True):
            self._ledger.count_call()
            return True
        return False

    def may_go_on(self) -> bool:
        """Whether a call that is counted already may be attempted again."""
        return self._may(another=False)

    def deny(self) -> Failure:
        """What a call comes to that the budget did not allow."""
        self.denied = True
        evaluator = payer()
        stage: Literal["target", "evaluator"] = "target" if evaluator is None else "evaluator"
        return Failure(stage=stage, kind=SPENT, message=f"not asked: {self.refusal}", evaluator=evaluator)

    def unscored(self) -> Failure:
        """What a trial has instead of scores whose judge was not asked; its reply is kept, and scored another time."""
        return Failure(stage="evaluator", kind=SPENT, message=f"not scored: {self.refusal}")

    def charge(self, expense: Expense) -> None:
        """Something was paid, by whoever is at work: the target, or an evaluator."""
        evaluator = payer()
        own = expense.model_copy(update={"evaluator": evaluator})
        self._ledger.pay(own)
        before = self._expenses.get(evaluator)
        self._expenses[evaluator] = own if before is None else before.plus(own)

    async def wait(self, future: asyncio.Future[int | None]) -> int | None:
        """Await something that is no call: it counts against no time limit.

        It ends with None at once when nothing more may be spent.
        """
        if self.refusal is not None:
            return None
        self._waits.add(future)
        try:
            with aside():
                return await future
        finally:
            self._waits.discard(future)

    def stop(self, refusal: str) -> None:
        """Nothing more may be spent: what waits need wait no longer."""
        self.refusal = self.refusal or refusal
        for future in self._waits:
            if not future.done():
                future.set_result(None)

    def _may(self, *, another: bool) -> bool:
        self.refusal = self.refusal or self._ledger.refusal(another=another)
        return self.refusal is None


_TAB: ContextVar[Tab | None] = ContextVar("tab", default=None)
_EVALUATOR: ContextVar[str | None] = ContextVar("evaluator", default=None)


def current_tab() -> Tab:
    """The tab of the trial that this is done for; outside of a run, one that nobody looks at."""
    return _TAB.get() or Tab(Ledger(Budget(), clock=time.monotonic))


def payer() -> str | None:
    """The evaluator that this is done for; None for the target."""
    return _EVALUATOR.get()


@contextmanager
def spending(tab: Tab) -> Iterator[None]:
    """What is paid in here goes on the tab."""
    before = _TAB.get()
    _TAB.set(tab)
    try:
        yield
    finally:
        _TAB.set(before)  # no token: what is left behind by its loop ends in another context


@contextmanager
def judging(evaluator: str | None) -> Iterator[None]:
    """What is paid in here is an evaluator's expense; None: the target's."""
    before = _EVALUATOR.get()
    _EVALUATOR.set(evaluator)
    try:
        yield
    finally:
        _EVALUATOR.set(before)


class Metered:
    """A language model whose calls by an evaluator are admitted by the budget first, and go on the trial's tab after.

    What a target asks comes back as its reply, and is counted there.
    """

    def __init__(self, model: LanguageModel) -> None:
        self._model = model

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        """Ask, if the budget allows it."""
        evaluator = payer()
        if evaluator is None:
            return await self._model.ask(request)
        tab = current_tab()
        if not tab.may_call():
            return tab.deny()
        outcome = await self._model.ask(request)
        tab.judged.append(outcome if isinstance(outcome, Failure) else None)
        if isinstance(outcome, Reply):
            tab.charge(Expense(usage=outcome.usage, cost_usd=outcome.cost_usd))
        return outcome
