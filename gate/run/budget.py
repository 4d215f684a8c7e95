"""Calls, tokens, money and time → what is spent of a budget, and whether more may be. Asks no clock of its own.

A cap on money or tokens must hold with fifty trials in flight. So the first trial goes alone, to learn what one costs;
after that each trial in flight is taken for as dear as the dearest so far, and the others wait until it is certain.
"""

from collections.abc import Callable, Iterable
from dataclasses import KW_ONLY, dataclass, field
from typing import Protocol

from gate.model.budget import Budget
from gate.model.reply import Usage
from gate.model.run import Trial


class Priced(Protocol):
    """Something that was paid for: a reply, or an expense beside it."""

    @property
    def usage(self) -> Usage | None: ...  # noqa: D102 - the fields of Reply and Expense

    @property
    def cost_usd(self) -> float | None: ...  # noqa: D102 - the same


@dataclass(frozen=True, kw_only=True)
class Need:
    """What a number of trials is going to take, as far as that is known."""

    calls: int
    tokens: float | None = None
    cost_usd: float | None = None
    seconds: float | None = None


@dataclass
class _Purse:
    """One cap on something that each call takes an amount of."""

    name: str
    unit: str
    cap: float
    amount: Callable[[Priced], float | None]
    spent: float = 0
    dearest: float | None = None
    unknown: str = ""

    def pay(self, priced: Priced) -> None:
        amount = self.amount(priced)
        if amount is None:
            model = getattr(priced, "model", None)
            whose = f"a reply of {model}" if model else "a call of a judge" if _judged(priced) else "a reply"
            self.unknown = f"what {whose} takes is not known"
            return
        self.spent += amount

    def learn(self, whole: Iterable[Priced]) -> None:
        """What one trial took in all."""
        self.dearest = max(self.dearest or 0, sum(self.amount(each) or 0 for each in whole))

    def refusal(self) -> str | None:
        if self.unknown:
            return f"the cap `{self.name}` cannot be held, because {self.unknown}; take it out, or cap `calls` instead"
        if self.spent >= self.cap:
            return f"the cap `{self.name}: {self.cap:g}` is reached ({self.spent:.6g} {self.unit} spent)"
        return None

    def may_be_spent(self, in_flight: int) -> bool:
        """Whether the trials in flight might take all that is left."""
        return in_flight > 0 and (self.dearest is None or self.spent + in_flight * self.dearest >= self.cap)


