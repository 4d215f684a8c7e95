"""RunResult, or an accepted Scorecard beside the old one → lines for the terminal. Judges nothing."""

import math
from collections.abc import Iterator, Sequence

from gate.model.run import RunResult
from gate.model.score import Metric
from gate.model.scorecard import Scorecard
from gate.render import escape
from gate.render.layout import NARROWEST, PLAIN, Column, Span, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, means
from gate.render.sentences import run_sentence
from gate.render.summary import summarize

_INDENT = "  "


def run_text(result: RunResult, *, resumed: int = 0, width: int = 80) -> str:
    """What a run took, and the mean of every metric that it scored. `resumed` of its trials were on disk before."""
    cells = max(width, NARROWEST)
    values: dict[str, list[float]] = {}
    for trial in result.trials:
        for score in trial.scores:
            scored = values.setdefault(score.metric, [])
            if score.value is not None:
                scored.append(score.value)
    names = sorted(values)
    columns = [
        Column("metric", [Span(escape.terminal(name)) for name in names], right=False),
        Column("mean", [Span(_mean(values[name], result.metrics.get(name))) for name in names]),
        Column(
            "scored", [Span(f"{count(len(values[name]))} of {count(len(result.trials))}") for name in names]
        ),
    ]
    lines = [
        *wrapped([Span(PLAIN.write(run_sentence(summarize(result, resumed=resumed))))], cells=cells),
        *(table(columns, cells=cells, indent=_INDENT, head=unstyled) if names else ()),
    ]
    return escape.log_safe("".join(f"{line}\n" for line in lines))


def accepted_text(
    path: str, sides: tuple[Scorecard | None, Scorecard], *, outcome: str, width: int = 80
) -> str:
    """What was accepted: every metric's mean before (where there was a baseline) and after.

    `outcome` is a literal of ours: what became of the file.
    """
    before, after = sides
    cells = max(width, NARROWEST)
    draws = max(case.trials for case in after.cases.values())
    opening = (
        f"{escape.terminal(after.suite)}: {counted(len(after.cases), 'case')}, {counted(draws, 'draw')} each; "
        f"{escape.terminal(path)} {outcome}."
    )
    names = sorted(after.metrics)
    pairs = [_pair(name, before, after) for name in names]
    columns = [
        Column("metric", [Span(escape.terminal(name)) for name in names], right=False),
        Column("before", [Span(old) for old, _ in pairs]),
        Column("now", [Span(new) for _, new in pairs]),
    ]
    lines = [
        *wrapped([Span(opening)], cells=cells),
        *table(columns, cells=cells, indent=_INDENT, head=unstyled),
        *_errors(after),
    ]
    return escape.log_safe("".join(f"{line}\n" for line in lines))


def _pair(name: str, before: Scorecard | None, after: Scorecard) -> tuple[str, str]:
    old = _values(name, before) if before is not None else []
    new = _values(name, after)
    return means(
        math.fsum(old) / len(old) if old else None,
        math.fsum(new) / len(new) if new else None,
        unit=after.metrics[name].unit,
    )


def _values(name: str, card: Scorecard) -> Sequence[float]:
    return [value for case in card.cases.values() for value in case.scores.get(name, ())]


def _mean(values: Sequence[float], metric: Metric | None) -> str:
    if not values:
        return UNKNOWN
    mean = math.fsum(values) / len(values)
    return means(mean, mean, unit=metric.unit if metric else None)[0]


def _errors(card: Scorecard) -> Iterator[str]:
    failed = sum(case.errors for case in card.cases.values())
    if failed:
        yield f"{_INDENT}{counted(failed, 'trial')} failed and are stored as errors, never as scores."
