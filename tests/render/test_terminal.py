import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.report import Report
from gate.render import escape
from gate.render.terminal import terminal
from tests.render import reports
from tests.render.golden import assert_golden
from tests.render.hostile import CORPUS

VERDICTS: dict[str, Callable[[], Report]] = {
    "pass": reports.passed,
    "regressed": reports.regressed,
    "inconclusive": reports.inconclusive,
    "not_comparable": reports.not_comparable,
    "error": reports.failed,
}
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=120)


@pytest.mark.parametrize("name", VERDICTS)
def test_each_verdict_has_its_page(name: str) -> None:
    assert_golden(f"{name}.txt", terminal(VERDICTS[name](), width=80))


@pytest.mark.parametrize("width", [60, 120])
def test_a_page_is_laid_out_for_its_width(width: int) -> None:
    assert_golden(f"regressed.{width}.txt", terminal(reports.regressed(), width=width))


def test_foreign_text_has_its_page() -> None:
    assert_golden(
        "foreign.txt", terminal(reports.foreign("::error::x\x1b[1m\u202e\n##[group]y @me"), width=80)
    )


def test_color_changes_no_word() -> None:
    report = reports.regressed()
    colored = terminal(report, color=True)
    assert "\x1b[1;31mREGRESSED\x1b[0m" in colored
    plain = "".join(
        part.partition("m")[2] if index else part for index, part in enumerate(colored.split("\x1b["))
    )
    assert plain == terminal(report)


@pytest.mark.parametrize("width", [40, 60, 80, 120])
@pytest.mark.parametrize("name", CORPUS)
def test_no_line_is_wider_than_the_terminal_but_a_command_to_be_copied(name: str, width: int) -> None:
    for line in terminal(reports.foreign(CORPUS[name]), width=width).splitlines():
        assert escape.width(line) <= width or line.startswith("    "), line


def test_the_narrowest_page_has_forty_cells() -> None:
    assert terminal(reports.regressed(), width=1) == terminal(reports.regressed(), width=40)


@pytest.mark.parametrize("color", [False, True])
@given(text=ANY_TEXT | st.sampled_from(sorted(CORPUS.values())))
def test_nothing_foreign_controls_the_terminal_or_the_runner(text: str, *, color: bool) -> None:
    page = terminal(reports.foreign(text), color=color)
    page.encode("utf-8")
    for line in page.split("\n"):
        plain = line
        for code in ("1", "2", "31", "33", "36", "1;31", "0"):
            plain = plain.replace(f"\x1b[{code}m", "")
        assert not plain.lstrip().startswith("::")
        assert "##[" not in plain
        for character in plain.replace(escape.BREAK, ""):
            category = unicodedata.category(character)
            assert category not in {"Cc", "Cs", "Zl", "Zp"}
            assert (
                category != "Cf"
                or character
                in "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd"
            )


def test_many_rows_are_cut_and_counted() -> None:
    page = terminal(reports.many())
    assert "480 more rows: see the JSON report (--json FILE)" in page
    assert page.count("\n") < 500
