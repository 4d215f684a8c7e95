"""Report → JUnit XML, for the test views of CI systems: a suite each, a case for each gated metric, slice and finding.

| found | case |
|---|---|
| pass | passed |
| regressed | `failure` |
| error, not comparable | `error` |
| can't tell | `failure` where `on_inconclusive` is `block`, else `skipped` with the reason |
| a metric or finding that only warns | passed, the finding in `system-out` |

No time and no host stands in it: the same report gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from gate.model.report import Document, Report
from gate.model.verdict import Finding, Kind, MetricDiff, Verdict
from gate.render import escape
from gate.render.figures import figures
from gate.render.numbers import UNKNOWN, counted, p_value
from gate.render.rows import Row, every
from gate.render.sentences import by_place, confidence, diff_of, headline
from gate.render.words import Medium

_NAME_LIMIT, _MESSAGE_LIMIT = 200, 1_000


def _text(text: str) -> str:
    return escape.xml(text, limit=_MESSAGE_LIMIT)


_MEDIUM = Medium(literal=str, name=_text, message=_text, strong=str)


@dataclass(frozen=True, slots=True)
class _Test:
    """One test case: its outcome is the name of the element in it, or None where it passed."""

    name: str
    outcome: str | None
    message: str
    details: str = ""


def junit(report: Report) -> Document:
    """Render the report as JUnit XML."""
    root = ET.Element("testsuites", name="gate")
    counts = [_suite(root, name, tests) for name, tests in _suites(report)]
    if report.verdict.exit_code and not any(each["failures"] or each["errors"] for each in counts):
        counts.append(_suite(root, "gate", [_whole(report)]))
    for key in ("tests", "failures", "errors"):  # junit-10.xsd knows no sum of the skipped
        root.set(key, str(sum(each[key] for each in counts)))
    ET.indent(root)
    text = ET.tostring(root, encoding="unicode")
    return Document(
        name="report.junit.xml",
        media_type="application/xml",
        text=f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n',
    )


def _suites(report: Report) -> Iterator[tuple[str, list[_Test]]]:
    verdict = report.verdict
    diffs = by_place(verdict)
    worst = sorted(verdict.findings, key=lambda each: (not each.blocking, -each.kind.severity))
    told = {id(diff): finding for finding in reversed(worst) if (diff := diff_of(finding, diffs)) is not None}
    alone = [finding for finding in verdict.findings if diff_of(finding, diffs) is None]
    rows = [row for row in every(verdict) if row.diff.mode != "record"]
    for suite in verdict.suites:
        measured = [
            _measured(row, told.get(id(row.diff)), verdict) for row in rows if row.diff.suite == suite.suite
        ]
        yield (
            suite.suite,
            [*measured, *(_found(finding) for finding in alone if finding.suite == suite.suite)],
        )
    known = {suite.suite for suite in verdict.suites}
    homeless = [_found(finding) for finding in alone if finding.suite not in known]
    if homeless:
        yield "gate", homeless


def _measured(row: Row, finding: Finding | None, verdict: Verdict) -> _Test:
    diff = row.diff
    name = _name(diff.metric) if diff.slice is None else f"{_name(diff.metric)} [{_name(diff.slice)}]"
    message = _text(finding.message if finding else diff.reason)
    return _Test(name, _outcome(row.kind, finding), message, _figures(diff, verdict))


def _found(finding: Finding) -> _Test:
    name = f"{finding.code} {_name(finding.metric)}" if finding.metric else finding.code
    return _Test(_name(name), _outcome(finding.kind, finding), _text(finding.message), _text(finding.action))


def _whole(report: Report) -> _Test:
    """The verdict itself, where no other test tells that it fails."""
    return _Test("verdict", "error", _MEDIUM.write(headline(report)))


def _outcome(kind: Kind, finding: Finding | None) -> str | None:
    if kind is Kind.PASS or (finding is not None and not finding.blocking):
        return None
    if kind is Kind.INCONCLUSIVE:
        return "failure" if finding is not None and finding.exit_code else "skipped"
    return "failure" if kind is Kind.REGRESSED else "error"


def _figures(diff: MetricDiff, verdict: Verdict) -> str:
    texts = figures(diff)
    lines = [f"base {texts.base}, head {texts.head}, change {texts.change}, allowed {texts.allowed}"]
    if texts.interval != UNKNOWN:
        lines.append(f"{confidence(verdict)} {texts.interval}")
    if diff.p_adjusted is not None:
        lines.append(f"{p_value(diff.p_adjusted)} (adjusted)")
    lines.append(f"{counted(diff.n, 'case')}: {diff.broken} got worse, {diff.fixed} better")
    return "\n".join(lines)


def _name(text: str) -> str:
    return escape.xml(text, limit=_NAME_LIMIT).replace("\n", escape.NEWLINE_MARK)


def _suite(root: ET.Element, name: str, tests: Sequence[_Test]) -> dict[str, int]:
    shown = _name(name)
    counts = {"tests": len(tests)} | {
        plural: sum(test.outcome == outcome for test in tests)
        for plural, outcome in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped"))
    }
    attributes = {"name": shown, **{key: str(number) for key, number in counts.items()}}
    element = ET.SubElement(root, "testsuite", attributes)
    for test in tests:
        case = ET.SubElement(element, "testcase", name=test.name, classname=f"gate.{shown}")
        if test.outcome == "skipped":
            ET.SubElement(case, "skipped", message=test.message)
        elif test.outcome is not None:
            ET.SubElement(case, test.outcome, message=test.message, type=test.outcome).text = test.details
        elif test.message or test.details:
            ET.SubElement(case, "system-out").text = "\n".join(filter(None, (test.message, test.details)))
    return counts
