"""A check → what is compared with what, and which suites: read from the workspace and the host, before anything is run."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from gate.config.dependencies import touched
from gate.config.file import ConfigFile, parse
from gate.flows.github.desk import Desk
from gate.flows.looks import Again
from gate.host.event import Check
from gate.host.github.failure import HostError
from gate.host.local import WorkingTree
from gate.model.change import Changes, PullRequest
from gate.model.errors import Problem, UserError
from gate.model.scorecard import Scorecard

_SHA_SHOWN = 12
# Events that somebody can cause at a commit of their choice.
_AT_ANY_COMMIT = frozenset({"push", "workflow_dispatch"})


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The suites to be judged, why each is, how many there are, and `only`: their names, or none where all are meant.

    `accepted` are baselines of the head that were accepted for it, `again` is what an earlier attempt recorded.
    """

    suites: Sequence[str]
    reasons: dict[str, str]
    total: int
    only: Sequence[str]
    accepted: Mapping[str, Scorecard] = field(default_factory=dict)
    again: Again | None = None


def settled(desk: Desk, check: Check) -> Check:
    """The check with the base that its workspace belongs to, once that is known to hold the head.

    Of a pull request the workspace holds the merge of base and head: then the base is the side that was merged into,
    which may be newer than the one that the payload names. Where it holds the head itself, it is the payload's.

    Raises:
        UserError: the workspace holds another commit: what is judged would not be what is told.
    """
    workspace = WorkingTree(root=desk.runner.workspace)
    here, parents = workspace.revision().sha, workspace.parents()
    merged = check.pull is not None and len(parents) == 2 and parents[1] == check.head_sha  # noqa: PLR2004 - a merge
    if here != check.head_sha and not merged:
        raise UserError(_elsewhere(here, check))
    if merged:
        check = check.model_copy(update={"base_sha": parents[0]})
    elif desk.event.name in _AT_ANY_COMMIT:
        check = _as_its_pull_request(desk, check)
    return named_base(desk, check)


def _as_its_pull_request(desk: Desk, check: Check) -> Check:
    """The check of a commit that an open pull request would merge: by the base of that one.

    There is one status for a commit, and the pull request waits for it. What the commit itself holds, or its branch held
    before, is not what it may be judged by: its author could have lowered it there.

    Raises:
        HostError: nobody can tell whether there is one.
    """
    pull = desk.github.pull_request_of(check.head_sha, own=True)
    if pull is None or pull.state != "open":
        return check
    told = f"the base of pull request {pull.number}, whose head this commit is"
    return check.model_copy(update={"base_sha": pull.base_sha, "compared": told, "queued": pull.number})


def named_base(desk: Desk, check: Check) -> Check:
    """The check with the base that the input names, if it names one.

    Raises:
        UserError: there is nothing of that name.
    """
    if not desk.inputs.base:
        return check
    base = desk.history.resolve(desk.inputs.base).sha or ""
    return check.model_copy(update={"base_sha": base, "compared": "the commit of the input `base`"})


def scope_of(desk: Desk, check: Check, *, head: ConfigFile, read: Callable[[str], str | None]) -> Scope:
    """The suites that a change touches, of those that the input names. `read` gives the texts of the head's files.

    Raises:
        UserError: the input names a suite that there is not.
        HostError: the base cannot be read.
    """
    named = desk.inputs.suites
    unknown = [name for name in named if name not in head.shape.suites]
    if unknown:
        fix = f"{head.file} has: {', '.join(head.shape.suites)}"
        raise UserError(
            *(Problem(message=f"there is no suite {n!r}", key="input `suites`", fix=fix) for n in unknown)
        )
    changes = _changes(desk, check)
    found = touched(
        head,
        _config_at(desk, check.base_sha),
        changed=changes.paths if changes is not None and changes.complete else None,
        read=read,
        folder=desk.folder,
    )
    suites = [name for name in found.suites if name in named or not named]
    everything = not named and len(suites) == found.total
    return Scope(
        suites=suites, reasons=found.reasons, total=found.total, only=() if everything else tuple(suites)
    )


def no_config(config: str, where: str) -> Problem:
    """The head has no config, or has it under another name."""
    fix = "put it back; where it lies elsewhere, name it in the input `config` of every workflow that uses the action"
    return Problem(message=f"{where} has no {config}", fix=fix)


def _config_at(desk: Desk, sha: str) -> ConfigFile | None:
    """The config of the base; None where it is broken, of which the check itself will speak.

    Raises:
        UserError: it has none, as before the gate has landed.
    """
    text = desk.history.read_at(sha, desk.config)
    if text is None:
        message = f"the base has no {desk.inputs.config}, so nothing says what to judge by"
        fix = "if this change brings the gate, merge it with an accepted baseline: what comes after it is judged. Until then "
        fix += "no branch rule can require this status; where the file lies elsewhere, name it in the input `config`"
        raise UserError(Problem(message=message, fix=fix))
    try:
        return parse(text, desk.config)
    except UserError:
        return None


def _changes(desk: Desk, check: Check) -> Changes | None:
    """What the change touches; None where there is no change to speak of, or it cannot be read: then anything may be."""
    try:
        if check.pull is not None:
            return _changes_of(desk, check.pull)
        if check.base_sha == check.head_sha:
            return None
        found = desk.github.compare(check.base_sha, head=check.head_sha)
    except HostError as error:
        desk.runner.notice(f"All suites are taken for touched: {error.problems[0].message}")
        return None
    # From the merge base to the head: what the base changed since then is not in it.
    return found.changes if found.merge_base == check.base_sha else None


def _changes_of(desk: Desk, pull: PullRequest) -> Changes | None:
    """The files of a pull request, if they are those of the commit that is judged: GitHub lists what it holds now."""
    changes = desk.github.changes(pull.number)
    now = desk.github.pull_request(pull.number)
    if (now.head_sha, now.base_ref) == (pull.head_sha, pull.base_ref):
        return changes
    desk.runner.notice("All suites are taken for touched: the pull request has another head or base by now")
    return None


def _elsewhere(here: str | None, check: Check) -> Problem:
    if here is None:
        message = "the workspace is no git checkout, so nobody can tell which commit would be judged"
        return Problem(message=message, fix="put actions/checkout before the action")
    message = (
        f"the workspace holds {here[:_SHA_SHOWN]}, and what is to be judged is {check.head_sha[:_SHA_SHOWN]}"
    )
    fix = "let actions/checkout check out what the event is about: leave out its `ref`, or on pull_request_target "
    fix += "give it `ref: refs/pull/${{ github.event.pull_request.number }}/merge`"
    return Problem(message=message, fix=fix)
