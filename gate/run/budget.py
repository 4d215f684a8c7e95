"""Trials → what is spent of a budget, and whether another may start. Never asks a clock of its own.

A cap on money or tokens must hold with fifty calls in flight. So the first call goes alone, to learn what one costs;
after that each call in flight is taken for as dear as the dearest so far, and the others wait until it is certain.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gate.model.reply import Reply
from gate.model.run import Trial
from gate.model.suite import Budget


@dataclass
class _Purse:
    """One cap on something that each reply takes an amount of."""

    name: str
    unit: str
    cap: float
    amount: Callable[[Reply], float | None]
    spent: float = 0
    dearest: float | None = None
    unknown: str = ""

    def pay(self, reply: Reply) -> None:
        amount = self.amount(reply)
        if amount is None:
            self.unknown = f" of {reply.model}" if reply.model else ""
            self.unknown = f"what a reply{self.unknown} takes is not known"
            return
        self.spent += amount
        self.dearest = max(self.dearest or 0, amount)

    def refusal(self) -> str | None:
        if self.unknown:
            return f"the cap `{self.name}` cannot be held, because {self.unknown}; take it out, or cap `calls` instead"
        if self.spent >= self.cap:
            return f"the cap `{self.name}: {self.cap:g}` is reached ({self.spent:.6g} {self.unit} spent)"
        return None

    def may_be_spent(self, in_flight: int) -> bool:
        """Whether the calls in flight might take all that is left."""
        return in_flight > 0 and (self.dearest is None or self.spent + in_flight * self.dearest >= self.cap)


class Ledger:
    """The budget of one run. `clock` gives seconds; `paid` are trials that count although they were done before."""

    def __init__(self, budget: Budget, *, clock: Callable[[], float], paid: Iterable[Trial] = ()) -> None:
        self._budget, self._clock, self._start = budget, clock, clock()
        self._calls = self._in_flight = 0
        self._purses = []
        if budget.tokens is not None:
            self._purses.append(_Purse("budget.tokens", "tokens", budget.tokens, _tokens))
        if budget.cost_usd is not None:
            self._purses.append(
                _Purse("budget.cost_usd", "US dollars", budget.cost_usd, lambda r: r.cost_usd)
            )
        for trial in paid:
            self._calls += 1
            self._pay(trial)

    def refusal(self) -> str | None:
        """The sentence that says which cap allows no more; None where none is reached."""
        budget = self._budget
        if budget.calls is not None and self._calls >= budget.calls:
            return f"the cap `budget.calls: {budget.calls}` is reached"
        if budget.minutes is not None and self._clock() - self._start >= budget.minutes * 60:
            return f"the cap `budget.minutes: {budget.minutes:g}` is reached"
        return next((text for purse in self._purses if (text := purse.refusal())), None)

    def must_wait(self) -> bool:
        """Whether another trial may start only when one of those in flight has finished."""
        return any(purse.may_be_spent(self._in_flight) for purse in self._purses)

    def start(self) -> None:
        """A trial starts."""
        self._calls += 1
        self._in_flight += 1

    def finish(self, trial: Trial) -> None:
        """A trial that was started is done."""
        self._in_flight -= 1
        self._pay(trial)

    def _pay(self, trial: Trial) -> None:
        if trial.reply is not None:
            for purse in self._purses:
                purse.pay(trial.reply)


def _tokens(reply: Reply) -> float | None:
    usage = reply.usage
    if usage is None:
        return None
    return usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
