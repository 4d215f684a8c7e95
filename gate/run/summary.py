"""RunResult → RunSummary: what a run took. Never a sum that leaves out what is not known."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gate.model.reply import Failure, Reply
from gate.model.report import RunSummary
from gate.model.run import RunResult


def summarize(result: RunResult, *, resumed: int = 0) -> RunSummary:
    """Count a run. `resumed` trials were done before: they are counted, and took none of this run's time.

    A trial with several failures of one kind counts once for that kind. Throughput is trials done per second of wall
    time. Input tokens include those read from and written to the prompt cache.
    """
    replies = [trial.reply for trial in result.trials if trial.reply is not None]
    failures = Counter(
        kind for trial in result.trials for kind in {failure.kind for failure in trial.failures}
    )
    examples: dict[str, Failure] = {}
    for trial in result.trials:
        for failure in trial.failures:
            examples.setdefault(failure.kind, failure)
    done = len(result.trials) - resumed
    latencies = [reply.latency_s for reply in replies if reply.latency_s > 0]
    return RunSummary(
        suite=result.suite,
        cases=len(result.cases),
        draws=result.draws,
        trials=len(result.trials),
        resumed=resumed,
        failed=sum(bool(trial.failures) for trial in result.trials),
        failures=dict(sorted(failures.items())),
        examples=tuple(examples[kind] for kind in sorted(examples)),
        duration_s=result.duration_s,
        throughput_per_s=done / result.duration_s if done > 0 and result.duration_s > 0 else None,
        latency_p50_s=quantile(latencies, 0.5),
        latency_p95_s=quantile(latencies, 0.95),
        ttft_p50_s=quantile([reply.ttft_s for reply in replies if reply.ttft_s is not None], 0.5),
        input_tokens=_total(replies, _input_tokens),
        output_tokens=_total(replies, _output_tokens),
        cost_usd=_total(replies, lambda reply: reply.cost_usd),
        stopped=result.stopped.message if result.stopped is not None else None,
    )


def quantile(values: Sequence[float], share: float) -> float | None:
    """The linear interpolation between order statistics (Hyndman & Fan 1996, definition 7); None for no values."""
    if not values:
        return None
    ordered = sorted(values)
    below, part = divmod(share * (len(ordered) - 1), 1)
    low, high = ordered[int(below)], ordered[math.ceil(below + part)]
    return low + (high - low) * part


def _total(replies: Iterable[Reply], amount: Callable[[Reply], float | None]) -> Any:
    """The sum over all replies; None where there is none, or one of them does not tell."""
    amounts = [amount(reply) for reply in replies]
    known = [value for value in amounts if value is not None]
    return sum(known) if known and len(known) == len(amounts) else None


def _input_tokens(reply: Reply) -> int | None:
    usage = reply.usage
    if usage is None:
        return None
    return usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens


def _output_tokens(reply: Reply) -> int | None:
    return None if reply.usage is None else reply.usage.output_tokens
