"""Report → Effects: what is done to GitHub and to the workspace, decided as values. PURE: it performs nothing.

The texts are handed in: whoever rendered them has escaped what is foreign.
"""

from collections.abc import Sequence
from typing import Literal

from gate.host.event import Check, Nothing
from gate.host.inputs import CommentMode
from gate.model.base import Noun
from gate.model.effect import (
    COMMENT_LIMIT,
    STATUS_LIMIT,
    Annotation,
    CommitStatus,
    Effect,
    JobSummary,
    StepOutput,
    StickyComment,
    WorkspaceFile,
)
from gate.model.errors import InterruptedRunError
from gate.model.report import Document, Report, Step
from gate.model.verdict import Kind

_SHA_SHOWN = 7
State = Literal["pending", "success", "failure", "error"]
_EXIT: dict[int, State] = {0: "success", 1: "failure", 3: "failure"}
NOT_VERIFIED = (
    "These are a fork's own numbers, judged here by the base's policy. A fork can forge them, so a pass of "
    "theirs turns nothing green: a maintainer confirms it with a run of their own."
)


class Site(Noun):
    """Where a verdict is told: what was asked, the name of the check, how the comment is kept, and the run's address.

    `trusted` is False for numbers that a fork's run left. `remark` is a sentence of ours under the verdict, `steps` what
    can be done there, by a comment.
    """

    check: Check
    name: str = "gate"
    mode: CommentMode = "always"
    run_url: str = ""
    trusted: bool = True
    remark: str = ""
    steps: tuple[Step, ...] = ()


class Pages(Noun):
    """The rendered texts: a line for the status, the comment, the summary, notes at lines, files for the reports' folder."""

    line: str
    marker: str
    comment: str
    summary: str
    annotations: tuple[Annotation, ...] = ()
    documents: tuple[Document, ...] = ()


def pending(site: Site) -> CommitStatus:
    """The status before anything is known."""
    check = site.check
    base = "" if check.base_sha == check.head_sha else f" against {check.base_sha[:_SHA_SHOWN]}"
    return _status(site, "pending", f"Running: {check.head_sha[:_SHA_SHOWN]}{base}")


def of_report(report: Report, *, pages: Pages, site: Site, folder: str) -> tuple[Effect, ...]:
    """All that a verdict does: files, status, comment, notes, outputs, summary. `folder` is that of the files."""
    verdict = report.verdict
    state, line = status_of(verdict.exit_code), pages.line
    if not site.trusted and state == "success":
        state, line = "error", f"Not verified: a fork's own numbers pass; a maintainer confirms. {pages.line}"
    status = _status(site, state, line)
    comment = _comment(site, pages, create=_is_wanted(site.mode, report))
    files = [WorkspaceFile(path=f"{folder}/{each.name}", text=each.text) for each in pages.documents]
    outputs = _outputs(_figures(report) | {each.name: f"{folder}/{each.name}" for each in pages.documents})
    return (*files, status, *comment, *pages.annotations, *outputs, _summary(pages))


def of_untouched(*, pages: Pages, site: Site) -> tuple[Effect, ...]:
    """No suite is touched: green, and a comment only where there is one already."""
    figures = {"verdict": Kind.PASS.value, "exit_code": "0", "suites": "0"}
    status, comment = _status(site, "success", pages.line), _comment(site, pages, create=False)
    return (status, *comment, *_outputs(figures), _summary(pages))


def of_kept(exit_code: int, *, pages: Pages) -> tuple[Effect, ...]:
    """What was found at this commit stands, and its status is left alone."""
    verdict = Kind.REGRESSED if exit_code else Kind.PASS
    return (*_outputs({"verdict": verdict.value, "exit_code": str(exit_code)}), _summary(pages))


def of_nothing(nothing: Nothing, *, name: str, run_url: str) -> tuple[Effect, ...]:
    """Nothing is judged: said, and where a commit waits for its status, an error there."""
    effects: list[Effect] = [StepOutput(name="exit_code", value=str(nothing.exit_code))]
    if nothing.head_sha:
        line = f"Error: {nothing.reason}"[:STATUS_LIMIT]
        effects.append(
            CommitStatus(
                sha=nothing.head_sha, state="error", description=line, context=name, target_url=run_url
            )
        )
    return (*effects, JobSummary(text=f"Nothing was judged: {nothing.reason}."))


