import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.render import escape
from tests.render.hostile import CORPUS

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
EVERY = [chr(point) for point in range(sys.maxunicode + 1)]
# The number signs of Arabic, Syriac, Kaithi and the like are of category Cf and are seen.
VISIBLE_FORMATS = {*"\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"}


def shown(character: str) -> str:
    return escape.clean(f"a{character}b", limit=10)


def test_no_character_that_controls_hides_turns_or_breaks_a_line_is_left() -> None:
    bad = {"Cc", "Cs", "Zl", "Zp", "Cf"}
    for character in EVERY:
        if unicodedata.category(character) in bad and character not in VISIBLE_FORMATS:
            assert character not in shown(character), f"U+{ord(character):04X}"


def test_an_ordinary_character_stays_what_it_is() -> None:
    for (
        character
    ) in "azAZ09 .,;:!?-_/\\|@#$%^&*()[]{}<>'\"`~\u00e9\u00df\u6f22\u05d0\u0928\u0e01\u2764\U0001f600\u00a0":
        assert shown(character) == f"a{character}b"


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("short", 10, "short"),
        ("twelve chars", 6, "twelve\u2026 (+6)"),
        ("a\nb\r\nc\rd\u2028e", 20, "a\u23ceb\u23cec\u23ced\u23cee"),
        ("a\tb\x1b[31m\x00", 20, "a\u2409b\u241b[31m\u2400"),
        ("x" * 5_000, 5, "xxxxx\u2026 (+4,995)"),
        ("pass\u200bword", 20, "password [hidden: U+200B]"),
        ("\u200b\u202e\u2066\u2069", 20, " [hidden: U+200B, U+202E, U+2066, \u2026]"),
        ("e\u0301\u0301\u0301\u0301", 20, "e\u0301\u0301\u0301 [hidden: U+0301]"),
        ("\ud800", 20, "\ufffd"),
        ("\u2764\ufe0f", 20, "\u2764\ufe0f"),
        ("", 20, ""),
    ],
)
def test_what_is_cut_marked_or_hidden_is_said(text: str, limit: int, expected: str) -> None:
    assert escape.clean(text, limit=limit) == expected


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (escape.code("exact_match"), "`exact_match`"),
        (escape.code("category=refund"), "`category=refund`"),
        (escape.code("a|b"), "<code>a&#124;b</code>"),
        (escape.code("`x`"), "<code>&#96;x&#96;</code>"),
        (escape.code("@me"), "<code>&#64;\u200bme</code>"),
        (escape.code("a\nb"), "<code>a\u23ceb</code>"),
        (escape.code("_x_"), "<code>&#95;x&#95;</code>"),
        (escape.html("<b>\n@x|`'\"&", limit=99), "&lt;b&gt;\u23ce&#10;@\u200bx&#124;&#96;&#39;&#34;&amp;"),
        (escape.html("##[x]", limit=99), "&#35;&#35;[x]"),
        (escape.prose("   "), "(no text)"),
        (escape.prose("    x"), "x"),
        (escape.prose("It fell, by 3. That's all."), "It fell, by 3&#46; That's all."),
        (escape.prose("fixes #12"), "fixes &#35;\u200b12"),
        (escape.prose("see http://a.b"), "see http&#58;\u200b//a&#46;b"),
        (escape.prose(":tada:"), "&#58;\u200btada:"),
        (escape.prose("1) a"), "1&#41; a"),
        (escape.fenced("gate accept a"), "```\ngate accept a\n```"),
        (escape.fenced("a ``` b", indent="  "), "  ````\n  a ``` b\n  ````"),
        (escape.terminal("a\x1b[1mb"), "a\u241b[1mb"),
        (escape.unit("s"), "s"),
        (escape.unit("m/s"), "m/s"),
        (escape.unit("%"), "%"),
        (escape.unit("a|b"), None),
        (escape.unit("<b>"), None),
        (escape.unit("s\n"), None),
        (escape.unit("_x_"), None),
        (escape.unit("a very long unit of measure"), None),
        (escape.unit(None), None),
    ],
)
def test_each_medium_has_its_own_escapes(written: str | None, expected: str | None) -> None:
    assert written == expected


def test_line_ends_of_a_longer_text_are_marked_and_kept_apart() -> None:
    assert escape.terminal_lines("a\n\nb", limit=9) == ["a\u23ce", "\u23ce", "b"]
    assert escape.terminal_lines("", limit=9) == []


@pytest.mark.parametrize(
    "line",
    [
        "::error::x",
        "  ::error::x",
        "\x1b[1m::error::x",
        "\x1b[1m:\x1b[0m:error::x",
        "ok\n::error::x",
        "##[error]x",
        "ok ##[group]x",
    ],
)
def test_no_line_is_a_command_to_a_runner(line: str) -> None:
    for each in escape.log_safe(line).splitlines():
        plain = each.replace("\x1b[1m", "").replace("\x1b[0m", "").lstrip()
        assert not plain.startswith("::")
        assert "##[" not in plain


def test_a_line_without_a_command_is_left_alone() -> None:
    text = "std::vector and 50 :: 50\n# [x] ## heading\n"
    assert escape.log_safe(text) == text


@pytest.mark.parametrize("name", CORPUS)
def test_no_medium_lets_a_line_end_or_a_surrogate_through(name: str) -> None:
    text = CORPUS[name]
    for written in (
        escape.code(text),
        escape.prose(text),
        escape.html(text, limit=500),
        escape.terminal(text),
        escape.fenced(text).removeprefix("`").split("\n")[1],
    ):
        assert "\n" not in written
        assert "\r" not in written
        written.encode("utf-8")
        assert len(written) < 6_000


@given(ANY_TEXT, st.integers(1, 60))
def test_a_text_is_never_longer_than_its_limit_and_what_is_said_of_it(text: str, limit: int) -> None:
    kept, _, _ = escape.clean(text, limit=limit).partition("\u2026 (+")
    assert len(kept.partition(" [hidden: ")[0]) <= limit


@given(ANY_TEXT)
def test_everything_that_xml_forbids_is_gone(text: str) -> None:
    for character in escape.xml(text, limit=500):
        point = ord(character)
        assert (
            point in {0x9, 0xA, 0xD} or 0x20 <= point <= 0xD7FF or 0xE000 <= point <= 0xFFFD or point > 0xFFFF
        )


@given(ANY_TEXT, st.integers(0, 40))
def test_a_cut_text_fits_and_a_fitting_one_is_whole(text: str, cells: int) -> None:
    cleaned = escape.clean(text, limit=500)
    kept = escape.cut(cleaned, cells=cells)
    assert escape.width(kept) <= cells
    if escape.width(cleaned) <= cells:
        assert kept == cleaned


@pytest.mark.parametrize(
    ("text", "cells"), [("abc", 3), ("\u6f22\u5b57", 4), ("e\u0301", 1), ("\U0001f600", 2), ("", 0)]
)
def test_width_counts_cells(text: str, cells: int) -> None:
    assert escape.width(text) == cells
