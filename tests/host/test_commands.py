"""Workflow commands: read back as the runner reads them, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.host.commands import annotation_line, output_lines
from gate.model.effect import Annotation, StepOutput

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def read(line: str) -> tuple[str, dict[str, str], str]:
    """As ActionCommand.TryParseV2 does: `::name key=value,…::data`, then unescaped."""
    head, _, data = line.removeprefix("::").partition("::")
    name, _, rest = head.partition(" ")
    pairs = dict(each.split("=", 1) for each in rest.split(",") if each)
    return name, {key: unescaped(value) for key, value in pairs.items()}, unescaped(data)


def unescaped(text: str) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@given(message=TEXT, title=TEXT, file=TEXT)
def test_an_annotation_is_one_line_that_says_what_was_meant(message: str, title: str, file: str) -> None:
    note = Annotation(level="error", message=message, title=title, file=file, line=3)
    line = annotation_line(note)
    assert "\n" not in line
    assert "\r" not in line
    properties = {"file": file, "line": "3", "title": title}
    assert read(line) == ("error", {k: v for k, v in properties.items() if v}, message)


def test_without_a_place_there_are_no_properties() -> None:
    assert annotation_line(Annotation(level="warning", message="m")) == "::warning::m"


@given(value=TEXT)
def test_an_output_cannot_end_itself(value: str) -> None:
    text = output_lines(StepOutput(name="verdict", value=value), delimiter="D" * 70)
    assert text.split("\n", 1)[0] == f"verdict<<{'D' * 70}"
    assert text.removeprefix(f"verdict<<{'D' * 70}\n") == f"{value}\n{'D' * 70}\n"


def test_a_value_that_holds_the_delimiter_is_refused() -> None:
    with pytest.raises(ValueError, match="delimiter"):
        output_lines(StepOutput(name="verdict", value="a\nend\nother<<x"), delimiter="end")
