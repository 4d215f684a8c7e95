"""RunResult + evaluators → RunResult with their scores. Never calls the target: its replies and failures stay."""

import asyncio
from collections.abc import Iterator

from gate.model.reply import Sample
from gate.model.run import RunResult, Trial
from gate.run.scoring import Instruments


async def rescore(result: RunResult, *, instruments: Instruments, concurrency: int) -> RunResult:
    """Score every reply anew. What the result held of scores and metrics is gone; what it says of the target stays."""
    cases = {case.id: case for case in result.cases}
    trials: dict[int, Trial] = {}

    async def work(todo: Iterator[tuple[int, Trial]]) -> None:
        for number, trial in todo:
            failed = tuple(failure for failure in trial.failures if failure.stage == "target")
            if trial.reply is None:
                trials[number] = trial.model_copy(update={"scores": (), "failures": failed})
                continue
            sample = Sample(case=cases[trial.case_id], reply=trial.reply, index=trial.index)
            scoring = await instruments.score(sample)
            trials[number] = trial.model_copy(
                update={"scores": scoring.scores, "failures": (*failed, *scoring.failures)}
            )

    todo = iter(enumerate(result.trials))
    async with asyncio.TaskGroup() as group:
        for _ in range(min(concurrency, len(result.trials))):
            group.create_task(work(todo))
    ordered = tuple(trials[number] for number in range(len(result.trials)))
    metrics = instruments.metrics_of(ordered)
    return result.model_copy(update={"trials": ordered, "metrics": metrics})
