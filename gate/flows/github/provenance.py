"""A baseline that the head carries → whether it was accepted: then the head is held against it, else it is a proposal.

A message proves nothing, since anybody can write one. What is believed is GitHub's own word: that the last commit which
touched the file was made and signed by GitHub for our own account; that the comment it names stands under this pull
request, was written by the person it names, was never edited, and is that command; and that this person may accept.
Where any of it cannot be asked, the answer is no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.config.file import ConfigFile, parse, policy_sheet
from gate.flows.github.authority import refusal
from gate.flows.github.desk import Desk
from gate.host.acceptance import Acceptance, acceptance_of, text_digest
from gate.host.command import Order, ordered
from gate.host.event import Check
from gate.model.authority import Authority
from gate.model.change import PullRequest
from gate.model.errors import UserError
from gate.model.files import load_baseline
from gate.model.scorecard import Scorecard
from gate.model.suite import PolicySheet

_WEB_FLOW = "web-flow"  # the committer of what GitHub itself commits for an account


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The accepted baselines of the head by suite, and a sentence on them for the report (empty: there are none)."""

    cards: Mapping[str, Scorecard] = field(default_factory=dict)
    remark: str = ""


class NotProvenError(Exception):
    """Why a baseline is no more than a proposal."""


def accepted_in(desk: Desk, check: Check, head: ConfigFile) -> Accepted:
    """The baselines of the head that were accepted for this pull request.

    Raises:
        UserError: the base cannot be read.
    """
    pull = check.pull
    if pull is None and check.queued:  # what the queue merges stands on that pull request's head
        pull = desk.github.pull_request(check.queued)
    if pull is None or pull.fork or check.base_sha == check.head_sha:
        return Accepted()
    base = sheet_at(desk, check.base_sha)
    cards: dict[str, Scorecard] = {}
    words: list[str] = []
    for suite, path in sorted(policy_sheet(head).baselines.items()):
        text = desk.read_head(path)
        if text is None or text == desk.history.read_at(check.base_sha, path):
            continue
        if base.baselines.get(suite, path) != path:
            continue  # the head names another file than the base: a proposal, as any change of the config
        try:
            found = _proven(desk, pull, f"{desk.folder}{path}", text, rule=base.authority)
            cards[suite] = load_baseline(text, path)
        except (NotProvenError, UserError) as error:
            why = error.problems[0].message if isinstance(error, UserError) else str(error)
            desk.runner.notice(f"The baseline of {suite} in the head is only a proposal: {why}")
            continue
        words.append(f"{suite} (accepted by {found.by} at {found.evaluated[:7]})")
    return Accepted(
        cards=cards, remark=f"Compared with the baseline of the head: {', '.join(words)}." if words else ""
    )


def sheet_at(desk: Desk, sha: str) -> PolicySheet:
    """What the config of the base says; an empty sheet where it has none, of which the check itself will speak."""
    text = desk.history.read_at(sha, desk.config)
    try:
        return PolicySheet() if text is None else policy_sheet(parse(text, desk.config))
    except UserError:
        return PolicySheet()


def _proven(desk: Desk, pull: PullRequest, path: str, text: str, *, rule: Authority) -> Acceptance:
    """The acceptance that a file came by; `path` is that in the repository.

    Raises:
        NotProvenError: it came by none.
        HostError: GitHub could not be asked.
    """
    commits = desk.github.commits_of(path, at=pull.head_sha, most=1)
    if not commits:
        raise NotProvenError("no commit is known that wrote it")
    commit = commits[0]
    ours = (desk.github.login().lower(), _WEB_FLOW)
    if not commit.verified or (commit.author.lower(), commit.committer) != ours:
        raise NotProvenError(f"{commit.sha[:7]}, which wrote it, was not made by an accept")
    acceptance = acceptance_of(commit.message)
    if acceptance is None or commit.parents != (acceptance.evaluated,):
        raise NotProvenError(f"{commit.sha[:7]}, which wrote it, tells of no accept")
    if acceptance.baselines.get(path) != text_digest(text):
        raise NotProvenError(f"it is not the text that was accepted with {commit.sha[:7]}")
    if acceptance.pull != pull.number:
        raise NotProvenError("it was accepted for another pull request")
    order_given(desk, pull, by=acceptance.by, comment=acceptance.comment, sha=acceptance.evaluated)
    if refusal(desk.github.permission(acceptance.by), rule, desk=desk) is not None:
        raise NotProvenError(f"{acceptance.by} may not accept it")
    return acceptance


def order_given(desk: Desk, pull: PullRequest, *, by: str, comment: int, sha: str) -> Order:
    """The order that a comment gives which is said to accept a commit, as it stands there now.

    Raises:
        NotProvenError: it is not under this pull request, by that person, unedited, and about that commit.
        HostError: it cannot be read.
    """
    found = desk.github.comment(comment)
    order = ordered(found.body)
    here = f"/{pull.number}#" in found.url and found.login.lower() == by.lower()
    meant = isinstance(order, Order) and order.verb == "accept" and sha.startswith(order.sha)
    if not (isinstance(order, Order) and meant and here and found.created_at == found.updated_at):
        raise NotProvenError("the comment that accepted it is not there as it was given")
    return order
