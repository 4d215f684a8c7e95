"""A metric over its pairs, at its worst, and over a part of them."""

import pytest

from gate.compare.contest import Arena, Contest, at_worst, hold, sliced
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy
from tests.builders import make_metric

ARENA = Arena("suite", 0.05, None, 4)


def rule() -> Rule:
    resolved = resolve(make_metric(), gate=Gate(min=0.5), policy=Policy())
    assert isinstance(resolved, Rule)
    return resolved


def everything(*missing: int) -> Pairs:
    return Pairs(
        ids=["a", "b", "c"],
        before=[(1.0,), (1.0,), ()],
        after=[(1.0,), (), (1.0,)],
        missing=missing or (0, 0, 0),
    )


def held(*missing: int) -> Contest:
    contest = hold(rule(), everything=everything(*missing), arena=ARENA)
    assert contest is not None
    return contest


def test_only_cases_scored_on_both_sides_are_held_against_each_other() -> None:
    assert held().ids == ["a"]
    assert hold(rule(), everything=everything().subset([1, 2]), arena=ARENA) is None


def test_nothing_missing_has_no_worst() -> None:
    assert at_worst(held()) is None


def test_at_its_worst_a_missing_draw_is_a_failure_also_in_a_case_without_any_score() -> None:
    worst = at_worst(held(0, 1, 0))
    assert worst is not None
    assert worst.ids == ["a", "b"]
    assert worst.evidence.delta == pytest.approx(-0.5)


def test_a_slice_has_its_own_drop_and_no_bars() -> None:
    part = sliced(held(), name="area=x", indices=[0])
    assert (part.slice, part.bars, part.rule.max_drop) == ("area=x", (), 0.10)
    assert held().bars != ()
