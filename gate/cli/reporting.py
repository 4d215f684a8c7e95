"""Report → the terminal and the files that were asked for, and the exit code of the verdict."""

from dataclasses import dataclass
from pathlib import Path

from gate.cli.options import screen, write_document
from gate.cli.output import show
from gate.model.report import Report


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the report is written besides the terminal; None: nowhere."""

    markdown_file: Path | None = None
    json_file: Path | None = None
    junit_file: Path | None = None


def publish(report: Report, files: Files, *, quiet: bool = False) -> int:
    """Write every document, then show the report, unless a document already went to standard output (or `quiet`)."""
    from gate.render.data import json_document  # noqa: PLC0415 - help must not load the renderers
    from gate.render.junit import junit  # noqa: PLC0415
    from gate.render.markdown import markdown  # noqa: PLC0415
    from gate.render.terminal import terminal  # noqa: PLC0415

    wanted = ((files.markdown_file, markdown), (files.json_file, json_document), (files.junit_file, junit))
    for path, render in wanted:
        if path is not None:
            write_document(path, render(report).text)
    if not quiet and not any(str(path) == "-" for path, _ in wanted):
        width, color = screen()
        show(terminal(report, width=width, color=color), newline=False)
    return report.verdict.exit_code
