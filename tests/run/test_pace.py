"""The pace, against providers that are simulated on a clock that jumps."""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.model.budget import Budget
from gate.model.pace import Attempt, Charge, Room
from gate.model.reply import Expense, Failure, Reply
from gate.run.budget import Ledger
from gate.run.failures import Seam
from gate.run.pace import Pacer, Paces
from gate.run.tab import Tab, spending
from gate.run.window import Limits
from tests.builders import make_reply
from tests.run.virtual import simulated


def failing(kind: str, setback: Any, *, retryable: bool = True, **fields: Any) -> Attempt:
    failure = Failure(stage="target", kind=kind, message=f"no: {kind}", retryable=retryable)
    return Attempt(outcome=failure, setback=setback, **fields)


class Provider:
    """Answers after 50 ms, or as `says(number of the attempt, seconds)` has it; counts what it was asked."""

    def __init__(self, says: Callable[[int, float], Attempt | None] = lambda *_: None) -> None:
        self.says = says
        self.attempts = self.in_flight = self.most_at_once = 0
        self.starts: list[float] = []

    async def attempt(self, _: Charge) -> Attempt:
        loop = asyncio.get_running_loop()
        self.attempts += 1
        number = self.attempts
        self.starts.append(loop.time())
        self.in_flight += 1
        self.most_at_once = max(self.most_at_once, self.in_flight)
        try:
            said = self.says(number, loop.time())
            await asyncio.sleep(0.05 if said is None or isinstance(said.outcome, Reply) else 0.001)
            return said or Attempt(outcome=make_reply())
        finally:
            self.in_flight -= 1


def pacer(**limits: Any) -> Pacer:
    return Pacer("the provider", Limits(**limits), chance=lambda: 0.0)


def called(
    provider: Provider, calls: int, *, pace: Pacer, repeats: int = 4
) -> tuple[list[Reply | Failure], float]:
    """All calls at once, by as many workers as the pace's limits allow."""

    async def walk() -> list[Reply | Failure]:
        todo, outcomes = deque(range(calls)), list[Reply | Failure]()

        async def work() -> None:
            while todo:
                todo.popleft()
                outcomes.append(await pace.call(provider.attempt, repeats=repeats))

        await asyncio.gather(*(work() for _ in range(pace.window.limits.concurrency)))
        return outcomes

    return simulated(walk())


def replies(outcomes: list[Reply | Failure]) -> int:
    return sum(isinstance(outcome, Reply) for outcome in outcomes)


def test_a_healthy_provider_is_asked_at_nearly_the_full_concurrency() -> None:
    provider = Provider()
    outcomes, seconds = called(provider, 1000, pace=pacer(concurrency=50))
    assert replies(outcomes) == provider.attempts == 1000
    assert provider.most_at_once == 50
    assert seconds <= 1.15  # 1.0 is the least that is possible


def test_a_provider_that_takes_ten_at_once_gets_about_ten() -> None:
    provider = Provider()
    provider.says = lambda *_: failing("rate_limit", "crowded") if provider.in_flight > 10 else None
    outcomes, seconds = called(provider, 1000, pace=pacer(concurrency=50))
    assert replies(outcomes) == 1000
    assert provider.attempts <= 1250
    assert seconds <= 12  # 5.0 is the least that is possible


def test_a_storm_of_a_minute_costs_patience_and_no_call() -> None:
    def stormy(_: int, now: float) -> Attempt | None:
        return failing("overloaded", "crowded") if 1 <= now < 61 else None

    provider = Provider(stormy)
    outcomes, seconds = called(provider, 2000, pace=pacer(concurrency=50))
    assert replies(outcomes) == 2000
    assert sum(1 <= start < 61 for start in provider.starts) <= 200
    assert seconds <= 75


