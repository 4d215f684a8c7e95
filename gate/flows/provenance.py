"""A baseline that the head carries → whether it was accepted: then the head is held against it, else it is a proposal.

A message proves nothing, since anybody can write one. What is believed is GitHub's own word: that the last commit which
touched the file was made and signed by GitHub for our own account; that the comment it names stands under this pull
request, was written by the person it names, was never edited, and is that command; and that this person may accept.
Where any of it cannot be asked, the answer is no.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.config.file import ConfigFile, parse, policy_sheet
from gate.flows.authority import refusal
from gate.flows.desk import Desk
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


class _NotProvenError(Exception):
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
    base = _sheet(desk, check.base_sha)
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
        except (_NotProvenError, UserError) as error:
            why = error.problems[0].message if isinstance(error, UserError) else str(error)
            desk.runner.notice(f"The baseline of {suite} in the head is only a proposal: {why}")
            continue
        words.append(f"{suite} (accepted by {found.by} at {found.evaluated[:7]})")
    return Accepted(
        cards=cards, remark=f"Compared with the baseline of the head: {', '.join(words)}." if words else ""
    )


def _sheet(desk: Desk, sha: str) -> PolicySheet:
    """The base's; an empty one where it has no config, of which the check itself will speak."""
    text = desk.history.read_at(sha, desk.config)
    try:
        return PolicySheet() if text is None else policy_sheet(parse(text, desk.config))
    except UserError:
        return PolicySheet()


def _proven(desk: Desk, pull: PullRequest, path: str, text: str, *, rule: Authority) -> Acceptance:
    """The acceptance that a file came by; `path` is that in the repository.

    Raises:
        _NotProvenError: it came by none.
        HostError: GitHub could not be asked.
    """
    commits = desk.github.commits_of(path, at=pull.head_sha, most=1)
    if not commits:
        raise _NotProvenError("no commit is known that wrote it")
    commit = commits[0]
    ours = (desk.github.login().lower(), _WEB_FLOW)
    if not commit.verified or (commit.author.lower(), commit.committer) != ours:
        raise _NotProvenError(f"{commit.sha[:7]}, which wrote it, was not made by an accept")
    acceptance = acceptance_of(commit.message)
    if acceptance is None or commit.parents != (acceptance.evaluated,):
        raise _NotProvenError(f"{commit.sha[:7]}, which wrote it, tells of no accept")
    if acceptance.baselines.get(path) != text_digest(text):
        raise _NotProvenError(f"it is not the text that was accepted with {commit.sha[:7]}")
    _refuse_other_command(desk, pull, acceptance)
    if refusal(desk.github.permission(acceptance.by), rule, desk=desk) is not None:
        raise _NotProvenError(f"{acceptance.by} may not accept it")
    return acceptance


def _refuse_other_command(desk: Desk, pull: PullRequest, acceptance: Acceptance) -> None:
    """The comment by which it was accepted, as it stands there now."""
    comment = desk.github.comment(acceptance.comment)
    order = ordered(comment.body)
    here = acceptance.pull == pull.number and f"/{pull.number}#" in comment.url
    by = comment.login.lower() == acceptance.by.lower()
    meant = isinstance(order, Order) and order.verb == "accept" and acceptance.evaluated.startswith(order.sha)
    if not (here and by and meant and comment.created_at == comment.updated_at):
        raise _NotProvenError("the comment that accepted it is not there as it was given")
