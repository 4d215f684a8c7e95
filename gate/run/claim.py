"""One run's place in the journal: what was kept of it, and where what it finishes goes. Never touches the file itself.

Trials that finish in the same moment share a commit. It runs on the event loop: it takes less than handing it to
another thread would, which on a busy machine is a wait for every batch.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence

from gate.model.case import Case
from gate.model.run import Trial

Keyed = tuple[str, Trial]  # a trial with the key of its case


class Claim:
    """`kept` is by case id and draw; `write` puts a batch on disk, and returns whether it is there."""

    def __init__(
        self, *, kept: Mapping[tuple[str, int], Keyed], write: Callable[[Sequence[Keyed]], bool]
    ) -> None:
        self.complete = False
        self.whole = True
        """Whether all that was to be kept is on disk."""
        self._kept, self._write = kept, write
        self._waiting: list[Keyed] = []
        self._commit: asyncio.Task[None] | None = None

    def kept(self, case: Case, *, index: int) -> Trial | None:
        """The trial that was done before the interruption, if the case is still the same."""
        key, trial = self._kept.get((case.id, index), ("", None))
        return trial if key == case.key else None

    async def keep(self, case: Case, trial: Trial) -> None:
        """Returns when the trial is on disk. Cancelled, it gets there with the next `flush`."""
        self._waiting.append((case.key, trial))
        if self._commit is None:
            self._commit = asyncio.create_task(self._soon())
        await asyncio.shield(self._commit)

    def flush(self) -> None:
        """Put on disk what is not there yet."""
        batch, self._waiting = self._waiting, []
        if batch:
            self.whole = self._write(batch) and self.whole

    async def _soon(self) -> None:
        await asyncio.sleep(0)  # for the others that finished in the same moment
        self._commit = None
        self.flush()
