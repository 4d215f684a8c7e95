"""Calls and trials → the metrics of a run: histograms of time, counts of tokens, trials, failures and verdicts.

Added up while the run goes on, told once, at its end.
"""

from bisect import bisect_left
from dataclasses import dataclass, field

from pydantic import JsonValue

from gate.telemetry import names
from gate.telemetry.trail import Step, now_ns

Labels = tuple[tuple[str, str | int], ...]
_OF_A_CALL = (
    names.OPERATION,
    names.PROVIDER,
    names.REQUEST_MODEL,
    names.RESPONSE_MODEL,
    names.SERVER_ADDRESS,
    names.SERVER_PORT,
)
_TOKENS = {
    names.INPUT_TOKENS: names.INPUT_TOKENS_METRIC,
    names.OUTPUT_TOKENS: names.OUTPUT_TOKENS_METRIC,
    names.CACHE_READ_TOKENS: names.CACHE_READ_METRIC,
    names.CACHE_WRITE_TOKENS: names.CACHE_WRITE_METRIC,
}
_SECONDS = {
    names.DURATION_METRIC: "How long calls of models took, with all their attempts.",
    names.FIRST_CHUNK_METRIC: "How long the first chunk of a streamed answer took.",
}
_COUNTS = {
    names.INPUT_TOKENS_METRIC: ("{token}", "Tokens sent to models, cached ones included."),
    names.OUTPUT_TOKENS_METRIC: ("{token}", "Tokens that models wrote."),
    names.CACHE_READ_METRIC: ("{token}", "Tokens that were read from a prompt cache."),
    names.CACHE_WRITE_METRIC: ("{token}", "Tokens that were written to a prompt cache."),
    names.TRIALS_METRIC: ("{trial}", "Trials that were done, by suite and result."),
    names.FAILURES_METRIC: ("{failure}", "Failures by suite and kind."),
    names.VERDICT_METRIC: ("{verdict}", "Verdicts by kind."),
}
_NS = 1e9


@dataclass(kw_only=True)
class Histogram:
    """Values in buckets: `counts[i]` are those in (bounds[i-1], bounds[i]]."""

    counts: list[int]
    total: float = 0.0
    least: float = float("inf")
    most: float = float("-inf")

    def add(self, value: float) -> None:
        """Count a value."""
        self.counts[bisect_left(names.SECONDS_BUCKETS, value)] += 1
        self.total += value
        self.least, self.most = min(self.least, value), max(self.most, value)


@dataclass(kw_only=True)
class Metric:
    """One metric of a run. With `bounds` it is a histogram, else a count that only grows."""

    name: str
    unit: str
    about: str
    bounds: tuple[float, ...] = ()
    start_ns: int = 0
    end_ns: int = 0
    points: dict[Labels, int | Histogram] = field(default_factory=dict)


class Sums:
    """What one run comes to."""

    def __init__(self) -> None:
        self._start_ns = now_ns()
        self._metrics: dict[str, Metric] = {
            name: Metric(name=name, unit="s", about=about, bounds=names.SECONDS_BUCKETS)
            for name, about in _SECONDS.items()
        }
        self._metrics |= {
            name: Metric(name=name, unit=unit, about=about) for name, (unit, about) in _COUNTS.items()
        }

    def call(self, call: Step) -> None:
        """A call of a model, or an attempt at one that was lost and paid all the same."""
        attributes = call.attributes
        if attributes.get(names.OPERATION) == names.CHAT and names.BATCHED not in attributes:
            labels = _labels(attributes)
            failed = ((names.ERROR_TYPE, call.error),) if call.error is not None else ()
            self._time(names.DURATION_METRIC, labels + failed, (call.end_ns - call.start_ns) / _NS)
            first_s = attributes.get(names.FIRST_CHUNK)
            if isinstance(first_s, float):
                self._time(names.FIRST_CHUNK_METRIC, labels, first_s)
        if names.INPUT_TOKENS in attributes:
            labels = _labels(attributes)
            for name, metric in _TOKENS.items():
                tokens = attributes.get(name)
                if isinstance(tokens, int):
                    self.count(metric, labels, tokens)

    def count(self, name: str, labels: Labels, number: int = 1) -> None:
        """Add to a count."""
        points = self._metrics[name].points
        before = points.get(labels, 0)
        points[labels] = number + (before if isinstance(before, int) else 0)

    def told(self) -> list[Metric]:
        """The metrics that have something to tell."""
        metrics = [metric for metric in self._metrics.values() if metric.points]
        for metric in metrics:
            metric.start_ns, metric.end_ns = self._start_ns, now_ns()
        return metrics

    def _time(self, name: str, labels: Labels, seconds: float) -> None:
        points = self._metrics[name].points
        if labels not in points:
            points[labels] = Histogram(counts=[0] * (len(names.SECONDS_BUCKETS) + 1))
        histogram = points[labels]
        if isinstance(histogram, Histogram):
            histogram.add(max(seconds, 0.0))


def _labels(attributes: dict[str, JsonValue]) -> Labels:
    return tuple((name, value) for name in _OF_A_CALL if isinstance(value := attributes.get(name), str | int))
