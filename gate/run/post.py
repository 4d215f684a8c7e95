"""What handing in and reading share: one plan's batches, the door to them, patience with it, and a word for the person."""

from collections.abc import Awaitable, Callable, Iterator
from functools import cached_property
from typing import TypeVar

from gate.model.batch import BatchError, Batches, Batching
from gate.model.case import Case
from gate.run.outbox import Outbox
from gate.run.plan import RunPlan

_TRIES = 10  # of a request about a batch that may pass
_LONGEST_S = 60.0

_T = TypeVar("_T")
Draw = tuple[Case, int]


class Post:
    """One plan, and its way to the provider's batches.

    `made` are those that were handed in here, not before; `under_way` those that are not read yet.
    """

    def __init__(self, plan: RunPlan, batching: Batching, *, outbox: Outbox) -> None:
        self.plan, self.batching, self.outbox = plan, batching, outbox
        self.made: set[str] = set()
        self.under_way: list[str] = []

    @cached_property
    def door(self) -> Batches:
        """The door, opened where something is to be asked: what is kept needs no key."""
        return self.batching.door()

    def draws(self) -> Iterator[Draw]:
        """Every draw of every case: all cases once, then all again."""
        for index in range(self.plan.first_index, self.plan.first_index + self.plan.draws):
            for case in self.plan.suite.cases:
                yield case, index

    async def patiently(self, request: Callable[[], Awaitable[_T]]) -> _T:
        """Make a request, and again where it may pass: after 1 s, 2 s, 4 s … 60 s, or as long as is asked for.

        Raises:
            BatchError: it cannot pass, or did not in ten tries.
        """
        wait_s = 1.0
        for _ in range(_TRIES - 1):
            try:
                return await request()
            except BatchError as error:
                if not error.failure.retryable:
                    raise
                asked_s = min(error.asked_s or 0.0, self.plan.suite.max_wait_s)
            await self.batching.pause(max(wait_s, asked_s))
            wait_s = min(2 * wait_s, _LONGEST_S)
        return await request()

    def say(self, text: str) -> None:
        """Tell the person."""
        self.batching.notice(f"{self.plan.suite.name}: {text}")

    def left(self) -> str:
        """How it goes on after an end in the middle."""
        names = ", ".join(self.under_way)
        goes_on = f"{names} goes on at the provider, paid; " if names else ""
        return f"{goes_on}the same command goes on from there."
