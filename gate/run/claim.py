"""One run's place in the store: what was kept of it, and where what it finishes goes. Never touches the file itself.

Trials that finish in the same moment share a commit. It runs on the event loop: it takes less than handing it to
another thread would, which on a busy machine is a wait for every batch.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from pydantic import Field

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.price import Price, own_price
from gate.model.reply import Expense, Failure, Reply, Usage
from gate.model.run import Trial
from gate.model.score import Score
from gate.run.outbox import Outbox
from gate.run.plan import RunPlan
from gate.run.rows import loaded

_MOST_SCORINGS = 40  # of one reply that are kept, the latest: a rubric may be edited a hundred times


class Record(Noun):
    """What is kept of one trial. `scores` are by the mark of the evaluator that gave them; see `Claim`.

    `price` is the user's own by which the reply costs what it says; None where it came from elsewhere.
    """

    reply: Reply | None = None
    price: Price | None = None
    failures: tuple[Failure, ...] = ()
    expenses: tuple[Expense, ...] = ()
    scores: dict[str, tuple[Score, ...]] = Field(default_factory=dict)


def record_in(body: str) -> Record | None:
    """What the body of a row says; None where another version of gate wrote it."""
    try:
        return loaded(Record, body)
    except (ValueError, TypeError):
        return None


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A record on its way to the disk. `again` has a reply that stands there already."""

    question: str
    index: int
    record: Record
    again: bool


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A trial that was kept: `whole`, or with some of its scores (`known`, by evaluator) or its reply lacking.

    `paid` says that it was paid by this very run, before an interruption, and not by an earlier one.
    """

    trial: Trial
    known: Mapping[str, Sequence[Score]]
    whole: bool
    paid: bool
    record: Record


@dataclass(frozen=True, kw_only=True)
class Slot:
    """Where the trials of a run stand: `read` finds (whether it is this run's own, record), `write` puts a batch there.

    `write` returns whether the batch is on disk.
    """

    read: Callable[[Case, int], tuple[bool, Record] | None]
    write: Callable[[Sequence[Entry]], bool]


@dataclass(kw_only=True)
class Claim:
    """The trials of one plan. `whole` is whether all that was to be kept is on disk, `complete` is for the run to say.

    `outbox` is where its batches stand; None where there is no store.
    """

    plan: RunPlan
    slot: Slot
    outbox: Outbox | None = None
    complete: bool = False
    whole: bool = True
    _waiting: list[Entry] = field(default_factory=list)
    _commit: asyncio.Task[None] | None = None

    def kept(self, case: Case, *, index: int) -> Kept | None:
        """What was kept of a trial; None where it is to be asked anew, as one that failed in an earlier run."""
        found = self.slot.read(case, index)
        if found is None:
            return None
        mine, record = found
        reply = self._at_todays_price(record)
        if reply is None and not mine:
            return None
        known = {
            evaluator.name: record.scores[mark]
            for evaluator in self.plan.instruments.evaluators
            if (mark := self._mark(evaluator.name, case)) in record.scores and (mine or evaluator.whole)
        }
        scores = tuple(score for given in known.values() for score in given)
        return Kept(
            trial=Trial(
                case_id=case.id,
                index=index,
                reply=reply,
                scores=scores,
                failures=record.failures,
                expenses=record.expenses,
            ),
            known=known,
            whole=reply is not None and len(known) == len(self.plan.instruments.evaluators),
            paid=mine,
            record=record,
        )

    async def keep(
        self, case: Case, trial: Trial, *, shares: Mapping[str, int], kept: Kept | None = None
    ) -> None:
        """Returns when the trial is on disk. Cancelled, it gets there with the next `flush`.

        `shares` are how many of its scores each evaluator gave, in their order; `kept` is what it was made from.
        """
        before = kept.record.scores if kept is not None else {}
        scores, start = dict(before), 0
        for name, count in shares.items():
            mark = self._mark(name, case)
            scores.pop(mark, None)
            scores[mark] = trial.scores[start : start + count]
            start += count
        lost = tuple(failure for failure in trial.failures if failure.stage == "target")
        latest = dict(list(scores.items())[-_MOST_SCORINGS:])
        again = kept is not None and kept.record.reply is not None
        made = (
            kept.record
            if kept is not None and again
            else Record(reply=trial.reply, price=self._price(trial.reply))
        )
        record = Record(
            reply=made.reply,
            price=made.price,
            failures=lost,
            expenses=trial.expenses,
            scores=latest,
        )
        self._waiting.append(Entry(question=case.asked_key, index=trial.index, record=record, again=again))
        if self._commit is None:
            self._commit = asyncio.create_task(self._soon())
        await asyncio.shield(self._commit)

    def flush(self) -> None:
        """Put on disk what is not there yet."""
        batch, self._waiting = self._waiting, []
        if batch:
            self.whole = self.slot.write(batch) and self.whole

    async def _soon(self) -> None:
        await asyncio.sleep(0)  # for the others that finished in the same moment
        self._commit = None
        self.flush()

    def _at_todays_price(self, record: Record) -> Reply | None:
        """The reply as it was, at what it costs by the prices of today; unknown where only an old one was known."""
        reply, price = record.reply, self._price(record.reply)
        if reply is None or price == record.price:
            return reply
        return reply.model_copy(
            update={"cost_usd": None if price is None else price.cost_usd(reply.usage or Usage())}
        )

    def _price(self, reply: Reply | None) -> Price | None:
        """The user's own price of a reply, where it has one."""
        if reply is None or reply.model is None or reply.usage is None:
            return None
        return own_price(self.plan.suite.prices, reply.model)

    def _mark(self, name: str, case: Case) -> str:
        """What an evaluator's scores of a reply stand under: the instrument, and what it was told is right."""
        return f"{self.plan.instruments.fingerprints[name]} {case.scored_key} {name}"
