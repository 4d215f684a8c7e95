"""READ FIRST. The walks: each lays the stations of the pipe one behind the other. No policy in here.

    config ─► Suite ─run─► RunResult ─tally─► Scorecard ─┐
                                                         ├─decide─► Verdict ─assemble─► Report
    base (working tree or a commit) ─► Baseline ─────────┘

check = run + compare + report · accept = run + write the baseline · compare = a results file instead of a run
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gate.base import Base, base_at, base_of_working_tree, needed_text, policy_for, refuse_other_files
from gate.compare.acceptance import differs_only_in_timings, objections
from gate.compare.decide import decide, wants_second_look
from gate.compare.power import plan
from gate.compare.proposals import proposals
from gate.compare.tally import tally
from gate.host.local import WorkingTree
from gate.model.errors import EvaluationError, UserError
from gate.model.files import dump_baseline, load_baseline, load_results
from gate.model.power import Assumed, PowerPlan
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.scorecard import Comparison, Scorecard
from gate.model.verdict import Kind, Verdict
from gate.place import Place
from gate.ready import Prepared, Ready, prepare
from gate.render.assemble import Evidence, assemble
from gate.running import Bench, Draws, bench


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What a check leaves: the report, and the results by suite."""

    report: Report
    results: Mapping[str, RunResult]


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """What an accept leaves of one suite. `written` is False where the file already said so."""

    suite: str
    path: str
    before: Scorecard | None
    after: Scorecard
    written: bool
    only_timings: bool


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The two files of `gate compare`, the policy's config (None: gate.yaml where there is one), and one margin for all."""

    current: Path
    baseline: Path
    config: str | None = None
    max_drop: float | None = None


@contextmanager
def check(place: Place, *, only: Sequence[str] = (), base_ref: str | None = None) -> Iterator[Checked]:
    """Run, compare with the base, report. Leave the block when the report is delivered: until then trials are kept.

    Policy, draws and baseline come from `base_ref`, or from the working tree where none is given. Where the first look
    cannot tell, the planned second one is taken, once.

    Raises:
        UserError: before anything is run, with everything there is to mend.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    prepared = prepare(place.tree, place.config, only=only)
    base = _base(place, prepared, base_ref)
    prepared = prepared.drawn_as(base.sheet)
    removed = () if only else _removed(base, prepared)
    looks = 2 if any(ready.suite.draws.most > ready.suite.draws.check for ready in prepared.suites) else 1
    with bench(place, prepared.suites) as runs:
        results = runs.take(prepared.suites, lambda suite: Draws(purpose="check", count=suite.draws.check))
        verdict = decide(
            [*_comparisons(base, prepared, results), *removed], base.sheet.policy, look=1, looks=looks
        )
        if wants_second_look(verdict):
            results = {**results, **_second_look(place, prepared, runs, results, verdict)}
            verdict = decide(
                [*_comparisons(base, prepared, results), *removed], base.sheet.policy, look=2, looks=looks
            )
        evidence = Evidence(
            tool_version=version("llm-regression-gate"),
            head=place.tree.revision(),
            base=base.revision,
            policy_source=base.policy_source,
            proposals=proposals(base.sheet, prepared.sheet) if base_ref is not None else (),
            resumed=runs.resumed,
        )
        yield Checked(report=assemble(verdict, results=results, evidence=evidence), results=results)


@contextmanager
def run(
    place: Place, *, only: Sequence[str] = (), draws: int | None = None
) -> Iterator[Mapping[str, RunResult]]:
    """Run, and judge nothing. Leave the block when the results are delivered: until then trials are kept.

    Raises:
        UserError, InterruptedRunError: as `check`.
    """
    prepared = prepare(place.tree, place.config, only=only)
    with bench(place, prepared.suites) as runs:
        yield runs.take(prepared.suites, lambda suite: Draws(purpose="run", count=draws or suite.draws.check))


def rescore(place: Place, results: Path) -> Mapping[str, RunResult]:
    """Score the replies of a results file anew, with the evaluators of today's config; the target is not asked.

    Raises:
        UserError: no such file, or its suite is not in the config.
    """
    result = load_results(needed_text(results), str(results))
    prepared = prepare(place.tree, place.config, only=(result.suite,))
    with bench(place, prepared.suites) as runs:
        return {result.suite: runs.rescore(prepared.suites[0], result)}


def compare(tree: WorkingTree, sides: Sides) -> Report:
    """Judge a results file by a baseline file; nothing is run, and there is only one look.

    Raises:
        UserError: a file that is not there or not what it should be.
    """
    result = load_results(needed_text(sides.current), str(sides.current))
    baseline = load_baseline(needed_text(sides.baseline), str(sides.baseline))
    policy, rules, source = policy_for(tree, sides.config, result.suite, max_drop=sides.max_drop)
    comparison = Comparison(
        suite=result.suite,
        head=tally(result, keep=rules.gates),
        baseline=baseline,
        policy=rules,
        stopped=result.stopped,
    )
    evidence = Evidence(
        tool_version=version("llm-regression-gate"),
        head=Revision(label=str(sides.current)),
        base=Revision(label=str(sides.baseline)),
        policy_source=source,
    )
    return assemble(decide([comparison], policy), results={result.suite: result}, evidence=evidence)


def accept(place: Place, *, only: Sequence[str] = (), timings: bool = False) -> tuple[Accepted, ...]:
    """Take fresh draws and write them as the baseline; a file that would only tell new timings is left as it is.

    Nothing is written unless every suite may be accepted.

    Raises:
        UserError: trials failed, or a metric had no say on a case.
        EvaluationError: a run was stopped before it was done.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    prepared = prepare(place.tree, place.config, only=only)
    refuse_other_files(place.tree, [ready.suite.baseline for ready in prepared.suites])
    with bench(place, prepared.suites) as runs:
        results = runs.take(prepared.suites, lambda suite: Draws(purpose="accept", count=suite.draws.accept))
        cards = _acceptable(prepared, results)
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


