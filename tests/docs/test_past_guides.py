"""The pages on the past: they name every option of their verb and no other, and what they quote is what is said."""

import re
from pathlib import Path

import click
import pytest

from gate.cli.bisect import command as bisect_command
from gate.cli.history import command as history_command
from gate.compare.bisection import LOOKS, most_steps
from gate.flows.why.bisect_scope import Wanted
from gate.flows.why.history import USUAL_LAST

GUIDE = Path(__file__).parents[2] / "docs" / "guide"


@pytest.mark.parametrize(
    ("page", "command"),
    [("history.md", history_command), ("bisect.md", bisect_command)],
    ids=["history", "bisect"],
)
def test_a_page_names_every_option_of_its_verb_and_no_other(page: str, command: click.Command) -> None:
    text = (GUIDE / page).read_text()
    told = set(re.findall(r"`(?:gate \w+ [^`]*?)?(--[a-z]+)", text)) | set(
        re.findall(r" (--[a-z]+) \w", text)
    )
    options = {
        name
        for each in command.params
        if isinstance(each, click.Option)
        for name in each.opts
        if "--" in name
    }
    foreign = {"--unshallow"}  # git's
    assert told - foreign <= options
    assert options - told <= {"--config", "--json", "--suite"}


def test_the_figures_that_the_page_quotes_are_those_of_the_code() -> None:
    text = (GUIDE / "bisect.md").read_text()
    usual = Wanted(metric="m")
    assert f"at most {usual.most_cases}." in text
    assert f"`--draws` ({usual.most_draws})" in text
    assert f"`--alpha` ({usual.alpha:.0%}".replace("%", " %") in text
    assert f"at most {100 * usual.alpha / (most_steps(16) + 2):.1f} %" in text
    assert "three\n  looks at most" in (GUIDE.parent / "decisions" / "0020-bisection.md").read_text()
    assert LOOKS == 3
    assert f"{USUAL_LAST} unless you say so" in (GUIDE / "history.md").read_text()
