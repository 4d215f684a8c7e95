"""Verdict → what to do next: one step for each suite and way out, the gravest first, commands ready to be copied."""

import shlex
from collections.abc import Iterator

from gate.model.report import Step
from gate.model.verdict import Finding, Kind, MetricDiff, Verdict
from gate.render.figures import figures
from gate.render.sentences import by_place, diff_of, needed

MOST_STEPS = 8
# There is nothing in such a run that could become a baseline.
_BROKEN_RUN = {"stopped", "all_failed", "too_many_errors", "no_cases"}
_NO_ACCEPT = {"removed_suite"}  # there is nothing any more that could be run
_FELL = {"regressed", "slice_regressed"}  # since the baseline; other findings are of today's values alone
_NO_BASELINE = {"no_baseline", "wrong_baseline", "empty_baseline"}


def next_steps(verdict: Verdict) -> tuple[Step, ...]:
    """At most eight, each said once."""
    steps = dict.fromkeys(_steps(verdict))
    return tuple(Step(text=text, command=command) for text, command in list(steps)[:MOST_STEPS])


def _steps(verdict: Verdict) -> Iterator[tuple[str, str]]:
    broken = {finding.suite for finding in verdict.findings if finding.code in _BROKEN_RUN}
    some = [finding for finding in verdict.findings if finding.kind is not Kind.PASS]
    diffs = by_place(verdict)
    sought: set[str] = set()
    for finding in sorted(some, key=lambda each: (not each.blocking, -each.kind.severity)):
        suite = finding.suite
        if finding.code in _NO_BASELINE:
            if suite not in broken:
                yield (
                    f"Take fresh draws as the baseline of {suite}, look at the file, and commit it",
                    _accept(suite),
                )
        elif finding.kind in {Kind.REGRESSED, Kind.NOT_COMPARABLE} and finding.code not in _NO_ACCEPT:
            if suite and suite not in broken:
                yield from _to_find(finding, sought=sought)
                yield _if_wanted(finding), _accept(suite)
        elif finding.kind is Kind.INCONCLUSIVE:
            yield (
                _to_tell(finding, diff_of(finding, diffs)),
                f"gate power {shlex.quote(suite)}" if suite else "",
            )
        elif finding.action:
            yield finding.action[:1].upper() + finding.action[1:], ""


def _to_find(finding: Finding, *, sought: set[str]) -> Iterator[tuple[str, str]]:
    """Where it dropped, once for all that did, and which commit did it, once a suite."""
    suite, metric = finding.suite, finding.metric
    if finding.code not in _FELL or metric is None or suite in sought:
        return
    if not sought:
        yield (
            "To see which cases dropped, what they share and what changed (from the results that -o results.json keeps)",
            "gate explain --current results.json",
        )
    sought.add(suite)
    yield (
        f"To find the commit that made {metric} of {suite} worse, and its file",
        f"gate bisect {shlex.quote(metric)} --suite {shlex.quote(suite)}",
    )


def _to_tell(finding: Finding, diff: MetricDiff | None) -> str:
    takes = needed(diff) if diff is not None else ""
    if diff is None or not takes:
        return finding.action[:1].upper() + finding.action[1:]
    way = "dropped" if diff.better == "higher" else "rose"
    where = f" in {diff.slice}" if diff.slice else ""
    return f"To tell whether {diff.metric}{where} {way} by {figures(diff).catch} takes {takes}"


def _if_wanted(finding: Finding) -> str:
    what = "drop" if finding.kind is Kind.REGRESSED else "change"
    return f"If the {what} in {finding.suite} is intended, take fresh draws as its new baseline and commit the file"


def _accept(suite: str) -> str:
    return f"gate accept {shlex.quote(suite)}"
