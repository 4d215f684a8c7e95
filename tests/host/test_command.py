"""A comment's first line: orders as they were meant, kind words for slips, and nothing else is ours."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gate.host.command import Order, Unclear, Wanted, ordered, wanted

SUITES = ("billing", "support", "support-v2")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("/gate accept", Order(verb="accept")),
        ("  /gate ACCEPT 1A2B3C4", Order(verb="accept", sha="1a2b3c4")),
        (
            "/gate accept `1a2b3c4` support new tone",
            Order(verb="accept", sha="1a2b3c4", words=("support", "new", "tone")),
        ),
        (
            "/gate accept support -- billing is fine",
            Order(verb="accept", words=("support",), reason="billing is fine"),
        ),
        ("/gate run", Order(verb="run")),
        ("/gate run accept", Order(verb="run", draws=True)),
        ("/gate status please", Order(verb="status")),
        ("/gate explain refund 003", Order(verb="explain", subject="refund 003")),
        ("/gate explain", Order(verb="explain")),
        ("/gate", Order(verb="help")),
        ("/gate help\nand more", Order(verb="help")),
    ],
)
def test_an_order_is_read_as_it_was_written(text: str, order: Order) -> None:
    assert ordered(text) == order


@pytest.mark.parametrize(
    "text", ["", "gate accept", "please /gate accept", "\n/gate accept", "> /gate accept", "/gateau"]
)
def test_other_comments_are_not_ours(text: str) -> None:
    assert ordered(text) is None


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("/gate acept 1a2b3c4", "accept"),
        ("/gate approve", "accept"),
        ("/gate staus", "status"),
        ("/gate rerun", "run"),
        ("/gate accept 1a2b3", "accept"),
        ("/gate run acept", "run accept"),
        ("/gate frobnicate", ""),
    ],
)
def test_a_slip_is_told_with_what_was_probably_meant(text: str, near: str) -> None:
    found = ordered(text)
    assert isinstance(found, Unclear)
    assert found.near == near


def test_names_come_first_and_the_reason_behind_them() -> None:
    order = Order(verb="accept", words=("support", "billing", "the", "tone", "billing"))
    assert wanted(order, known=SUITES) == Wanted(suites=("support", "billing"), reason="the tone billing")


@pytest.mark.parametrize("word", ["suport", "Support", "supports", "biling"])
def test_what_is_nearly_a_name_is_never_taken_for_a_reason(word: str) -> None:
    found = wanted(Order(verb="accept", words=(word, "because")), known=SUITES)
    assert isinstance(found, Unclear)


def test_with_a_marked_reason_every_word_before_it_is_a_name() -> None:
    found = wanted(Order(verb="accept", words=("support", "xyz"), reason="why"), known=SUITES)
    assert isinstance(found, Unclear)
    assert wanted(Order(verb="accept", reason="billing"), known=SUITES) == Wanted(reason="billing")


@given(st.text())
@example("/gate accept \x00\u2028\n/gate run")
def test_no_text_breaks_it_and_only_the_first_line_counts(text: str) -> None:
    assert ordered(text) == ordered((text.splitlines() or [""])[0])


@given(st.text(alphabet="0123456789abcdef", min_size=7, max_size=64), st.text(max_size=80))
def test_a_sha_is_found_whatever_follows(sha: str, rest: str) -> None:
    found = ordered(f"/gate accept {sha} {rest}")
    assert isinstance(found, Order)
    assert found.sha == sha
