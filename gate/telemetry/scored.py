"""Trial → its evaluation results, as the events of the conventions. An abstention has no value, a failure no label."""

from collections.abc import Callable, Mapping
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


class Results:
    """The results of trials. `describe` says what a metric means; it is asked once for each."""

    def __init__(self, describe: Describe) -> None:
        self._describe = describe
        self._good: dict[str, float | None] = {}
        self._silent: set[str] = set()

    def of(self, trial: Trial, *, content: bool) -> tuple[list[dict[str, JsonValue]], bool]:
        """The attributes of each result; and whether nothing failed, and every score that is a pass or a fail is a pass.

        Metrics that every reply has (time, tokens) are left out: its span tells them.
        """
        told, passed = list[dict[str, JsonValue]](), not trial.failures
        for score in trial.scores:
            name = score.metric
            if name in self._silent or (name not in self._good and not self._learn(name)):
                continue
            good = self._good[name]
            passed = passed and (score.value is None or good is None or score.value == good)
            told.append(_of_score(score, good, content=content))
        told += [
            {names.EVALUATION_NAME: failure.evaluator or "all", names.ERROR_TYPE: failure.kind}
            for failure in trial.failures
            if failure.stage == "evaluator"
        ]
        return told, passed

    def _learn(self, name: str) -> bool:
        """Look a metric up; whether it is told."""
        metric = self._describe(name)
        if metric is not None and metric.operational:
            self._silent.add(name)
            return False
        graded = metric is not None and metric.kind == "binary" and metric.better != "neither"
        self._good[name] = None if metric is None or not graded else float(metric.better == "higher")
        return True


def _of_score(score: Score, good: float | None, *, content: bool) -> dict[str, JsonValue]:
    """`good` is the value that is a pass; None where no value is one."""
    told: dict[str, JsonValue] = {names.EVALUATION_NAME: score.metric}
    if score.value is None:
        told[names.SCORE_LABEL] = ABSTAINED
        said = score.abstained
    else:
        told[names.SCORE_VALUE] = float(score.value)
        if good is not None:
            told[names.SCORE_LABEL] = "pass" if score.value == good else "fail"
        said = score.explanation
    if score.judge is not None:
        told[names.JUDGE_MODEL] = score.judge
    if content and said:
        told[names.EXPLANATION] = public(said)
    return told
