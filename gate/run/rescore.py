"""RunResult + evaluators → RunResult with their scores. Never calls the target: its replies and failures stay."""

import asyncio
from collections.abc import Iterator

from gate.model.case import Case
from gate.model.quantity import counted
from gate.model.reply import Sample
from gate.model.run import RunResult, Stopped, Trial
from gate.run.brake import Brake
from gate.run.budget import Ledger
from gate.run.scoring import Instruments
from gate.run.tab import Tab, spending
from gate.telemetry.suite import UNRECORDED, SuiteRecord


async def rescore(
    result: RunResult,
    *,
    instruments: Instruments,
    concurrency: int,
    ledger: Ledger,
    record: SuiteRecord = UNRECORDED,
) -> RunResult:
    """Score every reply anew. What the result held of scores and metrics is gone; what it says of the target stays.

    The calls of judges are counted in the ledger; where it allows no more of them, the rest is left out. `record` hears
    of every trial.
    """
    cases = {case.id: case for case in result.cases}
    trials: dict[int, Trial] = {}
    brake = Brake(ledger, total=len(result.trials))

    async def work(todo: Iterator[tuple[int, Trial]]) -> None:
        for number, trial in todo:
            tab, case = brake.tab(), cases[trial.case_id]
            with spending(tab), record.trial(case, index=trial.index) as told:
                scored = await _scored(trial, case, instruments)
            if not tab.denied:
                trials[number] = _paid(scored, tab)
                record.finish(told, case, trials[number], reused="store")
            brake.heed(trials.get(number), tab)
            if brake.stopped is not None:
                return

    todo = iter(enumerate(result.trials))
    ledger.run()
    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(result.trials))):
            group.create_task(work(todo))
    ledger.rest()
    ordered = tuple(trials[number] for number in sorted(trials))
    metrics = instruments.metrics_of(ordered)
    stopped = _stopped(result, brake, done=len(ordered))
    return result.model_copy(update={"trials": ordered, "metrics": metrics, "stopped": stopped})


def _paid(scored: Trial, tab: Tab) -> Trial:
    """With what the judges cost this time, beside what the target had lost."""
    lost = [expense for expense in scored.expenses if expense.evaluator is None]
    return scored.model_copy(update={"expenses": (*lost, *tab.expenses)})


def _stopped(result: RunResult, brake: Brake, *, done: int) -> Stopped | None:
    """Why the scoring ended early; else, why the run did."""
    if brake.stopped is None:
        return result.stopped
    left = len(result.trials) - done
    message = f"{brake.stopped.message} ({left:,} of {counted(len(result.trials), 'trial was', 'trials were')} not scored)"
    return Stopped(reason=brake.stopped.reason, message=message, left=left)


async def _scored(trial: Trial, case: Case, instruments: Instruments) -> Trial:
    failed = tuple(failure for failure in trial.failures if failure.stage == "target")
    if trial.reply is None:
        return trial.model_copy(update={"scores": (), "failures": failed})
    scoring = await instruments.score(Sample(case=case, reply=trial.reply, index=trial.index))
    return trial.model_copy(update={"scores": scoring.scores, "failures": (*failed, *scoring.failures)})
