from hypothesis import given
from hypothesis import strategies as st

from gate.render.escape import clean, width
from gate.render.layout import Column, Span, ansi, table, unstyled, wrapped

TEXTS = st.text(st.characters(exclude_categories=()), max_size=80).map(lambda text: clean(text, limit=200))


def column(title: str, *cells: str, spare: int = 0, right: bool = True) -> Column:
    return Column(title, [Span(cell) for cell in cells], right=right, spare=spare)


def test_a_text_is_broken_at_blanks_and_indented() -> None:
    lines = list(wrapped([Span("one two three four")], cells=12, first="- ", rest="  "))
    assert lines == ["- one two", "  three four"]


def test_a_word_that_is_wider_than_a_line_is_broken_where_the_line_ends() -> None:
    assert list(wrapped([Span("a " + "x" * 9)], cells=4)) == ["a", "xxxx", "xxxx", "x"]


def test_wide_characters_count_twice() -> None:
    assert list(wrapped([Span("\u6f22" * 4)], cells=4)) == ["\u6f22\u6f22", "\u6f22\u6f22"]


def test_spans_that_touch_are_one_word() -> None:
    assert list(wrapped([Span("aa bb"), Span("cc dd")], cells=6)) == ["aa", "bbcc", "dd"]


@given(st.lists(TEXTS, max_size=5), st.integers(8, 40))
def test_no_line_is_wider_than_it_may_be_and_no_word_is_lost(texts: list[str], cells: int) -> None:
    lines = list(wrapped([Span(text) for text in texts], cells=cells, first="> ", rest="  "))
    assert all(width(line) <= cells for line in lines)
    kept = "".join("".join(line[2:] for line in lines).split(" "))
    assert kept == "".join("".join(texts).split(" "))


def test_columns_line_up_numbers_to_the_right() -> None:
    rows = table(
        [column("metric", "a", "long_name", right=False), column("n", "5", "120")],
        cells=40,
        indent="",
        head=unstyled,
    )
    assert list(rows) == ["metric       n", "a            5", "long_name  120"]


def test_spare_columns_go_first_the_highest_number_first_then_the_name_is_cut() -> None:
    columns = [
        column("metric", "m" * 30, right=False),
        column("base", "0.91"),
        column("interval", "-18 \u2026 -8", spare=1),
        column("n", "120", spare=2),
    ]
    lines = [list(table(columns, cells=cells, indent="", head=unstyled)) for cells in (60, 46, 30, 16)]
    assert ["n" in found[0].split() for found in lines] == [True, False, False, False]
    assert ["interval" in found[0] for found in lines] == [True, True, False, False]
    assert all(
        width(line) <= cells for found, cells in zip(lines, (60, 46, 30, 16), strict=True) for line in found
    )
    assert lines[-1][1].startswith("m" * 9 + "\u2026")


def test_a_style_takes_no_room() -> None:
    bold = ansi("1")
    assert bold("x") == "\x1b[1mx\x1b[0m"
    assert bold("") == ""
    styled = [Column("a", [Span("x", bold)]), Column("b", [Span("y")])]
    assert list(table(styled, cells=20, indent="", head=unstyled)) == ["a  b", "\x1b[1mx\x1b[0m  y"]
