"""Two runs of one suite → one: the second look goes on where the first ended. Never drops or repeats a draw."""

from gate.model.run import RunResult


def pooled(first: RunResult, second: RunResult) -> RunResult:
    """All draws of both, in the order of the cases and then of the draws.

    Raises:
        ValueError: another suite, target, cases or metric, or a draw that stands in both: they cannot be pooled.
    """
    for field in ("suite", "target", "cases", "shard"):
        if getattr(first, field) != getattr(second, field):
            raise ValueError(f"two runs with different {field} cannot be pooled")
    differing = [
        n for n in first.metrics.keys() & second.metrics.keys() if first.metrics[n] != second.metrics[n]
    ]
    if differing:
        raise ValueError(f"two runs with different metrics {sorted(differing)} cannot be pooled")
    order = {case.id: number for number, case in enumerate(first.cases)}
    trials = sorted((*first.trials, *second.trials), key=lambda trial: (order[trial.case_id], trial.index))
    places = [(trial.case_id, trial.index) for trial in trials]
    if len(set(places)) != len(places):
        raise ValueError("two runs with the same draws cannot be pooled")
    return first.model_copy(
        update={
            "draws": first.draws + second.draws,
            "metrics": {**first.metrics, **second.metrics},
            "trials": tuple(trials),
            "stopped": second.stopped or first.stopped,
            "duration_s": first.duration_s + second.duration_s,
        }
    )
