"""RunResult → RunSummary: what a run took and what failed, in sums. What is not known of every reply is unknown."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from gate.model.redaction import shortened
from gate.model.reply import Expense, Failure, Reply
from gate.model.report import RunSummary
from gate.model.run import RunResult, Trial


def summarize(result: RunResult, *, resumed: int = 0) -> RunSummary:
    """Sum up a run, as `Sums` does."""
    sums = Sums()
    for trial in result.trials:
        sums.add(trial)
    return sums.summary(result, cases=len(result.cases), resumed=resumed)


class Sums:
    """What a run took and what failed, added up trial by trial; no trial is kept.

    A trial with several failures of one kind counts once for that kind. Tokens in are all that were sent, those of the
    prompt cache too. A cost or a count that is missing for one reply makes the sum unknown, never smaller.
    """

    def __init__(self) -> None:
        self._trials = self._failed = 0
        self._kinds: Counter[str] = Counter()
        self._examples: dict[str, Failure] = {}  # the first of each kind
        self._latencies: list[float] = []
        self._first_tokens: list[float] = []
        self._sent: list[int | None] = []
        self._written: list[int | None] = []
        self._costs: list[float | None] = []
        self._judged: Expense | None = None
        self._lost: Expense | None = None

    def watch(self, trials: Iterable[Trial]) -> Iterator[Trial]:
        """Hand the trials on, each when it is added."""
        for trial in trials:
            self.add(trial)
            yield trial

    def add(self, trial: Trial) -> None:
        """Add a trial."""
        self._trials += 1
        self._failed += trial.reply is None or bool(trial.failures)
        if trial.failures:
            self._add_failures(trial.failures)
        if trial.reply is not None:
            self._add_reply(trial.reply)
        for expense in trial.expenses:
            if expense.evaluator is None:
                self._lost = expense if self._lost is None else self._lost.plus(expense)
            else:
                self._judged = expense if self._judged is None else self._judged.plus(expense)

    def summary(self, run: RunResult, *, cases: int, resumed: int = 0) -> RunSummary:
        """All of it. `resumed` of the trials were on disk before the run began, and took none of its time."""
        done = self._trials - resumed
        return RunSummary(
            suite=run.suite,
            cases=cases,
            draws=run.draws,
            trials=self._trials,
            resumed=resumed,
            failed=self._failed,
            failures=dict(sorted(self._kinds.items())),
            examples=tuple(_shortened(failure) for _, failure in sorted(self._examples.items())),
            duration_s=run.duration_s,
            throughput_per_s=done / run.duration_s if done > 0 and run.duration_s else None,
            latency_p50_s=quantile(self._latencies, share=0.5),
            latency_p95_s=quantile(self._latencies, share=0.95),
            ttft_p50_s=quantile(self._first_tokens, share=0.5),
            input_tokens=_total(self._sent),
            output_tokens=_total(self._written),
            cost_usd=_cost(self._costs),
            judged=self._judged,
            lost=self._lost,
            stopped=run.stopped.message if run.stopped else None,
        )

    def _add_failures(self, failures: Iterable[Failure]) -> None:
        self._kinds.update({failure.kind for failure in failures})
        for failure in failures:
            self._examples.setdefault(failure.kind, failure)

    def _add_reply(self, reply: Reply) -> None:
        usage = reply.usage
        self._latencies.append(reply.latency_s)
        if reply.ttft_s is not None:
            self._first_tokens.append(reply.ttft_s)
        self._sent.append(
            None if usage is None else usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        )
        self._written.append(None if usage is None else usage.output_tokens)
        self._costs.append(reply.cost_usd)


def _shortened(failure: Failure) -> Failure:
    return failure.model_copy(update={"message": shortened(failure.message)})


def _total(counts: Sequence[int | None]) -> int | None:
    return sum(count or 0 for count in counts) if counts and None not in counts else None


def _cost(costs: Sequence[float | None]) -> float | None:
    return math.fsum(cost or 0.0 for cost in costs) if costs and None not in costs else None


def quantile(values: Sequence[float], *, share: float) -> float | None:
    """The linear interpolation between order statistics (Hyndman & Fan 1996, definition 7); None of no values."""
    if not values:
        return None
    ordered = sorted(values)
    position = share * (len(ordered) - 1)
    below = math.floor(position)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (position - below)
