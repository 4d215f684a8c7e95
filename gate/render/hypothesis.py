"""Hypothesis → the text of a terminal: the plan before it, the answer in words, its figures, and the cases.

It speaks of the cases that were named, and of no others, and says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.model.hypothesis import CaseRow, DrawPlan, Hypothesis, Tested
from gate.model.report import Revision
from gate.model.verdict import MetricDiff
from gate.render import escape
from gate.render.figures import figures
from gate.render.layout import NARROWEST, Column, Span, Style, ansi, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, means, money, p_value, percent, tidy

_MOST_ROWS = 60
_SHA = 12
_COLORS = {"confirmed": "1;31", "not confirmed": "1;32"}


def plan_text(suite: str, plan: DrawPlan) -> str:
    """One line before anything is paid: how many draws, and what they find."""
    trials = 2 * plan.draws * plan.cases
    name = escape.terminal(suite)
    text = f"{name}: {counted(plan.cases, 'case')}, {counted(plan.draws, 'draw')} of each on either side, {count(trials)} trials"
    if plan.drop is None:
        return f"{text}; nothing is known of the noise, so that nothing can be said of what they find"
    drop = f"a drop of {_plain(plan.drop)} in {escape.terminal(plan.metric)}"
    power = percent(plan.power)
    if plan.wanted is None:
        return f"{text}; no number of draws finds {drop} in so few cases with {power} power"
    if plan.why:
        why = escape.terminal(plan.why)
        return f"{text}, as many as {why} has room for; {plan.wanted} would find {drop} with {power} power"
    if plan.draws < plan.wanted:
        return f"{text}; {plan.wanted} would find {drop} with {power} power"
    return f"{text}; they find {drop} with {power} power"


def hypothesis_text(told: Hypothesis, *, width: int = 80, color: bool = False) -> str:
    """The whole of it, ending in a line end."""
    page = _Page(told, width=max(width, NARROWEST), color=color)
    return paragraphs([page.opening(), page.figures(), page.cases(), page.closing()])


@dataclass(frozen=True, slots=True)
class _Page:
    told: Hypothesis
    width: int
    color: bool

    def opening(self) -> Iterator[str]:
        """The answer, of what, and against what."""
        told = self.told
        word = Span(told.answer.upper(), self._style(_COLORS.get(told.answer, "1;33")))
        sides = f"{_name(told.base)} against {_name(told.head)}, {counted(told.plan.cases, 'case')}"
        text = f": that {escape.terminal(told.suite)} got worse on these cases. {sides}."
        yield from wrapped([word, Span(text)], cells=self.width)
        for sentence in self._sentences():
            yield from wrapped([Span(sentence)], cells=self.width, first="- ", rest="  ")

    def _sentences(self) -> Iterator[str]:
        told = self.told
        if told.stopped:
            yield f"The run was stopped: {escape.terminal(told.stopped, limit=400)}"
        if told.same:
            yield (
                "Nothing that the suite depends on differs between base and head, so both were given the same draws."
            )
        for each in told.tested:
            yield f"{escape.terminal(each.diff.metric)}: {_sentence(each)}"
        for name, failed, trials in zip(("base", "head"), told.failed, told.trials, strict=True):
            if failed:
                yield f"{count(failed)} of {counted(trials, 'trial')} of the {name} failed, and count as no score"

    def figures(self) -> Iterator[str]:
        """A row for each metric."""
        diffs = [each.diff for each in self.told.tested]
        if not diffs:
            return
        shown = [figures(diff) for diff in diffs]
        interval = f"{percent(1 - 2 * self.told.level)} interval"
        columns = [
            Column("metric", [Span(escape.terminal(diff.metric)) for diff in diffs], right=False),
            Column("", [Span(each.answer) for each in self.told.tested], right=False),
            Column("base", [Span(each.base) for each in shown]),
            Column("head", [Span(each.head) for each in shown]),
            Column("change", [Span(each.change) for each in shown]),
            Column(interval, [Span(each.interval) for each in shown], spare=1),
            Column("p", [Span(_p(diff)) for diff in diffs], spare=2),
        ]
        yield from table(columns, cells=self.width, indent="", head=self._style("2"))

    def cases(self) -> Iterator[str]:
        """A row for each case and metric, the worst first."""
        several = len(self.told.tested) > 1
        every = sorted(self.told.rows, key=lambda row: _change(row, self._better(row)))
        changed = [row for row in every if not several or _way(row, self._better(row))]
        rows = changed[:_MOST_ROWS]
        if rows:
            yield from self._rows(rows, several=several)
        if len(changed) > len(rows):
            yield f"{counted(len(changed) - len(rows), 'more row')}: see --json"
        if len(every) > len(changed):
            yield f"{count(len(every) - len(changed))} of {count(len(every))} means did not change: see --json"

    def _rows(self, rows: Sequence[CaseRow], *, several: bool) -> Iterator[str]:
        columns = [Column("case", [Span(escape.terminal(row.case_id)) for row in rows], right=False)]
        if several:
            names = [Span(escape.terminal(row.metric)) for row in rows]
            columns.append(Column("metric", names, right=False))
        columns += [
            Column("base", [Span(_mean(row.baseline)) for row in rows]),
            Column("head", [Span(_mean(row.head)) for row in rows]),
            Column("draws", [Span(f"{len(row.baseline)}+{len(row.head)}") for row in rows], spare=1),
            Column("", [Span(_way(row, self._better(row))) for row in rows], right=False),
        ]
        yield from table(columns, cells=self.width, indent="", head=self._style("2"))

    def closing(self) -> Iterator[str]:
        """What it says, and what it does not."""
        cost = (
            ""
            if self.told.cost_usd is None
            else f" What came back cost {money(self.told.cost_usd)} when it was asked."
        )
        text = (
            "This speaks of these cases alone, and of a drop at the rate of false alarms of two looks: ask once, and "
            f"once more where it can't tell. No baseline and no status was written.{cost}"
        )
        yield from wrapped([Span(text)], cells=self.width)

    def _better(self, row: CaseRow) -> int:
        diff = next(each.diff for each in self.told.tested if each.diff.metric == row.metric)
        return 1 if diff.better == "higher" else -1

    def _style(self, code: str) -> Style:
        return ansi(code) if self.color else unstyled


def _sentence(each: Tested) -> str:
    diff = each.diff
    looked = "" if each.looked_for is None else f" of {_plain(each.looked_for, relative=diff.relative)}"
    match each.answer:
        case "confirmed":
            return f"worse on these cases, and not by luck ({_p(diff)})"
        case "not confirmed":
            return f"{diff.reason}; a drop{looked} was looked for" if looked else diff.reason
        case "can't tell":
            more = each.more_draws
            would = (
                f"{counted(more, 'more draw')} of each case on either side would"
                if more
                else "more cases would"
            )
            return f"can't tell: {diff.reason}; {would}"
        case _:
            return f"not comparable: {escape.terminal(diff.reason, limit=400)}"


def _plain(drop: float, *, relative: bool = False) -> str:
    return percent(drop) if relative else tidy(means(drop, drop)[0])


def _p(diff: MetricDiff) -> str:
    return UNKNOWN if diff.p_adjusted is None else p_value(diff.p_adjusted)


def _name(revision: Revision) -> str:
    sha = (revision.sha or "")[:_SHA]
    label = escape.terminal(revision.label)
    return label if not sha or (revision.sha or "").startswith(revision.label) else f"{label} ({sha})"


def _mean(draws: Sequence[float]) -> str:
    return tidy(means(mean, mean)[0]) if (mean := _average(draws)) is not None else UNKNOWN


def _average(draws: Sequence[float]) -> float | None:
    return sum(draws) / len(draws) if draws else None


def _change(row: CaseRow, sign: int) -> float:
    before, after = _average(row.baseline), _average(row.head)
    return 0.0 if before is None or after is None else sign * (after - before)


def _way(row: CaseRow, sign: int) -> str:
    change = _change(row, sign)
    return "" if abs(change) < 1e-12 else "better" if change > 0 else "worse"  # noqa: PLR2004 - the last bits of means
