"""The rule of a bisection: what is asked next, when a side is told, and how often the wrong commit is named."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.bisection import ROWS, told
from gate.compare.bisection import (
    Ends,
    Search,
    error_share,
    first_draws,
    is_drop,
    joined,
    looks,
    most_steps,
    side_of,
    suspects,
)
from gate.compare.contest import Contest
from gate.compare.one_metric import Yardstick, contest_of
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy
from tests.builders import make_metric, make_scorecard

BY = Yardstick(policy=Policy(), rules=SuitePolicy())


def card(*draws: Sequence[float], better: str = "higher") -> Scorecard:
    values = {f"c{number}": each for number, each in enumerate(draws)}
    return make_scorecard(values, metric=make_metric(better=better))


def ends(good: Scorecard, bad: Scorecard, *, level: float = 0.01) -> Ends:
    return Ends(good=good, bad=bad, metric="accuracy", by=BY, level=level)


@given(st.integers(1, 300), st.data())
def test_the_break_is_found_in_as_many_steps_as_are_told(size: int, data: st.DataObject) -> None:
    breaks = data.draw(st.integers(1, size))
    search, asked = Search(size, {}), 0
    while (place := search.next()) is not None:
        search, asked = search.told(place, "bad" if place >= breaks else "good"), asked + 1
    assert (search.low, search.high) == (breaks - 1, breaks)
    assert asked <= most_steps(size)


@given(st.integers(1, 40), st.data())
def test_places_that_cannot_be_asked_leave_a_range_that_holds_the_break_and_nothing_is_asked_twice(
    size: int, data: st.DataObject
) -> None:
    breaks = data.draw(st.integers(1, size))
    silent = data.draw(st.sets(st.integers(1, size)))
    search, asked = Search(size, {}), list[int]()
    while (place := search.next()) is not None:
        asked.append(place)
        search = search.told(place, "unknown" if place in silent else "bad" if place >= breaks else "good")
    assert search.low < breaks <= search.high
    assert len(set(asked)) == len(asked)
    assert {*range(search.low + 1, search.high)} <= silent


def test_a_version_is_bad_good_or_needs_more_draws() -> None:
    both = ends(card(*[(1.0,) * 3] * 8), card(*[(0.0,) * 3] * 8))
    assert side_of(card(*[(0.0,)] * 8), both, last=False) == "bad"
    assert side_of(card(*[(1.0,)] * 8), both, last=False) == "good"
    few = ends(card((1.0,) * 3), card((0.0,) * 3))
    assert side_of(card((1.0,)), few, last=True) is None


def test_what_lies_between_two_parts_of_a_drop_is_bad_and_what_looks_so_needs_more_draws() -> None:
    both = ends(card(*[(1.0,) * 6] * 8), card(*[(0.0,) * 6] * 8))
    assert side_of(card(*[(1.0, 0.0)] * 8), both, last=False) == "bad"
    doubtful = card(*[(1.0, 1.0)] * 6, *[(1.0, 0.0)] * 2)
    assert side_of(doubtful, both, last=False) is None
    assert side_of(doubtful, both, last=True) == "good"


def test_a_version_without_a_score_has_no_side() -> None:
    both = ends(card(*[(1.0,) * 3] * 8), card(*[(0.0,) * 3] * 8))
    assert side_of(card(*[()] * 8), both, last=False) == "unknown"
    other = make_scorecard({"c0": (1.0,)}, metric=make_metric(fingerprint="f2"))
    assert side_of(other, both, last=False) == "unknown"


def test_less_is_better_turns_the_sides_round() -> None:
    low, high = card(*[(0.0,) * 3] * 8, better="lower"), card(*[(1.0,) * 3] * 8, better="lower")
    assert is_drop(ends(low, high))
    assert not is_drop(ends(high, low))
    assert side_of(high, ends(low, high), last=False) == "bad"
    assert first_draws(ends(low, high), most=12) == 1


def test_a_drop_that_luck_explains_is_none() -> None:
    assert not is_drop(ends(card((1.0, 1.0, 0.0)), card((1.0, 0.0, 0.0))))


def test_a_smaller_drop_takes_more_draws_and_never_more_than_the_most() -> None:
    good = card(*[(1.0,) * 9 + (0.0,)] * 20)
    counts = [
        first_draws(ends(good, card(*[(1.0,) * kept + (0.0,) * (10 - kept)] * 20)), most=30)
        for kept in (1, 6, 7, 8)
    ]
    assert counts == sorted(counts)
    assert counts[0] == 1
    assert first_draws(ends(good, good), most=30) == 30


@given(st.integers(1, 50), st.integers(1, 50))
def test_the_looks_grow_to_the_most_and_are_few(first: int, most: int) -> None:
    counts = looks(min(first, most), most=most)
    assert counts == sorted(set(counts))
    assert counts[-1] == most
    assert len(counts) <= 3


def test_the_cases_that_broke_are_asked_the_worst_first_and_not_those_that_moved_a_little() -> None:
    before = card((1.0,) * 5, (1.0,) * 5, (1.0, 1.0, 1.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0, 0.0), (0.0,) * 5)
    after = card((0.0,), (1.0,), (0.0,), (0.0,), (1.0,))
    contest = contest_of("accuracy", before=before, after=after, by=BY)
    assert isinstance(contest, Contest)
    assert suspects(contest, most=9) == ["c0", "c2"]
    assert suspects(contest, most=1) == ["c0"]


def test_draws_that_were_taken_one_after_the_other_are_one_scorecard() -> None:
    one = Scorecard(
        suite="suite",
        metrics={"accuracy": make_metric()},
        cases={
            "c": CaseScores(key="k", trials=2, errors=1, failures={"timeout": 1}, scores={"accuracy": (1.0,)})
        },
    )
    both = joined([one, one]).cases["c"]
    assert (both.trials, both.errors, both.failures) == (4, 2, {"timeout": 2})
    assert both.scores == {"accuracy": (1.0, 1.0)}
    assert error_share(one) == 0.5


@pytest.mark.parametrize("row", [row for row in ROWS if row.stops == 16], ids=lambda row: row.name)
def test_the_wrong_commit_is_named_at_the_stated_rate_at_most(row: object) -> None:
    (found,) = (each for each in ROWS if each is row)
    total = told(found, roads=25)
    assert total.wrong <= 2
    assert total.share(total.right) >= found.named - 20
