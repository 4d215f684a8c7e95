"""Report → notes at lines of the pull request's files: the prompt that changed, then the cases that got worse.

GitHub shows ten errors and ten warnings of a step, so the worst come first and each place gets one note.
"""

from collections.abc import Iterable, Iterator, Sequence

from gate.model.effect import ANNOTATION_LIMIT, Annotation
from gate.model.errors import Problem
from gate.model.report import Excerpt, Report
from gate.model.verdict import Finding, Kind
from gate.render import escape
from gate.render.numbers import means, tidy
from gate.render.sentences import KIND_WORDS

_TEXT_LIMIT = 300
_WILD = frozenset("*?[")


def annotations(report: Report, *, folder: str = "", config: str = "gate.yaml") -> tuple[Annotation, ...]:
    """At most ten errors and ten warnings, worst first. `folder` is that of the config, in the repository."""
    findings = sorted(
        (each for each in report.verdict.findings if each.kind is not Kind.PASS),
        key=lambda each: (not each.blocking, -each.kind.severity),
    )
    notes = [*_of_files(findings, report), *_of_cases(report, findings)]
    told = {note.file for note in notes}
    if not any(note.level == "error" for note in notes) or not told:
        notes += [_of_finding(finding, file=config) for finding in findings[:1]]
    notes += [
        Annotation(level="warning", title="gate: this lowers the bar", message=_text(each.text), file=config)
        for each in report.proposals
        if each.loosened
    ]
    return limited(note.model_copy(update={"file": f"{folder}{note.file}"}) for note in notes)


def problem_annotations(problems: Sequence[Problem], *, folder: str = "") -> tuple[Annotation, ...]:
    """One error for each problem that stands in a file."""
    return limited(
        Annotation(
            level="error",
            title="gate",
            message=_text(f"{problem.key}: {problem.message}" if problem.key else problem.message),
            file=f"{folder}{problem.place.file}",
            line=problem.place.line,
        )
        for problem in problems
        if problem.place is not None and "@" not in problem.place.file
    )


def limited(notes: Iterable[Annotation]) -> tuple[Annotation, ...]:
    """The first ten of each level, one for each place."""
    kept: dict[tuple[str, int | None, str], Annotation] = {}
    for note in notes:
        place = (note.file, note.line, note.level)
        same = [each for each in kept.values() if each.level == note.level]
        if place not in kept and len(same) < ANNOTATION_LIMIT:
            kept[place] = note
    return tuple(kept.values())


def _of_files(findings: Sequence[Finding], report: Report) -> Iterator[Annotation]:
    """A target's own file that changed bears the worst finding of its suite."""
    for suite in report.verdict.suites:
        worst = next((each for each in findings if each.suite == suite.suite), None)
        for part in suite.target_changed:
            if worst is not None and part != "spec" and not _WILD & set(part):
                yield _of_finding(worst, file=part, line=1)


def _of_finding(finding: Finding, *, file: str, line: int | None = None) -> Annotation:
    where = f": {finding.metric}" if finding.metric else ""
    return Annotation(
        level="error" if _fails(finding) else "warning",
        title=escape.terminal(f"gate: {KIND_WORDS[finding.kind].lower()}{where}"),
        message=_text(finding.message),
        file=file,
        line=line,
    )


def _fails(finding: Finding) -> bool:
    """Whether it turns the check red; an inconclusive one that the policy lets through does not."""
    return finding.blocking and finding.exit_code != 0


def _of_cases(report: Report, findings: Sequence[Finding]) -> Iterator[Annotation]:
    blocked = {(each.suite, each.metric) for each in findings if _fails(each)}
    for excerpt in report.excerpts if findings else ():
        file, _, line = (excerpt.place or "").rpartition(":")
        if file and line.isdigit() and int(line) > 0:
            yield Annotation(
                level="error" if (excerpt.suite, excerpt.metric) in blocked else "warning",
                title=escape.terminal(f"gate: case {excerpt.case_id}"),
                message=_text(_case(excerpt)),
                file=file,
                line=int(line),
            )


def _case(excerpt: Excerpt) -> str:
    if excerpt.baseline is None or excerpt.head is None:
        return f"{excerpt.metric} got worse"
    base, head = means(excerpt.baseline, excerpt.head)
    return f"{excerpt.metric} {tidy(base)} \u2192 {tidy(head)}"


def _text(text: str) -> str:
    return escape.terminal(text, limit=_TEXT_LIMIT)
