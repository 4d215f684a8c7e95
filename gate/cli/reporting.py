"""Report → the terminal and the files that were asked for, and the exit code of the verdict."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gate.cli.options import notice, screen, write_document
from gate.cli.output import show
from gate.model.redaction import secrets_of
from gate.model.report import Report

if TYPE_CHECKING:
    from gate.flows.check import Checked
    from gate.model.page import Page

_MEGABYTE = 1e6


@dataclass(frozen=True, kw_only=True)
class Files:
    """Where the report is written besides the terminal; None: nowhere."""

    markdown_file: Path | None = None
    json_file: Path | None = None
    junit_file: Path | None = None
    html_file: Path | None = None


def publish(report: Report, files: Files, *, page: Callable[[], "Page"], quiet: bool = False) -> int:
    """Write every document, then show the report, unless a document already went to standard output (or `quiet`).

    `page` makes what the HTML file shows, and is only asked where one is wanted.
    """
    if files.markdown_file is not None:
        from gate.render.markdown import markdown  # noqa: PLC0415 - each renderer for those who want it

        write_document(files.markdown_file, markdown(report).text)
    if files.json_file is not None:
        from gate.render.data import json_document  # noqa: PLC0415

        write_document(files.json_file, json_document(report).text)
    if files.junit_file is not None:
        from gate.render.junit import junit  # noqa: PLC0415

        write_document(files.junit_file, junit(report).text)
    if files.html_file is not None:
        _write_page(files.html_file, page)
    documents = (files.markdown_file, files.json_file, files.junit_file, files.html_file)
    if not quiet and not any(str(path) == "-" for path in documents):
        from gate.render.terminal import terminal  # noqa: PLC0415

        width, color = screen()
        show(terminal(report, width=width, color=color), newline=False)
    return report.verdict.exit_code


def behind(
    checked: Callable[[], "Checked"], *, root: Path, base_results: Sequence[Path] = ()
) -> Callable[[], "Page"]:
    """What makes the page of a check, with what else is known in the folder of gate.yaml."""

    def page() -> "Page":
        from gate.flows.page import Sources, page_of  # noqa: PLC0415 - who wants no page has no need of it

        found = checked()
        sources = Sources(root=root, base_results=base_results)
        return page_of(found.report, found.results, found.baselines, sources=sources)

    return page


def _write_page(path: Path, page: Callable[[], "Page"]) -> None:
    from gate.flows.page import page_document  # noqa: PLC0415 - who wants no page has no need of it

    text = page_document(page(), secrets=secrets_of(os.environ)).text
    write_document(path, text)
    if str(path) != "-":
        notice(f"{path}: {max(0.1, len(text.encode()) / _MEGABYTE):.1f} MB; open it in a browser")
