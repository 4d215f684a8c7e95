"""RunResult → RunSummary: what a run took and what failed, in sums. What is not known of every reply is unknown."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence

from gate.model.redaction import shortened
from gate.model.reply import Failure, Reply, Usage
from gate.model.report import RunSummary
from gate.model.run import RunResult


def summarize(result: RunResult, *, resumed: int = 0) -> RunSummary:
    """Sum up a run. `resumed` of its trials were on disk before it began, and took none of its time.

    A trial with several failures of one kind counts once for that kind. Tokens in are all that were sent, those of the prompt cache too. A cost or a count that is missing for one reply
    makes the sum unknown, never smaller.
    """
    replies = [trial.reply for trial in result.trials if trial.reply is not None]
    failures = [failure for trial in result.trials for failure in trial.failures]
    kinds = Counter(kind for trial in result.trials for kind in {failure.kind for failure in trial.failures})
    done = len(result.trials) - resumed
    usages = [reply.usage for reply in replies]
    latencies = [reply.latency_s for reply in replies]
    return RunSummary(
        suite=result.suite,
        cases=len(result.cases),
        draws=result.draws,
        trials=len(result.trials),
        resumed=resumed,
        failed=sum(trial.reply is None or bool(trial.failures) for trial in result.trials),
        failures=dict(sorted(kinds.items())),
        examples=tuple(_examples(failures)),
        duration_s=result.duration_s,
        throughput_per_s=done / result.duration_s if done > 0 and result.duration_s else None,
        latency_p50_s=_quantile(latencies, share=0.5),
        latency_p95_s=_quantile(latencies, share=0.95),
        ttft_p50_s=_quantile([r.ttft_s for r in replies if r.ttft_s is not None], share=0.5),
        input_tokens=_total(None if usage is None else _sent(usage) for usage in usages),
        output_tokens=_total(None if usage is None else usage.output_tokens for usage in usages),
        cost_usd=_cost(replies),
        stopped=result.stopped.message if result.stopped else None,
    )


def _examples(failures: Iterable[Failure]) -> list[Failure]:
    """The first failure of each kind, in the order of the kinds."""
    first: dict[str, Failure] = {}
    for failure in failures:
        first.setdefault(failure.kind, failure)
    return [
        first[kind].model_copy(update={"message": shortened(first[kind].message)}) for kind in sorted(first)
    ]


def _sent(usage: Usage) -> int:
    return usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens


def _total(counts: Iterable[int | None]) -> int | None:
    known = list(counts)
    return sum(n or 0 for n in known) if known and None not in known else None


def _cost(replies: Sequence[Reply]) -> float | None:
    costs = [reply.cost_usd for reply in replies]
    if not costs or None in costs:
        return None
    return math.fsum(cost or 0.0 for cost in costs)


def _quantile(values: Sequence[float], *, share: float) -> float | None:
    """The linear interpolation between order statistics (Hyndman & Fan 1996, definition 7); None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
