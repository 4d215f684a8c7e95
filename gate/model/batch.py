"""The contract of a provider that takes many questions at once, and answers within a day for half the price."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pydantic import Field

from gate.model.base import Noun
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply, Usage


class Batch(Noun):
    """A batch, as the provider tells of it: `done` of its `total` questions have come to an end.

    `made` is when it was made, in Unix time.
    """

    id: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    ended: bool
    total: int = Field(ge=0)
    done: int = Field(ge=0)
    made: float


class BatchError(Exception):
    """A request about a batch failed.

    `gone`: there is no such batch. `doubtful`: it is not known whether the request was carried out. `asked_s` are the
    seconds that the provider asks to wait.
    """

    def __init__(
        self, failure: Failure, *, gone: bool = False, doubtful: bool = False, asked_s: float | None = None
    ) -> None:
        self.failure, self.gone, self.doubtful, self.asked_s = failure, gone, doubtful, asked_s
        super().__init__(failure.message)


class Batches(Protocol):
    """The door to a provider's batches. Every request is made once.

    Raises:
        BatchError: from every request.
    """

    async def create(self, questions: Mapping[str, ModelRequest]) -> Batch:
        """Hand in questions, each under a name of at most 64 letters and digits. From here on they are paid."""
        ...

    async def look(self, batch_id: str) -> Batch:
        """How a batch is getting on."""
        ...

    async def since(self, moment: float) -> Sequence[Batch]:
        """All batches that were made at or after a moment (Unix time), the latest first."""
        ...

    def results(self, batch_id: str) -> AsyncIterator[tuple[str, Reply | Failure]]:
        """What became of each question of a batch that has ended, by its name and in any order.

        A reply has a latency of 0: nobody measured one.
        """
        ...

    def cost_usd(self, model: str, usage: Usage) -> float | None:
        """What a reply costs in a batch; None where that is not known."""
        ...


@dataclass(frozen=True, kw_only=True)
class Batching:
    """That a run asks in batches, and how: `door` opens the one to them, `notice` takes a sentence for the person.

    `pause` waits for seconds. A batch holds at most `most` questions, and about `most_bytes` of them as JSON.
    """

    door: Callable[[], Batches]
    notice: Callable[[str], None]
    pause: Callable[[float], Awaitable[None]]
    most: int = 10_000
    most_bytes: int = 32_000_000
