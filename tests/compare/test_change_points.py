"""The course of baselines: steps and drifts are told, an unchanged past is left alone at the stated rate."""

from collections.abc import Sequence
from random import Random

import pytest

from gate.compare.change_points import Past, courses, spans
from gate.model.past import Course
from gate.model.scorecard import Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy
from tests.builders import make_metric, make_scorecard


def drawn(levels: Sequence[float], *, seed: int = 1, cases: int = 60, draws: int = 5) -> Past:
    """A baseline for each level: by how much each case's chance lies below 0.9."""
    random = Random(seed)
    return past_of(
        [
            make_scorecard(
                {
                    f"c{number}": [float(random.random() < 0.9 - level) for _ in range(draws)]
                    for number in range(cases)
                }
            )
            for level in levels
        ]
    )


def past_of(cards: Sequence[Scorecard], **rules: object) -> Past:
    return Past(
        shas=[f"sha{number}" for number in range(len(cards))],
        cards=cards,
        policy=Policy(),
        rules=SuitePolicy.model_validate(rules),
    )


def course_of(past: Past, *, alpha: float = 0.05) -> Course:
    ((course,),), _ = courses([past], alpha=alpha)
    return course


def test_a_step_is_told_at_its_commit() -> None:
    (change,) = course_of(drawn([0, 0, 0, 0.3, 0.3, 0.3])).changes
    assert (change.after, change.by, change.accepts) == ("sha2", "sha3", 1)
    assert change.move.worse
    assert change.move.delta == pytest.approx(-0.3, abs=0.1)


def test_a_rise_is_told_as_well() -> None:
    (change,) = course_of(drawn([0.3, 0.3, 0.0, 0.0])).changes
    assert not change.move.worse
    assert (change.after, change.by) == ("sha1", "sha2")


def test_a_drift_of_two_points_each_time_is_told_though_no_single_accept_shows_it() -> None:
    course = course_of(drawn([0.02 * number for number in range(12)], cases=100))
    assert course.changes
    assert all(change.accepts > 1 and change.move.worse for change in course.changes)
    assert course.total is not None
    assert course.total.delta == pytest.approx(-0.22, abs=0.06)


def test_a_drift_that_goes_on_is_told_as_one_whole() -> None:
    (change,) = course_of(drawn([0.02 * number for number in range(14)], cases=100, seed=3)).changes
    assert change.accepts >= 8
    assert change.move.delta is not None
    assert change.move.delta < -0.2


def test_an_unchanged_past_shows_a_change_at_the_stated_rate_at_most() -> None:
    count = 40
    called = sum(
        bool(course_of(drawn([0.0] * 7, seed=seed, cases=25, draws=3)).changes) for seed in range(count)
    )
    assert called <= 0.05 * count + 3 * (0.05 * 0.95 * count) ** 0.5


def test_the_tests_reach_over_1_2_4_and_all_baselines() -> None:
    assert sorted(spans(6)) == sorted(
        [*((i, i + 1) for i in range(5)), *((i, i + 2) for i in range(4)), (0, 4), (1, 5), (0, 5)]
    )
    assert list(spans(1)) == []
    assert len(set(spans(9))) == len(list(spans(9)))


def test_all_metrics_of_all_suites_are_one_family() -> None:
    past = drawn([0, 0, 0])
    _, one = courses([past])
    _, two = courses([past, past])
    assert (one, two) == (3, 6)


def test_what_was_measured_with_another_instrument_is_not_compared_and_says_so() -> None:
    values = {f"c{number}": (1.0,) * 3 for number in range(10)}
    other = make_scorecard(values, metric=make_metric(fingerprint="f2"))
    course = course_of(past_of([make_scorecard(values), other, other]))
    first, second = course.points[1].move, course.points[2].move
    assert first is not None
    assert second is not None
    assert "another evaluator" in first.obstacle
    assert first.delta is None
    assert second.delta == 0
    assert not course.changes


def test_where_cases_came_and_went_the_means_are_over_those_that_all_share() -> None:
    old = make_scorecard({f"c{number}": (1.0,) for number in range(8)})
    new = make_scorecard({f"c{number}": (1.0 if number < 8 else 0.0,) for number in range(2, 20)})
    course = course_of(past_of([old, new]))
    assert course.shared == 6
    assert [point.mean for point in course.points] == [1.0, 1.0]
    same = course_of(past_of([old, old]))
    assert same.shared is None
    none_in_common = make_scorecard({f"d{number}": (1.0,) for number in range(8)})
    apart = course_of(past_of([old, none_in_common]))
    assert apart.shared is None
    assert apart.total is not None
    assert apart.total.obstacle


def test_a_metric_that_came_later_has_no_mean_before() -> None:
    early = make_scorecard({"c": (1.0,)}, metric=make_metric("other"))
    course = course_of(past_of([early, make_scorecard({"c": (1.0,)})]))
    assert [point.mean for point in course.points] == [None, 1.0]
    assert course.points[1].move is not None
    assert course.points[1].move.obstacle == "it was not measured"


def test_what_is_only_recorded_is_told_when_it_is_asked_for() -> None:
    past = past_of([make_scorecard({"c": (1.0,)})] * 2, gates={"accuracy": Gate(mode="record")})
    assert courses([past]) == ([[]], 0)
    ((course,),), _ = courses([past], ["accuracy"])
    assert course.metric == "accuracy"


def test_no_baseline_has_no_course() -> None:
    assert courses([past_of([])]) == ([[]], 0)
