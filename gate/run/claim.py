"""One run's place in the journal: what was kept of it, and where what it finishes goes. Never touches the file itself.

Trials that finish while a commit is under way share the next one, so that a commit costs a batch and not a trial.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from gate.model.case import Case
from gate.model.run import Trial

Keyed = tuple[str, Trial]  # a trial with the key of its case


class Claim:
    """`kept` is by case id and draw; `write` returns when what it is given is on disk."""

    def __init__(
        self,
        *,
        kept: Mapping[tuple[str, int], Keyed],
        write: Callable[[Sequence[Keyed]], Awaitable[None]],
    ) -> None:
        self.complete = False
        self._kept, self._write = kept, write
        self._waiting: list[Keyed] = []
        self._next: asyncio.Task[None] | None = None
        self._commits: set[asyncio.Task[None]] = set()
        self._turn = asyncio.Lock()

    def kept(self, case: Case, *, index: int) -> Trial | None:
        """The trial that was done before the interruption, if the case is still the same."""
        key, trial = self._kept.get((case.id, index), ("", None))
        return trial if key == case.key else None

    async def keep(self, case: Case, trial: Trial) -> None:
        """Returns when the trial is on disk. A cancellation does not keep it from getting there."""
        self._waiting.append((case.key, trial))
        if self._next is None:
            self._next = asyncio.create_task(self._commit())
            self._commits.add(self._next)
            self._next.add_done_callback(self._commits.discard)
        await asyncio.shield(self._next)

    async def flushed(self) -> None:
        """Returns when all is on disk."""
        while self._commits:
            await asyncio.wait(self._commits)

    async def _commit(self) -> None:
        async with self._turn:
            batch, self._waiting, self._next = self._waiting, [], None
            await self._write(batch)
