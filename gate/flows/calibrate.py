"""How far a suite's instruments can be trusted: measured, and written beside its baseline."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gate.base import needed_text
from gate.compare.agreement import worth
from gate.compare.findings import named
from gate.compare.power import plan
from gate.compare.runs import differing_cases, differing_metrics, differing_targets, noise_of_runs, together
from gate.compare.tally import tally
from gate.flows.labeled import Labeled, worth_of
from gate.measured import calibration_in, calibration_path
from gate.model.calibration import Calibration, JudgeWorth, NoiseWorth
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.files import dump_calibration, load_results
from gate.model.power import PowerPlan
from gate.model.quantity import counted
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import Prepared, Ready, prepare
from gate.running import Bench, Draws, bench

_FEWEST = 2


@dataclass(frozen=True, kw_only=True)
class JudgeMeasured:
    """What a judge is worth, and the file that says so; `left_out` counts labels whose case is no longer asked."""

    worth: JudgeWorth
    path: str
    left_out: int


@dataclass(frozen=True, kw_only=True)
class NoiseMeasured:
    """How runs differ, the file that says so, and what the suite can find with the noise that was measured."""

    noise: tuple[NoiseWorth, ...]
    path: str
    power: PowerPlan


def calibrate_judge(place: Place, suite: str, labels: Labeled, *, repeats: int) -> JudgeMeasured:
    """Ask a judge about every labeled response, `repeats` times, and about planted ones; write what it is worth.

    Raises:
        UserError: no such suite, metric or label file, labels of one kind only, a scale without a mark to pass from.
        EvaluationError: the judge could not be asked about all of them; nothing is written.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    (ready,) = prepare(place.tree, place.config, only=(suite,)).suites
    before = _before(place, ready)
    with worth_of(place, ready, labels, repeats=repeats) as (judge, left_out):
        after = before.model_copy(update={"judges": {**before.judges, labels.metric: judge}})
        path = _written(place, ready, after)
        return JudgeMeasured(worth=worth(labels.metric, judge), path=path, left_out=left_out)


def calibrate_noise(place: Place, suite: str, *, runs: int, results: Sequence[Path] = ()) -> NoiseMeasured:
    """Run the unchanged application `runs` times, each on its own, beside the runs in `results`; write how they differ.

    Raises:
        UserError: fewer than two runs in all, runs of another suite or application, no metric that can be compared.
        EvaluationError: a run was stopped, or a trial failed; nothing is written.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    prepared = prepare(place.tree, place.config, only=(suite,))
    (ready,) = prepared.suites
    before = _before(place, ready)
    earlier = _earlier(results)
    if len(earlier) + runs < _FEWEST:
        problem = Problem(message="one run tells nothing of how runs differ", fix="take five: `--runs 5`")
        raise UserError(problem)
    with bench(place, prepared.suites) as table:
        alone = replace(ready, suite=ready.suite.model_copy(update={"reuse": False}))
        taken = [_run(table, alone, number) for number in range(runs)]
        cards = [_card(result, ready) for result in (*earlier, *taken)]
        noise = _noise(cards, prepared, ready)
        for name in differing_metrics(cards):
            place.notice(
                f"{name} is left out: it has not the same instrument, or the same judge, in all runs"
            )
        measured = {each.metric: each.measured for each in noise}
        path = _written(place, ready, before.model_copy(update={"noise": measured}))
        power = plan(
            together(cards),
            policy=prepared.sheet.policy,
            rules=ready.suite.policy,
            draws=ready.suite.draws,
        )
        return NoiseMeasured(noise=tuple(noise), path=path, power=power)


def _earlier(results: Sequence[Path]) -> list[RunResult]:
    """The runs that were taken before, each of them once: one run that counts twice would look like no noise at all."""
    found: dict[Path, RunResult] = {}
    for path in results:
        result = load_results(needed_text(path), str(path))
        for other, known in found.items():
            if path == other or tuple(known.trials) == tuple(result.trials):
                message = f"{other} and {path} hold one and the same run"
                fix = "name each run once; take another one with `gate run --fresh`, which reuses nothing"
                raise UserError(Problem(message=message, key="--results", fix=fix))
        found[path] = result
    return list(found.values())


def _run(table: Bench, ready: Ready, number: int) -> RunResult:
    """One run more, with draws of its own."""
    count = ready.suite.draws.check
    draws = Draws(purpose="run", count=count, first=number * count)
    return table.take([ready], lambda _: draws)[ready.suite.name]


def _card(result: RunResult, ready: Ready) -> Scorecard:
    """The scores of one run, once it is whole and of this suite."""
    if result.suite != ready.suite.name:
        message = f"these are results of the suite {result.suite!r}"
        raise UserError(Problem(message=message, fix=f"name runs of {ready.suite.name!r}"))
    failed = sum(bool(trial.failures) for trial in result.trials)
    if result.stopped is not None or failed:
        why = (
            result.stopped.message
            if result.stopped
            else f"{failed:,} of {counted(len(result.trials), 'trial')} failed"
        )
        raise EvaluationError(f"{result.suite}: {why}; noise is measured on whole runs")
    return tally(result, keep=ready.suite.policy.gates)


def _noise(cards: Sequence[Scorecard], prepared: Prepared, ready: Ready) -> list[NoiseWorth]:
    if differing := differing_targets(cards):
        message = f"the runs are not of one application: {', '.join(sorted(differing))} changed between them"
        raise UserError(Problem(message=message, fix="take all runs at one commit"))
    if cases := differing_cases(cards):
        message = f"the runs are not of one set of cases; not the same in all of them: {named(cases)}"
        raise UserError(Problem(message=message, fix="take all runs of the same cases"))
    noise = noise_of_runs(cards, policy=prepared.sheet.policy, rules=ready.suite.policy)
    if not noise:
        fix = "give the suite more cases, or an evaluator that scores them"
        raise UserError(Problem(message="no metric scored two cases in all runs", fix=fix))
    return noise


def _before(place: Place, ready: Ready) -> Calibration:
    path = calibration_path(ready.suite.baseline)
    suite = ready.suite.name
    return calibration_in(path, place.tree.read, suite=suite) or Calibration(suite=suite)


def _written(place: Place, ready: Ready, calibration: Calibration) -> str:
    path = calibration_path(ready.suite.baseline)
    place.tree.write(path, dump_calibration(calibration))
    return path
