"""Trial → its evaluation results, as the events of the conventions. An abstention has no value, a failure no label."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from gate.model.run import Trial
from gate.model.score import Metric, Score
from gate.telemetry import names
from gate.telemetry.content import public

ABSTAINED = "abstained"
Describe = Callable[[str], Metric | None]


@dataclass(frozen=True, slots=True)
class Scored:
    """One event `gen_ai.evaluation.result`, and the step that it speaks of. Nanoseconds since 1970."""

    time_ns: int
    trace_id: int
    span_id: int
    attributes: Mapping[str, JsonValue]


def results_of(trial: Trial, describe: Describe, *, content: bool) -> Iterator[dict[str, JsonValue]]:
    """The attributes of each result. Metrics that every reply has (time, tokens) are left out: its span tells them."""
    for score in trial.scores:
        metric = describe(score.metric)
        if metric is None or not metric.operational:
            yield _of_score(score, metric, content=content)
    for failure in trial.failures:
        if failure.stage == "evaluator":
            yield {
                names.EVALUATION_NAME: failure.evaluator or "all",
                names.ERROR_TYPE: failure.kind,
            }


def passes(trial: Trial, describe: Describe) -> bool:
    """Whether nothing failed, and every score that is a pass or a fail is a pass."""
    return not trial.failures and all(
        score.value is None or _label(score.value, describe(score.metric)) != "fail" for score in trial.scores
    )


def _of_score(score: Score, metric: Metric | None, *, content: bool) -> dict[str, JsonValue]:
    told: dict[str, JsonValue] = {names.EVALUATION_NAME: score.metric}
    if score.value is None:
        told[names.SCORE_LABEL] = ABSTAINED
        said = score.abstained
    else:
        told[names.SCORE_VALUE] = float(score.value)
        if (label := _label(score.value, metric)) is not None:
            told[names.SCORE_LABEL] = label
        said = score.explanation
    if score.judge is not None:
        told[names.JUDGE_MODEL] = score.judge
    if content and said:
        told[names.EXPLANATION] = public(said)
    return told


def _label(value: float, metric: Metric | None) -> str | None:
    if metric is None or metric.kind != "binary" or metric.better == "neither" or metric.operational:
        return None
    return "pass" if (value == 1) is (metric.better == "higher") else "fail"
