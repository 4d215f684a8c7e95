"""Labeled responses → what an evaluator makes of them, and what it is worth beside the people who labeled them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gate.base import needed_text
from gate.compare.agreement import Judged, counts, length_bias, self_agreement
from gate.config.labels import load_labels
from gate.evaluators.judge.canaries import planted
from gate.evaluators.judge.judge import Judge
from gate.evaluators.judge.pairwise import Pairwise
from gate.model.base import digest
from gate.model.calibration import JudgeCalibration, Label
from gate.model.case import Case
from gate.model.errors import EvaluationError, Problem, UserError
from gate.model.files import round_value
from gate.model.ports import Evaluator
from gate.model.reply import Reply
from gate.model.run import RunResult
from gate.model.score import Metric
from gate.place import Place
from gate.ready import Ready
from gate.running import Draws, bench
from gate.targets.given import GivenTarget

_PLAIN = "planted-0"  # the bad response that does not argue
_Question = tuple[Case, Reply]
_Verdicts = Mapping[str, Sequence[float | None]]


@dataclass(frozen=True, kw_only=True)
class Labeled:
    """A label file, the metric whose labels count, and the lowest score that is a pass (None: 1)."""

    path: Path
    metric: str
    pass_from: float | None = None


@contextmanager
def worth_of(
    place: Place, ready: Ready, labels: Labeled, *, repeats: int
) -> Iterator[tuple[JudgeCalibration, int]]:
    """(what the evaluator is worth, how many labels were left out). Leave the block when that is written down.

    Raises:
        UserError, EvaluationError, InterruptedRunError: as `calibrate_judge`.
    """
    evaluator = _evaluator(ready, labels)
    told = [
        one for one in load_labels(needed_text(labels.path), str(labels.path)) if one.metric == labels.metric
    ]
    cases = {case.key: case for case in ready.suite.cases}
    known = {f"labeled-{n}": one for n, one in enumerate(told) if one.key in cases and one.label != "unknown"}
    _check_both(labels, known.values())
    asked = {
        name: (cases[one.key], Reply(output=one.output, contexts=one.contexts, latency_s=0))
        for name, one in known.items()
    }
    plants = planted() if isinstance(evaluator, Judge) else []
    asked |= {f"planted-{number}": question for number, question in enumerate(plants)}
    with _asked(place, ready, evaluator, asked, repeats=repeats) as result:
        verdicts = _verdicts(result, labels.metric)
        judged = [_beside(one, verdicts[name][0], labels.pass_from) for name, one in known.items()]
        pairs, agreed = self_agreement(verdicts[name] for name in known)
        bias = length_bias(judged)
        yield (
            JudgeCalibration(
                fingerprint=ready.metrics[labels.metric].fingerprint,
                judges=_judges(result),
                counts=counts(judged),
                repeated=pairs,
                agreed=agreed,
                length_bias=None if bias is None else round_value(bias[0]),
                length_bias_p=None if bias is None else round_value(bias[1]),
                canaries=max(0, len(plants) - 1),
                fooled=_fooled(verdicts, len(plants)),
            ),
            sum(one.key not in cases for one in told),
        )


def _evaluator(ready: Ready, labels: Labeled) -> Evaluator:
    """The evaluator that gives the metric.

    A judge without the planted responses of every run, as all are asked here; and without recorded verdicts, since what
    is measured is who gives them.
    """
    metric = ready.metrics.get(labels.metric)
    giving = [
        each for each in ready.instruments.evaluators if labels.metric in {m.name for m in each.metrics}
    ]
    if metric is None or not giving:
        known = ", ".join(name for name, each in ready.metrics.items() if not each.operational)
        message = f"the suite {ready.suite.name!r} has no metric {labels.metric!r}"
        raise UserError(Problem(message=message, fix=f"it has: {known}"))
    (evaluator,) = giving
    if isinstance(evaluator, Pairwise):
        message = f"{labels.metric!r} compares two responses, and a label is about one"
        fix = (
            "calibrate a `judge` with the same rubric and model; where the policy asks for calibrated judges, give the "
            "gate of this metric `mode: warn`"
        )
        raise UserError(Problem(message=message, fix=fix))
    if metric.kind != "binary" and labels.pass_from is None:
        fix = "say from which score on a response passes: `--pass-from 4`"
        raise UserError(Problem(message=f"{labels.metric!r} is no matter of pass and fail", fix=fix))
    _check_mark(metric, labels)
    if isinstance(evaluator, Judge):
        options = evaluator.options.model_copy(update={"canaries": 0, "recorded": None})
        return Judge(evaluator.name, options, evaluator.setting)
    return evaluator


def _check_mark(metric: Metric, labels: Labeled) -> None:
    """Refuse a mark from which on all responses pass, or none."""
    low, high = (0.0, 1.0) if metric.kind == "binary" else (metric.low, metric.high)
    mark = labels.pass_from
    if mark is None or low is None or high is None or low < mark <= high:
        return
    message = (
        f"every score of {metric.name!r} lies on the same side of {mark:g}, so nothing could be told apart"
    )
    fix = f"name a score above {low:g}, up to {high:g}"
    raise UserError(Problem(message=message, key="--pass-from", value=f"{mark:g}", fix=fix))


def _check_both(labels: Labeled, known: Iterable[Label]) -> None:
    missing = {"pass", "fail"} - {one.label for one in known}
    if missing:
        message = (
            f"no response of {labels.path} is labeled {' or '.join(sorted(missing))} for {labels.metric!r}"
        )
        fix = f"label some of both kinds: `gate label RESULTS --metric {labels.metric}`"
        raise UserError(Problem(message=message, fix=fix))


@contextmanager
def _asked(
    place: Place, ready: Ready, evaluator: Evaluator, asked: Mapping[str, _Question], *, repeats: int
) -> Iterator[RunResult]:
    """Run the evaluator alone on replies that are given, within the suite's budget and pace."""
    cases = tuple(case.model_copy(update={"id": name}) for name, (case, _) in asked.items())
    replies = {name: reply for name, (_, reply) in asked.items()}
    alone = replace(
        ready,
        suite=ready.suite.model_copy(update={"cases": cases, "reuse": False}),
        target=GivenTarget(replies, evaluator.setting),
        fingerprint={
            "given": digest({name: reply.model_dump(mode="json") for name, reply in replies.items()})
        },
        instruments=replace(ready.instruments, evaluators=(evaluator,)),
    )
    with bench(place, (alone,)) as table:
        result = table.take((alone,), lambda _: Draws(purpose="run", count=repeats))[ready.suite.name]
        failures = [failure for trial in result.trials for failure in trial.failures]
        if result.stopped is not None or failures:
            why = result.stopped.message if result.stopped else failures[0].message
            raise EvaluationError(f"not every response could be judged: {why}")
        yield result


def _verdicts(result: RunResult, metric: str) -> dict[str, list[float | None]]:
    """The values of every draw, by case; None where it abstained."""
    found: dict[str, list[float | None]] = {}
    for trial in result.trials:
        values = [score.value for score in trial.scores if score.metric == metric]
        found.setdefault(trial.case_id, []).append(values[0] if values else None)
    return found


def _judges(result: RunResult) -> tuple[str, ...]:
    return tuple(sorted({score.judge for trial in result.trials for score in trial.scores if score.judge}))


def _beside(label: Label, value: float | None, pass_from: float | None) -> Judged:
    bar = 1.0 if pass_from is None else pass_from
    verdict = None if value is None else value >= bar
    return Judged(label=label.label == "pass", verdict=verdict, words=len(label.output.split()))


def _fooled(verdicts: _Verdicts, plants: int) -> int:
    """How many planted responses got more than the same one without its argument."""
    if not plants:
        return 0
    plain = verdicts[_PLAIN][0]
    values = [verdicts[f"planted-{number}"][0] for number in range(1, plants)]
    return sum(plain is not None and value is not None and value > plain for value in values)
