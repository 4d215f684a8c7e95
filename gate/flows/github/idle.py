"""An accept that has nothing to do → what is said instead: of a suite that is gone, of results that are the baseline already."""

from gate.flows.github.accepted_verdict import Change
from gate.flows.github.asked import Asked
from gate.flows.github.recorded import Record
from gate.host.command import Order
from gate.model.report import Step
from gate.render.replies import Reply, short
from gate.render.words import Name, Part


def of_removed(record: Record, order: Order) -> Reply | None:
    """What is said to an order about a suite that the pull request takes out: there are no results of it."""
    gone = sorted({each.suite for each in record.report.verdict.suites} - record.results.keys())
    meant = [name for name in gone if name in order.words[:1] or not record.results]
    if not meant:
        return None
    findings = record.report.verdict.findings
    action = next((each.action for each in findings if each.suite == meant[0] and each.action), "")
    steps = (Step(text=action[:1].upper() + action[1:]),) if action else ()
    return Reply(words=("There are no results of ", Name(meant[0]), " that could be accepted."), steps=steps)


def nothing_new(asked: Asked, change: Change) -> Reply | None:
    """That the results are the baseline already, in the base and in the head: another commit would say nothing.

    Files that only the head has as they are get their commit: it is by that an acceptance is known.
    """
    judged = [each for each in change.record.report.verdict.suites if each.suite in change.cards]
    if any(diff.delta for suite in judged for diff in suite.diffs):
        return None  # for which nobody need be asked
    history, pull, folder = asked.desk.history, asked.pull, asked.desk.folder
    for path, text in change.files.items():
        inner = path.removeprefix(folder)
        if any(history.read_at(sha, inner) != text for sha in (pull.base_sha, pull.head_sha)):
            return None
    names: list[Part] = []
    for name in sorted(change.cards):
        names += [", " if names else "", Name(name)]
    words = (
        "Nothing has to be accepted: what the run of ",
        short(pull.head_sha),
        " found is the baseline of ",
    )
    return Reply(words=(*words, *names, " already. Nothing was written."))
