"""`/gate accept`: the results that a pull request's own run recorded → its new baseline, committed and judged.

the head that was looked at ─► may they, by the base's rule? ─► the record of that head ─► suites, enough draws, no
objection ─► one commit on the head, if it has not moved ─► only baselines differ? ─► the status of the new commit

Policy, authority and paths come from the base commit by the API; of a suite that the base does not have, from the head's
config, which is read as data. What is committed are numbers of the record; nothing is run.
"""

from collections.abc import Mapping, Sequence

from gate.config.file import parse, policy_sheet
from gate.flows.accept import acceptable
from gate.flows.github.accepted_verdict import Change, status_after
from gate.flows.github.accepting_fork import accept_files
from gate.flows.github.asked import Asked, Done, refuse_closed
from gate.flows.github.authority import refusal, unanswered
from gate.flows.github.idle import nothing_new, of_removed
from gate.flows.github.looked_at import amended, refuse_head, refuse_unclear, sticky
from gate.flows.github.recorded import Record, recorded, seal_of
from gate.host.acceptance import Acceptance, message_of, plain_reason, text_digest
from gate.host.command import Unclear, Wanted, wanted
from gate.host.github.failure import HostError
from gate.model.effect import CommitStatus
from gate.model.errors import Problem, UserError
from gate.model.files import dump_baseline
from gate.model.hosting import Comment, NewCommit, StaleHead
from gate.model.redaction import REDACTED
from gate.model.report import Step
from gate.model.run import RunResult
from gate.model.suite import Draws, PolicySheet
from gate.render.accepted import AcceptedNote
from gate.render.numbers import counted
from gate.render.replies import Reply, short
from gate.render.words import Name


def accept(asked: Asked) -> Done | Reply:
    """Do it, or say why not. In either case nothing stands on the branch that was not accepted for that very head.

    Raises:
        UserError, EvaluationError: something of the record or of the base's config is not as it should be.
        HostError: GitHub refused, or could not be asked.
    """
    refused = refuse_closed(asked)
    if refused is not None:
        return refused
    comments = asked.desk.github.comments(asked.pull.number)
    sheet = _sheet(asked, asked.pull.base_sha)
    refused = refuse_head(asked, comments) or _refuse_person(asked, sheet)
    if refused is not None:
        return refused
    if asked.pull.fork:
        return accept_files(asked, base=sheet, head=_sheet(asked, asked.pull.head_sha))
    change = _change(asked, comments, sheet)
    if isinstance(change, Reply):
        return change
    return nothing_new(asked, change) or _committed(asked, change, comments)


def _refuse_person(asked: Asked, sheet: PolicySheet) -> Reply | None:
    """By the rule of the base commit. That somebody may push was asked before."""
    login = asked.comment.author
    try:
        return refusal(asked.permission, sheet.authority, desk=asked.desk)
    except HostError as error:
        return unanswered(login, error)


def _sheet(asked: Asked, sha: str) -> PolicySheet:
    """What a commit's config says of judging and accepting, read as data.

    Raises:
        UserError: there is none, or it is wrong.
    """
    desk = asked.desk
    text = desk.history.read_at(sha, desk.config)
    if text is None:
        fix = "land the config first: who may accept, and what is enough, is read from there"
        raise UserError(Problem(message=f"there is no {desk.inputs.config} at {sha[:7]}", fix=fix))
    return policy_sheet(parse(text, f"{desk.inputs.config}@{sha[:7]}"))


def _change(asked: Asked, comments: Sequence[Comment], base: PolicySheet) -> Change | Reply:
    """What is to be committed, once nothing speaks against it."""
    desk, head = asked.desk, asked.pull.head_sha
    record = recorded(desk, head, statuses=desk.github.statuses(head))
    ours = sticky(asked, comments)
    sealed_head, digest = seal_of(ours.body) if ours is not None else ("", "")
    if sealed_head == head and digest != record.digest:
        fix = "run the check again with `/gate run`"
        raise UserError(Problem(message="our comment and our status name different results", fix=fix))
    removed = of_removed(record, asked.order)
    if removed is not None:
        return removed
    chosen = wanted(asked.order, known=sorted(record.results))
    if isinstance(chosen, Unclear):
        return refuse_unclear(chosen)
    suites = chosen.suites or tuple(sorted(record.results))
    sheet = _with_new_suites(asked, base, suites)
    return _few_draws(record, suites, sheet) or _made(
        asked, record, sheet, Wanted(suites=suites, reason=chosen.reason)
    )


def _with_new_suites(asked: Asked, base: PolicySheet, suites: Sequence[str]) -> PolicySheet:
    """The base's sheet, and of suites that it does not have what the head's says."""
    new = [name for name in suites if name not in base.suites]
    if not new:
        return base
    head = _sheet(asked, asked.pull.head_sha)
    missing = [name for name in new if name not in head.suites or not head.baselines[name].endswith(".json")]
    if missing:
        fix = "name its `baseline` as a .json file"
        raise UserError(
            Problem(message=f"the head's config has no place for the baseline of {missing[0]}", fix=fix)
        )
    _refuse_other_files(asked, [head.baselines[name] for name in new], taken={*base.baselines.values()})
    return base.model_copy(
        update={
            "suites": base.suites | {name: head.suites[name] for name in new},
            "baselines": base.baselines | {name: head.baselines[name] for name in new},
            "draws": base.draws | {name: head.draws[name] for name in new},
        }
    )


