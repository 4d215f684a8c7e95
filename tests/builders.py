"""Builders of nouns for tests: each takes keyword overrides of sensible defaults."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from gate.model.case import Case
from gate.model.ports import LanguageModel, Setting, UserFunction
from gate.model.reply import Reply, Sample
from gate.model.run import RunResult, Trial
from gate.model.score import Metric, Score
from gate.model.scorecard import CaseScores, Scorecard


def make_case(case_id: str = "case-1", **fields: Any) -> Case:
    return Case(**{"id": case_id, "input": f"question of {case_id}", **fields})


def make_reply(output: str = "an answer", **fields: Any) -> Reply:
    return Reply(**{"output": output, "latency_s": 0.25, **fields})


def make_sample(case: Case | None = None, reply: Reply | None = None) -> Sample:
    return Sample(case=case or make_case(), reply=reply or make_reply())


def make_metric(name: str = "accuracy", **fields: Any) -> Metric:
    return Metric(**{"name": name, "kind": "binary", "fingerprint": "f1", **fields})


def make_trial(case_id: str = "case-1", index: int = 0, **fields: Any) -> Trial:
    """A trial that scored `accuracy` 1 unless told otherwise."""
    given = {"reply": make_reply(), "scores": (Score(metric="accuracy", value=1.0),), **fields}
    return Trial(case_id=case_id, index=index, **given)


def make_run(trials: Sequence[Trial] | None = None, **fields: Any) -> RunResult:
    trials = (make_trial(),) if trials is None else tuple(trials)
    ids = list(dict.fromkeys(trial.case_id for trial in trials))
    given: dict[str, Any] = {
        "suite": "suite",
        "cases": tuple(make_case(case_id) for case_id in ids),
        "draws": max((trial.index for trial in trials), default=0) + 1,
        "metrics": {"accuracy": make_metric()},
        "target": {"spec": "t1"},
        "trials": tuple(trials),
    }
    return RunResult(**{**given, **fields})


def make_scorecard(
    values: Mapping[str, Sequence[float]], *, metric: Metric | None = None, **fields: Any
) -> Scorecard:
    """A scorecard of one metric: case id → its draws."""
    metric = metric or make_metric()
    cases = {
        case_id: CaseScores(
            key=f"key-{case_id}", trials=max(1, len(draws)), scores={metric.name: tuple(draws)}
        )
        for case_id, draws in values.items()
    }
    return Scorecard(**{"suite": "suite", "metrics": {metric.name: metric}, "cases": cases, **fields})


def _no_model() -> LanguageModel:
    raise AssertionError("this test must not open the door to a model")


def _no_function(reference: str) -> UserFunction:
    raise AssertionError(f"this test must not load {reference}")


def make_setting(
    root: Path,
    *,
    llm: Callable[[], LanguageModel] = _no_model,
    load: Callable[[str], UserFunction] = _no_function,
    timeout_s: float = 30.0,
    **more: Any,
) -> Setting:
    return Setting(root=root, suite="suite", timeout_s=timeout_s, concurrency=4, llm=llm, load=load, **more)


def config_text(suite: Mapping[str, Any] | None = None, **top: Any) -> str:
    """A gate.yaml (JSON is YAML) of one suite `support`; a suite's key that is given as `...` is left out."""
    usual = {"cases": "cases.jsonl", "target": {"use": "echo"}, "evaluators": ["same"]}
    keys = {key: value for key, value in {**usual, **(suite or {})}.items() if value is not ...}
    return json.dumps({"version": 1, "suites": {"support": keys}, **top})
