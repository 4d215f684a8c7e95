"""`/gate status` and `/gate explain`: what is recorded of the head → a reply. They only read."""

import difflib
from collections.abc import Mapping

from gate.config.file import parse, policy_sheet
from gate.flows.asked import Asked, Done
from gate.flows.recorded import recorded
from gate.model.errors import UserError
from gate.model.files import load_baseline
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.render.replies import Reply, case_page, short, status_page
from gate.render.words import Name, Part

_CLOSE = 5


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
    """One case of the head's record, beside the baseline of the base.

    Raises:
        UserError: nothing is recorded, or it is not as it should be.
        HostError: it cannot be had.
    """
    desk, head, wanted = asked.desk, asked.pull.head_sha, asked.order.case
    results = recorded(desk, head, statuses=desk.github.statuses(head)).results
    holding = [name for name in sorted(results) if any(case.id == wanted for case in results[name].cases)]
    if not holding:
        return _unknown(results, wanted, head=head)
    pages = [
        case_page(results[name], case_id=wanted, baseline=_baseline(asked, name)) for name in holding[:_CLOSE]
    ]
    return Done(body="\n\n".join(pages), line=f"told what is known of case {wanted}")


def _unknown(results: Mapping[str, RunResult], wanted: str, *, head: str) -> Reply:
    ids = sorted({case.id for result in results.values() for case in result.cases})
    near = difflib.get_close_matches(wanted, ids, n=_CLOSE, cutoff=0.5)
    words: list[Part] = ["The run of ", short(head), " has no case ", Name(wanted), "."]
    for index, case_id in enumerate(near):
        words += [", " if index else " Did you mean ", Name(case_id)]
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