def _refuse_other_files(asked: Asked, paths: Sequence[str], *, taken: set[str]) -> None:
    """A suite that only the head knows may not name a file that is something else."""
    for path in paths:
        text = asked.desk.history.read_at(asked.pull.head_sha, path)
        if path in taken or (text is not None and text.strip() and "gate_baseline" not in text):
            message = "the baseline of a new suite would be written over another file"
            raise UserError(Problem(message=message, value=path, fix="name another file under `baseline`"))


def _few_draws(record: Record, suites: Sequence[str], sheet: PolicySheet) -> Reply | None:
    """Why the record is not enough for a baseline, and how to get one that is."""
    for name in suites:
        result, need = record.results[name], sheet.draws.get(name, Draws()).accept
        counts = dict.fromkeys((case.id for case in result.cases), 0)
        for trial in result.trials:
            counts[trial.case_id] = counts.get(trial.case_id, 0) + 1
        if result.stopped is None and min(counts.values(), default=0) < need:
            have = min(counts.values(), default=0)
            words = (
                "A baseline of ",
                Name(name),
                f" takes {counted(need, 'draw')} of each case, and the run took {have}.",
            )
            steps = (
                Step(text="Let a run take the others", command="/gate run accept"),
                Step(
                    text="When it has ended, accept what it found",
                    command=f"/gate accept {record.run.head_sha[:7]}",
                ),
            )
            return Reply(words=words, steps=steps)
    return None


def _made(asked: Asked, record: Record, sheet: PolicySheet, chosen: Wanted) -> Change:
    results = {name: record.results[name] for name in chosen.suites}
    _refuse_blotted(results)
    suites = {name: sheet.suites[name] for name in results}
    cards = acceptable(results, suites=suites, policy=sheet.policy)
    folder = asked.desk.folder
    files = {f"{folder}{sheet.baselines[name]}": dump_baseline(card) for name, card in cards.items()}
    return Change(record=record, sheet=sheet, cards=cards, files=files, reason=plain_reason(chosen.reason))


def _refuse_blotted(results: Mapping[str, RunResult]) -> None:
    """A case that looks like it holds a secret is blotted out in a record, and is then another case than the suite's."""
    for name, result in results.items():
        for case in result.cases:
            if REDACTED in case.model_dump_json():
                fix = (
                    "accept on a machine with `gate accept`, or write the case without what looks like a key"
                )
                message = f"case {case.id} holds what looks like a secret, and was not recorded as it is"
                raise UserError(Problem(message=message, key=f"suites.{name}", fix=fix))


def _committed(asked: Asked, change: Change, comments: Sequence[Comment]) -> Done | Reply:
    """Commit by compare-and-swap on the head; the status goes only to the commit that this call made."""
    pull, github, by = asked.pull, asked.desk.github, asked.comment.author
    told = status_after(asked, change)  # before anything is written, since it may find something wrong
    acceptance = Acceptance(
        by=by,
        pull=pull.number,
        comment=asked.comment.id,
        evaluated=pull.head_sha,
        results=change.record.digest,
        baselines={path: text_digest(text) for path, text in change.files.items()},
        reason=change.reason,
    )
    made = github.commit_on_branch(
        pull.head_ref, expected_head=pull.head_sha, files=change.files, message=message_of(acceptance)
    )
    if isinstance(made, StaleHead):
        moved = (
            "The branch has moved on from ",
            short(pull.head_sha),
            " in the meantime: nothing was written.",
        )
        return Reply(words=moved)
    try:
        if not _differs_only_there(asked, made, change):
            words = (
                "The baseline was committed as ",
                short(made.sha),
                ", which changes more: no status was set.",
            )
            return Reply(words=words)
        github.perform(told.model_copy(update={"sha": made.sha}))
    except HostError as error:
        words = ("The baseline was committed as ", short(made.sha), ", but its status could not be set.")
        return Reply(words=words, problems=error.problems)
    return Done(
        line=f"{by} accepted the results of {pull.head_sha[:7]} as {made.sha}",
        amendment=amended(asked, comments, note=_note(asked, change, made, told)),
    )


def _note(asked: Asked, change: Change, made: NewCommit, told: CommitStatus) -> AcceptedNote:
    return AcceptedNote(
        by=asked.comment.author,
        suites=tuple(sorted(change.cards)),
        evaluated=asked.pull.head_sha,
        made=made.sha,
        left="" if told.state == "success" else told.description,
    )


def _differs_only_there(asked: Asked, made: NewCommit, change: Change) -> bool:
    """Whether the new commit stands on the evaluated one and changes no file but the baselines."""
    if made.parents != (asked.pull.head_sha,):
        return False
    if made.changed is not None:  # GitHub made it of our files alone, and counts no other
        return made.changed <= len(change.files)
    found = asked.desk.github.compare(asked.pull.head_sha, head=made.sha)
    same = found.merge_base == asked.pull.head_sha and found.changes.complete
    return same and {*found.changes.paths} <= {*change.files}