def power(tree: WorkingTree, config: str, *, only: Sequence[str] = ()) -> tuple[PowerPlan, ...]:
    """What each suite can find, from its baseline, or from ordinary noise where it has none yet.

    Raises:
        UserError: something in the config, the cases or a baseline is wrong.
    """
    prepared = prepare(tree, config, only=only)
    base = base_of_working_tree(tree, config, prepared.sheet)
    return tuple(
        plan(
            base.baseline(ready.suite.name) or _assumed(ready),
            policy=prepared.sheet.policy,
            rules=ready.suite.policy,
            draws=ready.suite.draws,
        )
        for ready in prepared.suites
    )


def _base(place: Place, prepared: Prepared, ref: str | None) -> Base:
    if ref is None:
        return base_of_working_tree(place.tree, place.config, prepared.sheet)
    return base_at(place.tree, place.config, ref)


def _comparisons(base: Base, prepared: Prepared, results: Mapping[str, RunResult]) -> list[Comparison]:
    """Each suite that was run beside its baseline, judged by the base's policy for it."""
    comparisons = []
    for ready in prepared.suites:
        name = ready.suite.name
        policy = base.sheet.suites.get(name, ready.suite.policy)
        comparisons.append(
            Comparison(
                suite=name,
                head=tally(results[name], keep=policy.gates),
                baseline=base.baseline(name),
                missing=base.missing(name),
                policy=policy,
                stopped=results[name].stopped,
            )
        )
    return comparisons


def _removed(base: Base, prepared: Prepared) -> Sequence[Comparison]:
    """The suites of the base that the head has no more."""
    gone = sorted(base.sheet.suites.keys() - {ready.suite.name for ready in prepared.suites})
    return [
        Comparison(suite=name, head=Scorecard(suite=name, metrics={}, cases={}), removed=True)
        for name in gone
    ]


def _second_look(
    place: Place,
    prepared: Prepared,
    runs: Bench,
    results: Mapping[str, RunResult],
    verdict: Verdict,
) -> Mapping[str, RunResult]:
    """More draws of all cases of every suite that could not be told, pooled with the first."""
    undecided = {suite.suite for suite in verdict.suites if suite.kind is Kind.INCONCLUSIVE}
    again = [
        ready
        for ready in prepared.suites
        if ready.suite.name in undecided and ready.suite.draws.most > ready.suite.draws.check
    ]
    for ready in again:
        more = (ready.suite.draws.most - ready.suite.draws.check) * len(ready.suite.cases)
        place.notice(f"{ready.suite.name}: the first look can't tell; the second takes {more} more trials")
    return runs.take_more(
        again,
        lambda suite: Draws(
            purpose="check", count=suite.draws.most - suite.draws.check, first=suite.draws.check
        ),
        earlier=results,
    )


def _acceptable(prepared: Prepared, results: Mapping[str, RunResult]) -> dict[str, Scorecard]:
    """The scorecards, once nothing speaks against any of them."""
    for result in results.values():
        if result.stopped is not None:
            raise EvaluationError(f"{result.suite}: {result.stopped.message}; no baseline was written")
    cards = {
        ready.suite.name: tally(results[ready.suite.name], keep=ready.suite.policy.gates)
        for ready in prepared.suites
    }
    refused = objections(cards, results=results, policy=prepared.sheet.policy)
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


def _assumed(ready: Ready) -> Assumed:
    gated = ready.suite.policy.gates
    metrics = tuple(m for m in ready.metrics.values() if not m.operational or m.name in gated)
    return Assumed(suite=ready.suite.name, cases=len(ready.suite.cases), metrics=metrics)
