"""Sample → what the reply took: time, tokens, money, words. Recorded for every reply, gated only where a gate says so.

What a target does not know is no score, and never 0. Time, money and tokens are compared as ratios, so that a 0 of
one of them (a recording without a clock, a model without a price) is no score either.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from gate.model.ports import Evaluator, NoOptions, Setting
from gate.model.reply import Reply, Sample
from gate.model.score import Metric, Score


def _metric(name: str, unit: str, **fields: Any) -> Metric:
    return Metric(**{"name": name, "kind": "measure", "unit": unit, "operational": True, **fields})


METRICS: tuple[Metric, ...] = (
    _metric("latency_s", "s", better="lower", log=True),
    _metric("ttft_s", "s", better="lower", log=True),
    _metric("input_tokens", "tokens", better="lower", log=True),
    _metric("output_tokens", "tokens", better="lower", log=True),
    # A cache that is read more often is no worse, and 0 is what most replies have: neither a ratio nor a direction.
    _metric("cache_read_tokens", "tokens", better="neither"),
    _metric("cache_write_tokens", "tokens", better="neither"),
    _metric("cost_usd", "USD", better="lower", log=True),
    # An empty answer has 0 words, and that must be seen.
    _metric("response_words", "words", better="neither"),
)
_LOG = frozenset(metric.name for metric in METRICS if metric.log)


class Operational(Evaluator):
    """Latency, time to first token, tokens, cost and words of every reply."""

    def __init__(self, name: str, options: NoOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)

    @property
    def metrics(self) -> Sequence[Metric]:
        """All of them, whether or not the target tells."""
        return METRICS

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Read them off the reply."""
        return [
            Score(metric=name, value=value)
            for name, value in _values(sample.reply)
            if value is not None and (value > 0 or name not in _LOG)
        ]


def _values(reply: Reply) -> Iterator[tuple[str, float | None]]:
    yield "latency_s", reply.latency_s
    yield "ttft_s", reply.ttft_s
    if reply.usage is not None:
        yield "input_tokens", reply.usage.input_tokens
        yield "output_tokens", reply.usage.output_tokens
        yield "cache_read_tokens", reply.usage.cache_read_tokens
        yield "cache_write_tokens", reply.usage.cache_write_tokens
    yield "cost_usd", reply.cost_usd
    yield "response_words", len(reply.output.split())