def of_command(text: str, *, exit_code: int) -> tuple[Effect, ...]:
    """What became of a slash command, for the job's page and its later steps."""
    return (StepOutput(name="exit_code", value=str(exit_code)), JobSummary(text=text))


def of_failure(exit_code: int, *, pages: Pages, site: Site) -> tuple[Effect, ...]:
    """No verdict was reached: an error, and never a pending one that stays.

    A run that was cancelled leaves the comment alone: most often a newer one took its place, and may have told by now.
    """
    figures = {"verdict": Kind.ERROR.value, "exit_code": str(exit_code)}
    cancelled = exit_code == InterruptedRunError.exit_code
    status, comment = (
        _status(site, "error", pages.line),
        () if cancelled else _comment(site, pages, create=True),
    )
    return (status, *comment, *pages.annotations, *_outputs(figures), _summary(pages))


def _is_wanted(mode: CommentMode, report: Report) -> bool:
    """Whether a comment is to be made where there is none. One that is there is always brought up to date."""
    verdict = report.verdict
    if mode == "failures":
        return verdict.exit_code != 0
    if mode == "changes":
        moved = any(diff.broken or diff.fixed for suite in verdict.suites for diff in suite.diffs)
        return moved or bool(report.proposals) or verdict.kind is not Kind.PASS or bool(verdict.findings)
    return True


def _comment(site: Site, pages: Pages, *, create: bool) -> Sequence[StickyComment]:
    pull = site.check.pull
    if pull is None or site.mode == "off":
        return ()
    body = pages.comment[:COMMENT_LIMIT]
    head = site.check.head_sha
    return (StickyComment(number=pull.number, marker=pages.marker, body=body, create=create, head=head),)


def status_of(exit_code: int) -> State:
    """The state of a status that says a verdict."""
    return _EXIT.get(exit_code, "error")


def _status(site: Site, state: State, line: str) -> CommitStatus:
    return CommitStatus(
        sha=site.check.head_sha,
        state=state,
        description=line[:STATUS_LIMIT],
        context=site.name,
        target_url=site.run_url,
    )


def _summary(pages: Pages) -> JobSummary:
    return JobSummary(text=pages.summary)


def _figures(report: Report) -> dict[str, str]:
    """The outputs that a report gives."""
    verdict = report.verdict
    worst = next((each for each in verdict.findings if each.blocking and each.metric), None)
    costs = [run.cost_usd for run in report.runs]
    known = [cost for cost in costs if cost is not None]
    return {
        "verdict": verdict.kind.value,
        "exit_code": str(verdict.exit_code),
        "suites": str(len(verdict.suites)),
        "cases": str(sum(suite.cases for suite in verdict.suites)),
        "findings": str(sum(each.kind is not Kind.PASS for each in verdict.findings)),
        "regressed": str(sum(each.kind is Kind.REGRESSED for each in verdict.findings)),
        "worst_metric": (worst.metric or "") if worst is not None else "",
        "cost_usd": f"{sum(known):.6f}" if costs and len(known) == len(costs) else "",
    }


# The names under which action.yml gives them, in its order.
OUTPUTS = (
    "verdict",
    "exit_code",
    "suites",
    "cases",
    "findings",
    "regressed",
    "worst_metric",
    "cost_usd",
    "report_markdown",
    "report_json",
    "report_junit",
    "report_html",
    "comment_url",
)
_FILES = {
    "report.md": "report_markdown",
    "report.json": "report_json",
    "report.junit.xml": "report_junit",
    "report.html": "report_html",
}


def _outputs(figures: dict[str, str]) -> Sequence[StepOutput]:
    named = {_FILES.get(name, name): value for name, value in figures.items()}
    return tuple(StepOutput(name=name, value=named[name]) for name in OUTPUTS if name in named)
