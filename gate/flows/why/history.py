"""`gate history`: every baseline that landed on the branch → the course of each metric, with what changed. Nothing is run.

A version that cannot be read (another format, broken, taken away) is told and left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.change_points import Past, courses, known_metrics
from gate.config.file import ConfigFile, policy_sheet
from gate.config.suites import refuse_unknown
from gate.config.words import did_you_mean
from gate.host.acceptance import acceptance_of
from gate.host.commits import is_shallow, landed, writer
from gate.host.local import WorkingTree
from gate.measured import calibration_in, calibration_path
from gate.model.errors import Problem, UserError
from gate.model.files import load_baseline
from gate.model.past import Accepted, GitCommit, PastReport, SuiteHistory
from gate.model.scorecard import Scorecard
from gate.ready import read_config

USUAL_LAST = 20
_REASON = "Reason: "


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What of the past is wanted: suites and metrics (none: all that there are), and how far back.

    `since` is a commit or a date; `last` counts baselines: left out it is USUAL_LAST, or all where `since` is given.
    """

    suites: Sequence[str] = ()
    metrics: Sequence[str] = ()
    since: str = ""
    last: int | None = None
    alpha: float | None = None


@dataclass(frozen=True, kw_only=True)
class _Told:
    """One suite as git tells of it: all that landed, and the scorecards that could be read, with their commits."""

    history: SuiteHistory
    past: Past


def history(tree: WorkingTree, config: str, wanted: Wanted) -> PastReport:
    """The courses of the suites' metrics over the baselines of the branch that is checked out.

    Raises:
        UserError: the config is wrong, there is no git history, or a suite or metric of that name is not there.
    """
    read = read_config(tree, config)
    refuse_unknown(read, wanted.suites)
    suites = [name for name in read.shape.suites if name in wanted.suites or not wanted.suites]
    told = [_told(tree, read, suite, wanted) for suite in suites]
    _refuse_unknown(told, wanted.metrics)
    alpha = wanted.alpha if wanted.alpha is not None else policy_sheet(read).policy.alpha
    found, tests = courses([each.past for each in told], wanted.metrics, alpha=alpha)
    with_courses = (
        each.history.model_copy(update={"courses": tuple(group)})
        for each, group in zip(told, found, strict=True)
    )
    return PastReport(alpha=alpha, tests=tests, suites=tuple(with_courses))


def _refuse_unknown(told: Sequence[_Told], metrics: Sequence[str]) -> None:
    known = sorted({name for each in told for name in known_metrics(each.past)})
    unknown = [name for name in metrics if name not in known]
    if unknown and known:
        raise UserError(
            *(
                Problem(message=f"no newest baseline has a metric {name!r}", fix=did_you_mean(name, known))
                for name in unknown
            )
        )


def _told(tree: WorkingTree, config: ConfigFile, suite: str, wanted: Wanted) -> _Told:
    path, sheet = config.merged.baselines[suite], policy_sheet(config)
    commits = landed(tree, path, since=wanted.since)
    last = wanted.last or (len(commits) if wanted.since else USUAL_LAST)
    accepted: list[Accepted] = []
    cards: dict[str, Scorecard] = {}
    for commit in reversed(commits[:last]):
        one, card = _accepted(tree, commit, suite)
        accepted.append(one)
        if card is not None:
            cards[commit.sha] = card
    past = Past(
        shas=list(cards),
        cards=list(cards.values()),
        policy=sheet.policy,
        rules=sheet.suites[suite],
        calibration=calibration_in(calibration_path(path), tree.read, suite=suite),
    )
    older = max(0, len(commits) - last)
    told = SuiteHistory(
        suite=suite, baseline=path, accepted=tuple(accepted), older=older, cut_off=is_shallow(tree)
    )
    return _Told(history=told, past=past)


def _accepted(tree: WorkingTree, commit: GitCommit, suite: str) -> tuple[Accepted, Scorecard | None]:
    """What one commit brought, and its scorecard where it can be read."""
    path = commit.paths[0] if commit.paths else ""
    source = writer(tree, commit, path) if path else commit
    by, reason = _word(source)
    one = Accepted(
        sha=commit.sha,
        source=source.sha if source.sha != commit.sha else "",
        date=commit.date,
        by=by,
        reason=reason,
        path=path,
    )
    if not path:
        return one.model_copy(update={"problem": "the file was taken away"}), None
    try:
        text = tree.read_at(commit.sha, path)
        card = load_baseline(text or "", path)
    except UserError as error:
        return one.model_copy(update={"problem": error.problems[0].message}), None
    if card.suite != suite:
        return one.model_copy(update={"problem": f"it is the baseline of the suite {card.suite!r}"}), None
    sizes = [case.trials for case in card.cases.values()]
    draws = min(sizes, default=0), max(sizes, default=0)
    return one.model_copy(update={"cases": len(card.cases), "draws": draws}), card


def _word(commit: GitCommit) -> tuple[str, str]:
    """(by whose word, why), as the commit says: of an accept by a comment who gave it, else the author and the subject."""
    acceptance = acceptance_of(commit.message)
    if acceptance is None:
        return commit.author, commit.subject
    paragraphs = commit.message.split("\n\n")
    reason = next((each.removeprefix(_REASON) for each in paragraphs if each.startswith(_REASON)), "")
    return acceptance.by, reason or commit.subject
