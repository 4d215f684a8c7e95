"""Options and outputs → scores, for tests of one evaluator."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gate.model.ports import Evaluator
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_sample, make_setting


def make_evaluator(
    kind: type[Evaluator], *, root: Path = Path(), name: str = "it", **options: Any
) -> Evaluator:
    """An evaluator as gate.yaml would have it."""
    return kind(name, kind.Options.model_validate(options), make_setting(root))


def scores(evaluator: Evaluator, *replies: tuple[Any, str]) -> list[Sequence[Score]]:
    """Pairs of (expected, output) → what the evaluator says to each; it is closed then."""

    async def run() -> list[Sequence[Score]]:
        try:
            return [
                await evaluator.score(make_sample(make_case(expected=expected), make_reply(output)))
                for expected, output in replies
            ]
        finally:
            await evaluator.aclose()

    return asyncio.run(run())


def judged(
    evaluator: Evaluator, *, expected: Any = None, output: str = "", tags: Any = None, **reply: Any
) -> Sequence[Score]:
    """What an evaluator says to one reply with everything that travels with it; its case is checked first."""
    case = make_case(expected=expected, tags=tags or {})
    evaluator.check(case)
    return asyncio.run(evaluator.score(make_sample(case, make_reply(output, **reply))))


def value(evaluator: Evaluator, *, expected: Any = None, output: str) -> float | None:
    """The value of the only score of one output."""
    (given,) = scores(evaluator, (expected, output))
    (score,) = given
    assert score.metric == evaluator.name
    return score.value


def values(evaluator: Evaluator, *replies: tuple[Any, str]) -> list[float | None]:
    """The value of the only score of each output."""
    return [given[0].value for given in scores(evaluator, *replies)]
