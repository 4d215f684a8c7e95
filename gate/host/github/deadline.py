"""A call and a number of seconds → its outcome, or TimeoutError: never later, whatever the other side does."""

from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from gate.threads import beside

T = TypeVar("T")


def within(seconds: float, *, call: Callable[[], T]) -> T:
    """Run it in a thread of its own, since a timeout of a socket does not bound an answer that comes drop by drop.

    A call that is late is left behind: it may still happen, and what it returns is lost.

    Raises:
        TimeoutError: it is late. And whatever the call raises.
    """
    outcome: Future[T] = Future()

    def work() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:  # noqa: BLE001 - raised again, in the thread that waits
            outcome.set_exception(error)

    beside(work)
    return outcome.result(timeout=seconds)