def test_a_dead_provider_is_probed_one_by_one_and_given_up_in_the_end() -> None:
    def dying(_: int, now: float) -> Attempt | None:
        return failing("connection", "unreached") if now >= 1 else None

    provider = Provider(dying)
    outcomes, seconds = called(provider, 2000, pace=pacer(concurrency=50))
    failures = {outcome.kind for outcome in outcomes if isinstance(outcome, Failure)}
    assert len(outcomes) == 2000
    assert "out_of_reach" in failures
    assert sum(start >= 1 for start in provider.starts) <= 250
    assert 180 <= seconds <= 200


def test_a_provider_that_was_never_there_is_given_up_at_once() -> None:
    provider = Provider(lambda *_: failing("connection", "unreached"))
    outcomes, seconds = called(provider, 2000, pace=pacer(concurrency=50))
    assert replies(outcomes) == 0
    assert provider.attempts <= 60
    assert seconds <= 1


def test_a_wait_that_is_asked_for_holds_for_all() -> None:
    provider = Provider(
        lambda number, _: failing("rate_limit", "crowded", asked_s=30) if number == 1 else None
    )
    outcomes, seconds = called(provider, 100, pace=pacer(concurrency=8))
    assert replies(outcomes) == 100
    assert not [start for start in provider.starts if 0.01 < start < 30]
    assert 30 <= seconds <= 32


def test_a_wait_beyond_all_patience_fails_its_call_and_no_other() -> None:
    provider = Provider(
        lambda number, _: failing("rate_limit", "crowded", asked_s=9e9) if number == 1 else None
    )
    outcomes, seconds = called(provider, 100, pace=pacer(concurrency=8, max_wait_s=60))
    (failure,) = (outcome for outcome in outcomes if isinstance(outcome, Failure))
    assert (failure.kind, seconds < 2) == ("wait_too_long", True)
    assert failure.message.startswith(
        "the provider asks to wait 9,000,000,000 s, longer than `max_wait_s: 60`"
    )


def test_a_bucket_that_tells_what_is_left_is_never_emptied() -> None:
    state = {"left": 20.0, "at": 0.0}

    def bucket(_: int, now: float) -> Attempt:
        state["left"] = min(20.0, state["left"] + (now - state["at"]) * 10)
        state["at"] = now
        if state["left"] < 1:
            return failing("rate_limit", "crowded")
        state["left"] -= 1
        return Attempt(outcome=make_reply(), room=Room(calls=state["left"], calls_per_s=10))

    provider = Provider(bucket)
    outcomes, seconds = called(provider, 300, pace=pacer(concurrency=8))
    assert replies(outcomes) == provider.attempts == 300
    assert seconds <= 32  # 28 is the least that is possible


def test_calls_a_minute_are_never_exceeded() -> None:
    provider = Provider()
    called(provider, 200, pace=pacer(concurrency=20, calls_per_minute=60))
    gaps = [after - before for before, after in zip(provider.starts, provider.starts[1:], strict=False)]
    assert min(gaps) >= 1 - 1e-9


@pytest.mark.parametrize("repeats", [0, 2])
def test_what_was_lost_is_asked_again_as_often_as_the_caller_says(repeats: int) -> None:
    provider = Provider(lambda *_: failing("server_error", "fault"))
    (outcome,), _ = called(provider, 1, pace=pacer(concurrency=1), repeats=repeats)
    assert isinstance(outcome, Failure)
    assert (outcome.kind, provider.attempts) == ("server_error", 1 + repeats)
    assert ("asked 3 times" in outcome.message) == (repeats == 2)


def test_what_no_attempt_would_change_is_asked_once() -> None:
    provider = Provider(lambda *_: failing("auth", None, retryable=False))
    called(provider, 1, pace=pacer(concurrency=1))
    assert provider.attempts == 1


def test_a_call_is_refused_for_three_times_the_longest_wait_and_no_longer() -> None:
    def others_are_answered(number: int, _: float) -> Attempt | None:
        return failing("rate_limit", "crowded") if number % 2 else None

    provider = Provider(others_are_answered)
    pace = pacer(concurrency=1, max_wait_s=10)

    async def walk() -> Reply | Failure:
        first = asyncio.ensure_future(pace.call(provider.attempt, repeats=0))
        while not first.done():
            await asyncio.sleep(0.01)
            await pace.call(provider.attempt, repeats=0) if provider.attempts % 2 else None
        return await first

    outcome, seconds = simulated(walk())
    assert isinstance(outcome, Failure)
    assert outcome.kind == "rate_limit"
    assert seconds <= 31


