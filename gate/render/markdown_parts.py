"""Rows, findings, proposals, cases, runs and steps → lines of markdown, each line whole in itself.

Foreign text stands only inside code, or in a sentence with every character of syntax as an entity.
"""

from collections.abc import Iterable, Iterator, Sequence

from gate.model.errors import Problem
from gate.model.report import Excerpt, Proposal, RunSummary, Step
from gate.model.verdict import Finding, Kind, Verdict
from gate.render import escape
from gate.render.figures import Figures, figures
from gate.render.numbers import UNKNOWN, count, counted, means, p_value, reach, tidy
from gate.render.rows import Row
from gate.render.sentences import confidence, run_sentence, sentence
from gate.render.words import Medium

MARKS = {
    Kind.PASS: "\u2705",
    Kind.INCONCLUSIVE: "\u26a0\ufe0f",
    Kind.REGRESSED: "\u274c",
    Kind.NOT_COMPARABLE: "\U0001f6ab",
    Kind.ERROR: "\U0001f6d1",
}
_MESSAGE_LIMIT = 400
_TEXT_LIMIT = 1_200
_MOST_TAGS = 6
_MOST_PROBLEMS = 20


def literal(text: str) -> str:
    """A literal of ours: only what HTML would take for markup needs an entity."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


MEDIUM = Medium(
    literal=literal,
    name=escape.code,
    message=lambda text: escape.prose(text, limit=_MESSAGE_LIMIT),
    strong=lambda text: f"**{literal(text)}**",
)


def bad_table(verdict: Verdict) -> str:
    """The head of the table of what speaks against a pass."""
    suite = "suite | " if len(verdict.suites) > 1 else ""
    line = f"| | {suite}metric | slice | base | head | change, {confidence(verdict)} | allowed | n |"
    return _headed(line, left=4 if suite else 3)


def bad_rows(rows: Iterable[Row], verdict: Verdict) -> Iterator[str]:
    """One line a row."""
    for row in rows:
        texts = figures(row.diff)
        yield _line(
            _mark(row.kind, blocking=row.blocking),
            *_names(row, verdict, below=row.word if row.blocking else f"{row.word}, warns only"),
            _whole(texts.base),
            f"**{_whole(texts.head)}**",
            _spread(texts),
            _whole(texts.allowed.partition(" ")[0]),
            count(row.diff.n),
        )


def all_table(verdict: Verdict) -> str:
    """The head of the table of all metrics."""
    suite = "suite | " if len(verdict.suites) > 1 else ""
    line = f"| | {suite}metric | slice | base | head | change | p | n | draws | worse, better | finds |"
    return _headed(line, left=4 if suite else 3)


def all_rows(rows: Iterable[Row], verdict: Verdict) -> Iterator[str]:
    """One line a row. Draws are those of the baseline and of the head; `finds` is the smallest drop that is found."""
    for row in rows:
        diff, texts = row.diff, figures(row.diff)
        yield _line(
            _whole(row.label),
            *_names(row, verdict),
            _whole(texts.base),
            _whole(texts.head),
            _spread(texts),
            UNKNOWN
            if diff.p_adjusted is None
            else _whole(p_value(diff.p_adjusted).removeprefix("p ").removeprefix("= ")),
            count(diff.n),
            _whole(f"{reach(*diff.baseline_draws)} / {reach(*diff.head_draws)}"),
            _whole(f"{count(diff.broken)}, {count(diff.fixed)}"),
            _whole(texts.finds),
        )


def finding_items(findings: Iterable[Finding]) -> Iterator[str]:
    """One item of a list for each."""
    for finding in findings:
        mark = f"{_mark(finding.kind, blocking=finding.blocking)} " if finding.kind is not Kind.PASS else ""
        warns = " (warns)" if finding.kind is not Kind.PASS and not finding.blocking else ""
        yield f"- {mark}{MEDIUM.write(sentence(finding.message))}{warns}"


def proposal_items(proposals: Sequence[Proposal]) -> Iterator[str]:
    """One quoted item each, loosened ones first."""
    for proposal in sorted(proposals, key=lambda each: not each.loosened):
        word = "**loosened**" if proposal.loosened else "changed"
        yield f"> - {word}: {MEDIUM.message(proposal.text)}"


def case_blocks(excerpts: Iterable[Excerpt]) -> Iterator[str]:
    """One case: a line that names it, and its texts in a table of raw HTML, which no markdown can reach."""
    for excerpt in excerpts:
        texts = [
            text_row(label, text)
            for label, text in (
                ("input", excerpt.input),
                ("expected", excerpt.expected),
                ("output", excerpt.output),
                ("why", excerpt.explanation),
            )
            if text is not None
        ]
        yield f"{_case_line(excerpt)}\n\n<table>\n{''.join(texts)}</table>\n"


def run_items(runs: Sequence[RunSummary]) -> Iterator[str]:
    """One item a suite; a single one needs no list."""
    bullet = "- " if len(runs) > 1 else ""
    for run in runs:
        yield f"{bullet}{MEDIUM.write(run_sentence(run))}"


def problem_items(problems: Sequence[Problem], *, told: str = "") -> Iterator[str]:
    """One item a problem: where, what, the value found, the fix. A single one that is `told` above is not told again."""
    only = len(problems) == 1 and problems[0].message == told
    for problem in problems[:_MOST_PROBLEMS]:
        where = " ".join(escape.code(text) for text in (str(problem.place or ""), problem.key) if text)
        what = "" if only else MEDIUM.message(problem.message)
        value = f"Found: {escape.code(problem.value)}." if problem.value else ""
        fix = f"To mend it: {MEDIUM.message(problem.fix)}." if problem.fix else ""
        said = [": ".join(text for text in (where, what) if text), value, fix]
        said[0] += "." if said[0] else ""
        if any(said):
            yield f"- {' '.join(text for text in said if text)}"
    if len(problems) > _MOST_PROBLEMS:
        yield f"- and {counted(len(problems) - _MOST_PROBLEMS, 'more problem')}"


def step_items(steps: Iterable[Step]) -> Iterator[str]:
    """One item a step; its command in a fence, which GitHub gives a button to copy it."""
    for step in steps:
        item = f"- {MEDIUM.message(step.text)}"
        yield f"{item}\n{escape.fenced(step.command, indent='  ')}" if step.command else item


def text_row(label: str, text: str) -> str:
    """A row of a table in raw HTML: a literal of ours, and a foreign text that no markdown can reach."""
    shown = "<em>empty</em>" if text == "" else f"<code>{escape.html(text, limit=_TEXT_LIMIT)}</code>"
    return f'<tr><th align="left">{label}</th><td>{shown}</td></tr>\n'


def _mark(kind: Kind, *, blocking: bool) -> str:
    """The mark of a kind; whatever only warns has the mark of a doubt."""
    return MARKS[kind] if blocking else MARKS[Kind.INCONCLUSIVE]


def _headed(line: str, *, left: int) -> str:
    columns = line.count("|") - 1
    rule = "".join("---|" if index < left else "--:|" for index in range(columns))
    return f"{line}\n|{rule}\n"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _names(row: Row, verdict: Verdict, *, below: str = "") -> list[str]:
    """Suite (where there are several), metric, slice; `below` stands small under the metric."""
    suite = [escape.code(row.diff.suite)] if len(verdict.suites) > 1 else []
    small = f"<br><sub>{_whole(below)}</sub>" if below else ""
    where = "all" if row.diff.slice is None else escape.code(row.diff.slice)
    return [*suite, f"{escape.code(row.diff.metric)}{small}", where]


def _whole(text: str) -> str:
    """A cell that no line break tears apart."""
    return literal(text).replace(" ", "\u00a0")


def _spread(texts: Figures) -> str:
    """The change, and under it its interval."""
    if texts.interval == UNKNOWN:
        return _whole(texts.change)
    return f"{_whole(texts.change)}<br><sub>{_whole(texts.interval)}</sub>"


def _case_line(excerpt: Excerpt) -> str:
    parts = [f"{escape.code(excerpt.case_id)} \u00b7 {escape.code(excerpt.metric)}"]
    if excerpt.baseline is not None and excerpt.head is not None:
        base, head = means(excerpt.baseline, excerpt.head)
        parts[0] += f" {tidy(base)} \u2192 {tidy(head)}"
    tags = sorted(excerpt.tags.items())
    parts += [escape.code(f"{key}={value}") for key, value in tags[:_MOST_TAGS]]
    if len(tags) > _MOST_TAGS:
        parts.append(counted(len(tags) - _MOST_TAGS, "more tag"))
    if excerpt.place:
        parts.append(escape.code(excerpt.place))
    return " \u00b7 ".join(parts)
