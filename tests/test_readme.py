"""The README says what the code does."""

import re
from pathlib import Path

import pytest

from gate.cli import VERBS
from gate.plugins import BUILT_IN

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def test_it_lists_every_command_and_no_other() -> None:
    commands = README.partition("## The commands")[2].partition("| exit code |")[0]
    assert set(re.findall(r"`gate (\w+)", commands)) == set(VERBS)


def test_it_names_every_built_in_plug_in() -> None:
    row = {"target": "Targets", "evaluator": "Evaluators"}
    for kind, names in BUILT_IN.items():
        text = re.search(rf"^\| \*\*{row[kind]}\*\* \| (.*) \|$", README, re.MULTILINE)
        assert text is not None
        missing = [name for name in names if f"`{name}`" not in text[1] and name != "python"]
        assert not missing


@pytest.mark.parametrize(
    "page",
    sorted([ROOT / "README.md", *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/**/*.md")]),
    ids=lambda p: p.relative_to(ROOT).as_posix(),
)
def test_every_link_into_the_repository_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?://|#|mailto:)([^)#\s]+)", page.read_text())
    broken = [link for link in links if not (page.parent / link).exists()]
    assert not broken
