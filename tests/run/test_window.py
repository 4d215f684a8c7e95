from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.pace import Attempt, Room
from gate.model.reply import Failure
from gate.run.window import OUT_OF_REACH, Limits, Window
from tests.builders import make_reply


def answered(**fields: Any) -> Attempt:
    return Attempt(outcome=make_reply(), **fields)


def refused(setback: Any = "crowded", **fields: Any) -> Attempt:
    failure = Failure(stage="target", kind="overloaded", message="too many", retryable=True)
    return Attempt(outcome=failure, setback=setback, **fields)


def make_window(concurrency: int = 40, **limits: Any) -> Window:
    return Window("the provider", Limits(concurrency=concurrency, **limits))


def hear(window: Window, *attempts: Attempt, now: float = 0.0) -> None:
    """Attempts that all started before the first of them came back."""
    epochs = [window.start(now) for _ in attempts]
    for made, epoch in zip(attempts, epochs, strict=True):
        window.hear(made, epoch=epoch, now=now, spread=1.0)
        window.end()


@pytest.mark.parametrize(("concurrency", "first"), [(1, 1), (8, 8), (9, 8), (32, 8), (40, 10), (1000, 250)])
def test_it_begins_with_eight_or_a_quarter(concurrency: int, first: int) -> None:
    assert int(make_window(concurrency).size) == first


def test_it_doubles_with_every_round_of_answers_up_to_the_concurrency() -> None:
    window, sizes = make_window(), []
    for _ in range(3):
        sizes.append(int(window.size))
        hear(window, *[answered()] * int(window.size))
    assert [*sizes, int(window.size)] == [10, 20, 40, 40]


def test_a_round_of_refusals_halves_it_once() -> None:
    window = make_window()
    hear(window, *[refused()] * 10)
    assert window.size == 5


def test_a_round_closes_it_by_half_the_share_that_was_refused() -> None:
    window = make_window()
    hear(window, *[refused()] * 2, *[answered()] * 8)
    assert window.size == pytest.approx(18 * 0.9)


def test_after_a_refusal_it_opens_by_one_a_round() -> None:
    window = make_window(20)
    hear(window, *[refused()] * 8)
    for expected in (5, 6, 7):
        hear(window, *[answered()] * int(window.size))
        assert window.size == pytest.approx(expected, abs=0.5)


def test_one_refusal_in_twenty_for_reasons_of_its_own_hardly_closes_it() -> None:
    window = make_window(100)
    for _ in range(200):
        hear(window, refused(), *[answered()] * 19)
    assert window.size >= 75


def test_one_round_of_refusals_makes_nobody_else_wait_but_a_second_one_does() -> None:
    window = make_window(4)
    hear(window, *[refused()] * 4)
    assert (window.size, window.opens_at()) == (2, 0.0)
    hear(window, *[refused()] * 2)
    assert (window.size, window.opens_at()) == (1, 0.5)
    hear(window, refused(), now=1.0)
    assert (window.size, window.opens_at()) == (1, 2.0)


def test_an_answer_between_two_refusals_ends_the_round() -> None:
    window = make_window()
    for _ in range(5):
        hear(window, refused())
        hear(window, answered())
    assert window.opens_at() == 0.0


def test_a_wait_that_is_asked_for_holds_for_all_up_to_the_longest() -> None:
    window = make_window(max_wait_s=60)
    hear(window, refused(asked_s=30), now=5.0)
    assert window.opens_at() == 35.0
    hear(window, refused(asked_s=61), now=6.0)
    assert window.opens_at() == 35.0


@pytest.mark.parametrize("setback", ["fault", "unreached"])
def test_ten_faults_in_a_row_leave_one_probe_at_a_time(setback: str) -> None:
    window = make_window()
    hear(window, answered(), *[refused(setback)] * 9)
    assert window.size > 9
    hear(window, refused(setback), now=1.0)
    assert (window.size, window.opens_at()) == (1, 1.5)
    hear(window, answered(), now=2.0)
    assert window.opens_at() is not None
    assert window.size == 2


def test_a_provider_that_does_not_answer_is_given_up_after_three_times_the_longest_wait() -> None:
    window = make_window(1, max_wait_s=10)
    hear(window, answered())
    for now in (1.0, 2.0, 3.0, 29.0, 30.9):
        hear(window, refused(), now=now)
        assert window.given_up is None
    hear(window, refused(), now=31.0)
    assert window.given_up is not None
    assert window.given_up.kind == OUT_OF_REACH
    assert "the provider: no answer for 30 s" in window.given_up.message
    assert window.given_up.message.endswith("the last attempt: too many")


def test_a_provider_that_never_could_be_reached_is_given_up_after_ten_attempts() -> None:
    window = make_window()
    hear(window, *[refused("unreached")] * 9)
    assert window.given_up is None
    hear(window, refused("unreached"))
    assert window.given_up is not None
    assert "none of 10 attempts got a connection" in window.given_up.message


def test_calls_are_spread_where_the_limit_has_room_for_fewer_than_two_rounds() -> None:
    window = make_window()
    hear(window, answered(room=Room(calls=100, calls_per_s=2)), now=1.0)
    assert window.opens_at() == 1.0
    hear(window, answered(room=Room(calls=19, calls_per_s=2)), now=1.0)
    assert window.opens_at() == 1.5
    hear(window, answered(room=Room(calls=100, calls_per_s=2)), now=2.0)
    assert window.opens_at() == 2.0


def test_calls_a_minute_are_spread_evenly() -> None:
    window = make_window(calls_per_minute=30)
    hear(window, answered(), now=7.0)
    assert window.opens_at() == 9.0


def test_another_suite_keeps_what_was_learned_within_its_own_concurrency() -> None:
    window = make_window(40)
    hear(window, *[refused()] * 10)
    window.under(Limits(concurrency=4))
    assert window.size == 4
    window.under(Limits(concurrency=100))
    hear(window, *[answered()] * 50)
    assert window.size < 20  # the knee that a refusal left holds for all suites


SETBACKS = st.sampled_from([None, "crowded", "unreached", "fault"])


@given(st.integers(1, 100), st.lists(st.tuples(SETBACKS, st.floats(0, 10), st.none() | st.floats(0, 100))))
def test_between_one_call_and_the_concurrency_may_always_be_under_way(
    concurrency: int, history: list[tuple[Any, float, float | None]]
) -> None:
    window, now = make_window(concurrency), 0.0
    for setback, passed, asked in history:
        now += passed
        made = answered() if setback is None else refused(setback, asked_s=asked)
        hear(window, made, now=now)
        assert 1 <= window.size <= concurrency
        opens = window.opens_at()
        assert opens is not None
        assert opens <= now + 60


@given(
    st.integers(0, 100),
    st.floats(0.01, 100, allow_nan=False),
    st.floats(0.01, 100, allow_nan=False),
)
def test_a_wait_that_nobody_asked_for_is_never_longer_than_the_longest_that_is_honored(
    tries: int, longest_s: float, max_wait_s: float
) -> None:
    limits = Limits(max_wait_s=max_wait_s, longest_s=longest_s)
    assert 0 < limits.backoff_s(tries) <= min(longest_s, max_wait_s)
    assert limits.backoff_s(tries) <= limits.backoff_s(tries + 1)
