import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from html.parser import HTMLParser

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st

from gate.model.report import Report, Revision, Step
from gate.model.verdict import Kind, SuiteVerdict
from gate.render.markdown import BUDGET_BYTES, MARKER, SMALLEST_BUDGET_BYTES, Around, markdown, marker
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
FOREIGN_KINDS = [Kind.REGRESSED, Kind.INCONCLUSIVE, Kind.NOT_COMPARABLE, Kind.ERROR]
ANY_TEXT = st.text(st.characters(exclude_categories=()), min_size=1, max_size=120)
SYNTAX = st.text(
    st.sampled_from("\n <>&|`*_~[]()!#:@\\-+=.1aw$'\"/{}^\t\r\x00\u200b\u202e"), min_size=1, max_size=60
)
# The block ends with a line of its own, or with the tags around it.
FOLDS = ("<details>", "</details>", "<table>", "</table>")


class Page(HTMLParser):
    """What a browser would see: the elements with their attributes, the comments, and the text."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: Counter[str] = Counter()
        self.comments: list[str] = []
        self.text = ""
        self.text_outside_code = ""
        self.code = 0
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[f"{tag} {sorted(attrs)}"] += 1
        self.code += tag in {"code", "pre"}

    def handle_endtag(self, tag: str) -> None:
        self.elements[f"/{tag}"] += 1
        self.code -= tag in {"code", "pre"}

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_decl(self, decl: str) -> None:
        self.elements[f"!{decl}"] += 1

    def handle_pi(self, data: str) -> None:
        self.elements[f"?{data}"] += 1

    def handle_data(self, data: str) -> None:
        self.text += data
        if not self.code:
            self.text_outside_code += data


@cache
def harmless(kind: Kind = Kind.REGRESSED) -> Page:
    """The page of a report whose every text is `x`."""
    return page(reports.foreign("x", kind=kind))


@cache
def many() -> Report:
    return reports.many()


def page(report: Report) -> Page:
    """The report as GitHub's own renderer makes it; GitHub lets a good part of raw HTML pass, here all of it does."""
    return Page(cmarkgfm.github_flavored_markdown_to_html(markdown(report).text, Options.CMARK_OPT_UNSAFE))


