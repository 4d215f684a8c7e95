"""A clock that jumps: a coroutine that only waits runs through in no time, and everybody sees the same seconds."""

import asyncio
import selectors
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

_T = TypeVar("_T")


class _Jumping(selectors.BaseSelector):
    """Waits for nothing: the time that it should have waited has passed."""

    def __init__(self) -> None:
        self.now = 0.0
        self._real = selectors.DefaultSelector()

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for something that never happens"
        self.now += max(timeout, 0.0)
        return self._real.select(0)

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return self._real.register(fileobj, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return self._real.unregister(fileobj)

    def get_map(self) -> Mapping[Any, selectors.SelectorKey]:
        return self._real.get_map()

    def close(self) -> None:
        self._real.close()


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._jumping = _Jumping()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now


def simulated(coroutine: Coroutine[Any, Any, _T]) -> tuple[_T, float]:
    """(what it returned, how many seconds it took on its own clock, which begins at 0)."""
    loop = _Loop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        value = runner.run(coroutine)
        return value, loop.time()
