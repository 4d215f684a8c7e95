"""Report + results + baselines → the report's page, with our own style sheet and script in it."""

import re
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files

from gate.model.page import Assets, Earlier, Page, Spans, SuitePage
from gate.model.report import Document, Report
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.render.html.document import html_page

# Modules that are put into one: what a file imports stands before it, and a name is given once.
SCRIPTS = (
    "dom.js",
    "data.js",
    "filter.js",
    "diff.js",
    "draw.js",
    "detail.js",
    "table.js",
    "theme.js",
    "main.js",
)
_IMPORT = re.compile(r"^import [^;]*;\n", re.MULTILINE)
_EXPORT = re.compile(r"^export ", re.MULTILINE)


@cache
def assets() -> Assets:
    """The style sheet and the script, as they were installed with us."""
    folder = files("gate.render.html") / "page"
    texts = (folder.joinpath(name).read_text(encoding="utf-8") for name in SCRIPTS)
    script = "\n".join(_EXPORT.sub("", _IMPORT.sub("", text)) for text in texts)
    return Assets(style=folder.joinpath("page.css").read_text(encoding="utf-8"), script=script)


def page_of(
    report: Report,
    results: Mapping[str, RunResult],
    *,
    baselines: Mapping[str, Scorecard],
    earlier: Mapping[str, Earlier],
    spans: Mapping[str, Spans],
) -> Page:
    """The page's noun, in the order of the suites' names. What is not known of a suite is left out of the mappings."""
    suites = tuple(
        SuitePage(
            head=results[name],
            baseline=baselines.get(name),
            earlier=earlier.get(name),
            spans=spans.get(name, {}),
        )
        for name in sorted(results)
    )
    return Page(report=report, suites=suites)


def page_document(page: Page, *, secrets: Collection[str] = ()) -> Document:
    """The page as a file."""
    return html_page(page, assets(), secrets=secrets)
