"""RunResult → Scorecard: the values of every draw, counted; never a score for what failed or was not done."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple, TypeVar

from gate.compare.policy import is_counted
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.files import round_value
from gate.model.run import RunResult, Trial
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard

_Key = TypeVar("_Key", str, int)
_REWRITE = "write the results anew with `gate run -o FILE`"


class _Draw(NamedTuple):
    """What is kept of a trial: the values of the kept metrics, rounded; None where one abstained.

    `kinds` are those of its failures, each once.
    """

    number: int
    failed: bool
    kinds: frozenset[str]
    values: Mapping[str, float | None]


_NUMBER = attrgetter("number")
_NOT_DONE = "not_done"


def tally(result: RunResult, *, keep: Collection[str] = ()) -> Scorecard:
    """Count a run, as `tally_each` does."""
    return tally_each(result, cases=result.cases, trials=result.trials, keep=keep)


def tally_each(
    head: RunResult, *, cases: Iterable[Case], trials: Iterable[Trial], keep: Collection[str] = ()
) -> Scorecard:
    """Count the cases and the trials of a run, each come by once; `head` tells the rest of it. Any order will do.

    Operational metrics are kept only where `keep` names them. A draw below `draws` that is missing is an error, as is
    one with any failure. A draw without failure in which a kept metric has no score is an abstention of that metric.

    Raises:
        UserError: a case or a draw that stands twice, a trial of no case, a score of an undeclared metric, two scores
            of one metric in one trial, a value outside its metric's range, a metric with a reserved name. Each names
            the case. And one shard of a run: what is judged is the whole.
    """
    _refuse_part(head)
    kept = _kept(head.metrics, keep=keep)
    names = sorted(kept)
    judges: dict[str, set[str]] = defaultdict(set)
    asked = [(case.id, case.key, case.slice_tags) for case in cases]
    drawn: dict[str, list[_Draw]] = defaultdict(list)
    strange: list[Problem] = []
    for trial in trials:
        strange += _bad_scores(trial, metrics=head.metrics)
        drawn[trial.case_id].append(_draw(trial, names=names))
        for metric, judge in _judges(trial):
            judges[metric].add(judge)
    problems = [*_bad_names(head.metrics), *_bad_cases([case_id for case_id, _, _ in asked], drawn=drawn)]
    if problems:
        raise UserError(*problems)
    if strange:
        raise UserError(*sorted(strange, key=str))
    return Scorecard(
        suite=head.suite,
        metrics={name: _judged(metric, judges.get(name, ())) for name, metric in kept.items()},
        target=dict(head.target),
        cases={
            case_id: _count(drawn.pop(case_id, []), names=names, draws=head.draws, key=key, tags=tags)
            for case_id, key, tags in asked
        },
    )


def _refuse_part(head: RunResult) -> None:
    if head.shard is not None:
        message = f"the results of suite {head.suite!r} are only shard {head.shard} of a run"
        raise UserError(Problem(message=message, fix="merge the files of all shards with `gate merge` first"))


def _kept(metrics: Mapping[str, Metric], *, keep: Collection[str]) -> dict[str, Metric]:
    return {
        name: metric
        for name, metric in metrics.items()
        if not metric.operational or (name in keep and not is_counted(name))
    }


def _judges(trial: Trial) -> Iterator[tuple[str, str]]:
    """(metric, judge) of each judged value; of a panel that abstains, not everybody may have answered."""
    return ((each.metric, each.judge) for each in trial.scores if each.judge and each.value is not None)


def _judged(metric: Metric, judges: Iterable[str]) -> Metric:
    """The metric with the language models that gave its scores."""
    named = tuple(sorted(judges))
    return metric.model_copy(update={"judges": named}) if named else metric


def _draw(trial: Trial, *, names: Sequence[str]) -> _Draw:
    """A metric without a score abstained, unless the trial failed."""
    seen = {score.metric: score.value for score in trial.scores}
    failed = bool(trial.failures) or trial.reply is None
    values = {
        name: None if (value := seen.get(name)) is None else round_value(value)
        for name in names
        if name in seen or not failed
    }
    kinds = frozenset(failure.kind for failure in trial.failures)
    return _Draw(trial.index, failed, kinds, values)


def _count(
    drawn: list[_Draw], *, names: Sequence[str], draws: int, key: str, tags: Mapping[str, str]
) -> CaseScores:
    drawn.sort(key=_NUMBER)
    missing = draws - sum([draw.number < draws for draw in drawn])
    scores, abstentions = {}, {}
    for name in names:
        said = [draw.values[name] for draw in drawn if name in draw.values]
        values = [value for value in said if value is not None]
        if values:
            scores[name] = tuple(values)
        if len(said) > len(values):
            abstentions[name] = len(said) - len(values)
    failures = Counter([kind for draw in drawn for kind in draw.kinds])
    failures += Counter({_NOT_DONE: missing})
    return CaseScores(
        key=key,
        trials=len(drawn) + missing,
        errors=missing + sum([draw.failed for draw in drawn]),
        failures=dict(sorted(failures.items())),
        tags=dict(tags),
        scores=scores,
        abstentions=abstentions,
    )


def _bad_names(metrics: Mapping[str, Metric]) -> Iterator[Problem]:
    for name, metric in sorted(metrics.items()):
        if is_counted(name) and not metric.operational:
            yield Problem(
                message=f"the metric name {name!r} is reserved for what gate counts itself",
                fix="give the evaluator another name",
            )
        if metric.name != name:
            yield Problem(message=f"the metric {metric.name!r} is filed under {name!r}", fix=_REWRITE)


def _bad_cases(known: Sequence[str], *, drawn: Mapping[str, Sequence[_Draw]]) -> Iterator[Problem]:
    for case_id in _twice(known):
        yield Problem(message=f"the case id {case_id!r} stands twice", fix="give each case an id of its own")
    for case_id in sorted(drawn):
        for index in _twice([draw.number for draw in drawn[case_id]]):
            yield Problem(message=f"draw {index} of case {case_id!r} stands twice", fix=_REWRITE)
    for case_id in sorted(drawn.keys() - set(known)):
        yield Problem(message=f"there are trials of {case_id!r}, which is no case of this run", fix=_REWRITE)


def _twice(items: Sequence[_Key]) -> list[_Key]:
    if len(set(items)) == len(items):
        return []
    return sorted(item for item, count in Counter(items).items() if count > 1)


def _bad_scores(trial: Trial, *, metrics: Mapping[str, Metric]) -> list[Problem]:
    found: list[Problem] = []
    seen: set[str] = set()
    for score in trial.scores:
        metric = metrics.get(score.metric)
        if metric is None:
            message = f"a score of {score.metric!r}, which this run does not declare"
            found.append(_bad_score(trial, message, "declare the metric in its evaluator"))
        elif score.metric in seen:
            found.append(_bad_score(trial, f"two scores of {score.metric!r}", "give one score a metric"))
        elif score.value is not None and not metric.admits(score.value):
            message = f"{score.value:g} is no value of {score.metric!r}, a {metric.kind} metric"
            fix = "correct the evaluator, or declare another kind of metric"
            found.append(_bad_score(trial, message, fix))
        seen.add(score.metric)
    return found


def _bad_score(trial: Trial, message: str, fix: str) -> Problem:
    return Problem(message=f"case {trial.case_id!r}, draw {trial.index}: {message}", fix=fix)
