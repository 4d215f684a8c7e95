"""The drawing of a change: its parts lie where the numbers say, and its label says the numbers."""

import re

import pytest

from gate.model.verdict import MetricDiff
from gate.render.html.interval import interval
from gate.render.numbers import MINUS
from tests.render.reports import latency_diff, make_diff, regressed_diff


def drawn(diff: MetricDiff) -> str:
    found = interval(diff, confidence="90% interval")
    assert found is not None
    return found


def place(text: str, kind: str) -> float:
    found = re.search(rf'class="{kind}" (?:x1|cx|x)="([\d.]+)%"', text)
    assert found is not None, kind
    return float(found[1])


def test_what_is_worse_lies_beyond_what_is_allowed_on_the_side_of_the_metric() -> None:
    lower = drawn(regressed_diff())  # higher is better: worse is left
    assert place(lower, "change") < place(lower, "allowed") < place(lower, "zero")
    assert place(lower, "catch") < place(lower, "allowed")
    higher = drawn(latency_diff(delta=0.289, low=0.18, high=0.41))
    assert place(higher, "zero") < place(higher, "allowed") < place(higher, "change")
    assert place(higher, "beyond") == place(higher, "allowed")


def test_the_interval_reaches_from_end_to_end_and_the_dot_lies_in_it() -> None:
    text = drawn(make_diff())
    low, high = re.findall(r'class="end" x1="([\d.]+)%"', text)
    assert float(low) < place(text, "change") < float(high)


def test_an_end_that_is_not_known_runs_out_of_the_drawing() -> None:
    text = drawn(make_diff(low=None))
    assert 'class="span" x1="0.00%"' in text
    assert text.count('class="end"') == 1
    assert 'class="span"' not in drawn(make_diff(low=None, high=None))


def test_the_label_says_all_in_words() -> None:
    label = "change -13.2 points, 90% interval -18.1 … -8.0; allowed is -2 points, a drop of 5 points must be caught"
    assert f'aria-label="{label.replace("-", MINUS)}"' in drawn(regressed_diff())


def test_a_metric_that_is_only_recorded_is_drawn_without_the_margins_that_nobody_holds_it_against() -> None:
    text = drawn(make_diff(mode="record"))
    assert not re.search("beyond|allowed|catch|caught", text)
    assert place(text, "change") < place(text, "zero")


def test_where_nothing_moved_and_nothing_is_judged_no_change_stands_in_the_middle() -> None:
    text = drawn(make_diff(mode="record", delta=0.0, low=0.0, high=0.0))
    assert place(text, "change") == place(text, "zero") == 50


def test_without_a_change_there_is_nothing_to_draw() -> None:
    assert interval(make_diff(delta=None), confidence="90% interval") is None


@pytest.mark.parametrize("size", [0.0, 1e-12, 1e12])
def test_every_place_lies_within_the_drawing_whatever_the_size(size: float) -> None:
    text = drawn(make_diff(delta=-size, low=-2 * size, high=size, max_drop=0.0, must_catch=0.0, bounds=None))
    assert all(0 <= float(each) <= 100 for each in re.findall(r'="([\d.]+)%"', text))
