"""Hostile text from every side through the whole action: it comes out as visible text in its own cell, and as nothing else."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options

from tests.render.hostile import CORPUS
from tests.render.test_markdown import Page
from tests.walks.project import Project, make_project
from tests.walks.stage import Acted, Stage
from tests.walks.test_action_bad_days import obeyed, unbracketed

APP = '''
import json
from pathlib import Path

TEXTS = json.loads(Path(__file__).with_name("texts.json").read_text())

def answer(input, case):
    """A hostile text for most cases, a failure that says it for some, and all of them in the log."""
    text = TEXTS.get(case.id)
    if text is None:
        return "right"
    print(text[:2_000].encode("utf-8", "replace").decode())
    if case.id.startswith("raise"):
        raise RuntimeError(text)
    return text
'''
EVALS = """
from gate import Score

def judged(input, response, expected):
    return Score(value=float(response == "right"), explanation=response)
"""
# What our own pages are made of; whatever else comes out was made by a text.
OURS = re.compile(
    r"/?(p|table|thead|tbody|tr|td|code|pre|br|sub|strong|em|details|summary|blockquote|ul|li)( \[\])?"
    r"|th \[(\('align', '(left|right)'\))?\]|td \[\('align', '(left|right)'\)\]|/th"
    r"|a \[\('href', 'http://127\.0\.0\.1:\d+/acme/shop/actions/runs/\d+'\)\]|/a"
)
NAMES = {  # what an id, a tag, or the name of a metric, a suite and a file may hold: one line of visible characters
    name: text
    for name, text in CORPUS.items()
    if text.isprintable() and text.strip() == text and 0 < len(text) <= 150
}


def hostile_project(root: Path) -> Project:
    """Every answer is right; ids, tags, inputs and the names of suite and metric are not."""
    project = make_project(root)
    lines = []
    for number, (name, text) in enumerate(CORPUS.items()):
        said = text.encode("utf-8", "replace").decode()
        case = {"id": f"{number} {NAMES.get(name, name)}", "input": said[:200_000], "expected": "right"}
        lines.append(json.dumps({**case, "tags": {"kind": NAMES.get(name, "plain")}}))
    lines += [json.dumps({"id": f"raise-{n}", "input": "q", "expected": "right"}) for n in range(2)]
    project.write("cases.jsonl", "\n".join(lines) + "\n")
    project.write("evals.py", EVALS)
    project.write("texts.json", "{}")
    project.write("data/a", "")
    project.write("app.py", APP)
    project.configure(
        evaluators=[
            "exact_match",
            {"use": "python", "name": "<b>@all|x", "with": {"function": "evals.py:judged"}},
        ],
        depends_on=["texts.json", "data"],
    )
    return project


@pytest.fixture
def acted(stage: Stage, tmp_path: Path) -> Acted:
    """A regression on the branch of somebody who thought of everything."""
    root = tmp_path / "hostile"
    root.mkdir()
    project = hostile_project(root)
    done = project.gate("accept")
    assert done.code == 0, done.text
    names = ("gate.yaml", "app.py", "evals.py", "texts.json", "cases.jsonl", "baselines/s.json", "data/a")
    stage.repo.commit("main", {name: project.read(name) for name in names})
    branch = "::add-mask::x-@octocat-#12-`-|-<img>"
    stage.repo.branches[branch] = stage.repo.head
    ids = [json.loads(line)["id"] for line in project.read("cases.jsonl").splitlines()]
    texts = dict(zip(ids, CORPUS.values(), strict=False)) | dict.fromkeys(
        ids[-2:], CORPUS["workflow command"]
    )
    stage.repo.commit(branch, {"texts.json": json.dumps(texts), "data/@org|<!--\n::error::x ##[error]": "x"})
    return stage.act("pull_request.opened", pull=stage.repo.pull(branch, author="octocat"))


def test_every_text_is_only_text_wherever_it_is_told(acted: Acted) -> None:
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    (comment,) = acted.comments
    assert len(comment.encode()) <= 60_000
    for text in (comment, acted.summary, (acted.stage.workspace / "gate-report/report.md").read_text()):
        assert_only_text(text)
    assert_log_is_ours(acted)
    assert "\n" not in str(acted.status.description)
    assert len(str(acted.status.description)) <= 140
    ET.parse(acted.stage.workspace / acted.outputs["report_junit"])  # noqa: S314 - what was written just now
    report = json.loads((acted.stage.workspace / acted.outputs["report_json"]).read_text())
    assert report["verdict"]["exit_code"] == 1
    assert acted.outputs["worst_metric"] in {"exact_match", "<b>@all|x"}


def assert_only_text(markdown: str) -> None:
    page = Page(cmarkgfm.github_flavored_markdown_to_html(markdown, Options.CMARK_OPT_UNSAFE))
    foreign = [element for element in page.elements if not OURS.fullmatch(element)]
    assert not foreign
    assert len(page.comments) == 1 + ("gate:record" in markdown)
    assert all(each.startswith((" gate:1 check=gate ", " gate:record head=")) for each in page.comments)
    assert not re.search("@(?!\u200b)", page.text)
    assert not re.search(r"#\d|:tada|(?i:\bgh-\d)", page.text_outside_code)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f\x00-\x08\x1b]", page.text)


def assert_log_is_ours(acted: Acted) -> None:
    assert obeyed(acted.ended.out) <= {"stop-commands", "error", "warning"}
    assert "##[" not in unbracketed(acted.ended.out)
    assert not re.search(r"^\s*::", acted.ended.err, re.MULTILINE)
    assert "\x1b" not in unbracketed(acted.ended.out)
    notes = re.findall(r"^::(?:error|warning) .*$", unbracketed(acted.ended.out), re.MULTILINE)
    assert notes
    for note in notes:
        assert re.fullmatch(r"::(error|warning) file=[^,]+(,line=\d+)?,title=gate%3A[^,]*::.*", note)
