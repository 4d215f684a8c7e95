"""Two baselines of one suite → Proposals: what the head would put in the place of what it is judged by.

A change counts as loosened unless every score that differs got better: a lower bar in one case is a lower bar.
"""

import math
from collections.abc import Iterator, Mapping

from gate.model.quantity import counted
from gate.model.report import Proposal
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard

_NAMED = 3


def baseline_proposals(
    suite: str, base: Scorecard | str | None, head: Scorecard | str | None
) -> Iterator[Proposal]:
    """At most one. A text, or None, stands for a baseline that is missing or broken."""
    if isinstance(base, Scorecard) and not isinstance(head, Scorecard):
        yield Proposal(text=f"suite {suite}: its baseline is taken out or broken", loosened=True)
    elif isinstance(head, Scorecard) and not isinstance(base, Scorecard):
        yield Proposal(
            text=f"suite {suite}: a baseline of {counted(len(head.cases), 'case')} is new", loosened=False
        )
    elif isinstance(base, Scorecard) and isinstance(head, Scorecard) and base != head:
        changes = [*_metrics(base, head), *_churn(base, head)] or ["other scores of single cases"]
        text = f"suite {suite}: its baseline becomes another one: {'; '.join(changes)}"
        yield Proposal(text=text, loosened=_is_looser(base, head))


def _metrics(base: Scorecard, head: Scorecard) -> Iterator[str]:
    """Means that moved, the first few; metrics that came and went."""
    moved = []
    for name in sorted(base.metrics.keys() & head.metrics.keys()):
        before, after = _mean(base, name), _mean(head, name)
        if before is not None and after is not None and before != after:
            moved.append(f"{name} {before:.4g} \u2192 {after:.4g}")
    more = len(moved) - _NAMED
    yield from moved[:_NAMED]
    if more > 0:
        yield f"{counted(more, 'more metric')} moved"
    for name in sorted(base.metrics.keys() - head.metrics.keys()):
        yield f"{name} is taken out"
    for name in sorted(head.metrics.keys() - base.metrics.keys()):
        yield f"{name} is new"


def _churn(base: Scorecard, head: Scorecard) -> Iterator[str]:
    gone, new = base.cases.keys() - head.cases.keys(), head.cases.keys() - base.cases.keys()
    other = [
        name for name in base.cases.keys() & head.cases.keys() if base.cases[name].key != head.cases[name].key
    ]
    for ids, what in ((gone, "taken out"), (new, "new"), (other, "asking something else")):
        if ids:
            yield f"{counted(len(ids), 'case')} {what}"


def _is_looser(base: Scorecard, head: Scorecard) -> bool:
    if base.cases.keys() - head.cases.keys() or base.metrics.keys() - head.metrics.keys():
        return True
    return any(
        head.cases[name].key != case.key or _is_case_looser(case, head.cases[name], base.metrics)
        for name, case in base.cases.items()
    )


def _is_case_looser(before: CaseScores, after: CaseScores, metrics: Mapping[str, Metric]) -> bool:
    for name, values in before.scores.items():
        now = after.scores.get(name, ())
        if tuple(values) == tuple(now):
            continue
        if not now or name not in metrics or metrics[name].better == "neither":
            return True
        change = _average(now) - _average(values)
        if (change if metrics[name].better == "lower" else -change) > 0:
            return True
    return False


def _mean(card: Scorecard, metric: str) -> float | None:
    """The mean over the cases of each case's mean."""
    means = [_average(case.scores[metric]) for case in card.cases.values() if case.scores.get(metric)]
    return _average(means) if means else None


def _average(values: tuple[float, ...] | list[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0