@dataclass
class Ledger:
    """The budget of a suite in one walk, shared by all its trials and looks, and what is spent of it.

    `clock` gives seconds. `above` is the budget over all suites, which everything counts against as well. `of` says
    whose budget it is, where it is not the suite's own.
    """

    budget: Budget
    _: KW_ONLY
    clock: Callable[[], float]
    above: "Ledger | None" = None
    of: str = ""
    calls: int = field(default=0, init=False)
    in_flight: int = field(default=0, init=False)
    ran_s: float = field(default=0, init=False)
    _since: float | None = field(default=None, init=False)
    purses: list[_Purse] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        tokens, money = self.budget.tokens, self.budget.cost_usd
        if tokens is not None:
            self.purses.append(_Purse("budget.tokens", "tokens", tokens, tokens_of))
        if money is not None:
            self.purses.append(_Purse("budget.cost_usd", "US dollars", money, lambda priced: priced.cost_usd))

    def refusal(self, *, another: bool = True) -> str | None:
        """The sentence that says which cap allows no more; None where none is reached.

        With `another` false it is about going on with a call that is counted already.
        """
        text = self._refusal(another=another)
        if text is not None:
            return f"{text}{self.of}"
        return self.above.refusal(another=another) if self.above else None

    def must_wait(self) -> bool:
        """Whether another trial may start only when one of those in flight has finished."""
        own = any(purse.may_be_spent(self.in_flight) for purse in self.purses)
        return own or (self.above is not None and self.above.must_wait())

    def run(self) -> None:
        """The time of a run begins to count."""
        self._since = self.clock()
        if self.above is not None:
            self.above.run()

    def rest(self) -> None:
        """It is over."""
        self.ran_s, self._since = self.seconds(), None
        if self.above is not None:
            self.above.rest()

    def seconds(self) -> float:
        """How long its runs have taken."""
        return self.ran_s + (0.0 if self._since is None else self.clock() - self._since)

    def left_s(self) -> float | None:
        """Seconds until the time is up; None where it has no end."""
        minutes = self.budget.minutes
        own = None if minutes is None else minutes * 60 - self.seconds()
        others = self.above.left_s() if self.above is not None else None
        known = [left for left in (own, others) if left is not None]
        return min(known) if known else None

    def start(self) -> None:
        """A trial starts."""
        self.in_flight += 1
        self.count_call()
        if self.above is not None:
            self.above.in_flight += 1

    def finish(self, trial: Trial) -> None:
        """A trial that was started is done. What it paid beside its reply was counted when it was paid."""
        self.in_flight -= 1
        if self.above is not None:
            self.above.in_flight -= 1
        if trial.reply is not None:
            self.pay(trial.reply)
        self._learn(trial)

    def abandon(self) -> None:
        """A trial that was started was not asked after all."""
        self.in_flight -= 1
        self.calls -= 1
        if self.above is not None:
            self.above.abandon()

    def count_call(self) -> None:
        """One more call."""
        self.calls += 1
        if self.above is not None:
            self.above.count_call()

    def pay(self, priced: Priced) -> None:
        """Something was paid for."""
        for purse in self.purses:
            purse.pay(priced)
        if self.above is not None:
            self.above.pay(priced)

    def count(self, trial: Trial) -> None:
        """A trial that was done before this run counts against the budget, too."""
        for _ in range(1 + sum(expense.calls for expense in trial.expenses)):
            self.count_call()
        for priced in paid_in(trial):
            self.pay(priced)
        self._learn(trial)

    def shortage(self, need: Need) -> str | None:
        """The sentence that says which cap has no room for what is needed; None where all have."""
        wanted: list[tuple[str, float | None, float | None, float, str]] = [
            ("budget.calls", self.budget.calls, need.calls, self.calls, "calls"),
            ("budget.minutes", self.budget.minutes, _minutes(need.seconds), self.seconds() / 60, "minutes"),
        ]
        amounts = {"budget.tokens": need.tokens, "budget.cost_usd": need.cost_usd}
        wanted += [(p.name, p.cap, amounts[p.name], p.spent, p.unit) for p in self.purses]
        for name, cap, more, spent, unit in wanted:
            if cap is not None and more is not None and spent + more > cap:
                left = max(0.0, cap - spent)
                return f"it would take about {more:.4g} {unit}, and of `{name}: {cap:g}`{self.of} {left:.4g} is left"
        return self.above.shortage(need) if self.above is not None else None

    def _refusal(self, *, another: bool) -> str | None:
        budget = self.budget
        if another and budget.calls is not None and self.calls >= budget.calls:
            return f"the cap `budget.calls: {budget.calls}` is reached"
        if budget.minutes is not None and self.seconds() >= budget.minutes * 60:
            return f"the cap `budget.minutes: {budget.minutes:g}` is reached"
        return next((text for purse in self.purses if (text := purse.refusal())), None)

    def _learn(self, trial: Trial) -> None:
        paid = list(paid_in(trial))
        for purse in self.purses if paid else ():
            purse.learn(paid)
        if self.above is not None:
            self.above._learn(trial)  # noqa: SLF001 - its own kind


def paid_in(trial: Trial) -> Iterable[Priced]:
    """Everything that was paid for in a trial."""
    return [*([trial.reply] if trial.reply is not None else []), *trial.expenses]


def _judged(priced: Priced) -> bool:
    return getattr(priced, "evaluator", None) is not None


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60


def tokens_of(priced: Priced) -> float | None:
    """All tokens of one call, those of the prompt cache too; None where it does not tell."""
    usage = priced.usage
    if usage is None:
        return None
    return usage.input_tokens + usage.output_tokens + usage.cache_read_tokens + usage.cache_write_tokens
