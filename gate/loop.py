"""The event loop of a walk, which ends in time whatever a user's code does: a task that heeds no cancellation is left."""

import asyncio
import signal
import socket
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from gate.model.errors import InterruptedRunError

_USUAL_S = 10.0  # for plug-ins to close, after a walk that was not cut short
left_behind: list[asyncio.Task[Any]] = []
"""Tasks that heeded no cancellation. Kept, since they complain when they are collected: end the process past that."""
_SHORT_S = 0.3  # after one that was: a cancelled job has seconds to live


@contextmanager
def event_loop(closing: Callable[[], Coroutine[Any, Any, None]]) -> Iterator[asyncio.Runner]:
    """A loop whose first Ctrl-C cancels what runs on it; `closing` is done on it at the end.

    It is no `asyncio.Runner` to the end: that one waits without a limit for tasks and for threads of `to_thread`.
    """
    runner = asyncio.Runner()
    loop = runner.get_loop()
    loop.set_exception_handler(_report)
    limit_s = _SHORT_S
    with _woken_by_signals(loop):
        try:
            yield runner
            limit_s = _USUAL_S
        finally:
            with suppress(KeyboardInterrupt, asyncio.CancelledError):
                runner.run(_within(closing(), limit_s=limit_s))
            _end(loop)


@contextmanager
def _woken_by_signals(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """Have each signal wake the loop, also one that a thread of a user's function took: handlers run only when it wakes.

    (docs.python.org, signal.set_wakeup_fd; asyncio does so only for `add_signal_handler`.)
    """
    woken, waking = socket.socketpair()
    with woken, waking:
        woken.settimeout(0)
        waking.settimeout(0)
        loop.add_reader(woken, woken.recv, 4096)
        before = signal.set_wakeup_fd(waking.fileno(), warn_on_full_buffer=False)
        try:
            yield
        finally:
            signal.set_wakeup_fd(before)


async def _within(closing: Coroutine[Any, Any, None], *, limit_s: float) -> None:
    await asyncio.wait([asyncio.ensure_future(closing)], timeout=limit_s)


def _end(loop: asyncio.AbstractEventLoop) -> None:
    """Cancel what is left, and close the loop without waiting for what does not end."""
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.wait(left, timeout=_SHORT_S))
    with suppress(TimeoutError):
        loop.run_until_complete(asyncio.wait_for(loop.shutdown_asyncgens(), _SHORT_S))
    left_behind.extend(asyncio.all_tasks(loop))
    asyncio.set_event_loop(None)
    loop.close()


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody awaited; an interruption is told at the end, and needs no second word."""
    if not isinstance(context.get("exception"), InterruptedRunError):
        loop.default_exception_handler(context)
