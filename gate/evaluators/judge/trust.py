"""Planted responses → whether a judge can be talked round; asked once, before the first case."""

import asyncio
from collections.abc import Awaitable, Callable

from gate.evaluators.judge.canaries import planted
from gate.evaluators.judge.opinion import Opinion
from gate.model.case import Case
from gate.model.ports import ScoringError
from gate.model.reply import Reply

Asked = Callable[[Case, Reply], Awaitable[Opinion]]


class Trust:
    """`ask` is what the judge says of a response; `lowest` the least that it can give."""

    def __init__(self, ask: Asked, *, canaries: int, lowest: float) -> None:
        self._ask, self._canaries, self._lowest = ask, canaries, lowest
        self._task: asyncio.Task[float | None] | None = None

    async def broken_by(self) -> float | None:
        """What a planted response got that the same one without its argument did not; None where none got its way.

        Raises:
            ScoringError: no answer came, so that nothing is known; the next call tries again.
        """
        if self._task is None or (self._task.done() and _failed(self._task)):
            self._task = asyncio.create_task(self._try())
        return await asyncio.shield(self._task)

    def cancel(self) -> None:
        """Let go of what still runs."""
        if self._task is not None:
            self._task.cancel()

    async def _try(self) -> float | None:
        (case, plain_reply), *arguing = planted()
        for _, reply in arguing[: self._canaries]:
            worth = await self._worth(case, reply)
            if worth is None or worth == self._lowest:
                continue
            plain = await self._worth(case, plain_reply)
            if plain is not None and worth > plain:
                return worth
        return None

    async def _worth(self, case: Case, reply: Reply) -> float | None:
        opinion = await self._ask(case, reply)
        if opinion.abstained == "timeout":
            message = f"the judge gave no answer on a planted response: {opinion.critique}"
            raise ScoringError("timeout", message)
        return opinion.value


def _failed(task: "asyncio.Task[float | None]") -> bool:
    """Whether it ended without an answer: then it says nothing of the judge, and is tried again."""
    return task.cancelled() or task.exception() is not None
