"""Two histograms over one axis: every case is in one of the bars, and a few far out hide nobody."""

import re

from hypothesis import given
from hypothesis import strategies as st

from gate.model.score import Metric
from gate.render.html.columns import Column
from gate.render.html.distribution import _bins, distribution

LATENCY = Metric(name="latency_s", kind="measure", unit="s", better="lower")


def column(base: list[float], head: list[float], metric: Metric = LATENCY) -> Column:
    return Column(
        metric, [*base, *[None] * len(head)], [*[None] * len(base), *head], "s" * (len(base) + len(head))
    )


@given(st.lists(st.floats(min_value=-1e6, max_value=1e6), min_size=2, max_size=60))
def test_every_value_is_in_one_bin(values: list[float]) -> None:
    bins = _bins(values)
    if bins is not None:
        assert sum(bins.counts(values)) == len(values)


def test_one_case_far_out_does_not_squeeze_the_others_into_one_bar() -> None:
    values = [1 + place / 100 for place in range(100)] + [1e6]
    bins = _bins(values)
    assert bins is not None
    assert sum(count > 0 for count in bins.counts(values)) > 2


def test_both_sides_are_told_in_words_too() -> None:
    text = distribution(column([1.0, 2.0, 3.0], [2.0, 4.0, 6.0]))
    assert text is not None
    assert "head: 3 cases, p50 4.00 s, p95 5.80 s" in text
    assert "baseline: 3 cases, p50 2.00 s, p95 2.90 s" in text
    assert {"head", "base"} <= {*re.findall(r'<rect class="(\w+)"', text)}


def test_a_side_that_is_not_known_is_not_drawn() -> None:
    text = distribution(column([], [2.0, 4.0]))
    assert text is not None
    assert "baseline" not in text


def test_two_values_or_one_need_no_histogram() -> None:
    assert distribution(column([1.0], [0.0, 1.0], Metric(name="right", kind="binary"))) is None
    assert distribution(column([2.0], [2.0])) is None
    assert distribution(column([1.0, 2.0], [])) is None
