"""Report → the rows of its tables and the findings that no row tells, in the order in which they should be read."""

from dataclasses import dataclass

from gate.model.report import Report
from gate.model.verdict import Finding, Kind, MetricDiff, Verdict
from gate.render.sentences import KIND_WORDS, by_place, diff_of, leading

# Base, head, interval and what is allowed say all that there is to say of these.
_TOLD_BY_FIGURES = {"regressed", "slice_regressed", "inconclusive"}


@dataclass(frozen=True, slots=True)
class Row:
    """One metric, or one slice of it. A row that does not block is shown and never decides."""

    diff: MetricDiff
    kind: Kind
    blocking: bool

    @property
    def size(self) -> float:
        """The drop in shares of what must be caught."""
        return (self.diff.drop or 0.0) / (self.diff.must_catch or 1.0)

    @property
    def has_news(self) -> bool:
        """Whether any case moved, or it is not a pass."""
        return self.kind is not Kind.PASS or bool(self.diff.broken or self.diff.fixed)

    @property
    def group(self) -> tuple[str, str, Kind]:
        """What stands together: a metric with its slices."""
        return self.diff.suite, self.diff.metric, self.kind

    @property
    def word(self) -> str:
        """`regressed`, `can't tell`, `recorded`, ..."""
        if self.diff.mode == "record" and self.kind is Kind.PASS:
            return "recorded"
        return KIND_WORDS[self.kind].lower()

    @property
    def label(self) -> str:
        """The word, and whether it only warns."""
        return self.word if self.blocking or self.kind is Kind.PASS else f"{self.word} (warns)"


def against(verdict: Verdict) -> list[Row]:
    """What speaks against a pass and has figures: regressed, vanished, could not be told. Worst first.

    A slice stands here only where a finding names it: that a small slice alone can't be told is not news.
    """
    diffs = by_place(verdict)
    told = [(finding, diff_of(finding, diffs)) for finding in verdict.findings]
    rows = {
        (diff.suite, diff.metric, diff.slice): Row(diff, finding.kind, finding.blocking)
        for finding, diff in reversed(told)
        if diff is not None and finding.kind is not Kind.PASS
    }
    groups: dict[tuple[str, str, Kind], float] = {}
    for row in rows.values():
        groups[row.group] = max(row.size, groups.get(row.group, row.size))
    return sorted(rows.values(), key=lambda row: _order(row, groups[row.group]))


def every(verdict: Verdict) -> list[Row]:
    """Every metric, then every slice; in each of the two what speaks against a pass first, then as in the verdict."""
    known = {(row.diff.suite, row.diff.metric, row.diff.slice): row for row in against(verdict)}
    wholes = [diff for suite in verdict.suites for diff in suite.diffs]
    parts = [diff for suite in verdict.suites for diff in suite.slices]
    rows = []
    for diffs in (wholes, parts):
        some = [
            known.get((d.suite, d.metric, d.slice)) or Row(d, d.kind, blocking=d.mode == "block")
            for d in diffs
        ]
        rows += sorted(some, key=_weight)
    return rows


def untold(report: Report) -> list[Finding]:
    """The findings against a pass that neither the figures of a row nor the verdict's own sentence tell."""
    verdict, diffs = report.verdict, by_place(report.verdict)
    first = None if verdict.kind is Kind.PASS else leading(verdict)  # the sentence of a pass tells of none
    return [
        finding
        for finding in verdict.findings
        if finding.kind is not Kind.PASS
        and finding is not first
        and (finding.code not in _TOLD_BY_FIGURES or diff_of(finding, diffs) is None)
    ]


def notes(verdict: Verdict) -> list[Finding]:
    """What is worth a word and speaks against nothing."""
    return [finding for finding in verdict.findings if finding.kind is Kind.PASS]


def _weight(row: Row) -> tuple[bool, int]:
    return (not row.blocking and row.kind is not Kind.PASS, -row.kind.severity)


def _order(row: Row, group: float) -> tuple[bool, int, float, str, str, bool, float, str]:
    """Blocking first, the worst kind first, the largest drop first; slices behind their metric."""
    names = (row.diff.suite, row.diff.metric, row.diff.slice is not None)
    return (not row.blocking, -row.kind.severity, -group, *names, -row.size, row.diff.slice or "")
