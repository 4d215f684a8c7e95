"""The parts of a suite: who belongs to them, and when one is named."""

from typing import Any

import pytest

from gate.compare.contest import Arena, Contest, hold
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule, resolve
from gate.compare.slices import cut, judge_slices, members
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Gate, Policy, Slice, SuitePolicy
from gate.model.verdict import Kind
from tests.builders import make_metric, make_scorecard


def card_of(tags: dict[str, dict[str, str]]) -> Scorecard:
    cases = {
        i: CaseScores(key="k", trials=1, tags=own, scores={"accuracy": (1.0,)}) for i, own in tags.items()
    }
    return make_scorecard({}, cases=cases)


def slices_of(
    baseline: Scorecard | None, head: Scorecard, *declared: str | Slice
) -> dict[str, tuple[str, ...]]:
    policy = SuitePolicy(slices=declared)
    return members(Comparison(suite="suite", baseline=baseline, head=head, policy=policy))


def contest_of(broken: set[int], *, cases: int = 100, **gate: Any) -> Contest:
    pairs = Pairs(
        ids=[f"c{i:03}" for i in range(cases)],
        before=[(1.0,) * 5] * cases,
        after=[(float(i not in broken),) for i in range(cases)],
        missing=[0] * cases,
    )
    rule = resolve(make_metric(), gate=Gate(**gate), policy=Policy())
    assert isinstance(rule, Rule)
    contest = hold(rule, everything=pairs, arena=Arena("suite", 0.05, None, cases))
    assert contest is not None
    return contest


def tens(contest: Contest, *, fewest: int = 8) -> list[Contest]:
    groups = {f"a{k}": [i for i in contest.ids if int(i[1:]) // 10 == k] for k in range(10)}
    return list(cut([contest], members=groups, fewest=fewest))


def test_a_tag_makes_a_slice_of_each_of_its_values() -> None:
    head = card_of({"a": {"area": "x"}, "b": {"area": "y"}, "c": {}})
    assert slices_of(None, head, "area") == {"area=x": ("a",), "area=y": ("b",)}


def test_a_named_slice_holds_the_cases_with_all_of_its_tags() -> None:
    head = card_of({"a": {"area": "x", "level": "hard"}, "b": {"area": "x"}})
    hard = Slice(name="hard x", where={"area": "x", "level": "hard"})
    assert slices_of(None, head, hard) == {"hard x": ("a",)}


def test_nobody_moves_a_case_to_another_slice_in_the_change_that_is_judged() -> None:
    before, after = card_of({"a": {"area": "x"}}), card_of({"a": {"area": "y"}})
    assert slices_of(before, after, "area") == {"area=x": ("a",)}


def test_a_slice_that_matches_nothing_is_there_and_empty() -> None:
    head = card_of({"a": {}})
    assert slices_of(None, head, "area", Slice(name="hard", where={"level": "hard"})) == {
        "area": (),
        "hard": (),
    }


def test_slices_with_too_few_cases_are_not_tested() -> None:
    assert len(tens(contest_of(set()))) == 10
    assert tens(contest_of(set()), fewest=11) == []


def test_a_slice_that_collapsed_is_found_among_many() -> None:
    parts = tens(contest_of({3, 30, 31, 32, 33, 34, 35, 61}))
    judged = judge_slices(parts, q=0.05)
    assert [
        part.slice
        for part, (judgement, _) in zip(parts, judged, strict=True)
        if judgement.kind is Kind.REGRESSED
    ] == ["a3"]


def test_a_sure_drop_that_a_slice_is_allowed_is_not_named() -> None:
    parts = tens(contest_of(set(range(30, 36)), slice_drop=0.7))
    assert all(judgement.kind is not Kind.REGRESSED for judgement, _ in judge_slices(parts, q=0.05))


def test_slices_that_could_not_have_dropped_cost_the_others_nothing() -> None:
    contest = contest_of({30, 31, 32})
    parts = tens(contest)
    p = dict(zip([part.slice for part in parts], [p for _, p in judge_slices(parts, q=0.05)], strict=True))
    (collapsed,) = (part for part in parts if part.slice == "a3")
    assert p["a3"] == pytest.approx(collapsed.evidence.p)


@pytest.mark.parametrize(("broken", "kind"), [(set(), Kind.PASS), ({30}, Kind.INCONCLUSIVE)])
def test_a_slice_that_did_not_change_passes_and_a_small_change_is_left_open(
    broken: set[int], kind: Kind
) -> None:
    parts = tens(contest_of(broken))
    judged = dict(
        zip([part.slice for part in parts], [j.kind for j, _ in judge_slices(parts, q=0.05)], strict=True)
    )
    assert judged["a3"] is kind
