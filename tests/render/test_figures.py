from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.power import MetricPower
from gate.render.figures import drop_text, figures
from gate.render.numbers import MINUS, UNKNOWN
from tests.render.reports import latency_diff, make_diff, regressed_diff

M = MINUS


def test_a_metric_between_0_and_1_changes_in_points() -> None:
    texts = figures(regressed_diff())
    assert (texts.base, texts.head) == ("0.91", "0.78")
    assert texts.change == f"{M}13.2 points"
    assert texts.interval == f"{M}18.1 \u2026 {M}8.0"
    assert (texts.allowed, texts.catch, texts.finds) == (f"{M}2 points", "5 points", "4.7 points")


def test_a_ratio_changes_in_per_cent_and_worse_is_more_where_less_is_better() -> None:
    texts = figures(latency_diff())
    assert (texts.base, texts.head) == ("1.20 s", "1.23 s")
    assert (texts.change, texts.allowed, texts.catch) == ("+2.2%", "+10%", "25%")


def test_any_other_metric_changes_in_its_own_unit() -> None:
    diff = make_diff(
        bounds=(1, 5), unit=None, baseline=4.2, head=3.9, delta=-0.3, max_drop=0.08, must_catch=0.2
    )
    assert figures(diff).change == f"{M}0.30"
    assert figures(diff).allowed == f"{M}0.08"
    assert figures(diff.model_copy(update={"unit": "stars"})).change == f"{M}0.30 stars"


def test_what_is_not_known_is_a_dash() -> None:
    empty = dict.fromkeys(("baseline", "head", "delta", "low", "high", "detectable", "statistic_value"))
    texts = figures(make_diff().model_copy(update=empty))
    assert {texts.base, texts.head, texts.change, texts.interval, texts.finds} == {UNKNOWN}


def test_an_end_of_the_interval_that_is_not_known_is_infinite() -> None:
    assert figures(make_diff(low=None)).interval.startswith(f"{M}\u221e \u2026 ")
    assert figures(make_diff(high=None)).interval.endswith(" \u2026 +\u221e")


def test_no_end_of_the_interval_lies_beyond_what_the_metric_can_change() -> None:
    diff = make_diff(baseline=0.95, head=0.06, delta=-0.89, low=-1.064, high=-0.713, bounds=(0.0, 1.0))
    assert figures(diff).interval == f"{M}100.0 \u2026 {M}71.3"


@pytest.mark.parametrize(
    ("fields", "side"),
    [
        ({"floor": 0.92}, ("below its floor", "0.91", "0.92")),
        ({"floor": 0.9051}, ("below its floor", "0.9050", "0.9051")),
        ({"ceiling": 0.9}, ("above its ceiling", "0.91", "0.90")),
        ({"floor": 0.9, "ceiling": 1.0}, ("", "", "")),
        ({}, ("", "", "")),
    ],
)
def test_the_bar_that_is_crossed_is_named_with_digits_that_differ(
    fields: dict[str, Any], side: tuple[str, str, str]
) -> None:
    texts = figures(make_diff(**fields))
    assert (texts.side, texts.value, texts.bar) == side


@pytest.mark.parametrize("better", ["higher", "lower"])
@given(delta=st.floats(-1, 1), allowed=st.floats(0, 1))
def test_a_change_never_looks_like_the_allowed_one_or_like_none(
    delta: float, allowed: float, better: str
) -> None:
    diff = make_diff(delta=delta, max_drop=allowed, better=better)
    texts = figures(diff)
    limit = -allowed if better == "higher" else allowed
    if min(abs(delta - limit), abs(delta), abs(limit)) > 1e-12:
        assert texts.change != texts.allowed
        assert texts.change.strip("+0. points")


def test_a_drop_is_written_without_a_sign() -> None:
    metric = MetricPower(metric="m", mode="block", cases=9, max_drop=0.02, must_catch=0.05, bounds=(0, 1))
    assert drop_text(0.061, metric) == "6.1 points"
    assert drop_text(None, metric) == UNKNOWN
    assert drop_text(0.25, metric.model_copy(update={"relative": True})) == "25%"
    assert drop_text(3.0, metric.model_copy(update={"bounds": None, "unit": "words"})) == "3 words"
