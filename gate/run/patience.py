"""A time limit, and waits inside it that do not count: those that a provider or the pace of a run imposes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Self


class Limit:
    """At most `seconds` for what stands inside, but for the waits that are taken `aside`. Enter it once."""

    def __init__(self, seconds: float) -> None:
        self._timeout = asyncio.timeout(seconds)
        self._aside = 0
        self._left = seconds
        self._open = False

    async def __aenter__(self) -> Self:
        await self._timeout.__aenter__()
        self._open = True
        self._before = _LIMIT.get()
        _LIMIT.set(self)
        return self

    async def __aexit__(self, *exception: object) -> None:
        _LIMIT.set(self._before)
        self._open = False  # a task that was left behind may still wait for something
        await self._timeout.__aexit__(*exception)  # type: ignore[arg-type] # raises TimeoutError, swallows nothing

    def expired(self) -> bool:
        """Whether the time was up."""
        return self._timeout.expired()

    def hold(self) -> None:
        """Stop the clock, unless another wait inside stopped it already."""
        self._aside += 1
        when = self._timeout.when()
        if self._aside == 1 and self._open and when is not None and not self._timeout.expired():
            self._left = when - asyncio.get_running_loop().time()
            self._timeout.reschedule(None)

    def go_on(self) -> None:
        """Let the clock run again, once nobody inside waits."""
        self._aside -= 1
        if self._aside == 0 and self._open and not self._timeout.expired():
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._left)


_LIMIT: ContextVar[Limit | None] = ContextVar("limit", default=None)


@contextmanager
def aside() -> Iterator[None]:
    """What is waited in here does not count against the time limit around it, if there is one."""
    limit = _LIMIT.get()
    if limit is None:
        yield
        return
    limit.hold()
    try:
        yield
    finally:
        limit.go_on()
