"""Trials that were done → what more of them take. What one of them did not tell is not known of the next."""

import math
from collections.abc import Iterable, Sequence

from gate.model.run import Trial
from gate.run.budget import Need, Priced, tokens_of


def forecast(done: Sequence[Trial], *, trials: int, concurrency: int) -> Need:
    """What `trials` more take, as the mean of those that were done: calls with those of judges, tokens, money, seconds."""
    if not done or trials <= 0:
        return Need(calls=max(trials, 0))
    times = trials / len(done)
    paid: list[Priced] = [trial.reply for trial in done if trial.reply is not None]
    paid += [expense for trial in done for expense in trial.expenses]
    judged = sum(expense.calls for trial in done for expense in trial.expenses)
    latencies = [trial.reply.latency_s for trial in done if trial.reply is not None]
    mean_s = math.fsum(latencies) / len(latencies) if latencies else None
    return Need(
        calls=trials + math.ceil(judged * times),
        tokens=_total((tokens_of(each) for each in paid), times=times),
        cost_usd=_total((each.cost_usd for each in paid), times=times),
        seconds=None if mean_s is None else mean_s * trials / concurrency,
    )


def _total(amounts: Iterable[float | None], *, times: float) -> float | None:
    known = [amount for amount in amounts if amount is not None]
    return math.fsum(known) * times if known else None
