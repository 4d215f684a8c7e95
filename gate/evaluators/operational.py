"""Sample → what the reply took: time, tokens, length, how it ended. Recorded always, gated where a gate says so.

What a target does not know is no score, and never 0. Time and tokens are compared as ratios, so that a 0 of one of
them (a recording without a clock) is no score either. What it cost is told by `cost`.
"""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

from gate.model.ports import Evaluator, NoOptions, Setting
from gate.model.reply import Reply, Sample, Usage
from gate.model.score import Metric, Score

# The words of the Messages API, and those of the APIs that speak of a finish reason.
CUT_OFF = frozenset({"max_tokens", "model_context_window_exceeded", "length"})
REFUSED = frozenset({"refusal", "content_filter"})


def _metric(name: str, unit: str | None = None, **fields: Any) -> Metric:
    return Metric(**{"name": name, "kind": "measure", "unit": unit, "operational": True, **fields})


METRICS: tuple[Metric, ...] = (
    _metric("latency_s", "s", better="lower", log=True),
    _metric("ttft_s", "s", better="lower", log=True),
    _metric("output_tokens_per_s", "tokens/s", better="higher", log=True),
    _metric("input_tokens", "tokens", better="lower", log=True),
    _metric("output_tokens", "tokens", better="lower", log=True),
    _metric("total_tokens", "tokens", better="lower", log=True),
    # A cache that is read more often is no worse, and 0 is what most replies have: neither a ratio nor a direction.
    _metric("cache_read_tokens", "tokens", better="neither"),
    _metric("cache_write_tokens", "tokens", better="neither"),
    _metric("cache_read_share", kind="scale", low=0, high=1),
    # An empty answer has 0 words, and that must be seen.
    _metric("response_words", "words", better="neither"),
    _metric("response_characters", "characters", better="neither"),
    # An answer without a tool takes 0 of them: no ratio.
    _metric("tool_steps", "calls", better="lower"),
    _metric("stop_cut_off", kind="binary", better="lower"),
    _metric("stop_refusal", kind="binary", better="lower"),
)
CLOCKED = ("latency_s", "ttft_s", "output_tokens_per_s")  # what needs a clock beside the call
_TICK_S = 1e-6  # below it is no measurement: a recording has a latency of 0, and so no throughput
_BY_NAME = {metric.name: metric for metric in METRICS}
_LOG = frozenset(metric.name for metric in METRICS if metric.log)


class Operational(Evaluator):
    """Latency, throughput, tokens, length and ending of every reply."""

    instant: ClassVar = True

    def __init__(self, name: str, options: NoOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)

    @property
    def metrics(self) -> Sequence[Metric]:
        """All of them, whether or not the target tells."""
        return METRICS

    def describe(self, metric: str) -> Metric | None:
        """The same as of any evaluator, without going through all of them for each score."""
        return _BY_NAME.get(metric)

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
        yield from _tokens(reply.usage)
        if reply.latency_s >= _TICK_S:
            yield "output_tokens_per_s", reply.usage.output_tokens / reply.latency_s
    yield "response_words", len(reply.output.split())
    yield "response_characters", len(reply.output)
    yield "tool_steps", len(reply.tool_calls)
    if reply.stop_reason is not None:
        yield "stop_cut_off", float(reply.stop_reason.lower() in CUT_OFF)
        yield "stop_refusal", float(reply.stop_reason.lower() in REFUSED)


def _tokens(usage: Usage) -> Iterator[tuple[str, float | None]]:
    asked = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    yield "input_tokens", usage.input_tokens
    yield "output_tokens", usage.output_tokens
    yield "total_tokens", asked + usage.output_tokens
    yield "cache_read_tokens", usage.cache_read_tokens
    yield "cache_write_tokens", usage.cache_write_tokens
    yield "cache_read_share", usage.cache_read_tokens / asked if asked else None
