"""Annotations and outputs → the lines that GitHub's runner obeys, every character of them escaped. PURE.

Escapes as the runner reads them (ActionCommand.cs in actions/runner): `%`, CR and LF in data, also `:` and `,` in the
properties of a command.
"""

from gate.model.effect import Annotation, StepOutput


def annotation_line(note: Annotation) -> str:
    """`::error file=…,line=…,title=…::message`."""
    properties = {"file": note.file, "line": str(note.line or ""), "title": note.title}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{note.level}{' ' if given else ''}{given}::{_data(note.message)}"


def output_lines(output: StepOutput, *, delimiter: str) -> str:
    """`name<<delimiter`, the value, `delimiter`: the file format, which takes values of several lines.

    Raises:
        ValueError: the value holds the delimiter, so that what follows it could name other outputs.
    """
    if delimiter in output.value or delimiter in output.name or "\n" in output.name:
        raise ValueError("the delimiter stands in the value")
    return f"{output.name}<<{delimiter}\n{output.value}\n{delimiter}\n"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