def without_blanks(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("name", VERDICTS)
def test_each_verdict_has_its_page(name: str) -> None:
    assert_golden(f"{name}.md", markdown(VERDICTS[name]()).text)


def test_foreign_text_has_its_page() -> None:
    hostile = "</details> | <!-- @me `x` **b** fixes #1\n## h ::error::x \u202e\x1b[1m"
    assert_golden("foreign.md", markdown(reports.foreign(hostile)).text)


@pytest.mark.parametrize("kind", FOREIGN_KINDS)
@pytest.mark.parametrize("name", CORPUS)
def test_hostile_text_makes_no_element_no_attribute_and_no_comment(name: str, kind: Kind) -> None:
    hostile = page(reports.foreign(CORPUS[name], kind=kind))
    assert hostile.elements == harmless(kind).elements
    assert len(hostile.comments) == 1
    assert hostile.comments[0].startswith(" gate:1 ")


@pytest.mark.parametrize(
    "name", ["script", "pipes", "closing details", "html comment", "image", "headings", "fence"]
)
def test_hostile_text_is_shown_as_it_stands(name: str) -> None:
    shown = without_blanks(page(reports.foreign(CORPUS[name])).text).replace("\u23ce", "")
    assert shown.count(without_blanks(CORPUS[name])) >= 4  # input, expected, output, why


@given(ANY_TEXT | SYNTAX)
def test_any_text_in_any_field_makes_the_elements_that_a_harmless_one_makes(text: str) -> None:
    found = page(reports.foreign(text))
    assert found.elements == harmless().elements
    assert len(found.comments) == 1


@given(ANY_TEXT | SYNTAX)
def test_no_mention_no_reference_and_no_address_is_left(text: str) -> None:
    found = page(reports.foreign(f"{text} @octocat fixes #12 :tada: {text}"))
    assert not re.search("@(?!\u200b)", found.text)
    assert not re.search(r"#\d|://|:tada|(?i:\bgh-\d)", found.text_outside_code)


@given(ANY_TEXT | st.sampled_from(["::error::x", "a\n::error::x", "##[error]x"]))
def test_no_line_of_the_page_is_a_command_to_a_runner(text: str) -> None:
    for line in markdown(reports.foreign(text)).text.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line


@pytest.mark.parametrize("budget", [SMALLEST_BUDGET_BYTES, 30_000, BUDGET_BYTES, 250_000])
def test_the_page_keeps_its_budget_closes_its_blocks_and_says_what_was_cut(budget: int) -> None:
    text = markdown(many(), budget_bytes=budget).text
    assert len(text.encode()) <= budget
    for opening, closing in (FOLDS[:2], FOLDS[2:]):
        assert text.count(opening) == text.count(closing)
    assert re.search(r"\d+ more rows: see all metrics below", text)
    assert text.count("more did not fit here") >= 3
    assert text.count("```") % 2 == 0


@pytest.mark.parametrize("name", CORPUS)
def test_the_smallest_budget_holds_every_foreign_text(name: str) -> None:
    text = markdown(reports.foreign(CORPUS[name]), budget_bytes=SMALLEST_BUDGET_BYTES).text
    assert len(text.encode()) <= SMALLEST_BUDGET_BYTES


def test_rows_are_cut_from_the_end_and_never_in_the_middle() -> None:
    report = reports.many(60)
    whole = markdown(report, budget_bytes=1_000_000).text.splitlines()
    short = markdown(report, budget_bytes=SMALLEST_BUDGET_BYTES).text.splitlines()
    rows = [line for line in short if line.startswith("|")]
    assert rows
    assert set(rows) <= set(whole)
    assert any(line in rows for line in whole if "metric 59 " in line or "&#32;59" in line)


def test_a_budget_that_could_not_hold_the_verdict_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        markdown(reports.passed(), budget_bytes=SMALLEST_BUDGET_BYTES - 1)


def test_a_pass_is_short() -> None:
    lines = [
        line for line in markdown(reports.passed()).text.splitlines() if line and not line.startswith("|")
    ]
    assert len(lines) <= 8


def test_the_first_line_names_version_suites_both_commits_and_the_verdict() -> None:
    first = markdown(reports.regressed()).text.splitlines()[0]
    assert first.startswith(MARKER)
    assert f"suites=support head={reports.HEAD.sha} base={reports.BASE.sha} verdict=regressed -->" in first


def test_a_marker_cannot_be_forged_by_a_name() -> None:
    report = reports.passed()
    suite = report.verdict.suites[0].model_copy(update={"suite": "a --> <!-- gate:1 suites=b,c\nx"})
    forged = report.model_copy(
        update={
            "verdict": report.verdict.model_copy(update={"suites": (suite,)}),
            "head": Revision(label="x", sha="--> <b>"),
        }
    )
    line = marker(forged)
    assert line.count("-->") == 1
    assert line.count("<!--") == 1
    assert "\n" not in line
    assert "suites=a%20%2D%2D%3E%20" in line


def test_a_long_list_of_suites_is_named_by_its_digest() -> None:
    suites = tuple(SuiteVerdict(suite=f"suite-{index}", kind=Kind.PASS) for index in range(300))
    line = marker(reports.make_report(reports.make_verdict(suites)))
    assert re.search(r"suites=digest:[0-9a-f]{16} ", line)


@pytest.mark.parametrize("kind", list(Kind))
def test_the_sentence_says_the_kind_of_the_verdict_whatever_was_found(kind: Kind) -> None:
    report = reports.regressed()
    told = report.model_copy(update={"verdict": report.verdict.model_copy(update={"kind": kind})})
    words = {
        Kind.PASS: "**Pass**",
        Kind.INCONCLUSIVE: "**Can't tell**",
        Kind.REGRESSED: "**Regressed**",
        Kind.NOT_COMPARABLE: "**Not comparable**",
        Kind.ERROR: "**Error**",
    }
    assert words[kind] in markdown(told).text.splitlines()[1]


def test_the_loosened_proposals_come_first_under_a_warning() -> None:
    report = reports.passed().model_copy(update={"proposals": tuple(reversed(reports.regressed().proposals))})
    text = markdown(report).text
    assert "> [!WARNING]\n> **This change lowers the bar.**" in text
    assert text.index("loosened**: support") < text.index("changed: support")


def test_what_can_be_done_by_a_comment_is_the_first_of_what_to_do_next_and_the_footer_is_last() -> None:
    step = Step(text="If this is intended, write", command="/gate accept 1a2b3c4")
    text = markdown(reports.regressed(), around=Around(steps=[step])).text
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    _, _, todo = html.partition("<strong>What to do next</strong>")
    items, _, footer = todo.partition("</ul>")
    first, _, others = items.partition("</li>")
    assert "<pre><code>/gate accept 1a2b3c4\n</code></pre>" in first
    assert "<pre><code>gate accept" in others
    assert "exit code 1" in footer
    assert "<pre>" not in footer


def test_a_step_by_comment_stands_there_also_where_the_report_has_none() -> None:
    step = Step(text="Write", command="/gate run accept")
    assert "**What to do next**\n\n- Write\n" in markdown(reports.passed(), around=Around(steps=[step])).text


def test_slices_in_which_nothing_changed_are_not_listed() -> None:
    quiet = tuple(
        reports.slice_diff(slice=f"tag={index}", kind=Kind.PASS, fixed=0, broken=0) for index in range(9)
    )
    report = reports.regressed()
    suite = report.verdict.suites[0]
    verdict = report.verdict.model_copy(
        update={"suites": (suite.model_copy(update={"slices": (*suite.slices, *quiet)}),)}
    )
    assert markdown(report.model_copy(update={"verdict": verdict})).text == markdown(report).text


def test_a_proposal_that_loosens_nothing_is_no_warning() -> None:
    report = reports.passed().model_copy(update={"proposals": reports.regressed().proposals[-1:]})
    assert "> [!NOTE]\n> **This change moves the bar.**" in markdown(report).text
