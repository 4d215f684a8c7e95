"""Steps of a trial → its trail."""

import asyncio

import pytest

from gate.telemetry.trail import MOST_STEPS, Step, Trail, current_step, current_traceparent, step


def root(trail: Trail) -> Step:
    return Step("trial", kind="internal", attributes={}, trail=trail)


def test_a_step_stands_below_the_one_that_is_open_and_inside_its_time() -> None:
    trail = Trail(trace_id=7)
    with root(trail) as outer, step("call", kind="client") as inner:
        assert current_step() is inner
    assert [each.name for each in trail.steps] == ["trial", "call"]
    assert inner.parent_id == outer.span_id != 0
    assert outer.parent_id == 0
    assert outer.start_ns <= inner.start_ns <= inner.end_ns <= outer.end_ns
    assert current_step() is None


def test_the_traceparent_names_the_open_step_and_is_none_outside() -> None:
    assert current_traceparent() is None
    with root(Trail(trace_id=0xABC)) as outer:
        assert current_traceparent() == f"00-{0xABC:032x}-{outer.span_id:016x}-01"
        with step("call") as inner:
            assert current_traceparent() == f"00-{0xABC:032x}-{inner.span_id:016x}-01"


def test_outside_of_a_trial_a_step_leaves_nothing() -> None:
    with step("call") as nothing:
        nothing.attributes["a"] = 1
        nothing.tell("b", kind="internal", start_ns=1, end_ns=2)
    assert nothing.trail is None
    assert nothing.span_id == 0


def test_trials_at_the_same_time_have_steps_of_their_own() -> None:
    async def one(trail: Trail) -> None:
        with root(trail):
            await asyncio.sleep(0)
            with step("call"):
                await asyncio.sleep(0)

    async def both(trails: list[Trail]) -> None:
        await asyncio.gather(*(one(trail) for trail in trails))

    trails = [Trail(trace_id=number) for number in range(1, 4)]
    asyncio.run(both(trails))
    for trail in trails:
        outer, inner = trail.steps
        assert inner.parent_id == outer.span_id
        assert inner.trace_id == trail.trace_id


@pytest.mark.parametrize(
    ("raised", "word"), [(ValueError("x"), "ValueError"), (asyncio.CancelledError(), "canceled")]
)
def test_what_was_raised_is_why_it_failed_and_goes_on(raised: BaseException, word: str) -> None:
    with pytest.raises(type(raised)), root(Trail(trace_id=1)) as made:
        raise raised
    assert made.error == word


def test_a_loop_without_end_fills_no_memory_and_is_counted() -> None:
    trail = Trail(trace_id=1)
    with root(trail):
        for _ in range(MOST_STEPS + 5):
            with step("again"):
                pass
    assert len(trail.steps) == MOST_STEPS
    assert trail.left_out == 6
