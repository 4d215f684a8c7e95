"""Report → the markdown of a pull request's comment or a job's summary, within a budget of bytes.

Where not everything fits, whole rows are left out from the end of a section, and a line says how many. What is most
important takes its share of the budget first, wherever it stands on the page.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from gate.model.base import digest
from gate.model.report import Document, Report, Step
from gate.model.verdict import Kind
from gate.render import markdown_parts as parts
from gate.render.budget import fit, size
from gate.render.concentrated import ASIDE, TITLE, concentrated
from gate.render.numbers import count, counted
from gate.render.rows import against, every, notes, untold
from gate.render.sentences import headline

BUDGET_BYTES = 60_000
SMALLEST_BUDGET_BYTES = 20_000
MARKER = "<!-- gate:1 "
_HEAD = re.compile(
    r"<!-- gate:1 check=\S* suites=\S* head=([0-9a-f]{40,64}) base=\S* verdict=\S* -->(?:\s|$)"
)
_ROWS_SHOWN = 20
_SEGMENTS_SHOWN = 5
_FRAME_BYTES = 500  # the heading, the fold and the line on what was cut, of one section
_LONGEST_SUITES = 1_000
_LONGEST_SHA = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of the page: rows, with what stands before and behind them.

    `share` is how much of what is left of the budget it may take, `most` the number of rows that are shown at most,
    `rest` what is said of the others. Sections without a row are not there at all.
    """

    rows: Iterable[str]
    before: str
    behind: str = ""
    share: float = 1.0
    most: int | None = None
    rest: str = "more did not fit here; the JSON report has all"

    def write(self, budget_bytes: int) -> str:
        """As many whole rows as fit."""
        fitted = fit(self.rows, budget_bytes=int(budget_bytes * self.share) - _FRAME_BYTES, most=self.most)
        if not fitted.rows and not fitted.left_out:
            return ""
        more = f"\n_{count(fitted.left_out)} {self.rest}._\n" if fitted.left_out else ""
        lines = "".join(f"{row}\n" for row in fitted.rows)
        return f"\n{self.before}{lines}{more}{self.behind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """What stands around a report where it is read.

    `check` names the check whose page it is (in the hidden marker), `remark` is a sentence of ours under the verdict,
    `link` the address of the whole report, `steps` what can be done there besides, told before the report's own.
    """

    check: str = "gate"
    remark: str = ""
    link: str = ""
    steps: Sequence[Step] = ()


ALONE = Around()


def markdown(report: Report, *, budget_bytes: int = BUDGET_BYTES, around: Around = ALONE) -> Document:
    """Render the page: verdict, what speaks against it, proposals, worst cases, all metrics, cost, next steps.

    Raises:
        ValueError: a budget below 20,000 bytes, in which the verdict's own sentences might not fit.
    """
    if budget_bytes < SMALLEST_BUDGET_BYTES:
        raise ValueError(f"the budget must be at least {SMALLEST_BUDGET_BYTES} bytes")
    remark = f"\n> {parts.literal(around.remark)}\n" if around.remark else ""
    first = f"{marker(report, check=around.check)}\n{_verdict(report)}\n{remark}"
    last = f"\n{_footer(report, link=around.link)}\n"
    left = budget_bytes - size(first) - size(last)
    texts = {}
    for place, section in _by_importance(report, steps=around.steps):
        texts[place] = section.write(left)
        left -= size(texts[place])
    page = "".join(texts[place] for place in sorted(texts))
    return Document(name="report.md", media_type="text/markdown", text=f"{first}{page}{last}")


def comment_marker(check: str = "gate") -> str:
    """What the pages of one check begin with, whatever their suites and revisions: a comment is found again by it."""
    return f"{MARKER}check={_quoted(check)} "


def comment_head(body: str) -> str:
    """The head that a page of ours is about, by its hidden first line; empty where it names none."""
    found = _HEAD.match(body.lstrip())
    return found.group(1) if found else ""


def marker(report: Report, *, check: str = "gate") -> str:
    """The hidden first line of a page: version and check, then suites, head, base and verdict."""
    suites = [suite.suite for suite in report.verdict.suites]
    names = ",".join(map(_quoted, suites))
    if len(names) > _LONGEST_SUITES or any(len(suite) > _LONGEST_SHA for suite in suites):
        names = f"digest:{digest(suites)}"
    return f"{comment_marker(check)}suites={names} {_sides(report)} verdict={_quoted(report.verdict.kind.value)} -->"


def marker_of_notice(check: str, *, head: str, base: str, kind: Kind) -> str:
    """The same for a page without a report."""
    sides = f"head={_quoted(head)} base={_quoted(base)}"
    return f"{comment_marker(check)}suites= {sides} verdict={_quoted(kind.value)} -->"


def _sides(report: Report) -> str:
    return f"head={_quoted(report.head.sha or '')} base={_quoted(report.base.sha or '')}"


def _verdict(report: Report) -> str:
    verdict = report.verdict
    mild = (
        " This does not block the check." if verdict.kind is not Kind.PASS and not verdict.exit_code else ""
    )
    return f"{parts.MARKS[verdict.kind]} {parts.MEDIUM.write(headline(report))}{mild}"


def _by_importance(report: Report, *, steps: Sequence[Step]) -> Iterator[tuple[int, Section]]:
    """(place on the page, section), in the order in which they take from the budget."""
    verdict = report.verdict
    bad = against(verdict)
    yield (
        0,
        Section(
            rows=parts.bad_rows(bad, verdict),
            before=parts.bad_table(verdict),
            share=0.4,
            most=_ROWS_SHOWN,
            rest="more rows: see all metrics below",
        ),
    )
    todo = (*steps, *report.next_steps)
    yield 8, Section(rows=parts.step_items(todo), before="**What to do next**\n\n", share=0.3)
    yield 2, Section(rows=parts.finding_items(untold(report)), before="", share=0.3, most=_ROWS_SHOWN)
    yield 3, _proposals(report)
    yield 1, _concentrated(report)
    yield (
        7,
        Section(
            rows=parts.run_items(report.runs), before="**Cost and time**\n\n", share=0.3, most=_ROWS_SHOWN
        ),
    )
    if verdict.kind is not Kind.PASS:
        yield 4, _cases(report)
    yield 5, _notes(report)
    yield 6, _all(report)


def _concentrated(report: Report) -> Section:
    """Where the drops are concentrated, one sentence a metric."""
    sentences = concentrated(report.verdict)
    rows = (f"- {parts.MEDIUM.write(words)}" for words in sentences)
    return Section(rows=rows, before=f"**{TITLE}** ({ASIDE})\n\n", share=0.2, most=_SEGMENTS_SHOWN)


def _proposals(report: Report) -> Section:
    loosened = sum(proposal.loosened for proposal in report.proposals)
    kind = "WARNING" if loosened else "NOTE"
    what = "This change lowers the bar" if loosened else "This change moves the bar"
    return Section(
        rows=parts.proposal_items(report.proposals),
        before=f"> [!{kind}]\n> **{what}.** The verdict did not use that; it takes effect when it is merged.\n>\n",
        share=0.3,
    )


def _cases(report: Report) -> Section:
    number = len(report.excerpts)
    fold, behind = _fold("The worst case" if number == 1 else f"The worst {number} cases")
    return Section(rows=parts.case_blocks(report.excerpts), before=fold, behind=behind, share=0.6)


def _notes(report: Report) -> Section:
    found = notes(report.verdict)
    fold, behind = _fold(f"{counted(len(found), 'note')}")
    return Section(rows=parts.finding_items(found), before=fold, behind=behind, share=0.3)


def _all(report: Report) -> Section:
    """Every metric, and those slices in which anything changed."""
    rows = [row for row in every(report.verdict) if row.diff.slice is None or row.has_news]
    slices = sum(row.diff.slice is not None for row in rows)
    what = f"All {counted(len(rows) - slices, 'metric')}"
    fold, behind = _fold(f"{what}, and {counted(slices, 'slice')} with a change" if slices else what)
    before = f"{fold}{parts.all_table(report.verdict)}"
    return Section(rows=parts.all_rows(rows, report.verdict), before=before, behind=behind)


def _fold(title: str) -> tuple[str, str]:
    return f"<details>\n<summary>{title}</summary>\n\n", "\n</details>\n"


def _footer(report: Report, *, link: str) -> str:
    pieces = [f"[whole report]({link})"] if link else []
    pieces.append(f"exit code {report.verdict.exit_code}")
    if report.policy_source:
        pieces.append(f"policy from {parts.MEDIUM.name(report.policy_source)}")
    if report.verdict.looks > 1:
        pieces.append(f"look {report.verdict.look} of {report.verdict.looks}")
    pieces.append(f"gate {parts.MEDIUM.message(report.tool_version)}")
    return f"<sub>{' · '.join(pieces)}</sub>"


def _quoted(text: str) -> str:
    """At most 64 characters (a SHA-256), percent-encoded, without what could end a comment."""
    return quote(text[:_LONGEST_SHA], safe="", errors="replace").replace("--", "%2D%2D")
