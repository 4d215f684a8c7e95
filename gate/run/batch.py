"""RunPlan → its questions asked in batches: the replies in the store without a score, for the run that comes after.

A batch cannot be stopped in the middle, so what is handed in is bounded beforehand by what the budget surely allows. What
is handed in is never handed in again: it is in the outbox, and the same command goes on with it.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Literal

from gate.model.batch import Batch, BatchError, Batching
from gate.model.case import Case
from gate.model.errors import EvaluationError, InterruptedRunError
from gate.model.price import priced
from gate.model.redaction import secrets_of
from gate.model.reply import Failure, Reply, Usage
from gate.model.run import Trial
from gate.run.allowance import Allowance
from gate.run.budget import Ledger
from gate.run.claim import Claim, Kept
from gate.run.failures import public, without_secrets
from gate.run.handing import hand_in, identify
from gate.run.outbox import Pending
from gate.run.plan import RunPlan
from gate.run.post import Draw, Post
from gate.run.store import StoreError

_LONGEST_S, _SHORTEST_S = 60.0, 5.0  # between two looks at a batch: a tenth of the time it has taken
_STILL_S = 600.0  # after so long without a change it is said that it goes on
_TOGETHER = 200  # replies that share a commit


@dataclass(kw_only=True)
class Fetched:
    """What the batches left: by case id and index, why there is no reply (`lost`); `stopped` is why the rest is not asked."""

    lost: dict[tuple[str, int], Failure] = field(default_factory=dict)
    stopped: tuple[Literal["budget", "target"], str] = (
        "target",
        "what a batch answered cannot be read in the store",
    )

    def askable(self, case: Case, *, index: int, kept: Kept | None) -> bool:
        """Whether there is something to do for a trial; what was to be asked in a batch is never asked alone."""
        return (kept is not None and kept.trial.reply is not None) or (case.id, index) in self.lost


async def fetch(plan: RunPlan, batching: Batching, *, claim: Claim | None, ledger: Ledger) -> Fetched:
    """Ask every draw of a plan that is not kept, in batches; ends when all of them have ended.

    Raises:
        InterruptedRunError: stopped from outside. The batches go on.
        EvaluationError: the store cannot be written, without which a batch could not be found again.
    """
    outbox = claim.outbox if claim is not None else None
    if claim is None or outbox is None:
        raise EvaluationError(
            f"{plan.suite.name}: nothing is asked in a batch where its name cannot be kept; mend the store"
        )
    post = Post(plan, batching, outbox=outbox)
    work = _Fetch(post, claim=claim, ledger=ledger)
    try:
        await work.done()
    except BatchError as error:
        work.fetched.stopped = ("target", f"the batch could not be asked or read: {error}")
    except StoreError as error:
        raise EvaluationError(
            f"{plan.suite.name}: the store cannot be used ({error}); {post.left()}"
        ) from None
    except asyncio.CancelledError:
        raise InterruptedRunError(f"Suite {plan.suite.name}: {post.left()}") from None
    return work.fetched


class _Fetch:
    """One plan's batches."""

    def __init__(self, post: Post, *, claim: Claim, ledger: Ledger) -> None:
        self._post, self._claim, self._ledger = post, claim, ledger
        self._secrets = secrets_of(os.environ)
        self.fetched = Fetched()

    async def done(self) -> None:
        """What was handed in before comes first: what it answers is not asked again."""
        await self._collect()
        while await self._hand_in():
            await self._collect()

    async def _hand_in(self) -> bool:
        """As many questions as the budget surely allows; whether there was any."""
        allowance = Allowance(self._ledger, cost_usd=self._cost_usd)
        missing = []
        for case, index in self._post.draws():
            kept = self._claim.kept(case, index=index)
            if kept is not None and kept.trial.reply is not None:
                if kept.paid:
                    allowance.paid(kept.trial)
            elif (case.id, index) not in self.fetched.lost:
                missing.append((case, index))
        sent = await hand_in(self._post, missing, allowance=allowance)
        if allowance.refusal and not sent:
            text = f"{allowance.refusal}; mend the budget, and the same command goes on from here"
            self.fetched.stopped = ("budget", text)
        return sent

    def _cost_usd(self, model: str, usage: Usage) -> float | None:
        return self._post.door.cost_usd(model, usage)

    async def _collect(self) -> None:
        """Wait for everything that is handed in, and read it."""
        await identify(self._post)
        waiting = {pending: _Watch() for pending in self._post.outbox.pending()}
        self._post.under_way = [pending.batch for pending in waiting]
        waited_s = 0.0
        while waiting:
            for pending, watch in list(waiting.items()):
                if await self._ended(pending, watch, waited_s=waited_s):
                    self._post.outbox.over(pending)
                    del waiting[pending]
                    self._post.under_way.remove(pending.batch)
            if waiting:
                pause_s = min(_LONGEST_S, max(_SHORTEST_S, waited_s / 10))
                await self._post.batching.pause(pause_s)
                waited_s += pause_s

    async def _ended(self, pending: Pending, watch: "_Watch", *, waited_s: float) -> bool:
        """Whether a batch is over: read to its end, or gone."""
        try:
            batch = await self._post.patiently(lambda: self._post.door.look(pending.batch))
            if not batch.ended:
                if watch.news(batch, at_s=waited_s):
                    self._post.say(
                        f"batch {batch.id}: {batch.done} of {batch.total} done after {waited_s:.0f} s"
                    )
                return False
            await self._post.patiently(lambda: self._read(pending, batch))
        except BatchError as error:
            if not error.gone or pending.batch in self._post.made:
                raise
            self._post.say(
                f"batch {pending.batch} is gone at the provider; what it was to answer is asked again"
            )
        return True

    async def _read(self, pending: Pending, batch: Batch) -> None:
        """Put what it answered into the store. It may be read again: what is there stays."""
        draws = {pending.name(case, index): (case, index) for case, index in self._post.draws()}
        seen = answered = lost = 0
        async for group in _grouped(self._post.door.results(batch.id)):
            seen += len(group)
            mine = [(draws[name], outcome) for name, outcome in group if name in draws]
            replies = [(draw, outcome) for draw, outcome in mine if isinstance(outcome, Reply)]
            await asyncio.gather(*(self._keep(draw, reply) for draw, reply in replies))
            if not self._claim.whole:
                raise StoreError("what was answered is not on disk")
            for (case, index), outcome in mine:
                if isinstance(outcome, Failure):
                    self.fetched.lost[case.id, index] = public(outcome)
            answered, lost = answered + len(replies), lost + len(mine) - len(replies)
        if seen < batch.total:
            text = f"batch {batch.id}: its results broke off after {seen} of {batch.total}"
            raise BatchError(Failure(stage="target", kind="connection", message=text, retryable=True))
        self._post.say(f"batch {batch.id} has ended: {answered} answered, {lost} not")

    async def _keep(self, draw: Draw, reply: Reply) -> None:
        case, index = draw
        kept = self._claim.kept(case, index=index)
        if kept is not None and kept.trial.reply is not None:
            return
        trial = Trial(case_id=case.id, index=index, reply=priced(reply, self._post.plan.suite.prices))
        await self._claim.keep(case, without_secrets(trial, secrets=self._secrets), shares={})


@dataclass
class _Watch:
    """What was last said of a batch, and when."""

    done: int = 0
    said_s: float = 0.0

    def news(self, batch: Batch, *, at_s: float) -> bool:
        """Whether there is something to say."""
        if batch.done == self.done and at_s - self.said_s < _STILL_S:
            return False
        self.done, self.said_s = batch.done, at_s
        return True


async def _grouped(
    results: AsyncIterator[tuple[str, Reply | Failure]],
) -> AsyncIterator[list[tuple[str, Reply | Failure]]]:
    group = []
    async for result in results:
        group.append(result)
        if len(group) == _TOGETHER:
            yield group
            group = []
    if group:
        yield group
