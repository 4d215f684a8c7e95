"""Texts in the page's data: what is harmless stays as it is, the rest is cleaned as in every other medium."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.span import Span
from gate.render import escape
from gate.render.html.blocks import json_text
from gate.render.html.markup import Markup, el
from gate.render.html.steps import steps
from gate.render.html.texts import MOST_CHARACTERS, Texts
from tests.render.hostile import CORPUS


@given(st.text(alphabet=st.characters(max_codepoint=0x7F)))
def test_the_short_way_for_plain_text_says_the_same_as_the_cleaning(text: str) -> None:
    if "\t" not in text:
        assert Texts().text(text) == escape.clean(text, limit=MOST_CHARACTERS, newline="\n")


def test_lines_and_tabs_stay() -> None:
    assert Texts().text("a\n\tb\r\nc") == "a\n\tb\nc"


def test_a_secret_within_a_value_is_found_before_it_is_written_as_json() -> None:
    assert "x-y" not in Texts(['se"x-y']).value({"deep": ['a se"x-y b']})


def test_a_hidden_character_does_not_carry_a_secret_into_the_page() -> None:
    assert "canary" not in Texts(["canary-value"]).text("it is cana\u200bry-value")


@pytest.mark.parametrize("text", CORPUS.values(), ids=CORPUS)
def test_json_in_the_page_holds_no_character_that_means_something_to_its_surroundings(text: str) -> None:
    assert not set("<>&\u2028\u2029") & set(json_text([text]))
    json_text([text]).encode()


def test_what_is_no_markup_of_ours_is_escaped_in_text_and_attribute() -> None:
    assert el("p", "<b>&", title='"<') == '<p title="&quot;&lt;">&lt;b&gt;&amp;</p>'
    assert el("p", Markup("<b></b>"), None, hidden=True, id=None) == "<p hidden><b></b></p>"


def test_steps_stand_under_what_began_them_with_their_share_of_the_time() -> None:
    spans = [
        Span(name="tool", span_id="c", parent_id="b", start_s=3, duration_s=1),
        Span(name="whole", span_id="a", start_s=2, duration_s=4),
        Span(name="call", span_id="b", parent_id="a", start_s=3, duration_s=2, error="late"),
        Span(name="lost", span_id="d", parent_id="gone", start_s=5, duration_s=1),
    ]
    rows = steps(spans, Texts())
    assert [row[:4] for row in rows] == [
        [0, "whole", 0.0, 1.0], [1, "call", 0.25, 0.5], [2, "tool", 0.25, 0.25], [0, "lost", 0.75, 0.25],
    ]  # fmt: skip
    assert [row[5] for row in rows] == [None, "late", None, None]
    assert steps([], Texts()) == []


def test_steps_that_take_no_time_at_all_have_a_place() -> None:
    (row,) = steps([Span(name="x", span_id="1", start_s=1, duration_s=0)], Texts())
    assert row[2:4] == [0.0, 0.0]
