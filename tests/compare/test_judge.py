"""The family of tests and the order of the rules."""

from typing import Any

import pytest

from gate.compare.contest import Arena, Contest, hold
from gate.compare.judge import Adjusted, adjust, is_few_clusters, judge, reachable_p
from gate.compare.pairs import Pairs
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy
from gate.model.verdict import Kind
from tests.builders import make_metric

LEVEL = 0.05


def contest_of(
    broken: int,
    *,
    cases: int = 40,
    clusters: int | None = None,
    gate: dict[str, Any] | None = None,
    name: str = "m",
) -> Contest:
    """Cases that passed five times and of which the last `broken` fail now."""
    ids = [f"c{i:03}" for i in range(cases)]
    pairs = Pairs(
        ids=ids,
        before=[(1.0,) * 5] * cases,
        after=[(float(i < cases - broken),) for i in range(cases)],
        missing=[0] * cases,
    )
    rule = resolve(make_metric(name), gate=Gate(**(gate or {})), policy=Policy())
    assert isinstance(rule, Rule)
    labels = None if clusters is None else {case_id: f"t{i % clusters}" for i, case_id in enumerate(ids)}
    contest = hold(rule, everything=pairs, arena=Arena("suite", LEVEL, labels, cases))
    assert contest is not None
    return contest


def test_a_metric_alone_keeps_its_p() -> None:
    contest = contest_of(4)
    (adjusted,) = adjust([contest], level=LEVEL)
    assert (adjusted.drop, adjusted.entered) == (contest.evidence.p, True)


def test_metrics_that_could_regress_share_the_level() -> None:
    family = [contest_of(4, name=f"m{i}") for i in range(3)]
    assert [each.drop for each in adjust(family, level=LEVEL)] == [min(1, 3 * family[0].evidence.p)] * 3


def test_metrics_that_could_not_regress_whatever_the_head_had_drawn_cost_the_others_nothing() -> None:
    """Constant; too few draws that differ for a small p; a drop that cannot exceed what is allowed."""
    constant, rare, small = contest_of(0), contest_of(1), contest_of(2, cases=200)
    assert reachable_p(constant) > 1
    assert reachable_p(rare) > LEVEL
    assert reachable_p(small) > 1
    contest = contest_of(4)
    adjusted = adjust([constant, rare, contest, small], level=LEVEL)
    assert adjusted[2].drop == contest.evidence.p
    assert [each.entered for each in adjusted] == [False, False, True, False]


def test_what_did_not_enter_the_family_is_never_rejected() -> None:
    contest = contest_of(10)
    alone = judge(contest, Adjusted(drop=0.0, entered=True, bars=()), level=LEVEL)
    assert alone.kind is Kind.REGRESSED
    outside = judge(contest, Adjusted(drop=0.0, entered=False, bars=()), level=LEVEL)
    assert outside.kind is Kind.INCONCLUSIVE


@pytest.mark.parametrize(("clusters", "few"), [(None, False), (7, True), (8, False)])
def test_fewer_than_eight_clusters_are_few(clusters: int | None, few: object) -> None:
    assert is_few_clusters(contest_of(3, clusters=clusters)) is few


def test_few_clusters_never_enter_the_family() -> None:
    assert not adjust([contest_of(40, clusters=7)], level=LEVEL)[0].entered
    assert adjust([contest_of(39, clusters=8)], level=LEVEL)[0].entered


def test_bars_are_corrected_among_themselves() -> None:
    family = [contest_of(8, gate={"min": 0.95}, name=f"m{i}") for i in range(2)]
    alone = family[0].bars[0].p
    assert alone is not None
    assert list(adjust(family, level=LEVEL)[0].bars) == pytest.approx([2 * alone])


def test_a_regression_is_named_before_a_breached_bar() -> None:
    contest = contest_of(20, gate={"min": 0.95})
    (adjusted,) = adjust([contest], level=LEVEL)
    assert judge(contest, adjusted, level=LEVEL).code == "regressed"


@pytest.mark.parametrize(
    ("contest", "code", "reason"),
    [
        (contest_of(0, cases=4), "too_few_cases", "4 cases: too few to tell anything; 10 can pass"),
        (contest_of(1, cases=9), "few_cases", "9 cases: enough to show a regression, too few to pass; 10 can pass"),
        (contest_of(1), "inconclusive", "a drop that must be caught cannot be ruled out"),
        (contest_of(1, clusters=7), "few_clusters", "7 clusters are too few to tell; 8 can be judged"),
        (contest_of(0), "pass", "no variation"),
        (contest_of(1, gate={"min": 0.98}), "bar_undecided", "below its floor, which may be chance"),
        (contest_of(4, cases=100, gate={"max_drop": 0.05}), "within_margin", "got worse by more than chance explains, but no more than is allowed"),
    ],
)  # fmt: skip
def test_each_judgement_says_why(contest: Contest, code: str, reason: str) -> None:
    (adjusted,) = adjust([contest], level=LEVEL)
    judgement = judge(contest, adjusted, level=LEVEL)
    assert (judgement.code, judgement.reason) == (code, reason)
