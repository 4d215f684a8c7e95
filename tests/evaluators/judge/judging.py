"""A judge whose model answers from a list, for tests of what the judge makes of it."""

import asyncio
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from gate.evaluators.judge.judge import Judge
from gate.evaluators.judge.options import JudgeOptions
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply, Sample
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_sample, make_setting

Answered = Callable[[ModelRequest], Reply | Failure]


def verdict(
    word: str, *, critique: str = "because", model: str | None = "claude-judge", **fields: Any
) -> Reply:
    """A judge's answer as the API gives it."""
    text = json.dumps({"critique": critique, "verdict": word})
    return Reply(**{"output": text, "latency_s": 0.1, "model": model, "stop_reason": "end_turn", **fields})


class Model:
    """Answers what it is told to, in order (the last one for ever) or by a function, and keeps every request."""

    def __init__(self, *answers: Reply | Failure | Answered) -> None:
        self._answers = list(answers)
        self.requests: list[ModelRequest] = []

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        self.requests.append(request)
        await asyncio.sleep(0)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        return answer(request) if callable(answer) else answer


def make_judge(model: Model, /, *, root: Path = Path(), **options: Any) -> Judge:
    given = {"rubric": "helpfulness", "model": "claude-judge", "canaries": 0, **options}
    setting = make_setting(root, llm=lambda: model)
    return Judge("it", JudgeOptions.model_validate(given), setting)


def judged(judge: Judge, *samples: Sample) -> list[Score]:
    """The score of each sample; all are asked for at the same time."""

    async def run() -> list[Sequence[Score]]:
        try:
            return await asyncio.gather(*(judge.score(sample) for sample in samples or (sample(),)))
        finally:
            await judge.aclose()

    return [score for (score,) in asyncio.run(run())]


def sample(output: str = "an answer", **case: Any) -> Sample:
    return make_sample(make_case(**case), make_reply(output))
