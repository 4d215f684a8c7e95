"""The page on retrieval and generation is walked: each of the two is broken, and the report says which."""

import json
import re
from pathlib import Path

import pytest

from tests.walks.project import Project

PAGE = (Path(__file__).parents[2] / "docs" / "guide" / "components.md").read_text()
FACTS = [f"The parcel number {n} weighs {n * 7} grams." for n in range(30)]


@pytest.fixture(scope="module")
def accepted(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project of the page with a baseline of both its suites."""
    project = Project(tmp_path_factory.mktemp("bot"))
    for text in re.findall(r"^```\w+\n(# \S+\.\w+\n.*?)^```$", PAGE, re.DOTALL | re.MULTILINE):
        project.write(text.split("\n", 1)[0][2:], text)
    project.write("app/docs.txt", "".join(f"{fact}\n" for fact in FACTS))
    cases = (
        {"id": f"c{n}", "input": f"Which weight has parcel number {n}?", "expected": f"{n * 7} grams"}
        for n in range(30)
    )
    project.write("cases.jsonl", "".join(f"{json.dumps(case)}\n" for case in cases))
    (project.root / "recorded").mkdir()
    for command in re.findall(r"^gate (.*)$", PAGE, re.MULTILINE):
        ended = project.gate(*command.split())
        assert ended.code == 0, ended.text
    return project


@pytest.mark.parametrize(
    ("old", "new", "laid_to"),
    [
        ("(-len(words", "(len(words", "held on recorded passages in bot-answers: attributed to retrieval"),
        (
            'passage["text"]',
            'passage["id"]',
            "on recorded passages, in bot-answers: attributed to generation",
        ),
    ],
    ids=["the search is broken", "the answering is broken"],
)
def test_a_drop_is_laid_to_the_part_that_broke(accepted: Project, old: str, new: str, laid_to: str) -> None:
    app = accepted.read("app/bot.py")
    assert app.count(old) == 1
    accepted.write("app/bot.py", app.replace(old, new))
    try:
        ended = accepted.gate("check")
    finally:
        accepted.write("app/bot.py", app)
    assert ended.code == 1, ended.text
    assert laid_to in " ".join(ended.text.split())
