"""Report → the text of a terminal: the same order as the comment, in a given width, with or without color.

Words carry the meaning, color only helps. No line of it can be taken for a command by a CI runner.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.model.report import Excerpt, Report, Step
from gate.model.verdict import Finding, Kind
from gate.render import escape
from gate.render.concentrated import ASIDE, TITLE, concentrated
from gate.render.figures import figures
from gate.render.layout import (
    NARROWEST,
    Column,
    Span,
    Style,
    ansi,
    labeled,
    paragraphs,
    table,
    unstyled,
    wrapped,
)
from gate.render.numbers import UNKNOWN, count, counted, means, tidy
from gate.render.rows import Row, against, every, notes, untold
from gate.render.sentences import KIND_WORDS, confidence, headline, run_sentence, sentence
from gate.render.words import Message, Name, Part, Strong, Words

_ROWS, _CASES, _ITEMS = 20, 5, 10
_SEE = "see the JSON report (--json FILE)"
_TEXT_LIMIT = 400
_MESSAGE_LIMIT = 400
_LINES = 8
_TONES = {
    Kind.PASS: "32",
    Kind.INCONCLUSIVE: "33",
    Kind.REGRESSED: "31",
    Kind.NOT_COMPARABLE: "33",
    Kind.ERROR: "31",
}


def terminal(report: Report, *, width: int = 80, color: bool = False) -> str:
    """Render the report for a terminal of `width` cells (at least 40 are used), ending in a line end."""
    page = _Page(report, width=max(width, NARROWEST), color=color)
    return paragraphs(page.blocks())


@dataclass(frozen=True, slots=True)
class _Page:
    report: Report
    width: int
    color: bool

    def blocks(self) -> Iterator[Iterator[str]]:
        """The parts of the page, each its lines; parts without a line are left out."""
        report, verdict = self.report, self.report.verdict
        bad = against(verdict)
        yield self._verdict()
        yield self._table(bad[:_ROWS], more=len(bad) - _ROWS)
        yield self._concentrated(concentrated(verdict))
        yield self._findings(untold(report))
        yield self._proposals()
        if verdict.kind is not Kind.PASS:
            yield self._cases(report.excerpts)
        told = {(row.diff.suite, row.diff.metric, row.diff.slice) for row in bad}
        rest = [row for row in every(verdict) if row.diff.slice is None]
        rest = [row for row in rest if (row.diff.suite, row.diff.metric, None) not in told]
        yield self._table(rest[:_ROWS], more=len(rest) - _ROWS)
        yield self._findings(notes(verdict))
        yield self._runs()
        yield self._steps(report.next_steps)
        yield self._footer()

    def _style(self, code: str) -> Style:
        return ansi(code) if self.color else unstyled

    def _spans(self, words: Words) -> list[Span]:
        bold = self._style("1")
        spans = []
        for part in words:
            match part:
                case Name(text):
                    spans.append(Span(escape.terminal(text), bold))
                case Message(text):
                    spans.append(Span(escape.terminal(text, limit=_MESSAGE_LIMIT)))
                case Strong(text):
                    spans.append(Span(text, bold))
                case _:
                    spans.append(Span(part))
        return spans

    def _lines(self, words: Words, *, first: str = "", rest: str = "") -> Iterator[str]:
        return wrapped(self._spans(words), cells=self.width, first=first, rest=rest)

    def _verdict(self) -> Iterator[str]:
        verdict = self.report.verdict
        words = headline(self.report)
        tone = self._style(f"1;{_TONES[verdict.kind]}")
        title = Span(KIND_WORDS[verdict.kind].upper(), tone)
        mild = (
            " This does not block the check."
            if verdict.kind is not Kind.PASS and not verdict.exit_code
            else ""
        )
        yield from wrapped([title, *self._spans((*words[1:], mild))], cells=self.width)

    def _table(self, rows: Sequence[Row], *, more: int) -> Iterator[str]:
        if not rows:
            return
        verdict = self.report.verdict
        texts = [figures(row.diff) for row in rows]
        warns = [not row.blocking and row.kind is not Kind.PASS for row in rows]
        kinds = [Kind.INCONCLUSIVE if warn else row.kind for row, warn in zip(rows, warns, strict=True)]
        tones = [self._style(_TONES[kind]) for kind in kinds]
        names = [self._name(row, above) for row, above in zip(rows, [None, *rows], strict=False)]
        words = ["warns" if warn else row.word for row, warn in zip(rows, warns, strict=True)]
        columns = [
            Column("metric", names, right=False),
            Column("", [Span(w, tone) for w, tone in zip(words, tones, strict=True)], right=False, spare=1),
            Column("base", [Span(t.base) for t in texts]),
            Column("head", [Span(t.head) for t in texts]),
            Column("change", [Span(_short(t.change), tone) for t, tone in zip(texts, tones, strict=True)]),
            Column(confidence(verdict), [Span(t.interval) for t in texts], spare=2),
            Column("allowed", [Span(t.allowed.partition(" ")[0]) for t in texts], spare=4),
            Column("n", [Span(count(row.diff.n)) for row in rows], spare=3),
        ]
        yield from table(columns, cells=self.width, indent="", head=self._style("2"))
        if more > 0:
            yield f"{counted(more, 'more row')}: {_SEE}"

    def _name(self, row: Row, above: Row | None) -> Span:
        """The metric, with its suite where there are several; a slice is indented under its metric."""
        part = row.diff.slice
        if part is not None and above is not None and above.group[:2] == row.group[:2]:
            return Span(f"  {escape.terminal(part)}")
        suite = f"{escape.terminal(row.diff.suite)}: " if len(self.report.verdict.suites) > 1 else ""
        where = "" if part is None else f", {escape.terminal(part)}"
        return Span(f"{suite}{escape.terminal(row.diff.metric)}{where}")

    def _findings(self, findings: Sequence[Finding]) -> Iterator[str]:
        for finding in findings[:_ITEMS]:
            warns = " (warns)" if finding.kind is not Kind.PASS and not finding.blocking else ""
            word = "Note" if finding.kind is Kind.PASS else KIND_WORDS[finding.kind]
            words = (Strong(f"{word}{warns}: "), *sentence(finding.message))
            yield from self._lines(words, first="- ", rest="  ")
        if len(findings) > _ITEMS:
            yield f"- {count(len(findings) - _ITEMS)} more: {_SEE}"

    def _concentrated(self, sentences: Sequence[Words]) -> Iterator[str]:
        if sentences:
            yield from wrapped([Span(TITLE, self._style("1")), Span(f" ({ASIDE})")], cells=self.width)
        for words in sentences[:_ITEMS]:
            yield from self._lines(words, first="- ", rest="  ")
        if len(sentences) > _ITEMS:
            yield f"- {count(len(sentences) - _ITEMS)} more: {_SEE}"

    def _proposals(self) -> Iterator[str]:
        proposals = sorted(self.report.proposals, key=lambda each: not each.loosened)
        if not proposals:
            return
        what = "lowers the bar" if proposals[0].loosened else "moves the bar"
        title = f"This change {what}; the verdict did not use that."
        yield from wrapped([Span(title, self._style("1"))], cells=self.width)
        for proposal in proposals[:_ITEMS]:
            word = "loosened: " if proposal.loosened else "changed: "
            yield from self._lines((word, Message(proposal.text)), first="- ", rest="  ")
        if len(proposals) > _ITEMS:
            yield f"- {count(len(proposals) - _ITEMS)} more: {_SEE}"

    def _cases(self, excerpts: Sequence[Excerpt]) -> Iterator[str]:
        if excerpts:
            yield self._style("1")("Worst cases")
        for excerpt in excerpts[:_CASES]:
            yield from self._case(excerpt)
        if len(excerpts) > _CASES:
            yield f"{count(len(excerpts) - _CASES)} more: {_SEE}"

    def _case(self, excerpt: Excerpt) -> Iterator[str]:
        words: list[Part] = [Name(excerpt.case_id), " \u00b7 ", Message(excerpt.metric)]
        if excerpt.baseline is not None and excerpt.head is not None:
            base, head = means(excerpt.baseline, excerpt.head)
            words.append(f" {tidy(base)} \u2192 {tidy(head)}")
        if excerpt.place:
            words += [" \u00b7 ", Message(excerpt.place)]
        yield from self._lines(tuple(words), rest="  ")
        labels = ("input", "expected", "output", "why")
        texts = (excerpt.input, excerpt.expected, excerpt.output, excerpt.explanation)
        for label, text in zip(labels, texts, strict=True):
            if text is not None:
                yield from labeled(label, text, cells=self.width, limit=_TEXT_LIMIT, most=_LINES)

    def _runs(self) -> Iterator[str]:
        runs = self.report.runs
        for run in runs[:_ITEMS]:
            yield from self._lines(run_sentence(run))
        if len(runs) > _ITEMS:
            yield f"{counted(len(runs) - _ITEMS, 'more suite')}: {_SEE}"

    def _steps(self, steps: Sequence[Step]) -> Iterator[str]:
        if steps:
            yield self._style("1")("What to do next")
        for step in steps[:_ITEMS]:
            yield from self._lines((Message(step.text),), first="- ", rest="  ")
            if step.command:
                yield f"    {self._style('36')(escape.terminal(step.command, limit=_MESSAGE_LIMIT))}"

    def _footer(self) -> Iterator[str]:
        report = self.report
        source = f" · policy from {escape.terminal(report.policy_source)}" if report.policy_source else ""
        version = escape.terminal(report.tool_version)
        text = f"exit code {report.verdict.exit_code}{source} · gate {version}"
        yield from wrapped([Span(text, self._style("2"))], cells=self.width)


def _short(change: str) -> str:
    """Points are the rule; the other units stand beside base and head."""
    return change if change == UNKNOWN else change.partition(" ")[0]
