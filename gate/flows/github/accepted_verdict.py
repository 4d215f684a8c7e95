"""An accept → the status of the commit that it made: the record judged once more, the accepted suites by themselves.

An accept moves the baseline and nothing else of the bar: floors and ceilings, the share of errors, and suites that were
not accepted are judged by the base as before, and may still fail. So are judges by what the base says they are worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial

from gate.base import Base, with_inconclusive
from gate.flows.github.asked import Asked
from gate.flows.github.recorded import Record
from gate.flows.judged import Recorded, judged
from gate.host.plan import status_of
from gate.measured import calibrations_of
from gate.model.effect import STATUS_LIMIT, CommitStatus
from gate.model.errors import UserError
from gate.model.files import load_baseline
from gate.model.report import Report, Revision
from gate.model.scorecard import Scorecard
from gate.model.suite import PolicySheet
from gate.render.status import line, status_line


@dataclass(frozen=True, kw_only=True)
class Change:
    """What an accept commits: the scorecards by suite, and the files by their paths in the repository."""

    record: Record
    sheet: PolicySheet
    cards: Mapping[str, Scorecard]
    files: Mapping[str, str]
    reason: str


def status_after(asked: Asked, change: Change) -> CommitStatus:
    """The status for the new commit, which says where it was evaluated. Its `sha` is that one, until there is the other."""
    report = _report(asked, change)
    evaluated = f" \u00b7 evaluated at {asked.pull.head_sha[:7]}; only the baseline differs"
    passed = report.verdict.exit_code == 0
    text = f"Accepted by {asked.comment.author}" if passed else status_line(report)
    return CommitStatus(
        sha=asked.pull.head_sha,
        state=status_of(report.verdict.exit_code),
        description=line(text, tail=evaluated, limit=STATUS_LIMIT),
        context=asked.desk.inputs.status,
        target_url=asked.desk.event.run_url,
        first=True,
    )


def _report(asked: Asked, change: Change) -> Report:
    told = change.record.report
    sheet = _without_ended(change.sheet, told)
    removed = {suite.suite for suite in told.verdict.suites} - change.record.results.keys()
    kept = {name: policy for name, policy in sheet.suites.items() if name not in removed}
    sha = asked.pull.base_sha
    ran = {name: path for name, path in sheet.baselines.items() if name in change.record.results}
    calibrations, unread = calibrations_of(
        sheet.model_copy(update={"baselines": ran}),
        partial(asked.desk.history.read_at, sha),
        at=f"@{sha[:12]}",
    )
    base = Base(
        revision=Revision(label="base", sha=sha),
        sheet=sheet,
        policy_source=told.policy_source,
        baselines=_baselines(asked, change),
        calibrations=calibrations,
        unread=unread,
    )
    base = with_inconclusive(base, asked.desk.inputs.on_inconclusive)
    head = replace(
        base,
        revision=Revision(label="HEAD", sha=asked.pull.head_sha),
        sheet=sheet.model_copy(update={"suites": kept}),
    )
    results = change.record.results
    return judged(
        Recorded(results=results, wanted=sorted(results), revision=head.revision), base=base, head=head
    )


def _without_ended(sheet: PolicySheet, told: Report) -> PolicySheet:
    """The sheet without suites whose end the recorded verdict found to decide nothing."""
    ended = {
        each.suite for each in told.verdict.findings if each.code == "removed_suite" and not each.blocking
    }
    kept = {name: policy for name, policy in sheet.suites.items() if name not in ended}
    return sheet.model_copy(update={"suites": kept})


def _baselines(asked: Asked, change: Change) -> Mapping[str, Scorecard | str]:
    """Of an accepted suite its new baseline, of another that was run the base's, or why it has none."""
    found: dict[str, Scorecard | str] = dict(change.cards)
    for name in sorted(change.record.results.keys() - change.cards.keys()):
        path = change.sheet.baselines.get(name, "")
        try:
            text = asked.desk.history.read_at(asked.pull.base_sha, path) if path else None
            found[name] = (
                f"there is no baseline of {name} in the base" if text is None else load_baseline(text, path)
            )
        except UserError as error:
            found[name] = error.problems[0].message
    return found
