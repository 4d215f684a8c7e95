from typing import Any

from gate.model.budget import Budget
from gate.model.reply import Usage
from gate.model.run import Trial
from gate.run.budget import Ledger
from tests.builders import make_reply, make_trial


def done(**reply: Any) -> Trial:
    return make_trial(reply=make_reply(**reply))


def ledger(paid: tuple[Trial, ...] = (), **caps: Any) -> Ledger:
    book = Ledger(Budget(**caps), clock=lambda: 0.0)
    for trial in paid:
        book.count(trial)
    return book


def test_without_a_cap_nothing_is_refused_and_nothing_waits() -> None:
    free = ledger()
    for _ in range(1000):
        assert free.refusal() is None
        assert not free.must_wait()
        free.start()


def test_time_is_up_when_the_minutes_are_over() -> None:
    now = [100.0]
    timed = Ledger(Budget(minutes=2), clock=lambda: now[0])
    timed.run()
    now[0] = 219.9
    assert timed.refusal() is None
    now[0] = 220.0
    assert timed.refusal() == "the cap `budget.minutes: 2` is reached"


def test_the_first_call_goes_alone_to_learn_what_one_costs() -> None:
    book = ledger(cost_usd=10)
    assert not book.must_wait()
    book.start()
    assert book.must_wait()
    book.finish(done(cost_usd=1.0))
    assert not book.must_wait()


def test_calls_in_flight_are_taken_for_as_dear_as_the_dearest() -> None:
    book = ledger(paid=(done(cost_usd=2.0), done(cost_usd=0.5)), cost_usd=7)
    for _ in range(3):
        assert not book.must_wait()
        book.start()
    assert book.must_wait()
    book.finish(done(cost_usd=0.4))
    assert not book.must_wait()


def test_a_call_that_failed_costs_a_call_and_no_price() -> None:
    failed = make_trial(reply=None, scores=())
    book = ledger(paid=(failed, failed), calls=3, cost_usd=1)
    assert book.refusal() is None
    book.start()
    book.finish(failed)
    assert book.refusal() == "the cap `budget.calls: 3` is reached"


def test_tokens_are_counted_with_those_of_the_cache() -> None:
    usage = Usage(input_tokens=1, output_tokens=2, cache_read_tokens=3, cache_write_tokens=4)
    assert ledger(paid=(done(usage=usage),), tokens=11).refusal() is None
    refusal = ledger(paid=(done(usage=usage),), tokens=10).refusal()
    assert refusal == "the cap `budget.tokens: 10` is reached (10 tokens spent)"


def test_what_is_not_known_holds_no_cap() -> None:
    assert "a reply of m takes is not known" in str(ledger(paid=(done(model="m"),), cost_usd=1).refusal())
    assert "`budget.tokens` cannot be held" in str(ledger(paid=(done(),), tokens=1).refusal())
    assert ledger(paid=(done(),), calls=2, minutes=1).refusal() is None