# --- time, money, and being stopped --------------------------------------------------------------------------------------


def test_waits_count_against_no_time_limit_and_attempts_do() -> None:
    slow = Provider(lambda number, _: failing("rate_limit", "crowded", asked_s=30) if number == 1 else None)

    async def walk(limit_s: float, provider: Provider) -> Any:
        seam = Seam(stage="target", root=Path(), limit_s=limit_s)
        return await seam.call(pacer().call(provider.attempt, repeats=0))

    outcome, seconds = simulated(walk(1.0, slow))
    assert isinstance(outcome, Reply)
    assert seconds > 30
    outcome, _ = simulated(walk(0.04, Provider()))
    assert outcome.kind == "timeout"


def test_what_waits_is_denied_when_the_budget_is_spent_and_frees_its_place() -> None:
    provider = Provider(
        lambda number, _: failing("overloaded", "crowded", asked_s=30) if number == 1 else None
    )
    pace, tab = pacer(concurrency=1), Tab(Ledger(Budget(), clock=lambda: 0.0))

    async def walk() -> tuple[Any, Any]:
        async def first() -> Reply | Failure:
            with spending(tab):
                return await pace.call(provider.attempt, repeats=0)

        asking = asyncio.ensure_future(first())
        await asyncio.sleep(1)
        tab.stop("the cap is reached")
        return await asking, await pace.call(provider.attempt, repeats=0)

    (denied, other), seconds = simulated(walk())
    assert (denied.kind, tab.denied) == ("budget", True)
    assert "the cap is reached" in denied.message
    assert isinstance(other, Reply)
    assert seconds >= 30  # the provider's wait still holds for the others


def test_a_cancelled_call_gives_its_place_back() -> None:
    provider, pace = Provider(), pacer(concurrency=1)

    async def walk() -> Reply | Failure:
        first, second = (asyncio.ensure_future(pace.call(provider.attempt, repeats=0)) for _ in range(2))
        await asyncio.sleep(0.01)
        first.cancel()
        second.cancel()
        await asyncio.gather(first, second, return_exceptions=True)
        return await pace.call(provider.attempt, repeats=0)

    outcome, _ = simulated(walk())
    assert isinstance(outcome, Reply)
    assert pace.window.in_flight == 0


def test_what_a_lost_attempt_cost_goes_on_the_tab() -> None:
    pace, tab = pacer(), Tab(Ledger(Budget(), clock=lambda: 0.0))
    lost = iter([Expense(cost_usd=0.5), Expense(cost_usd=0.25)])

    async def attempt(charge: Charge) -> Attempt:
        for expense in lost:
            charge(expense)
            return failing("connection", "fault")
        return Attempt(outcome=make_reply())

    async def walk() -> Any:
        with spending(tab):
            return await pace.call(attempt, repeats=4)

    outcome, _ = simulated(walk())
    assert isinstance(outcome, Reply)
    assert [(each.calls, each.cost_usd) for each in tab.expenses] == [(2, 0.75)]


def test_a_long_wait_for_all_is_told_once() -> None:
    told: list[str] = []
    pace = Pacer("the provider", Limits(concurrency=8), notice=told.append)
    provider = Provider(lambda _, now: failing("rate_limit", "crowded", asked_s=30) if now < 1 else None)
    called(provider, 20, pace=pace)
    assert told == ["the provider: waiting 30 s (rate_limit)"]


def test_suites_that_call_one_provider_share_its_pace() -> None:
    paces, limits = Paces(), Limits()
    assert paces.of("a", limits=limits) is paces.of("a", limits=Limits(concurrency=3))
    assert paces.of("a", limits=limits) is not paces.of("b", limits=limits)
