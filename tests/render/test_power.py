from typing import Any

import pytest

from gate.model.power import DesignPower, MetricPower, PowerPlan
from gate.render.escape import width
from gate.render.power import power_text
from tests.render.golden import assert_golden
from tests.render.hostile import CORPUS


def design(baseline: int, head: int, detectable: float | None, cases: int | None) -> DesignPower:
    return DesignPower(baseline_draws=baseline, head_draws=head, detectable=detectable, cases_needed=cases)


def make_plan(**fields: Any) -> PowerPlan:
    shared: dict[str, Any] = {"bounds": (0, 1), "cases": 120, "max_drop": 0.02, "must_catch": 0.05}
    metrics = (
        MetricPower(
            metric="exact_match",
            mode="block",
            flip_rate=0.06,
            variance=0.03,
            designs=(design(1, 1, 0.081, 334), design(5, 1, 0.061, 182), design(5, 3, 0.047, 105)),
            **shared,
        ),
        MetricPower(
            metric="helpful",
            mode="warn",
            flip_rate=0.085,
            variance=0.04,
            assumed=True,
            designs=(design(1, 1, 0.091, 434), design(5, 1, 0.071, 282), design(5, 3, 0.057, None)),
            **shared,
        ),
        MetricPower(
            metric="latency_s",
            mode="block",
            relative=True,
            unit="s",
            cases=120,
            max_drop=0.1,
            must_catch=0.25,
            designs=(design(1, 1, None, None), design(5, 1, None, None), design(5, 3, None, None)),
        ),
    )
    given: dict[str, Any] = {
        "suite": "support",
        "alpha": 0.05,
        "power": 0.8,
        "cases": 120,
        "metrics": metrics,
    }
    return PowerPlan(**{**given, "check": (5, 1), "second_look": (5, 3), **fields})


@pytest.mark.parametrize("cells", [60, 80])
def test_a_plan_has_its_page(cells: int) -> None:
    assert_golden(f"power.{cells}.txt", power_text(make_plan(), width=cells))


@pytest.mark.parametrize("cells", [40, 60, 80, 120])
def test_no_line_is_wider_than_the_terminal(cells: int) -> None:
    assert all(width(line) <= max(cells, 60) for line in power_text(make_plan(), width=cells).splitlines())


def test_a_plan_that_assumes_nothing_speaks_of_no_assumption() -> None:
    text = power_text(make_plan(metrics=make_plan().metrics[:1], second_look=(5, 1)))
    assert "assumed" not in text
    assert "second look" not in text
    assert "\u2013" not in text


def test_a_plan_without_a_gated_metric_says_so() -> None:
    assert power_text(make_plan(metrics=())).startswith("support: 120 cases, 0 gated metrics.")


@pytest.mark.parametrize("name", CORPUS)
def test_foreign_names_control_nothing(name: str) -> None:
    metric = (
        make_plan()
        .metrics[0]
        .model_copy(update={"metric": CORPUS[name], "unit": CORPUS[name], "bounds": None})
    )
    text = power_text(make_plan(suite=CORPUS[name], metrics=(metric,)))
    assert "\x1b" not in text
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
