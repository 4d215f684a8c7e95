"""Baselines that a fork's head carries → those that somebody who may accepted as they are at that very commit.

A fork's commits are its own, so what is believed is a status of our own account on that commit: its address names the
person, the comment and the digest of the files. The comment must stand under this pull request as that person gave it,
the person must be one who may accept now, and the files must be those. Where any of it cannot be asked, the answer is no.
Files are read by the API as data; what the fork's run recorded is never a baseline.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from gate.config.file import parse, policy_sheet
from gate.flows.github.authority import refusal
from gate.flows.github.desk import Desk
from gate.flows.github.provenance import Accepted, NotProvenError, order_given, sheet_at
from gate.host.acceptance import files_digest
from gate.host.command import Order, Unclear, wanted
from gate.host.event import Check
from gate.host.file_acceptance import FileAcceptance, acceptance_at
from gate.model.change import PullRequest
from gate.model.errors import Problem, UserError
from gate.model.files import load_baseline
from gate.model.scorecard import Scorecard
from gate.model.suite import PolicySheet


@dataclass(frozen=True, kw_only=True)
class Carried:
    """A baseline file that a pull request changes: its path beside the config, that in the repository, and its text."""

    path: str
    place: str
    text: str

    @property
    def card(self) -> Scorecard:
        """What it says.

        Raises:
            UserError: it is no baseline.
        """
        return load_baseline(self.text, self.path)


def accepted_context(status: str) -> str:
    """The name of the status that says whose baseline files were accepted at its commit."""
    return f"{status}/accepted"


def repository_url(desk: Desk) -> str:
    """The address under which GitHub shows this repository."""
    return f"{desk.github.server_url}/{desk.github.repository}"


def carried(desk: Desk, pull: PullRequest, *, base: PolicySheet, head: PolicySheet) -> dict[str, Carried]:
    """The baselines, by suite, that a pull request changes and its head has, at the place that the base names for them.

    What it changes is GitHub's word, from the merge base on: an older baseline of a branch that lags behind is not one.

    Raises:
        UserError: it changes more files than GitHub lists, or one of them is no text.
        HostError: they cannot be read.
    """
    changes = desk.github.compare(pull.base_sha, head=pull.head_sha).changes
    if not changes.complete:
        message = "the pull request changes more files than GitHub lists, so nobody can tell its baselines"
        raise UserError(Problem(message=message, fix="put the baselines into a smaller pull request"))
    found = {}
    for suite, path in sorted(head.baselines.items()):
        place = f"{desk.folder}{path}"
        if place not in changes.paths or base.baselines.get(suite, path) != path:
            continue
        text = desk.history.read_at(pull.head_sha, path)
        if text is not None:
            found[suite] = Carried(path=path, place=place, text=text)
    return found


def chosen(order: Order, files: Mapping[str, Carried], *, head: PolicySheet) -> dict[str, Carried] | Unclear:
    """The files that an order means: of the suites that it names, or all. The same order means the same at a commit."""
    named = wanted(order, known=sorted(head.baselines))
    if isinstance(named, Unclear):
        return named
    missing = [name for name in named.suites if name not in files]
    if missing:
        return Unclear(problem=f"this pull request brings no new baseline of {missing[0][:80]!r}")
    return {name: files[name] for name in named.suites or sorted(files)}


def digest_of(files: Mapping[str, Carried]) -> str:
    """The digest over files by their paths in the repository."""
    return files_digest({each.place: each.text.encode() for each in files.values()})


def accepted_of_fork(desk: Desk, check: Check) -> Accepted:
    """The baselines of a fork's head that were accepted at that commit for this pull request; whatever goes wrong: none."""
    pull = check.pull
    if pull is None or not pull.fork:
        return Accepted()
    try:
        told = _told(desk, check.head_sha)
        if told is None:
            return Accepted()
        files = _proven(desk, check, pull, told)
        cards = {suite: each.card for suite, each in files.items()}
    except (NotProvenError, UserError) as error:  # a HostError is one, too
        why = error.problems[0].message if isinstance(error, UserError) else str(error)
        desk.runner.notice(f"The baseline of the fork's head is only a proposal: {why}")
        return Accepted()
    words = ", ".join(f"{suite} (accepted by {told.by} at {check.head_sha[:7]})" for suite in cards)
    return Accepted(cards=cards, remark=f"Compared with the baseline of the head: {words}.")


def _told(desk: Desk, sha: str) -> FileAcceptance | None:
    """What our own status on a commit says; None where there is no such status by anybody."""
    context = accepted_context(desk.inputs.status)
    mine = next((each for each in desk.github.statuses(sha) if each.context == context), None)
    if mine is None:
        return None
    if mine.creator.lower() != desk.github.login().lower():
        raise NotProvenError(f"the status {context} was not posted by the gate's own account")
    told = acceptance_at(mine.target_url, repository_url=repository_url(desk))
    if told is None:
        raise NotProvenError(f"the status {context} tells of no accept")
    return told


def _proven(desk: Desk, check: Check, pull: PullRequest, told: FileAcceptance) -> Mapping[str, Carried]:
    """The files that were accepted.

    Raises:
        NotProvenError, UserError: the status does not hold.
        HostError: GitHub could not be asked.
    """
    if told.pull != pull.number:
        raise NotProvenError("it was accepted for another pull request")
    order = order_given(desk, pull, by=told.by, comment=told.comment, sha=check.head_sha)
    base = sheet_at(desk, check.base_sha)
    if refusal(desk.github.permission(told.by), base.authority, desk=desk) is not None:
        raise NotProvenError(f"{told.by} may not accept it")
    text = desk.history.read_at(check.head_sha, desk.config)
    head = PolicySheet() if text is None else policy_sheet(parse(text, desk.config))
    files = chosen(order, carried(desk, pull, base=base, head=head), head=head)
    if isinstance(files, Unclear) or not files or digest_of(files) != told.files:
        raise NotProvenError("its files are not those that were accepted")
    return files
