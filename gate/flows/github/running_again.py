"""`/gate run`: the head's own run, once more. What it recorded before is judged together with what it then adds.

A request for the draws of an accept is left as a status of ours on that commit, where the run finds it.
"""

from gate.flows.github.asked import Asked, Done, refuse_closed
from gate.flows.github.recorded import own_workflow
from gate.model.effect import CommitStatus
from gate.model.hosting import WorkflowRun
from gate.render.replies import Reply, short


def request_context(status: str) -> str:
    """The name of the status that asks a run of its commit for the draws of an accept."""
    return f"{status}/accept"


def run(asked: Asked) -> Done | Reply:
    """Run the workflow's run of the head again.

    Raises:
        HostError: GitHub refused, or could not be asked.
    """
    head = asked.pull.head_sha
    if refused := refuse_closed(asked):
        return refused
    if asked.order.draws and asked.pull.fork:
        return Reply(
            words=("This pull request comes from a fork: what its run takes is never made a baseline.",)
        )
    found = newest_run(asked)
    if found is None:
        words = (
            "There is no run of ",
            short(head),
            " in ",
            "this workflow: push a commit, or reopen the pull request.",
        )
        return Reply(words=words)
    if found.status != "completed":
        return Reply(words=("The run of ", short(head), " has not ended yet."))
    if asked.order.draws:
        asked.desk.github.perform(_request(asked))
    asked.desk.github.rerun(found)
    return Done(line=f"run {found.id} of {head[:7]} was started again")


def newest_run(asked: Asked) -> WorkflowRun | None:
    """The newest run for the head that belongs to the workflow in which this job stands."""
    here = own_workflow(asked.desk)
    runs = asked.desk.github.workflow_runs(asked.pull.head_sha, event="pull_request")
    return next((each for each in runs if here in {"", each.path}), None)


def _request(asked: Asked) -> CommitStatus:
    desk = asked.desk
    return CommitStatus(
        sha=asked.pull.head_sha,
        state="success",
        description=f"{asked.comment.author} asks for the draws that an accepted baseline needs",
        context=request_context(desk.inputs.status),
        target_url=desk.event.run_url,
    )
