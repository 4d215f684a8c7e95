"""Report → one line of plain text, the word of the verdict first: the description of a commit status."""

from gate.model.report import Report
from gate.model.verdict import Kind
from gate.render import escape
from gate.render.figures import figures
from gate.render.numbers import counted
from gate.render.sentences import KIND_WORDS, by_place, diff_of, leading

_SHA_SHOWN = 7


def status_line(report: Report, *, limit: int = 140) -> str:
    """`Regressed: exact_match 0.91 → 0.78 · 1a2b3c4 against 9f8e7d6`, at most `limit` characters; both shas are whole.

    What only warns is named, so that a green line does not hide it.
    """
    verdict, finding = report.verdict, leading(report.verdict)
    diff = diff_of(finding, by_place(verdict)) if finding is not None else None
    if verdict.kind is Kind.PASS:
        what = f"no regression found in {counted(sum(suite.cases for suite in verdict.suites), 'case')}"
    elif diff is not None and diff.baseline is not None and diff.head is not None:
        texts = figures(diff)
        where = f" in {diff.slice}" if diff.slice else ""
        what = f"{diff.metric}{where} {texts.base} \u2192 {texts.head}"
    else:
        what = finding.message if finding is not None else "nothing was judged"
    mild = " (does not block)" if verdict.kind is not Kind.PASS and not verdict.exit_code else ""
    sides = f" \u00b7 {_short(report.head.sha)} against {_short(report.base.sha)}"
    return line(f"{KIND_WORDS[verdict.kind]}: {what}", tail=f"{mild}{sides}", limit=limit)


def line(text: str, *, tail: str = "", limit: int = 140) -> str:
    """One line of at most `limit` characters in which the text is cut and the tail is not."""
    room = limit - len(tail)
    cleaned = " ".join(escape.clean(text, limit=4 * limit).split())
    return (cleaned if len(cleaned) <= room else f"{cleaned[: room - 1]}\u2026") + tail


def _short(sha: str | None) -> str:
    return escape.clean(sha[:_SHA_SHOWN] if sha else "the workspace", limit=20)
