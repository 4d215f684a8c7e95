"""`/gate status` and `/gate explain`: what is recorded of the head → a reply. They only read."""

from gate.config.file import parse, policy_sheet
from gate.flows.github.asked import Asked, Done
from gate.flows.github.recorded import recorded
from gate.flows.why.case_story import Told
from gate.flows.why.explaining import explanation, is_known, like
from gate.model.errors import UserError
from gate.model.files import load_baseline
from gate.model.scorecard import Scorecard
from gate.render.blocks import as_markdown
from gate.render.explained import explained
from gate.render.replies import Reply, short, status_page
from gate.render.words import Name, Part


def status(asked: Asked) -> Done:
    """What is known of the head: the recorded verdict, or else what its status says.

    Raises:
        HostError: the statuses may not be read.
    """
    desk, head = asked.desk, asked.pull.head_sha
    statuses = desk.github.statuses(head)
    mine = next((each for each in statuses if each.context == desk.inputs.status), None)
    told = f"Its status says: {mine.description}" if mine is not None else "It has no status of ours yet"
    try:
        report = recorded(desk, head, statuses=statuses).report
    except UserError as error:  # a HostError is one, too
        told = f"{told} ({error.problems[0].message})"
        report = None
    return Done(body=status_page(report, head=head, line=told), line=f"told what is known of {head[:7]}")


def explain(asked: Asked) -> Done | Reply:
    """The head's record, or a case or metric of it, beside the baselines of the base.

    Raises:
        UserError: nothing is recorded, or it is not as it should be; or a case and a metric have the name.
        HostError: it cannot be had.
    """
    desk, head, wanted = asked.desk, asked.pull.head_sha, asked.order.subject
    record = recorded(desk, head, statuses=desk.github.statuses(head))
    baselines = {suite: _baseline(asked, suite) for suite in sorted(record.results)}
    told = Told(
        report=record.report,
        results=record.results,
        baselines={suite: found for suite, found in baselines.items() if found is not None},
    )
    if wanted and not is_known(told, wanted):
        return _unknown(told, wanted, head=head)
    line = f"told what is known of {wanted}" if wanted else f"told what the verdict on {head[:7]} rests on"
    return Done(body=as_markdown(explained(explanation(told, wanted))), line=line)


def _unknown(told: Told, wanted: str, *, head: str) -> Reply:
    words: list[Part] = ["The run of ", short(head), " has no case and no metric ", Name(wanted), "."]
    near = like(told, wanted)
    for index, name in enumerate(near):
        words += [", " if index else " Did you mean ", Name(name)]
    return Reply(words=(*words, *(["?"] if near else [])))


def _baseline(asked: Asked, suite: str) -> Scorecard | None:
    """What the base has of a suite; None where it has nothing that can be read."""
    desk, sha = asked.desk, asked.pull.base_sha
    try:
        config = desk.history.read_at(sha, desk.config)
        path = policy_sheet(parse(config, desk.config)).baselines.get(suite) if config is not None else None
        text = desk.history.read_at(sha, path) if path is not None else None
        return load_baseline(text, path or "") if text is not None else None
    except UserError:
        return None
