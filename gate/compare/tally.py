"""RunResult → Scorecard: the values of every draw, counted; never a score for what failed or was not done."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from gate.compare.policy import is_counted
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.files import round_value
from gate.model.run import RunResult, Trial
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard

_Key = TypeVar("_Key", str, tuple[str, int])
_REWRITE = "write the results anew with `gate run -o FILE`"


def tally(result: RunResult, *, keep: Collection[str] = ()) -> Scorecard:
    """Count a run. The order of its trials does not matter.

    Operational metrics are kept only where `keep` names them. A draw below `draws` that is missing is an error, as is
    one with any failure. A draw without failure in which a kept metric has no score is an abstention of that metric.

    Raises:
        UserError: a case or a draw that stands twice, a trial of no case, a score of an undeclared metric, two scores
            of one metric in one trial, a value outside its metric's range, a metric with a reserved name. Each names
            the case.
    """
    problems = [*_bad_names(result.metrics), *_bad_cases(result)]
    if problems:
        raise UserError(*problems)
    kept = {
        name: metric
        for name, metric in result.metrics.items()
        if not metric.operational or (name in keep and not is_counted(name))
    }
    trials: dict[str, list[Trial]] = defaultdict(list)
    for trial in result.trials:
        trials[trial.case_id].append(trial)
    problems = [problem for trial in result.trials for problem in _bad_scores(trial, metrics=result.metrics)]
    if problems:
        raise UserError(*sorted(problems, key=str))
    return Scorecard(
        suite=result.suite,
        metrics=kept,
        target=dict(result.target),
        cases={
            case.id: _count(case, trials=trials[case.id], draws=result.draws, kept=kept)
            for case in result.cases
        },
    )


def _count(case: Case, *, trials: list[Trial], draws: int, kept: Mapping[str, Metric]) -> CaseScores:
    trials.sort(key=lambda trial: trial.index)
    indices = {trial.index for trial in trials}
    missing = sum(index not in indices for index in range(draws))
    values: dict[str, list[float]] = defaultdict(list)
    abstentions: dict[str, int] = defaultdict(int)
    for trial in trials:
        seen = {score.metric: score.value for score in trial.scores if score.metric in kept}
        silent = () if _failed(trial) else kept.keys() - seen.keys()
        for name, value in seen.items():
            if value is None:
                abstentions[name] += 1
            else:
                values[name].append(round_value(value))
        for name in silent:
            abstentions[name] += 1
    return CaseScores(
        key=case.key,
        trials=len(trials) + missing,
        errors=missing + sum(_failed(trial) for trial in trials),
        tags=dict(case.tags),
        scores={name: tuple(values[name]) for name in sorted(values)},
        abstentions={name: abstentions[name] for name in sorted(abstentions)},
    )


def _failed(trial: Trial) -> bool:
    return bool(trial.failures) or trial.reply is None


def _bad_names(metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    for name, metric in sorted(metrics.items()):
        if is_counted(name) and not metric.operational:
            yield Problem(
                message=f"the metric name {name!r} is reserved for what gate counts itself",
                fix="give the evaluator another name",
            )
        if metric.name != name:
            yield Problem(message=f"the metric {metric.name!r} is filed under {name!r}", fix=_REWRITE)


def _bad_cases(result: RunResult) -> Iterator[Problem]:
    known = [case.id for case in result.cases]
    for case_id in _twice(known):
        yield Problem(message=f"the case id {case_id!r} stands twice", fix="give each case an id of its own")
    for case_id, index in _twice((trial.case_id, trial.index) for trial in result.trials):
        yield Problem(message=f"draw {index} of case {case_id!r} stands twice", fix=_REWRITE)
    for case_id in sorted({trial.case_id for trial in result.trials}.difference(known)):
        yield Problem(message=f"there are trials of {case_id!r}, which is no case of this run", fix=_REWRITE)


def _twice(items: Iterable[_Key]) -> list[_Key]:
    seen: set[_Key] = set()
    double: set[_Key] = set()
    for item in items:
        (double if item in seen else seen).add(item)
    return sorted(double)


def _bad_scores(trial: Trial, *, metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    seen: set[str] = set()
    for score in trial.scores:
        where = f"case {trial.case_id!r}, draw {trial.index}"
        metric = metrics.get(score.metric)
        if metric is None:
            message = f"{where}: a score of {score.metric!r}, which this run does not declare"
            yield Problem(message=message, fix="declare the metric in its evaluator")
        elif score.metric in seen:
            yield Problem(message=f"{where}: two scores of {score.metric!r}", fix="give one score a metric")
        elif score.value is not None and not metric.admits(score.value):
            message = f"{where}: {score.value:g} is no value of {score.metric!r}, a {metric.kind} metric"
            yield Problem(message=message, fix="correct the evaluator, or declare another kind of metric")
        seen.add(score.metric)
