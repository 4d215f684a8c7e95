"""Report, or why there is none → the texts that are told: status, comment, summary, notes at lines, files."""

from collections.abc import Collection, Mapping

from gate.host.plan import NOT_VERIFIED, Pages, Site
from gate.model.effect import STATUS_LIMIT
from gate.model.errors import EvaluationError, GateError, InterruptedRunError, UserError
from gate.model.redaction import public, redact
from gate.model.report import Document, Report
from gate.model.verdict import Kind
from gate.render.annotations import annotations, problem_annotations
from gate.render.data import json_document
from gate.render.junit import junit
from gate.render.markdown import Around, comment_marker, markdown
from gate.render.notices import Notice, notice_page
from gate.render.sentences import KIND_WORDS
from gate.render.status import line, status_line

SUMMARY_BUDGET_BYTES = 500_000
COMMENT_BUDGET_BYTES = 59_000  # of the 60,000 that a page may take: the rest is for what stands below it
_SHA_SHOWN = 7


def pages_of_report(
    report: Report, results: Mapping[str, str], *, site: Site, config: str, folder: str
) -> Pages:
    """The pages of a verdict.

    `results` holds the text of each suite's results file; `folder` is that of the config, with a slash at its end, or
    empty.
    """
    remark = site.remark if site.trusted else f"{NOT_VERIFIED} {site.remark}".strip()
    around = Around(check=site.name, remark=remark, link=site.run_url, steps=site.steps)
    documents = [markdown(report), json_document(report), junit(report)]
    documents += [
        Document(name=f"results/{suite}.json", media_type="application/json", text=text)
        for suite, text in sorted(results.items())
    ]
    return Pages(
        line=status_line(report, limit=STATUS_LIMIT),
        marker=comment_marker(site.name),
        comment=markdown(report, budget_bytes=COMMENT_BUDGET_BYTES, around=around).text,
        summary=markdown(report, budget_bytes=SUMMARY_BUDGET_BYTES, around=Around(remark=remark)).text,
        annotations=annotations(report, folder=folder, config=config),
        documents=tuple(documents),
    )


def with_traces(pages: Pages, traces: Mapping[str, str]) -> Pages:
    """The same with the files of a run's traces beside the report."""
    files = [Document(name=name, media_type="application/jsonl", text=text) for name, text in traces.items()]
    return pages.model_copy(update={"documents": (*pages.documents, *files)})


def pages_of_untouched(total: int, *, site: Site) -> Pages:
    """The pages of a change that touches no suite."""
    which = "the only suite" if total == 1 else f"any of the {total} suites"
    text = f"this change does not touch {which}, so nothing was evaluated"
    return _notice(Kind.PASS, text, site=site)


def pages_of_kept(exit_code: int, *, site: Site) -> Pages:
    """The pages of an event that changed nothing that is judged: what was found at this commit stands."""
    text = "only the title or the description was edited: what was found at this commit stands"
    return _notice(Kind.REGRESSED if exit_code else Kind.PASS, text, site=site)


def pages_of_failure(
    error: BaseException, *, site: Site, folder: str, secrets: Collection[str] = ()
) -> Pages:
    """The pages of a verdict that was not reached. What failed may have told a secret, which is taken out first."""
    problems = error.problems if isinstance(error, UserError) else ()
    problems = tuple(public(problem, secrets=secrets) for problem in problems)
    text = problems[0].message if problems else redact(_words(error), secrets=secrets)
    if len(problems) > 1:
        text = f"{text} (and {len(problems) - 1} more to mend)"
    notice = Notice(
        kind=Kind.ERROR,
        text=text,
        head=site.check.head_sha,
        base=site.check.base_sha,
        problems=problems,
    )
    pages = _pages(notice, site=site)
    return pages.model_copy(update={"annotations": problem_annotations(problems, folder=folder)})


def exit_code_of(error: BaseException) -> int:
    """What a process ends with by this error."""
    if isinstance(error, GateError):
        return error.exit_code
    return InterruptedRunError.exit_code if isinstance(error, KeyboardInterrupt) else GateError.exit_code


def _words(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt | InterruptedRunError):
        return "the run was interrupted or cancelled, so nothing was judged; run it again"
    if isinstance(error, EvaluationError):
        return f"the evaluation failed: {error}"
    if isinstance(error, GateError):
        return str(error)
    return f"a bug in gate ended the run ({type(error).__name__}); the log has the report"


def _notice(kind: Kind, text: str, *, site: Site) -> Pages:
    check = site.check
    return _pages(Notice(kind=kind, text=text, head=check.head_sha, base=check.base_sha), site=site)


def _pages(notice: Notice, *, site: Site) -> Pages:
    base = f" against {notice.base[:_SHA_SHOWN]}" if notice.base else ""
    tail = f" \u00b7 {notice.head[:_SHA_SHOWN]}{base}" if notice.head else ""
    return Pages(
        line=line(f"{KIND_WORDS[notice.kind]}: {notice.text}", tail=tail, limit=STATUS_LIMIT),
        marker=comment_marker(site.name),
        comment=notice_page(notice, around=Around(check=site.name, link=site.run_url)),
        summary=notice_page(notice, around=Around(check=site.name)),
    )
