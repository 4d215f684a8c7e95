"""Two runs of one suite → one: the second look goes on where the first ended. Never drops or repeats a draw."""

from itertools import chain

from gate.model.run import RunResult
from gate.run.spool import Spool


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
    spool, places = Spool(order), set[tuple[str, int]]()
    for trial in chain(first.trials, second.trials):
        spool.append(trial)
        places.add((trial.case_id, trial.index))
    if len(places) != len(spool):
        raise ValueError("two runs with the same draws cannot be pooled")
    return first.model_copy(
        update={
            "draws": first.draws + second.draws,
            "metrics": {**first.metrics, **second.metrics},
            "trials": spool.trials(),
            "stopped": second.stopped or first.stopped,
            "duration_s": first.duration_s + second.duration_s,
        }
    )
