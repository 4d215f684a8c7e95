"""Report + cases → the table of cases as data: for each metric the pairs of values, and how each case moved.

Nothing is judged here: which case got worse is the verdict's word. The words by letter:

| letter | what became of the case |
|---|---|
| `W` | got worse, in every draw |
| `w` | got worse |
| `b` | got better |
| `s` | the same |
| `f` | failed: the head has no value |
| `a` | the evaluator abstained, where the baseline has a value |
| `n` | not compared: the baseline has no such case, or asks something else under its id, or not by this instrument |
| `q` | the evaluator abstained, as it did in the baseline, or where that is not known: no news |
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gate.model.case import Case
from gate.model.page import SuitePage
from gate.model.score import Metric
from gate.model.scorecard import CaseScores
from gate.model.verdict import CaseChange, Kind, SuiteVerdict
from gate.render.html.gathered import Seen
from gate.render.html.texts import Texts
from gate.render.numbers import UNKNOWN, means, tidy, with_unit

# Of the metrics that are read off every reply: those that a person sorts cases by, besides those that are gated.
_SORTED_BY = frozenset({"latency_s", "ttft_s", "total_tokens", "cost_usd"})
GRAVEST = "fWwbansq"  # the letters, in the order in which a person wants to see their cases
# The same for the metrics of one case: where something was compared, what was not does not stand for the case.
_TELLING = "fWwbasnq"
Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One metric over all cases: base and head means (None where there is none), and the letters."""

    metric: Metric
    base: Sequence[float | None]
    head: Sequence[float | None]
    moves: str


def columns(suite: SuitePage, verdict: SuiteVerdict, seen: Mapping[str, Seen]) -> list[Column]:
    """A column for each metric of the head that is more than a figure of every reply, the gravest first."""
    grave = {diff.metric: (diff.mode != "block", -diff.kind.severity) for diff in verdict.diffs}
    gated = {diff.metric for diff in verdict.diffs if diff.mode != "record"}
    comparable = {diff.metric for diff in verdict.diffs if diff.kind is not Kind.NOT_COMPARABLE}
    changes: dict[str, dict[str, CaseChange]] = {}
    for change in verdict.changes:
        changes.setdefault(change.metric, {})[change.case_id] = change
    kept = suite.baseline.cases if suite.baseline is not None else {}
    other = {*verdict.churn.added, *verdict.churn.changed}
    known = {case_id: case for case_id, case in kept.items() if case_id not in other}
    wanted = [
        metric
        for name, metric in sorted(
            suite.head.metrics.items(), key=lambda each: (*grave.get(each[0], (True, 1)), each[0])
        )
        if not metric.operational or name in gated | _SORTED_BY
    ]
    made = [
        _column(
            metric,
            suite.head.cases,
            (seen, known if metric.name in comparable else {}),
            changes.get(metric.name, {}),
        )
        for metric in wanted
    ]
    return [column for column in made if set(column.moves) - {"n"} or any(v is not None for v in column.head)]


def column_data(column: Column, texts: Texts) -> Data:
    """The column with its figures as text: each pair of values once, and by case which of them it has."""
    pairs: dict[tuple[float | None, float | None], int] = {}
    at = [pairs.setdefault(pair, len(pairs)) for pair in zip(column.base, column.head, strict=True)]
    metric = column.metric
    return {
        "name": texts.text(metric.name),
        "better": metric.better,
        "pairs": [[base, head, *_pair_text(base, head, metric.unit)] for base, head in pairs],
        "at": at,
        "moves": column.moves,
    }


def overall(made: Sequence[Column], seen: Sequence[Seen]) -> Data:
    """For each case its gravest move, and the metric that made it. Figures of every reply have no say: they always move."""
    telling = [(place, column) for place, column in enumerate(made) if not column.metric.operational] or list(
        enumerate(made)
    )
    moves, of = [], []
    for row, case in enumerate(seen):
        best = min(telling, key=lambda each: (_TELLING.index(each[1].moves[row]), each[0]), default=(0, None))
        moves.append("f" if case.failed else best[1].moves[row] if best[1] is not None else "n")
        of.append(best[0])
    return {"moves": "".join(moves), "of": of}


def _column(
    metric: Metric,
    cases: Sequence[Case],
    sides: tuple[Mapping[str, Seen], Mapping[str, CaseScores]],
    changes: Mapping[str, CaseChange],
) -> Column:
    seen, kept = sides
    base: list[float | None] = []
    head: list[float | None] = []
    moves = []
    for case in cases:
        change, mine = changes.get(case.id), seen[case.id]
        before = kept.get(case.id)
        base.append(
            change.baseline if change else _mean(before.scores.get(metric.name, ()) if before else ())
        )
        head.append(change.head if change else _mean(mine.values.get(metric.name, ())))
        abstained = metric.name in mine.abstained
        moves.append(_move(change, base[-1], head[-1], failed=bool(mine.failed), abstained=abstained))
    return Column(metric, base, head, "".join(moves))


def _move(
    change: CaseChange | None, base: float | None, head: float | None, *, failed: bool, abstained: bool
) -> str:
    if change is not None:
        return ("W" if change.confirmed else "w") if change.worse else "b"
    if head is None and failed:
        return "f"
    if head is None and abstained:  # a search where there is nothing to find abstains on both sides
        return "q" if base is None else "a"
    return "n" if base is None or head is None else "s"


def _mean(values: Sequence[float]) -> float | None:
    return math.fsum(values) / len(values) if values else None


@lru_cache(maxsize=100_000)
def _pair_text(base: float | None, head: float | None, unit: str | None) -> tuple[str, str]:
    first, second = means(base, head)
    return _figure(first, unit), _figure(second, unit)


def _figure(text: str, unit: str | None) -> str:
    return text if text == UNKNOWN else with_unit(tidy(text), unit=unit)
