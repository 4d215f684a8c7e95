"""Report + results + baselines → the report's page, with what else is known: answers of the base, steps of the trials."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from gate.base import needed_text
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.page import Assets, Earlier, Page, Spans, SuitePage
from gate.model.report import Document, Report
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.render.html.document import html_page
from gate.run.answers import earlier_answers
from gate.telemetry import names
from gate.telemetry.reading import files_of, is_of, lines_of, spans_of

if TYPE_CHECKING:
    from gate.model.span import Span

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
_MOST_BYTES = 64_000_000  # of traces that are read for a page: some 80,000 trials


@dataclass(frozen=True, kw_only=True)
class Sources:
    """Where to look for what the report does not hold: the folder of gate.yaml, and results files of the base.

    `ours` says that nobody else can have written what is kept there. If not, no database is opened.
    """

    root: Path
    base_results: Sequence[Path] = ()
    ours: bool = True


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
    baselines: Mapping[str, Scorecard],
    *,
    sources: Sources | None = None,
) -> Page:
    """The page's noun, suites in the order of their names. Without `sources` nothing is looked for on this machine.

    Raises:
        UserError: a results file of the base that was named is none, or of a suite that is not in the report.
    """
    given = _given(sources.base_results, suites=results) if sources is not None else {}
    spans = _spans(sources.root, results) if sources is not None else {}
    suites = [
        SuitePage(
            head=results[name],
            baseline=baselines.get(name),
            earlier=_told(given[name], baselines.get(name))
            if name in given
            else _kept(results[name], baselines.get(name), (sources, report.base.sha)),
            spans=spans.get(name, {}),
        )
        for name in sorted(results)
    ]
    return Page(report=report, suites=tuple(suites))


def page_document(page: Page, *, secrets: Collection[str] = ()) -> Document:
    """The page as a file."""
    return html_page(page, assets(), secrets=secrets)


def _given(paths: Sequence[Path], *, suites: Collection[str]) -> dict[str, tuple[str, RunResult]]:
    """By suite, the name and the content of the results file of the base that was named."""
    found: dict[str, tuple[str, RunResult]] = {}
    for path in paths:
        result = load_results(needed_text(path), str(path))
        if result.suite not in suites or result.suite in found:
            what = "another file was given for" if result.suite in found else "the report does not have"
            fix = f"give one results file of the base for each of: {', '.join(sorted(suites))}"
            message = f"{what} the suite {result.suite!r} of this file"
            raise UserError(Problem(message=message, value=f"--base-results {path}", fix=fix))
        found[result.suite] = (path.name, result)
    return found


def _told(given: tuple[str, RunResult], baseline: Scorecard | None) -> Earlier:
    name, result = given
    other = baseline is not None and baseline.target != result.target
    return Earlier(trials=result.trials, source=f"from {name}", other=other)


def _kept(
    head: RunResult, baseline: Scorecard | None, where: tuple[Sources | None, str | None]
) -> Earlier | None:
    """What the store holds of the baseline's application. Where the head is the same one, that is what the head says itself."""
    sources, sha = where
    if (
        sources is None
        or not sources.ours
        or baseline is None
        or not baseline.target
        or baseline.target == head.target
    ):
        return None
    trials = earlier_answers(sources.root, baseline.target, head.cases, sha=sha)
    if not trials:
        return None
    return Earlier(trials=trials, source="from an earlier run of the baseline's application, kept in .gate")


def _spans(root: Path, results: Mapping[str, RunResult]) -> dict[str, Spans]:
    """By suite, the steps of its trials, as far as a run left them: of this very draw, and of no other under its name."""
    wanted = {
        (name, trial.case_id, trial.index): trial
        for name, result in results.items()
        for trial in result.trials
    }
    found: dict[str, dict[tuple[str, int], Sequence[Span]]] = {name: {} for name in results}
    room = _MOST_BYTES
    for path in files_of(root):
        try:
            room -= path.stat().st_size
            if room < 0 or not wanted:
                break
            told = spans_of(lines_of(path))
        except OSError:
            continue
        for key in wanted.keys() & told.keys():
            own, (suite, case_id, index) = told[key], key
            if not is_of(own[0], wanted[key]):
                continue
            found[suite].setdefault((case_id, index), own)
            if (
                names.TRIAL_REUSED not in own[0].attributes
            ):  # the run that asked tells more than those that did not
                found[suite][case_id, index] = own
                del wanted[key]
    return dict(found)
