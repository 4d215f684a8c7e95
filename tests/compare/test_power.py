"""What a suite can find, before anybody pays for a run."""

from collections.abc import Mapping
from random import Random
from typing import Any

import numpy as np
import pytest

from gate.compare.power import plan
from gate.model.power import Assumed, DesignPower, MetricPower, PowerPlan
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Draws, Gate, Policy, SuitePolicy
from tests.builders import make_metric, make_scorecard

ACCURACY, TONE = make_metric(), make_metric("tone")


def plan_of(source: Scorecard | Assumed, *, draws: Draws | None = None, **rules: Any) -> PowerPlan:
    return plan(source, policy=Policy(), rules=SuitePolicy(**rules), draws=draws or Draws())


def designs(metric: MetricPower) -> Mapping[tuple[int, int], DesignPower]:
    return {(each.baseline_draws, each.head_draws): each for each in metric.designs}


def noisy(cases: int = 100, draws: int = 5, *, chance: float = 0.95, seed: int = 1) -> Scorecard:
    random = Random(seed)
    return make_scorecard(
        {f"c{i:03}": tuple(float(random.random() < chance) for _ in range(draws)) for i in range(cases)}
    )


def test_without_a_baseline_the_published_figures_come_out() -> None:
    (metric,) = plan_of(Assumed(suite="suite", cases=100, metrics=(ACCURACY,))).metrics
    needed = {design: each.cases_needed for design, each in designs(metric).items()}
    assert needed == {(1, 1): 334, (5, 1): 182, (5, 3): 105}
    assert (metric.assumed, metric.flip_rate, metric.variance) == (True, 0.085, 0.0425)


def test_the_baselines_repeats_tell_the_noise() -> None:
    card = noisy()
    (metric,) = plan_of(card).metrics
    s2 = np.mean([np.var(case.scores["accuracy"], ddof=1) for case in card.cases.values()])
    assert (metric.assumed, metric.cases) == (False, 100)
    assert metric.variance == pytest.approx(s2)
    assert metric.flip_rate == pytest.approx(2 * s2)
    assert metric.baseline == pytest.approx(
        np.mean([case.scores["accuracy"] for case in card.cases.values()])
    )


def test_a_baseline_without_repeats_tells_nothing_of_the_noise() -> None:
    (metric,) = plan_of(noisy(draws=1)).metrics
    assert (metric.assumed, metric.variance) == (True, 0.0425)


def test_the_planned_draws_are_among_the_designs() -> None:
    made = plan_of(noisy(), draws=Draws(accept=10, check=2, most=4))
    assert (made.check, made.second_look) == ((10, 2), (10, 4))
    assert [*designs(made.metrics[0])] == [(1, 1), (5, 1), (5, 3), (10, 2), (10, 4)]


def test_metrics_share_the_rate_of_false_alarms() -> None:
    alone = plan_of(Assumed(suite="suite", cases=100, metrics=(ACCURACY,))).metrics[0]
    beside = plan_of(Assumed(suite="suite", cases=100, metrics=(ACCURACY, TONE))).metrics[0]
    assert (beside.designs[0].cases_needed or 0) > (alone.designs[0].cases_needed or 0)
    warned = Assumed(suite="suite", cases=100, metrics=(ACCURACY, TONE))
    quiet = plan_of(warned, gates={"tone": Gate(mode="warn")})
    assert quiet.metrics[0].designs == alone.designs


def test_a_metric_that_never_varied_costs_the_others_nothing() -> None:
    card = noisy()
    cases = {
        i: case.model_copy(update={"scores": {**case.scores, "tone": (1.0,) * 5}})
        for i, case in card.cases.items()
    }
    both = card.model_copy(update={"metrics": {**card.metrics, "tone": TONE}, "cases": cases})
    assert plan_of(both).metrics[0] == plan_of(card).metrics[0]


def test_a_metric_that_is_recorded_or_cannot_be_gated_is_left_out() -> None:
    assert plan_of(noisy(), gates={"accuracy": Gate(mode="record")}).metrics == ()
    assert plan_of(noisy(), gates={"accuracy": Gate(max_drop="5%")}).metrics == ()


def test_the_noise_of_a_measure_is_not_guessed() -> None:
    latency = make_metric("latency_s", kind="measure", better="lower", log=True, unit="s")
    (metric,) = plan_of(Assumed(suite="suite", cases=100, metrics=(latency,))).metrics
    assert (metric.variance, metric.flip_rate, metric.relative) == (None, None, True)
    assert all(each.detectable is None and each.cases_needed is None for each in metric.designs)


def test_a_measured_ratio_is_planned_as_a_relative_drop() -> None:
    latency = make_metric("latency_s", kind="measure", better="lower", log=True, unit="s")
    random = Random(2)
    card = make_scorecard(
        {f"c{i:03}": tuple(random.lognormvariate(0, 0.3) for _ in range(5)) for i in range(100)},
        metric=latency,
    )
    (metric,) = plan_of(card).metrics
    smallest = designs(metric)[5, 1].detectable
    assert smallest is not None
    assert 0.10 < smallest < 0.25
    broken = card.model_copy(
        update={"cases": {**card.cases, "c000": CaseScores(key="k", trials=1, scores={"latency_s": (0.0,)})}}
    )
    assert plan_of(broken).metrics[0].variance is None


def test_cases_that_move_together_need_more_of_them() -> None:
    random = Random(4)
    luck = [tuple(float(random.random() < 0.9) for _ in range(5)) for _ in range(20)]
    cases = {
        f"c{i:03}": CaseScores(
            key="k", trials=5, tags={"talk": f"t{i % 20}"}, scores={"accuracy": luck[i % 20]}
        )
        for i in range(100)
    }
    card = make_scorecard({}, metrics={"accuracy": ACCURACY}, cases=cases)
    alone, together = plan_of(card).metrics[0], plan_of(card, cluster="talk").metrics[0]
    assert alone.variance is not None
    assert together.variance == pytest.approx(5 * alone.variance)
    assert (together.designs[1].cases_needed or 0) > (alone.designs[1].cases_needed or 0)
