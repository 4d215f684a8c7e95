"""The page without a report: the same hidden first line, and nothing foreign that markdown could read."""

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from gate.model.case import Place
from gate.model.errors import Problem
from gate.model.verdict import Kind
from gate.render.markdown import Around, comment_marker
from gate.render.notices import Notice, notice_page
from tests.render.hostile import CORPUS

HEAD, BASE = "1" * 40, "2" * 40


def test_it_names_the_verdict_both_commits_and_what_to_mend() -> None:
    problem = Problem(
        message="there is no such key", place=Place(file="gate.yaml", line=3), key="max_dorp", fix="did you"
    )
    page = notice_page(
        Notice(kind=Kind.ERROR, text="something is wrong", head=HEAD, base=BASE, problems=[problem]),
        around=Around(check="prompts", link="https://example.com/run"),
    )
    first, second, *_ = page.split("\n")
    assert first == f"<!-- gate:1 check=prompts suites= head={HEAD} base={BASE} verdict=error -->"
    assert first.startswith(comment_marker("prompts"))
    assert second == "🛑 **Error** at `1111111` against `2222222`: something is wrong"
    assert "`gate.yaml:3`" in page
    assert "To mend it: did you." in page
    assert "[log of the run](https://example.com/run)" in page


def test_a_check_finds_no_page_of_another_whose_name_begins_alike() -> None:
    assert not comment_marker("gate-two").startswith(comment_marker("gate"))


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_text_is_only_text(name: str) -> None:
    text = CORPUS[name]
    problem = Problem(message=text, place=Place(file=text), key=text, value=text, fix=text)
    page = notice_page(Notice(kind=Kind.ERROR, text=text, head=HEAD, base=BASE, problems=[problem]))
    html = cmarkgfm.github_flavored_markdown_to_html(page, Options.CMARK_OPT_UNSAFE)
    for tag in ("<h1", "<h2", "<a ", "<img", "<details", "<script", "<table"):
        assert tag not in html
    assert html.count("<!--") == 1


def test_a_single_problem_is_told_once_with_its_place_and_its_fix() -> None:
    problem = Problem(
        message="no such key", place=Place(file="gate.yaml", line=3), key="max_dorp", value="1", fix="did you"
    )
    page = notice_page(Notice(kind=Kind.ERROR, text="no such key", problems=[problem]))
    assert page.count("no such key") == 1
    assert "- `gate.yaml:3` `max_dorp`. Found: `1`. To mend it: did you." in page


def test_a_single_problem_with_nothing_but_its_sentence_is_no_list() -> None:
    page = notice_page(Notice(kind=Kind.ERROR, text="it broke", problems=[Problem(message="it broke")]))
    assert page.endswith("**Error**: it broke\n")


def test_many_problems_are_counted() -> None:
    page = notice_page(
        Notice(kind=Kind.ERROR, text="t", problems=[Problem(message=str(n)) for n in range(25)])
    )
    assert "and 5 more problems" in page
