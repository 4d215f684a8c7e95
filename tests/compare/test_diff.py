"""Every figure of a MetricDiff, in the unit in which people read it."""

import math
from typing import Any

import numpy as np
import pytest

from gate.compare.contest import Arena, Contest, hold
from gate.compare.diff import Planning, case_changes, lone_diff, metric_diff
from gate.compare.judge import Judgement
from gate.compare.pairs import Draws, Pairs
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy
from gate.model.verdict import CaseChange, Kind, MetricDiff
from tests.builders import make_metric

Sides = dict[str, tuple[Draws, Draws]]

PLANNING = Planning(level=0.05, power=0.8)
FINE = Judgement(Kind.PASS, "pass", "")
LATENCY: dict[str, Any] = {"kind": "measure", "better": "lower", "log": True, "unit": "s"}


def rule_of(gate: dict[str, Any] | None = None, **metric: Any) -> Rule:
    rule = resolve(make_metric("m", **metric), gate=Gate(**(gate or {})), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def contest_of(sides: Sides, *, gate: dict[str, Any] | None = None, **metric: Any) -> Contest:
    ids = sorted(sides)
    pairs = Pairs(
        ids=ids,
        before=[sides[i][0] for i in ids],
        after=[sides[i][1] for i in ids],
        missing=[0] * len(ids),
    )
    contest = hold(rule_of(gate, **metric), everything=pairs, arena=Arena("suite", 0.05, None, len(ids)))
    assert contest is not None
    return contest


def diff_of(contest: Contest, *, p_adjusted: float | None = 0.5) -> MetricDiff:
    return metric_diff(contest, FINE, p_adjusted=p_adjusted, planning=PLANNING)


def changes_of(contest: Contest) -> list[CaseChange]:
    return [change for _, change in sorted(case_changes(contest), key=lambda pair: pair[0])]


def test_means_and_their_difference_stand_in_the_metrics_unit() -> None:
    diff = diff_of(
        contest_of({"a": ((1.0, 1.0), (1.0,)), "b": ((1.0, 0.0), (0.0,)), "c": ((1.0, 1.0), (0.0,))})
    )
    assert [diff.baseline, diff.head, diff.delta, diff.drop] == pytest.approx([2.5 / 3, 1 / 3, -0.5, 0.5])
    assert (diff.n, diff.baseline_draws, diff.head_draws) == (3, (2, 2), (1, 1))
    assert (diff.fixed, diff.broken, diff.bounds) == (0, 2, (0.0, 1.0))


def test_where_lower_is_better_a_rise_is_a_drop() -> None:
    diff = diff_of(contest_of({"a": ((2.0,), (3.0,)), "b": ((2.0,), (4.0,))}, kind="measure", better="lower"))
    assert [diff.delta, diff.drop] == pytest.approx([1.5, 1.5])
    assert diff.low is not None
    assert diff.high is not None
    assert diff.low < 1.5 < diff.high


def test_ratios_are_shown_as_relative_changes_of_geometric_means() -> None:
    diff = diff_of(contest_of({"a": ((1.0, 1.0), (1.2,)), "b": ((4.0, 1.0), (2.4,))}, **LATENCY))
    assert [diff.baseline, diff.head] == pytest.approx([math.sqrt(2), math.sqrt(1.2 * 2.4)])
    assert [diff.delta, diff.drop] == pytest.approx([0.2, 0.2])
    assert (diff.relative, diff.unit, diff.max_drop, diff.must_catch) == (True, "s", 0.10, 0.25)


def test_the_interval_holds_the_difference() -> None:
    sides: Sides = {f"c{i}": ((1.0, 0.0, 1.0), (float(i % 3 > 0), 1.0)) for i in range(30)}
    diff = diff_of(contest_of(sides))
    assert diff.low is not None
    assert diff.high is not None
    assert diff.delta is not None
    assert diff.low < diff.delta < diff.high


def test_draws_that_differ_from_case_to_case_are_shown_from_fewest_to_most() -> None:
    diff = diff_of(contest_of({"a": ((1.0,), (1.0, 0.0)), "b": ((1.0, 1.0, 0.0), (1.0,))}))
    assert (diff.baseline_draws, diff.head_draws) == ((1, 3), (1, 2))


def test_a_metric_that_is_only_recorded_has_no_p() -> None:
    contest = contest_of({"a": ((1.0,), (0.0,))})
    assert diff_of(contest, p_adjusted=None).p is None
    assert diff_of(contest).p == contest.evidence.p


@pytest.mark.parametrize(
    ("before", "after", "confirmed"),
    [
        ((1.0,) * 3, (0.0,) * 3, True),
        ((1.0,) * 5, (0.0,) * 3, True),
        ((1.0,) * 3, (0.0,) * 2, False),
        ((1.0,) * 2, (0.0,) * 3, False),
        ((1.0, 1.0, 0.0), (0.0,) * 3, False),
        ((1.0,) * 3, (0.0, 0.0, 1.0), False),
    ],
)
def test_a_case_is_broken_for_sure_if_three_draws_agree_on_either_side(
    before: Draws, after: Draws, confirmed: object
) -> None:
    contest = contest_of({"a": (before, after), "b": ((1.0,), (1.0,))})
    (change,) = changes_of(contest)
    assert (change.worse, change.confirmed) == (True, confirmed)
    assert diff_of(contest).confirmed_broken == int(confirmed is True)
    (back,) = changes_of(contest_of({"a": (after, before)}))
    assert (back.worse, back.confirmed) == (False, confirmed)


def test_grades_are_never_broken_for_sure() -> None:
    contest = contest_of({"a": ((1.0,) * 3, (0.0,) * 3)}, kind="scale", low=0, high=1)
    assert not changes_of(contest)[0].confirmed


def test_changed_cases_come_with_their_means_and_unchanged_ones_do_not() -> None:
    contest = contest_of({"a": ((1.0, 0.0), (1.0,)), "b": ((1.0,), (1.0,)), "c": ((1.0,), (0.0,))})
    assert [(c.case_id, c.baseline, c.head, c.worse) for c in changes_of(contest)] == [
        ("c", 1.0, 0.0, True),
        ("a", 0.5, 1.0, False),
    ]


def test_a_case_moves_in_shares_of_what_must_be_caught() -> None:
    (moved,) = case_changes(contest_of({"a": ((1.0,), (0.0,))}, gate={"must_catch": 0.5}))
    assert moved[0] == -2.0


NOISY: Sides = {
    f"c{i:03}": (tuple(float((i * 7 + j * 3) % 12 > 0) for j in range(5)), (1.0,)) for i in range(100)
}


def test_the_flip_rate_is_that_of_the_baselines_repeats() -> None:
    s2 = np.mean([np.var(before, ddof=1) for before, _ in NOISY.values()])
    assert diff_of(contest_of(NOISY)).flip_rate == pytest.approx(2 * s2)


def test_the_flip_rate_is_the_heads_where_only_that_has_repeats_and_unknown_without_any() -> None:
    turned = {case_id: (after, before) for case_id, (before, after) in NOISY.items()}
    assert diff_of(contest_of(turned)).flip_rate == diff_of(contest_of(NOISY)).flip_rate
    assert diff_of(contest_of(dict.fromkeys(NOISY, ((1.0,), (0.0,))))).flip_rate is None


def test_planning_figures_follow_from_the_noise() -> None:
    diff = diff_of(contest_of(NOISY))
    assert diff.detectable is not None
    assert diff.cases_needed is not None
    assert diff.draws_needed is not None
    assert diff.detectable > diff.must_catch
    assert diff.cases_needed > diff.n
    assert diff.draws_needed > 1
    stricter = metric_diff(contest_of(NOISY), FINE, p_adjusted=0.5, planning=Planning(0.05 / 8, 0.8))
    assert stricter.detectable is not None
    assert stricter.detectable > diff.detectable


def test_without_repeats_the_noise_is_half_the_share_of_cases_that_flipped() -> None:
    single: Sides = {f"c{i:03}": ((float(i % 20 != 0),), (float(i % 20 != 1),)) for i in range(100)}
    repeated: Sides = {f"c{i:03}": ((1.0, float(i % 10 != 0)), (1.0,)) for i in range(100)}
    once, twice = diff_of(contest_of(single)), diff_of(contest_of(repeated))
    assert twice.flip_rate == pytest.approx(0.1)
    assert once.detectable is not None
    assert twice.detectable is not None
    assert once.detectable > twice.detectable


def test_a_metric_that_cannot_be_compared_shows_what_is_known_of_either_side() -> None:
    diff = lone_diff(rule_of(), suite="suite", reason="gone", sides=([(1.0, 0.0), ()], []))
    assert (diff.baseline, diff.head, diff.kind, diff.reason) == (0.5, None, Kind.NOT_COMPARABLE, "gone")
    ratio = lone_diff(rule_of(**LATENCY), suite="suite", reason="", sides=([(0.0,)], [(1.0,)]))
    assert (ratio.baseline, ratio.head) == (None, 1.0)
