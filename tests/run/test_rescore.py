import asyncio
from typing import Any

from gate import Failure, Score
from gate.model.budget import Budget
from gate.run.budget import Ledger
from gate.run.rescore import rescore
from tests.builders import make_reply, make_run, make_trial
from tests.doubles import FakeEvaluator
from tests.run.plans import make_instruments

LOST = Failure(stage="target", kind="timeout", message="m")
OLD = Failure(stage="evaluator", kind="bad_score", message="m", evaluator="old")


def test_every_reply_is_scored_anew_and_the_targets_failures_stay() -> None:
    result = make_run(
        [
            make_trial("a", reply=make_reply("long answer")),
            make_trial("b", reply=None, scores=(), failures=(LOST,)),
            make_trial("c", reply=make_reply("x"), failures=(OLD,), scores=()),
        ]
    )

    async def scored(sample: Any) -> list[Score]:
        for _ in range(len(sample.reply.output)):
            await asyncio.sleep(0)
        return [Score(value=float(len(sample.reply.output) > 1))]

    instruments = make_instruments([FakeEvaluator("long", scored)])
    again = asyncio.run(
        rescore(result, instruments=instruments, concurrency=3, ledger=Ledger(Budget(), clock=lambda: 0.0))
    )
    assert [trial.case_id for trial in again.trials] == ["a", "b", "c"]
    assert [[score.value for score in trial.scores] for trial in again.trials] == [[1.0], [], [0.0]]
    assert [trial.failures for trial in again.trials] == [(), (LOST,), ()]
    assert [trial.reply for trial in again.trials] == [trial.reply for trial in result.trials]
    assert list(again.metrics) == ["long"]
    assert (again.target, again.draws, again.cases) == (result.target, result.draws, result.cases)
