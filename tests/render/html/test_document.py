"""The page: one file that reaches nothing, runs only our script, and holds every text as a text."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from typing import Any

import pytest

from gate.flows.page import SCRIPTS, assets, page_document
from gate.model.case import Case, Context, Message
from gate.model.page import Earlier, Page, SuitePage
from gate.model.reply import Failure, Reply, ToolCall
from gate.model.run import Trial
from gate.model.score import Score
from gate.model.span import Span
from gate.render.html.blocks import CHUNK
from gate.render.html.columns import GRAVEST
from gate.render.html.document import html_page, policy
from gate.render.html.shell import CHANGES
from tests.builders import make_run
from tests.pages import make_page, of_report, page_text
from tests.render import reports
from tests.render.hostile import CORPUS

VERDICTS = {
    "pass": reports.passed,
    "regressed": reports.regressed,
    "inconclusive": reports.inconclusive,
    "not comparable": reports.not_comparable,
}


class Read(HTMLParser):
    """What a browser would find: elements in their order, attributes, texts, and what stands in scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.data: dict[str, str] = {}
        self.code: list[str] = []
        self._inside: tuple[str, str] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in given.items()]
        self.ids += [given["id"]] if "id" in given else []
        if tag in {"script", "style"}:
            self._inside = (given.get("type", ""), given.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style"}:
            self._inside = None

    def handle_data(self, data: str) -> None:
        if self._inside is None:
            self.words.append(data)
        elif self._inside[0] == "application/json":
            self.data[self._inside[1]] = data
        else:
            self.code.append(data)

    @property
    def details(self) -> list[Any]:
        blocks = sorted(
            (name for name in self.data if name != "index"), key=lambda name: int(name.split("-")[1])
        )
        return [detail for name in blocks for detail in json.loads(self.data[name])]


def hostile_page(text: str) -> Page:
    """A page in which every foreign text is this one."""
    name = text[:100].encode("utf-8", "replace").decode() or "x"  # a case's id is always whole Unicode
    case = Case(
        id=name, input=(Message(role="user", content=text),), expected={"a": [text]}, tags={name: text},
        context=(Context(text=text, id=text),),
    )  # fmt: skip
    reply = Reply(
        output=text, latency_s=1, model=text, stop_reason=text, contexts=(Context(text=text, id=text),),
        tool_calls=(ToolCall(name=text, arguments={"q": text}, result=text),),
    )  # fmt: skip
    score = Score(metric="accuracy", value=0, explanation=text, judge=text)
    failure = Failure(stage="evaluator", kind="exception", message=text, evaluator=text)
    trial = Trial(case_id=name, index=0, reply=reply, scores=(score,), failures=(failure,))
    run = make_run([trial], cases=(case,), suite="support")
    span = Span(name=text, span_id="1", start_s=0, duration_s=1, attributes={"k": text}, error=text)
    suite = SuitePage(head=run, earlier=Earlier(trials=(trial,), source=text), spans={(name, 0): (span,)})
    return Page(report=reports.foreign(text), suites=(suite,))


@cache
def read(text: str) -> Read:
    return Read(page_text(hostile_page(text)))


@pytest.mark.parametrize("name", CORPUS)
def test_no_text_adds_an_element_an_attribute_or_a_line_of_code(name: str) -> None:
    calm, hostile = read("calm"), read(CORPUS[name])
    assert hostile.tags == calm.tags
    assert [(tag, key) for tag, key, _ in hostile.attributes] == [
        (tag, key) for tag, key, _ in calm.attributes
    ]
    assert hostile.code == calm.code
    assert hostile.data.keys() == calm.data.keys()


@pytest.mark.parametrize("name", CORPUS)
def test_what_the_data_holds_is_the_text_without_what_hides_or_turns(name: str) -> None:
    found = read(CORPUS[name])
    (detail,) = found.details
    assert not set("\u202e\u2066\u200b\ufeff\x1b\x00") & set(detail["h"][0]["o"])
    assert len(detail["h"][0]["o"]) < 60_000


@pytest.mark.parametrize("make", VERDICTS.values(), ids=VERDICTS)
def test_nothing_in_it_leads_out_of_the_file(make: Any) -> None:
    found = Read(page_text(of_report(make())))
    for tag, name, value in found.attributes:
        if name in {"href", "src", "action", "srcset", "data", "poster", "formaction"}:
            assert value.startswith("#"), (tag, name, value)
        assert not name.startswith("on")
        assert name != "style"
    assert not {"img", "iframe", "link", "object", "embed", "base"} & {*found.tags}
    style, script = found.code
    assert not re.search(r"url\(|@import|https?:|//\w", style)
    assert not re.search(
        r"https?://|innerHTML|outerHTML|insertAdjacent|document\.write|eval\(|fetch\(|import\(", script
    )


def test_the_policy_lets_run_only_what_the_page_holds_by_hash() -> None:
    found = Read(page_text(make_page(6)))
    (content,) = [
        value
        for tag, name, value in found.attributes
        if (tag, name) == ("meta", "content") and "src" in value
    ]
    assert content.startswith("default-src 'none'; ")
    assert content == policy(assets())
    for text, kind in zip(found.code, ("style", "script"), strict=True):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in content
    assert "unsafe" not in content


def test_our_own_script_and_style_cannot_end_their_elements() -> None:
    found = assets()
    assert not re.search(r"</|<!--", found.script)
    assert "<" not in found.style


def test_the_script_is_one_module_without_imports_and_no_name_is_given_twice() -> None:
    script = assets().script
    assert not re.search(r"^(import|export)\b", script, re.MULTILINE)
    names = re.findall(r"^(?:async )?(?:function|class|const|let) (\w+)", script, re.MULTILINE)
    assert len(names) == len(set(names))
    assert len(SCRIPTS) == len(set(SCRIPTS))


def test_script_and_page_mean_the_same_by_letters_choices_and_blocks() -> None:
    script = assets().script
    assert f"const CHUNK = {CHUNK};" in script
    moves = re.findall(r'^  (\w): \["[^"]+", "[^"]", \[([^\]]*)\]\],$', script, re.MULTILINE)
    assert {letter for letter, _ in moves} == {*GRAVEST}
    chosen = {word for _, words in moves for word in re.findall(r'"(\w+)"', words)}
    assert chosen == {value for value, _ in CHANGES if value}


def test_the_same_page_gives_the_same_bytes() -> None:
    assert page_text(make_page(20)) == page_text(make_page(20))


def test_no_id_is_given_twice() -> None:
    ids = Read(page_text(make_page(20))).ids
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("make", VERDICTS.values(), ids=VERDICTS)
def test_the_verdict_stands_there_in_words_also_without_a_script(make: Any) -> None:
    report = make()
    words = " ".join(Read(page_text(of_report(report))).words)
    title = {
        "pass": "Pass",
        "regressed": "Regressed",
        "inconclusive": "Can't tell",
        "not comparable": "Not comparable",
    }
    assert title[report.verdict.kind.value] in words
    assert f"exit code {report.verdict.exit_code}" in words
    for step in report.next_steps:
        assert step.command in words
    for proposal in report.proposals:
        assert proposal.text in words
    for suite in report.verdict.suites:
        for diff in suite.diffs:
            assert diff.metric in words


SECRET = 'abc"def\\ghi-secret'


def test_a_secret_stands_nowhere_whatever_syntax_it_is_written_in() -> None:
    page = hostile_page(f"the key is {SECRET}, and sk-ant-api03-aaaaaaaaaaaa")
    text = page_document(page, secrets=[SECRET]).text
    found = Read(text)
    whole = " ".join([*found.words, *(value for *_, value in found.attributes), json.dumps(found.details)])
    assert "ghi-secret" not in whole
    assert "ghi-secret" not in text
    assert "sk-ant-" not in text
    assert "[redacted]" in text


def test_texts_that_have_no_room_are_left_out_counted_and_told_and_those_of_broken_cases_are_kept() -> None:
    page = make_page(60)
    whole = Read(html_page(page, assets()).text)
    room = len(json.dumps(whole.details)) // 3
    found = Read(html_page(page, assets(), text_bytes=room).text)
    (suite,) = json.loads(found.data["index"])["suites"]
    kept = [place >= 0 for place in suite["texts"]]
    assert 0 < sum(kept) < 60
    assert len(found.details) == sum(kept)
    assert len(suite["ids"]) == 60
    assert f"the texts of {sum(kept)} of 60 cases" in " ".join(found.words)
    moves = suite["overall"]["moves"]
    last = max(GRAVEST.index(move) for move, has in zip(moves, kept, strict=True) if has)
    first = min(GRAVEST.index(move) for move, has in zip(moves, kept, strict=True) if not has)
    assert last <= first


def test_a_case_finds_its_own_texts() -> None:
    found = Read(page_text(make_page(450)))
    (suite,) = json.loads(found.data["index"])["suites"]
    details = found.details
    assert len(details) == 450
    for row, place in enumerate(suite["texts"]):
        assert details[place]["p"] == f"cases/support.jsonl:{row + 1}"


def test_a_report_without_results_is_a_page_without_cases() -> None:
    found = Read(page_text(of_report(reports.regressed())))
    assert json.loads(found.data["index"]) == {"suites": []}
    assert "rows" not in found.ids


def test_what_is_not_known_of_the_base_is_not_made_up() -> None:
    page = make_page(10, earlier=False)
    found = Read(page_text(page))
    (suite,) = json.loads(found.data["index"])["suites"]
    assert suite["earlier"] is None
    assert all(detail["b"] == [] for detail in found.details)


def test_answers_of_another_application_than_the_baselines_are_called_so() -> None:
    page = make_page(10)
    earlier = page.suites[0].earlier
    assert earlier is not None
    suite = replace(page.suites[0], earlier=replace(earlier, other=True))
    (told,) = json.loads(Read(page_text(replace(page, suites=(suite,)))).data["index"])["suites"]
    assert told["earlier"] == ["from base.json", True]
