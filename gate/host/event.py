"""Event → what is asked of us: a check, a command, a fork's run to be published, or nothing, and why. PURE."""

import re

from pydantic import Field

from gate.model.base import Noun
from gate.model.change import PullRequest

_COMMAND = re.compile(r"[ \t]*/gate(?=\s|$)")  # on the first line
AT_A_COMMIT = frozenset({"schedule", "workflow_dispatch", "repository_dispatch"})


class Comment(Noun):
    """A comment under a pull request or an issue."""

    id: int
    number: int = Field(ge=1)
    text: str
    author: str
    by_bot: bool
    on_pull_request: bool


class Run(Noun):
    """A finished run of another workflow. `head_repository` is `owner/name`, empty where it was deleted."""

    id: int
    event: str
    conclusion: str
    head_sha: str
    head_ref: str
    head_repository: str


class Event(Noun):
    """What happened. `head_sha` is what is to be judged, `base_sha` what it is held against.

    Both are empty where the event has none of them; `compared` says what the base is where that is not plain. `queued`
    is the number of the pull request that a merge queue is about to merge, or whose head a push or a dispatch is about,
    0 elsewhere.
    """

    name: str
    action: str = ""
    repository: str
    run_url: str = ""
    head_sha: str = ""
    base_sha: str = ""
    compared: str = ""
    queued: int = 0
    pull: PullRequest | None = None
    only_text: bool = False
    gone: bool = False
    comment: Comment | None = None
    run: Run | None = None


class Check(Noun):
    """Run what is touched, judge it by the base, tell it at the head.

    `may_write` is False where the token may only read, as of a fork's pull request. `only_text`: since the last event
    nothing but the title or the description was edited, so that what was found then may stand.
    """

    head_sha: str
    base_sha: str
    compared: str = ""
    queued: int = 0
    pull: PullRequest | None = None
    may_write: bool = True
    only_text: bool = False


class Command(Noun):
    """A slash command in a comment under a pull request; who may give it is asked before anything else happens."""

    comment: Comment


class Publish(Noun):
    """Tell, on the trusted side, what the run of a fork's pull request left."""

    run: Run


class Nothing(Noun):
    """There is nothing to judge, and why. `exit_code` is 0 only where no check of a commit can turn green by it.

    Where `head_sha` is given, that commit is told so.
    """

    reason: str
    exit_code: int = 0
    head_sha: str = ""


Asked = Check | Command | Publish | Nothing


def asked(event: Event, *, trusts_forks: bool = False) -> Asked:
    """What is asked of us. `trusts_forks` lets a fork's code run in an event that has secrets."""
    if event.name in {"pull_request", "pull_request_target"}:
        return _of_pull_request(event, trusts_forks=trusts_forks)
    if event.name in {"workflow_run", "issue_comment"}:
        return _of_run(event) if event.name == "workflow_run" else _of_comment(event)
    if event.gone:
        return Nothing(reason=f"there is nothing left to judge: {event.compared}")
    if event.head_sha:
        return _check(event)
    reason = f"nothing can be judged on the event `{event.name}`: remove it from `on:` of the workflow"
    return Nothing(reason=reason, exit_code=2)


def _of_pull_request(event: Event, *, trusts_forks: bool) -> Asked:
    pull = event.pull
    if pull is None or event.action == "closed":
        return Nothing(reason="the pull request is closed")
    privileged = event.name == "pull_request_target"
    if privileged and pull.fork and not trusts_forks:
        reason = (
            "refused: this event has secrets and a writing token, and the pull request's code comes from a fork; "
            "use the event `pull_request` and the publishing workflow"
        )
        return Nothing(reason=reason, exit_code=2, head_sha=pull.head_sha)
    check = _check(event)
    return check.model_copy(
        update={"pull": pull, "may_write": privileged or not pull.fork, "only_text": event.only_text}
    )


def _check(event: Event) -> Check:
    return Check(
        head_sha=event.head_sha, base_sha=event.base_sha, compared=event.compared, queued=event.queued
    )


def _of_run(event: Event) -> Asked:
    run = event.run
    if run is None or event.action != "completed":
        return Nothing(reason="the other workflow's run is not over")
    if run.event != "pull_request":
        return Nothing(reason=f"that run was one of `{run.event}` and not of a pull request")
    if run.head_repository.casefold() == event.repository.casefold():
        return Nothing(reason="that run was of a branch of this repository, and has reported itself")
    return Publish(run=run)


def _of_comment(event: Event) -> Asked:
    comment = event.comment
    if comment is None or event.action != "created":
        return Nothing(reason="only a new comment can give a command, and not one that was edited or deleted")
    if not comment.on_pull_request or comment.by_bot or not _COMMAND.match(comment.text):
        return Nothing(reason="the comment gives no command to gate")
    return Command(comment=comment)
