"""`/gate accept` under a fork's pull request: the baseline files of its head, as they are, are accepted by a status of ours.

Whoever may push to the fork made them with `gate accept` on a machine. Nothing of the fork is run, nothing is pushed
there, and what its run recorded is not even looked at: what counts is the file that a person looked at.
"""

from gate.flows.github.asked import Asked, Done
from gate.flows.github.fork_proven import (
    Carried,
    accepted_context,
    carried,
    chosen,
    digest_of,
    repository_url,
)
from gate.flows.github.looked_at import refuse_fork, refuse_unclear, way_to_confirm
from gate.flows.github.running_again import newest_run
from gate.host.command import Unclear
from gate.host.file_acceptance import FileAcceptance, address_of
from gate.host.github.failure import HostError
from gate.model.effect import STATUS_LIMIT, CommitStatus
from gate.model.errors import Problem
from gate.model.suite import PolicySheet
from gate.render.replies import Reply, reply_page, short
from gate.render.status import line
from gate.render.words import Name, Part


def accept_files(asked: Asked, *, base: PolicySheet, head: PolicySheet) -> Done | Reply:
    """Record the acceptance, and start the head's run again, so that it is compared with it.

    Raises:
        UserError: a file is no baseline.
        HostError: GitHub refused, or could not be asked.
    """
    files = carried(asked.desk, asked.pull, base=base, head=head)
    if not files:
        return refuse_fork(asked)
    meant = chosen(asked.order, files, head=head)
    if isinstance(meant, Unclear):
        return refuse_unclear(meant)
    for each in meant.values():
        _ = each.card  # what is no baseline is told now, and not by the next run
    asked.desk.github.perform(_status(asked, meant))
    words, problems = _started(asked)
    told = Reply(words=(*_accepted(asked, meant), *words), problems=problems, steps=(way_to_confirm(asked),))
    log = f"{asked.comment.author} accepted the baseline of {', '.join(meant)} at {asked.pull.head_sha}"
    return Done(line=log, body=reply_page(told))


def _status(asked: Asked, files: dict[str, Carried]) -> CommitStatus:
    """The acceptance, on the commit whose files it is about."""
    desk, by = asked.desk, asked.comment.author
    acceptance = FileAcceptance(
        by=by, pull=asked.pull.number, comment=asked.comment.id, files=digest_of(files)
    )
    text = f"{by} accepted the baseline of {', '.join(files)}"
    return CommitStatus(
        sha=asked.pull.head_sha,
        state="success",
        description=line(text, tail=f" \u00b7 {asked.pull.head_sha[:7]}", limit=STATUS_LIMIT),
        context=accepted_context(desk.inputs.status),
        target_url=address_of(acceptance, repository_url=repository_url(desk)),
    )


def _accepted(asked: Asked, files: dict[str, Carried]) -> tuple[Part, ...]:
    names: list[Part] = []
    for suite in files:
        names += [", " if names else "", Name(suite)]
    head = short(asked.pull.head_sha)
    return (Name(asked.comment.author), " accepted the baseline of ", *names, " as it is at ", head, ". ")


def _started(asked: Asked) -> tuple[tuple[Part, ...], tuple[Problem, ...]]:
    """What becomes of the run of the head, in words, and what hindered it. The acceptance stands in any case."""
    confirm = " Its own numbers still turn nothing green: a run of yours does."
    found = newest_run(asked)
    if found is None:
        return ("It has no run in this workflow: the next one is compared with it.", confirm), ()
    if found.status != "completed":
        return ("Its run has not ended yet, and will be compared with it.", confirm), ()
    try:
        asked.desk.github.rerun(found)
    except HostError as error:
        return ("Its run could not be started again: re-run it by hand.", confirm), error.problems
    return ("Its run was started again, and will be compared with it.", confirm), ()
