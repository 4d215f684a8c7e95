"""Opinions → one: of one model by majority, of several where they agree. A split is an abstention, never an average.

Pure: who is asked, and in which order, stands in `judge.py`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from gate.evaluators.judge.opinion import Opinion

DISAGREEMENT = "disagreement"


def decided(opinions: Sequence[Opinion], *, of: int) -> bool:
    """Whether the opinions that are still to come, up to `of` in all, could change nothing."""
    return len(opinions) >= of or _largest(opinions) > of // 2


def majority(opinions: Sequence[Opinion], *, of: int) -> Opinion:
    """What more than half of `of` repeats of one model say: a value, or an abstention for a shared reason."""
    models = named(opinions)
    if _largest(opinions) <= of // 2:
        return Opinion(abstained=DISAGREEMENT, critique=_sides(opinions), model=models)
    (said, _), *_ = Counter(map(_said, opinions)).most_common(1)
    return replace(next(each for each in opinions if _said(each) == said), model=models)


def agreement(opinions: Sequence[Opinion], *, apart: float) -> Opinion:
    """What all models of a panel say: their mean, where no two are further than `apart` from each other.

    A model that abstains leaves the panel without a value, for its reason.
    """
    if len(opinions) == 1:
        return opinions[0]
    models = named(opinions)
    values = [each.value for each in opinions if each.value is not None]
    if len(values) < len(opinions):
        silent = next(each for each in opinions if each.value is None)
        return Opinion(abstained=silent.abstained, critique=silent.critique, model=models)
    if max(values) - min(values) > apart:
        return Opinion(abstained=DISAGREEMENT, critique=_sides(opinions), model=models)
    return Opinion(value=sum(values) / len(values), critique=opinions[0].critique, model=models)


def named(opinions: Sequence[Opinion]) -> str | None:
    """All who answered: one alias may come to mean two models within a run."""
    return "+".join(sorted({each.model for each in opinions if each.model})) or None


def _said(opinion: Opinion) -> tuple[float | None, str | None]:
    return opinion.value, opinion.abstained


def _largest(opinions: Sequence[Opinion]) -> int:
    return max(Counter(map(_said, opinions)).values(), default=0)


def _sides(opinions: Sequence[Opinion]) -> str:
    """One critique of each side, so that a person sees what the split is about."""
    sides = {_said(each): each.critique for each in reversed(opinions)}
    return " | ".join(
        f"{value if reason is None else reason}: {text}" for (value, reason), text in sides.items()
    )
