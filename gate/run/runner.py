"""RunPlan → RunResult: all draws of all cases, on one event loop. Never loses what was finished, whatever goes wrong.

Each trial is asked, scored and on disk before its slot is given away. Its result does not depend on when it finished.
"""

import asyncio
import os
import time
from collections import deque

from gate.model.errors import InterruptedRunError
from gate.model.progress import Progress
from gate.model.quantity import counted
from gate.model.redaction import secrets_of
from gate.model.reply import Failure, Sample
from gate.model.run import RunResult, Stopped, Trial
from gate.run.asking import Asking
from gate.run.batch import fetch
from gate.run.brake import Brake
from gate.run.budget import Ledger
from gate.run.claim import Claim
from gate.run.failures import without_secrets
from gate.run.journal import Journal
from gate.run.plan import RunPlan
from gate.run.scoring import NOTHING, Scoring
from gate.run.seat import Done, Seat
from gate.run.spool import Spool
from gate.run.tab import Tab, spending
from gate.telemetry.suite import UNRECORDED, SuiteRecord

_GRACE_S = 1.0  # for what was cancelled to put itself in order


async def run(
    plan: RunPlan,
    *,
    progress: Progress | None = None,
    journal: Journal | None = None,
    ledger: Ledger | None = None,
    record: SuiteRecord = UNRECORDED,
) -> RunResult:
    """Do all trials of a plan. Target and evaluators stay open: whoever built them closes them.

    A `ledger` of a suite is shared by all its runs in one walk; without one this run has the whole budget to itself.
    `record` hears of every trial.

    Every case must have passed `check` of the target and of each evaluator.

    Raises:
        InterruptedRunError: the task was cancelled (Ctrl-C); what was finished is in the journal.
        EvaluationError: a plan asks in batches, and there is no store.
    """
    claim = journal.claim(plan) if journal is not None else None
    ledger = ledger or Ledger(plan.suite.budget, clock=time.monotonic)
    batching = plan.batching
    fetched = await fetch(plan, batching, claim=claim, ledger=ledger) if batching is not None else None
    asking = Asking(plan=plan, fetched=fetched, record=record)
    return await _Run(plan, asking, progress=progress, claim=claim, ledger=ledger).result()


