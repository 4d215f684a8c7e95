"""A run that is started again → what the attempt before it recorded, and whether the draws of an accept are wanted.

A second attempt that began afresh would be another throw of the dice. So what was recorded before counts, whatever it was.
"""

from gate.flows.github.desk import Desk
from gate.flows.github.recorded import recorded
from gate.flows.github.running_again import request_context
from gate.flows.looks import Again
from gate.host.event import Check
from gate.model.errors import UserError


def again_of(desk: Desk, check: Check) -> Again | None:
    """What this run goes on with; None where it is the first attempt, or nothing was recorded or asked for.

    Only what our own account posted counts: the seal of the record, and the request.
    """
    attempt = desk.environment.get("GITHUB_RUN_ATTEMPT", "1")
    if attempt == "1" or check.pull is None or not check.may_write:
        return None
    try:
        statuses = desk.github.statuses(check.head_sha)
        ours = desk.github.login().lower()
    except UserError as error:
        desk.runner.notice(f"What the attempt before recorded is not known: {error.problems[0].message}")
        return None
    asked = any(
        each.context == request_context(desk.inputs.status) and each.creator.lower() == ours
        for each in statuses
    )
    try:
        results = recorded(desk, check.head_sha, statuses=statuses).results
    except UserError as error:
        desk.runner.notice(f"The attempt before left nothing to go on with: {error.problems[0].message}")
        results = {}
    return Again(results=results, for_accept=asked) if results or asked else None
