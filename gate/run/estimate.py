"""Questions, and what the baseline remembers → what trials are going to take. An estimate; what is not known stays so."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gate.model.outlay import Outlay
from gate.model.ports import ModelRequest
from gate.model.reply import Usage
from gate.model.scorecard import Scorecard
from gate.model.suite import Suite

CHARACTERS_PER_TOKEN = (
    3.5  # of English prose, on the safe side; code and other languages take fewer characters
)


@dataclass(frozen=True, kw_only=True)
class PerTrial:
    """What one trial takes on average; see `Outlay`. `judge_calls_ahead` are made once, before the first trial."""

    judge_calls: int = 0
    judge_calls_ahead: int = 0
    input_tokens: float | None = None
    output_tokens: float | None = None
    cost_usd: float | None = None
    at_most: bool = False
    latency_s: float | None = None


def per_trial(
    requests: Sequence[ModelRequest | None],
    *,
    baseline: Scorecard | None,
    price: Callable[[str, Usage], float | None],
    judge_calls: tuple[int, int] = (0, 0),
) -> PerTrial:
    """What a trial takes.

    Args:
        requests: what each case asks a model; None where a target is not one question.
        baseline: what was accepted; its operational metrics, where it holds any, are what trials took then.
        price: model and token counts → US dollars, None where it is not known.
        judge_calls: the most calls of judges in a trial, and once before the first.
    """
    told = [request for request in requests if request is not None]
    known = len(told) == len(requests)
    sent = _mean([_tokens(each) for each in told]) if known else _stored(baseline, "input_tokens")
    got = _stored(baseline, "output_tokens")
    at_most = got is None and known
    if at_most:
        got = _mean([float(each.max_tokens) for each in told])
    cost = _stored(baseline, "cost_usd")
    if known and told and sent is not None and got is not None:
        usage = Usage(input_tokens=round(sent), output_tokens=round(got))
        cost = price(told[0].model, usage)
    return PerTrial(
        judge_calls=judge_calls[0],
        judge_calls_ahead=judge_calls[1],
        input_tokens=sent,
        output_tokens=got,
        cost_usd=cost,
        at_most=at_most,
        latency_s=_stored(baseline, "latency_s"),
    )


def outlay(each: PerTrial, *, suite: Suite, trials: int, kept: int = 0) -> Outlay:
    """What a number of trials takes, of which some are kept."""
    asked = trials - kept
    return Outlay(
        trials=trials,
        kept=kept,
        judge_calls=asked * each.judge_calls + (each.judge_calls_ahead if asked else 0),
        input_tokens=_times(each.input_tokens, asked),
        output_tokens=_times(each.output_tokens, asked),
        cost_usd=_times(each.cost_usd, asked),
        at_most=each.at_most and asked > 0,
        seconds=_seconds(each, suite=suite, asked=asked),
    )


def _seconds(each: PerTrial, *, suite: Suite, asked: int) -> float | None:
    if suite.batch:  # nobody knows how long the provider takes for it
        return None
    known = []
    if each.latency_s is not None:
        known.append(each.latency_s * asked / min(suite.concurrency, max(asked, 1)))
    if suite.calls_per_minute is not None:
        known.append(asked * 60 / suite.calls_per_minute)
    return max(known, default=None)


def _tokens(request: ModelRequest) -> float:
    texts = [request.system or "", *(message.content for message in request.messages)]
    return sum(map(len, texts)) / CHARACTERS_PER_TOKEN


def _stored(baseline: Scorecard | None, metric: str) -> float | None:
    """The mean of a metric over everything that was accepted."""
    if baseline is None:
        return None
    return _mean([value for case in baseline.cases.values() for value in case.scores.get(metric, ())])


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


def _times(value: float | None, count: int) -> float | None:
    return None if value is None else value * count
