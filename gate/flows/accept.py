"""The accept: take fresh draws and write them as the baseline; nothing unless every suite may be accepted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gate.base import base_of_working_tree, refuse_other_files
from gate.compare.acceptance import differs_only_in_timings, objections
from gate.compare.tally import tally
from gate.model.errors import EvaluationError, UserError
from gate.model.files import dump_baseline
from gate.model.quantity import counted
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.model.suite import Policy, SuitePolicy
from gate.place import Place
from gate.ready import Ready, prepare
from gate.running import Draws, bench


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What an accept leaves of one suite. `written` is False where the file already said so."""

    suite: str
    path: str
    before: Scorecard | None
    after: Scorecard
    written: bool
    only_timings: bool


def accept(place: Place, *, only: Sequence[str] = (), timings: bool = False) -> tuple[Accepted, ...]:
    """Take fresh draws and write them as the baseline; a file that would only tell new timings is left as it is.

    Nothing is written unless every suite may be accepted.

    Raises:
        UserError: trials failed, or a metric had no say on a case, or no score at all.
        EvaluationError: a run was stopped before it was done.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    prepared = prepare(place.tree, place.config, only=only)
    refuse_other_files(place.tree, [ready.suite.baseline for ready in prepared.suites])
    with bench(place, prepared.suites, verb="accept") as runs:
        results = runs.take(prepared.suites, lambda suite: Draws(purpose="accept", count=suite.draws.accept))
        suites = {ready.suite.name: ready.suite.policy for ready in prepared.suites}
        cards = acceptable(results, suites=suites, policy=prepared.sheet.policy)
        before = base_of_working_tree(place.tree, place.config, prepared.sheet)
        return tuple(
            _accepted(
                place,
                ready,
                cards[ready.suite.name],
                before=before.baseline(ready.suite.name),
                timings=timings,
            )
            for ready in prepared.suites
        )


def acceptable(
    results: Mapping[str, RunResult], *, suites: Mapping[str, SuitePolicy], policy: Policy
) -> dict[str, Scorecard]:
    """The scorecards, once nothing speaks against any of them. `suites` are the policies of each.

    Raises:
        UserError: trials failed, or a metric had no say on a case, or no score at all.
        EvaluationError: a run was stopped before it was done, or not one trial of it came back.
    """
    for result in results.values():
        if result.stopped is not None:
            raise EvaluationError(f"{result.suite}: {result.stopped.message}; no baseline was written")
        if all(trial.reply is None for trial in result.trials):
            first = next(
                (failure.message for trial in result.trials for failure in trial.failures), "no reason"
            )
            count = f"not one of {counted(len(result.trials), 'trial')} came back"
            raise EvaluationError(f"{result.suite}: {count} ({first}); no baseline was written")
    cards = {name: tally(result, keep=suites[name].gates) for name, result in results.items()}
    refused = objections(cards, results=results, suites=suites, policy=policy)
    if refused:
        raise UserError(*refused)
    return cards


def _accepted(
    place: Place, ready: Ready, after: Scorecard, *, before: Scorecard | None, timings: bool
) -> Accepted:
    only_timings = before is not None and differs_only_in_timings(before, after) and not timings
    written = not only_timings and place.tree.write(ready.suite.baseline, dump_baseline(after))
    return Accepted(
        suite=ready.suite.name,
        path=ready.suite.baseline,
        before=before,
        after=after,
        written=written,
        only_timings=only_timings,
    )
