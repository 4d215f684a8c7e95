"""The report's page in a real Chromium: read, filtered, sorted, walked by keyboard, checked by axe, attacked."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect
from playwright.sync_api import Page as Tab

from gate.model.report import Step
from tests.builders import make_reply
from tests.page.conftest import Show
from tests.pages import make_page, of_report, page_text, plain_page
from tests.render import reports
from tests.render.hostile import CORPUS
from tests.render.html.test_document import hostile_page

# The one rule of axe that depends on the scheme; what else it looks for is the same in both.
CONTRAST = ("color-contrast",)


@pytest.fixture(scope="module")
def desk() -> str:
    return page_text(make_page(60, fails=2))


def ids(tab: Tab) -> list[str]:
    return tab.locator("#rows a").all_inner_texts()


def violations(tab: Tab, *, rules: Sequence[str] = ()) -> list[Any]:
    """What axe finds against these rules, or against all of them."""
    if not tab.evaluate("'axe' in globalThis"):
        tab.evaluate(AXE_SCRIPT)
    only = {"runOnly": [*rules]} if rules else {}
    found = tab.evaluate("(how) => axe.run(document, how)", {"resultTypes": ["violations"], **only})
    return [(each["id"], [node["html"][:200] for node in each["nodes"]]) for each in found["violations"]]


def in_both_schemes(tab: Tab) -> list[Any]:
    """What axe finds in light, then in the dark what is hard to read there; in one load of the page."""
    found = violations(tab)
    tab.emulate_media(color_scheme="dark")
    found += violations(tab, rules=CONTRAST)
    tab.emulate_media(color_scheme="light")
    return found


@pytest.mark.parametrize("wide", [1280, 360])
def test_axe_finds_nothing_on_the_page_with_all_open_nor_in_the_window_of_a_case(
    show: Show, desk: str, wide: int
) -> None:
    tab = show(desk, wide=wide)
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert in_both_schemes(tab) == []
    tab.evaluate("location.hash = '#case=refunds-00015'")
    expect(tab.locator("#case")).to_be_visible()
    tab.evaluate("document.querySelectorAll('dialog details').forEach((each) => { each.open = true; })")
    expect(tab.locator("#case-body .waterfall")).to_be_visible()
    assert in_both_schemes(tab) == []


def test_on_a_phone_a_long_command_scrolls_in_its_own_box(show: Show) -> None:
    step = Step(text="To find the commit", command=f"gate bisect {'states_the_fact_' * 8}")
    tab = show(of_report(reports.regressed().model_copy(update={"steps": (step,)})), wide=360)
    assert tab.evaluate("document.documentElement.scrollWidth") == 360


def test_axe_finds_what_is_hard_to_read_in_the_dark_alone(show: Show) -> None:
    tab = show(of_report(reports.passed()))
    tab.evaluate("document.getElementById('verdict-word').attributeStyleMap.set('color', '#111')")
    assert [rule for rule, _ in in_both_schemes(tab)] == ["color-contrast"]


@pytest.mark.parametrize(
    "make", [reports.passed, reports.inconclusive, reports.not_comparable, reports.failed]
)
def test_axe_finds_nothing_whatever_the_verdict(show: Show, make: Any) -> None:
    assert in_both_schemes(show(of_report(make()))) == []


def test_a_phone_has_nothing_to_scroll_sideways(show: Show, desk: str) -> None:
    tab = show(desk, wide=360)
    tab.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    assert tab.evaluate("document.documentElement.scrollWidth") == 360
    tab.locator("#rows a").first.click()
    expect(tab.locator("#case")).to_be_visible()
    assert tab.evaluate("document.getElementById('case').scrollWidth") <= 360
    values = tab.locator("#case-body .scroll").first
    assert values.evaluate("(each) => each.scrollWidth <= each.clientWidth"), (
        "what became of a metric is cut off"
    )


def test_the_filters_leave_what_they_name_and_say_how_many(show: Show, desk: str) -> None:
    tab = show(desk)
    expect(tab.locator("#found")).to_have_text("60 cases")
    tab.locator("#metric").select_option("states_the_fact")
    tab.locator("#change").select_option("worse")
    assert all(word == "got worse" for word in words(tab))
    tab.locator("#tag").select_option("category=shipping")
    assert {each.split("-")[0] for each in ids(tab)} <= {"shipping"}
    tab.locator("#clear").click()
    expect(tab.locator("#found")).to_have_text("60 cases")
    tab.locator("#search").fill("12 WEEKS pausing")  # of an expected answer, and of a passage
    expect(tab.locator("#found")).to_have_text("12 of 60 cases")
    assert {each.split("-")[0] for each in ids(tab)} == {"account"}
    tab.locator("#search").fill("no such words")
    expect(tab.locator("#found")).to_have_text("0 of 60 cases")
    tab.locator("#clear").click()
    tab.locator("#change").select_option("failed")
    assert sorted(ids(tab)) == ["refunds-00000", "shipping-00001"]


def words(tab: Tab) -> list[str]:
    """What became of the cases that are shown, without the sign."""
    return [re.sub(r"^\W+", "", each) for each in tab.locator("#rows .chip").all_inner_texts()]


def test_every_column_sorts_both_ways_and_says_so(show: Show, desk: str) -> None:
    tab = show(desk)
    assert words(tab)[:3] == ["failed", "failed", "got worse"]
    for key in ("id", "change", "base", "head"):
        button = tab.locator(f"[data-sort={key}]")
        ways = []
        for _ in range(2):
            button.click()
            ways.append((button.locator("xpath=..").get_attribute("aria-sort"), ids(tab)[0]))
        assert {way for way, _ in ways} == {"ascending", "descending"}
        assert ways[0][1] != ways[1][1]
        assert tab.locator("[aria-sort]").count() == 1
    tab.locator("#metric").select_option("latency_s")
    tab.locator("[data-sort=head]").click()
    tab.locator("[data-sort=head]").click()
    shown = [
        float(text.split()[0])
        for text in tab.locator("#rows .col-head").all_inner_texts()
        if text[0].isdigit()
    ]
    assert shown == sorted(shown) or shown == sorted(shown, reverse=True)


def test_the_keyboard_alone_goes_through_the_table_into_a_case_and_back(show: Show, desk: str) -> None:
    tab = show(desk)
    tab.locator("#clear").focus()
    for _ in range(6):  # over the heads of the columns
        tab.keyboard.press("Tab")
    assert focused(tab) == ids(tab)[0]
    tab.keyboard.press("ArrowDown")
    second = focused(tab)
    assert second == ids(tab)[1]
    tab.keyboard.press("End")
    assert tab.evaluate("document.activeElement.closest('tr').ariaRowIndex") == "61"
    tab.keyboard.press("PageUp")
    tab.keyboard.press("Home")
    tab.keyboard.press("ArrowDown")
    assert focused(tab) == second
    tab.keyboard.press("Enter")
    expect(tab.locator("#case-title")).to_have_text(second)
    expect(tab.locator("#case-title")).to_be_focused()
    tab.keyboard.press("Escape")
    expect(tab.locator("#case")).to_be_hidden()
    assert focused(tab) == second


def focused(tab: Tab) -> str:
    return str(tab.evaluate("document.activeElement.textContent"))


def test_a_case_shows_both_answers_with_the_words_that_differ_and_all_that_is_known(
    show: Show, desk: str
) -> None:
    tab = show(desk, at="#case=refunds-00045")
    body = tab.locator("#case-body")
    expect(body.locator("del").first).to_have_text("30")
    expect(body.locator("ins").first).to_have_text("14")
    for text in (
        "I ordered the wrong beans.", "cases/support.jsonl:46", "It does not say '30 days'", "by claude-opus-5-5",
        "812 in, 44 out", "1 tool call", "refunds/0", "1 call, 900 tokens in, 60 out, $0.0020", "from base.json",
    ):  # fmt: skip
        expect(body).to_contain_text(text)
    tab.locator("#marker").click()
    assert body.locator("ins, del").count() == 0
    body.get_by_role("button", name="Baseline, draw 2").click()
    expect(body.get_by_role("button", name="Baseline, draw 2")).to_have_attribute("aria-pressed", "true")


def test_an_address_opens_the_case_and_the_filters_that_it_names(show: Show, desk: str) -> None:
    tab = show(desk, at="#metric=helpful&change=worse&tag=category%3Drefunds&sort=id&case=refunds-00045")
    expect(tab.locator("#case-title")).to_have_text("refunds-00045")
    tab.locator("#next-case").click()
    expect(tab.locator("#case-title")).not_to_have_text("refunds-00045")
    tab.locator("#close").click()
    expect(tab.locator("#change")).to_have_value("worse")
    expect(tab.locator("#metric")).to_have_value("helpful")
    assert ids(tab) == sorted(ids(tab))
    assert "case=" not in tab.url
    tab.locator("#rows a").first.click()
    expect(tab.locator("#case")).to_be_visible()
    tab.go_back()
    expect(tab.locator("#case")).to_be_hidden()


def test_a_link_at_a_metric_shows_its_cases(show: Show, desk: str) -> None:
    tab = show(desk)
    link = tab.locator("a.show[data-change=worse]").first
    number = link.inner_text().split()[0]
    link.click()
    expect(tab.locator("#found")).to_have_text(f"{number} of 60 cases")


def test_where_the_base_said_is_not_known_the_page_says_how_to_know(show: Show) -> None:
    tab = show(make_page(10, earlier=False), at="#case=refunds-00000")
    expect(tab.locator("#case-body")).to_contain_text("A baseline keeps scores, and no texts.")
    expect(tab.locator("#case-body")).to_contain_text("--base-results FILE")


def test_ten_thousand_cases_are_all_there_and_few_of_them_are_elements(show: Show) -> None:
    tab = show(plain_page(10_000))
    expect(tab.locator("#found")).to_have_text("10,000 cases")
    assert tab.evaluate("document.querySelectorAll('*').length") < 3_000
    tab.locator("#rows a").first.focus()
    tab.keyboard.press("End")
    assert tab.evaluate("document.activeElement.closest('tr').ariaRowIndex") == "10001"
    assert tab.evaluate("document.querySelectorAll('*').length") < 3_000
    tab.locator("#search").fill("question of case-00495")
    expect(tab.locator("#found")).to_have_text("1 of 10,000 cases")
    tab.locator("#rows a").click()
    expect(tab.locator("#case-body")).to_contain_text("an answer to case-00495")


@pytest.mark.parametrize("name", ["script", "closing pre", "attributes", "bidi", "line separators", "image"])
def test_hostile_text_is_shown_as_a_text_and_does_nothing(show: Show, name: str) -> None:
    tab = show(hostile_page(CORPUS[name]))
    tab.locator("#rows a").click()
    expect(tab.locator("#case")).to_be_visible()
    assert tab.locator("#case script, #case img, #case style, main img, main iframe").count() == 0
    shown = tab.locator("#case .side .text").first.inner_text()
    assert CORPUS[name].strip()[0] in shown
    assert "\u202e" not in shown


def test_a_megabyte_in_one_line_is_cut_and_said_to_be(show: Show) -> None:
    page = make_page(10)
    head = page.suites[0].head
    reply = make_reply("A long answer. " * 70_000)
    trials = (head.trials[0].model_copy(update={"reply": reply}), *head.trials[1:])
    suite = replace(page.suites[0], head=head.model_copy(update={"trials": trials}))
    tab = show(replace(page, suites=(suite,)), at="#case=refunds-00000", wide=360)
    expect(tab.locator("#case .side").last).to_contain_text("(+1,000,000)")
    assert tab.evaluate("document.getElementById('case').scrollWidth") <= 360


def test_what_would_become_markup_is_refused_by_the_page_itself(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(page_text(of_report(reports.passed())))
    tab = browser.new_page()
    tab.goto(path.as_uri())
    code = (
        "(() => { try { document.body.innerHTML = '<b>x</b>'; return ''; } catch (e) { return e.name; } })()"
    )
    assert tab.evaluate(code) == "TypeError"
    tab.close()


def test_the_theme_can_be_chosen(show: Show, desk: str) -> None:
    tab = show(desk)
    ground = "getComputedStyle(document.body).backgroundColor"
    light = tab.evaluate(ground)
    tab.locator("#theme").click()
    tab.locator("#theme").click()
    expect(tab.locator("#theme")).to_have_text("Theme: dark")
    assert tab.evaluate(ground) != light
