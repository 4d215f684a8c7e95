"""A call has its outcome in time, or is left behind."""

from threading import Event

import pytest

from gate.host.github.deadline import within


def test_what_the_call_returns_or_raises_comes_through() -> None:
    assert within(60, call=lambda: 7) == 7
    with pytest.raises(ZeroDivisionError):
        within(60, call=lambda: 1 // 0)


def test_a_call_that_never_ends_is_left_behind() -> None:
    never = Event()
    with pytest.raises(TimeoutError):
        within(0.01, call=never.wait)
    never.set()


def test_an_interruption_reaches_who_waits() -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        within(60, call=interrupted)
