"""The report that the README shows is the one that the command prints today."""

import re
import shutil
from pathlib import Path

from tests.walks.project import Project

ROOT = Path(__file__).parents[2]


def masked(text: str) -> str:
    """Commits differ from run to run."""
    return re.sub(r"\b[0-9a-f]{7}\b", "1a2b3c4", text)


def test_the_readme_shows_what_a_broken_prompt_really_prints(tmp_path: Path) -> None:
    root = tmp_path / "bot"
    shutil.copytree(
        ROOT / "examples" / "support-bot", root, ignore=shutil.ignore_patterns("__pycache__", ".gate")
    )
    project = Project(root)
    project.git("init", "-q", "-b", "main")
    project.commit("the bot")
    project.git("checkout", "-q", "-b", "edit")
    prompt = project.read("prompts/answer.md")
    edited = prompt.replace("give the number of days.", "be understanding and reassuring.", 1)
    assert edited != prompt
    project.write("prompts/answer.md", edited)
    project.commit("an edit")
    done = project.gate("check", "--base", "main")
    assert done.code == 1, done.text
    readme = (ROOT / "README.md").read_text()
    block = re.search(r"```text\n\$ gate check --base main\n(.*?)```\n<!-- /report -->", readme, re.DOTALL)
    assert block is not None
    first, rest = masked(block[1]).split("…\n\n")
    printed = masked(done.out)
    assert printed.startswith(first)
    assert rest in printed
