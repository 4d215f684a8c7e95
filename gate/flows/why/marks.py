"""A draw of a case → its scores beside the baseline's, and what its judges are asked. Asks nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.compare.policy import Misfit, gate_of, resolve
from gate.model.case import Case
from gate.model.replay import Mark, Taken
from gate.model.reply import Sample
from gate.model.run import Trial
from gate.model.score import Metric, Score
from gate.model.scorecard import Scorecard
from gate.model.shown import Shown
from gate.model.suite import PolicySheet
from gate.ready import Ready

_ALIKE = 1e-9


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A suite that is ready, the case in it, and what its scores are held against."""

    ready: Ready
    case: Case
    sheet: PolicySheet
    baseline: Scorecard | None


def sent(stage: Stage) -> Shown:
    """What today's files send for the case; why that cannot be told, where it cannot."""
    try:
        return stage.ready.target.shown(stage.case)
    except Exception as error:  # noqa: BLE001 - a plug-in's own, and it is only to be shown
        return Shown(what="what is sent cannot be told", note=f"{type(error).__name__}: {error}")


def taken(stage: Stage, trial: Trial, *, older: frozenset[str] = frozenset()) -> Taken:
    """One draw with its scores beside the baseline's, and the questions of its judges."""
    asked = dict(_asked(stage, trial))
    return Taken(
        index=trial.index,
        reply=trial.reply,
        failures=trial.failures,
        expenses=trial.expenses,
        marks=tuple(_mark(stage, score, older=score.metric in older) for score in trial.scores),
        asked=asked,
    )


def _asked(stage: Stage, trial: Trial) -> Iterator[tuple[str, tuple[Shown, ...]]]:
    if trial.reply is None:
        return
    sample = Sample(case=stage.case, reply=trial.reply, index=trial.index)
    for evaluator in stage.ready.instruments.evaluators:
        try:
            questions = tuple(evaluator.shown(sample))
        except Exception as error:  # noqa: BLE001 - a plug-in's own, and it is only to be shown
            questions = (Shown(what="its questions cannot be told", note=f"{type(error).__name__}: {error}"),)
        if questions:
            yield evaluator.name, questions


def _mark(stage: Stage, score: Score, *, older: bool) -> Mark:
    name, ready = score.metric, stage.ready
    metric = ready.metrics.get(name) or ready.instruments.metrics_of(
        [Trial(case_id=stage.case.id, index=0, scores=(score,))]
    ).get(name)
    case = stage.baseline.cases.get(stage.case.id) if stage.baseline is not None else None
    before = case.scores.get(name, ()) if case is not None and case.key == stage.case.key else ()
    if metric is None:
        return Mark(score=score, baseline=before, older=older)
    gate = gate_of(metric, suite=ready.suite.policy)
    mode = "record" if metric.operational and name not in ready.suite.policy.gates else gate.mode
    rule = resolve(metric, gate=gate, policy=stage.sheet.policy)
    sign = 0 if isinstance(rule, Misfit) or metric.better == "neither" or rule.both else rule.sign
    stands = _stands(score.value, before, metric=metric, sign=sign)
    return Mark.model_validate(
        {"score": score, "metric": metric, "mode": mode, "baseline": before, "stands": stands, "older": older}
    )


def _stands(value: float | None, before: Sequence[float], *, metric: Metric, sign: int) -> str:
    if value is None or not sign:
        return ""
    if before:
        change = sign * (value - sum(before) / len(before))
        return "same" if abs(change) <= _ALIKE else "better" if change > 0 else "worse"
    if metric.kind != "binary":
        return ""
    return "pass" if (value > 0) == (sign > 0) else "fail"