class _Run:
    """One run in progress."""

    def __init__(
        self,
        plan: RunPlan,
        asking: Asking,
        *,
        progress: Progress | None,
        claim: Claim | None,
        ledger: Ledger,
    ) -> None:
        self._plan, self._progress, self._claim, self._ledger = plan, progress, claim, ledger
        self._asking, self._fetched, self._unasked = asking, asking.fetched, 0
        self._secrets = secrets_of(os.environ)
        self._trials = Spool({case.id: number for number, case in enumerate(plan.suite.cases)})
        self._seats: deque[Seat] = deque()
        self._divide()
        self._total = len(self._seats) + len(self._trials) + self._unasked
        self._resumed = len(self._trials)
        self._brake = Brake(ledger, total=len(self._seats))
        self._freed = asyncio.Event()
        self._workers: list[asyncio.Task[None]] = []

    async def result(self) -> RunResult:
        """Do it."""
        start = time.perf_counter()
        if self._progress is not None:
            self._progress.started(self._plan.suite.name, total=self._total, resumed=self._resumed)
        self._ledger.run()
        try:
            await self._work_off()
        except asyncio.CancelledError:
            raise InterruptedRunError(self._interruption()) from None
        finally:
            self._ledger.rest()
            if self._progress is not None:
                self._progress.ended()
        if self._fetched is not None and self._unasked:
            self._brake.halt(*self._fetched.stopped)
        if self._claim is not None:
            self._claim.complete = self._brake.stopped is None
        return self._assembled(duration_s=time.perf_counter() - start)

    def _divide(self) -> None:
        """What was done before is kept; of what lacks a score the reply is; the rest is to do.

        All cases once, then all again: so a run that is stopped has whole draws, and repeats stand apart in time.
        """
        plan = self._plan
        for index in range(plan.first_index, plan.first_index + plan.draws):
            for case in plan.suite.cases:
                kept = self._claim.kept(case, index=index) if self._claim is not None else None
                if kept is not None and kept.paid:
                    self._ledger.count(kept.trial)
                if kept is not None and kept.whole:
                    self._trials.append(kept.trial)
                elif self._fetched is not None and not self._fetched.askable(case, index=index, kept=kept):
                    self._unasked += 1
                else:
                    self._seats.append(Seat(case=case, index=index, kept=kept))

    async def _work_off(self) -> None:
        count = min(self._plan.suite.concurrency, len(self._seats))
        self._workers = [asyncio.create_task(self._work()) for _ in range(count)]
        left_s = self._ledger.left_s()
        loop = asyncio.get_running_loop()
        over = None if left_s is None else loop.call_later(left_s, self._time_is_up)
        try:
            if self._workers:
                done, _ = await asyncio.wait(self._workers, return_when=asyncio.FIRST_EXCEPTION)
                for worker in done:
                    if not worker.cancelled() and (error := worker.exception()) is not None:
                        raise error
        finally:
            if over is not None:
                over.cancel()
            await self._wind_up()

    def _time_is_up(self) -> None:
        self._brake.spend_no_more()
        self._freed.set()

    async def _wind_up(self) -> None:
        """End what is still running, and see everything that was finished to the disk."""
        left = [worker for worker in self._workers if not worker.done()]
        for worker in left:
            worker.cancel()
        if left:
            await asyncio.wait(left, timeout=_GRACE_S)
        if self._claim is not None:
            self._claim.flush()

    async def _work(self) -> None:
        while (seat := await self._next()) is not None:
            tab = self._brake.tab()
            with spending(tab), self._asking.trial(seat) as told:
                done = await self._attempt(seat, tab)
            trial = done.trial if done is not None else None
            if done is None:
                self._ledger.abandon()
            else:
                self._asking.tell(told, seat, done)
                await self._finish(seat, done)
            self._freed.set()
            if self._brake.heed(trial, tab):
                for worker in self._workers:
                    if worker is not asyncio.current_task():
                        worker.cancel()

    async def _finish(self, seat: Seat, done: Done) -> None:
        """See a trial to the disk, and count it. Cancelled meanwhile, it is counted all the same."""
        trial = done.trial
        self._trials.append(trial)
        try:
            if self._claim is not None:
                await self._claim.keep(seat.case, trial, shares=done.shares, kept=seat.kept)
        finally:
            if self._progress is not None:
                self._progress.finished(trial)
            if seat.reply is None:
                self._ledger.finish(trial)

    async def _next(self) -> Seat | None:
        while self._seats and self._brake.stopped is None:
            if self._seats[0].reply is not None:
                return self._seats.popleft()
            if self._ledger.refusal() is not None:
                self._brake.spend_no_more()
            elif self._ledger.must_wait():
                self._freed.clear()
                await self._freed.wait()
            else:
                self._ledger.start()
                return self._seats.popleft()
        return None

    async def _attempt(self, seat: Seat, tab: Tab) -> Done | None:
        """One trial: ask, then score. Whatever goes wrong is a Failure in it; None where the budget denied the call."""
        reply = seat.reply or await self._asking.ask(seat)
        kept, place = seat.kept, {"case_id": seat.case.id, "index": seat.index}
        if isinstance(reply, Failure):
            if tab.denied and not tab.expenses:
                return None
            return Done(trial=Trial(**place, failures=(reply,), expenses=tab.expenses))
        sample = Sample(case=seat.case, reply=reply, index=seat.index)
        scoring = await self._plan.instruments.score(
            sample, known=kept.known if kept is not None else NOTHING
        )
        if tab.denied:  # whatever an evaluator made of that: its judge was not asked
            scoring = Scoring(given=NOTHING, failures=(tab.unscored(),))
        trial = Trial(
            **place,
            reply=reply,
            scores=scoring.scores,
            failures=scoring.failures,
            expenses=(*(kept.trial.expenses if kept is not None else ()), *tab.expenses),
        )
        return Done(trial=without_secrets(trial, secrets=self._secrets), shares=scoring.shares)

    def _interruption(self) -> str:
        count = f"{len(self._trials):,} of {counted(self._total, 'trial')} of suite {self._plan.suite.name} were done"
        if self._claim is None or not self._claim.whole:
            return f"{count}."
        return f"{count} and are kept; the same command goes on from there."

    def _assembled(self, *, duration_s: float) -> RunResult:
        plan = self._plan
        trials = self._trials.trials()
        stopped = self._brake.stopped
        if stopped is not None:
            left = self._total - len(trials)
            message = (
                f"{stopped.message} ({left:,} of {counted(self._total, 'trial was', 'trials were')} not done)"
            )
            stopped = Stopped(reason=stopped.reason, message=message, left=left)
        return RunResult(
            suite=plan.suite.name,
            cases=plan.suite.cases,
            draws=plan.draws,
            metrics=plan.instruments.metrics_of(trials),
            target=dict(plan.target_fingerprint),
            trials=trials,
            stopped=stopped,
            shard=plan.suite.shard,
            duration_s=duration_s,
        )
