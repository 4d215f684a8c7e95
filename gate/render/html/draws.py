"""Trial → what the page tells of one draw: output, scores and why, failures, contexts, tool calls, what it took, its steps.

Short keys, and nothing where there is nothing: there may be a hundred thousand of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from gate.model.case import Context
from gate.model.reply import Expense, Reply
from gate.model.run import Trial
from gate.model.score import Metric, Score
from gate.model.span import Span
from gate.render.expenses import took
from gate.render.html.steps import steps
from gate.render.html.texts import Texts
from gate.render.numbers import counted, duration, means, money, tidy, tokens, with_unit

Data = dict[str, Any]


def draw(trial: Trial, *, metrics: Mapping[str, Metric], texts: Texts, spans: Sequence[Span] = ()) -> Data:
    """The draw as JSON. Every text in it is clean."""
    reply = trial.reply
    told: Data = {"n": trial.index + 1}
    if reply is not None:
        told["o"] = texts.text(reply.output)
        told["m"] = list(_facts(reply, texts))
    lists = {
        "s": [
            _score(score, metrics.get(score.metric), texts)
            for score in trial.scores
            if _tells(score, metrics)
        ],
        "f": [
            [each.stage, *map(texts.maybe, (each.kind, each.message, each.evaluator))]
            for each in trial.failures
        ],
        "c": contexts(reply.contexts, texts) if reply is not None else [],
        "t": [_call(each.name, each.arguments, each.result, texts) for each in reply.tool_calls]
        if reply
        else [],
        "e": [_expense(expense, texts) for expense in trial.expenses],
        "p": steps(spans, texts),
    }
    return told | {key: rows for key, rows in lists.items() if rows}


def contexts(passages: Sequence[Context], texts: Texts) -> list[list[str | None]]:
    """Rank, id, score and text of each passage, in their order."""
    return [
        [
            str(passage.rank or place),
            texts.maybe(passage.id),
            None if passage.score is None else value_text(passage.score),
            texts.text(passage.text),
        ]
        for place, passage in enumerate(passages, start=1)
    ]


@lru_cache(maxsize=100_000)
def value_text(value: float, unit: str | None = None) -> str:
    """One value: `1`, `0.83`, `1.20 s`."""
    return with_unit(tidy(means(value, value)[0]), unit=unit)


def _tells(score: Score, metrics: Mapping[str, Metric]) -> bool:
    """What was read off the reply stands among what the draw took."""
    metric = metrics.get(score.metric)
    return metric is None or not metric.operational or score.explanation is not None


def _score(score: Score, metric: Metric | None, texts: Texts) -> list[str | None]:
    """Metric, value (None: it abstained), why, and who gave it."""
    value = None if score.value is None else value_text(score.value, metric.unit if metric else None)
    why = (
        score.explanation
        if score.abstained is None
        else ": ".join(filter(None, (score.abstained, score.explanation)))
    )
    return [texts.text(score.metric), value, texts.maybe(why), texts.maybe(score.judge)]


def _call(name: str, arguments: Mapping[str, Any], result: Any, texts: Texts) -> list[str | None]:
    return [texts.text(name), texts.value(dict(arguments)), None if result is None else texts.value(result)]


def _expense(expense: Expense, texts: Texts) -> list[str]:
    who = "lost answers" if expense.evaluator is None else texts.text(expense.evaluator)
    return [who, f"{counted(expense.calls, 'call')}, {took(expense)}"]


def _facts(reply: Reply, texts: Texts) -> Iterator[list[str]]:
    """(what, how much) of all that is known of a reply."""
    if reply.latency_s:
        yield ["latency", duration(reply.latency_s)]
    if reply.ttft_s is not None:
        yield ["first token", duration(reply.ttft_s)]
    if reply.usage is not None:
        usage = reply.usage
        sent = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
        yield ["tokens", f"{tokens(sent)} in, {tokens(usage.output_tokens)} out"]
        if usage.cache_read_tokens:
            yield ["from the prompt cache", tokens(usage.cache_read_tokens)]
    if reply.cost_usd is not None:
        yield ["cost", money(reply.cost_usd)]
    if reply.model is not None:
        yield ["model", texts.text(reply.model)]
    if reply.stop_reason is not None:
        yield ["ended by", texts.text(reply.stop_reason)]
