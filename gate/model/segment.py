"""Segment: a part of the cases, told by a few of their tags, in which a drop is concentrated. It decides nothing."""

import math
from collections.abc import Mapping
from typing import Self

from pydantic import Field, model_validator

from gate.model.base import Noun


class Term(Noun):
    """One condition on one tag: its value is `value`, or it is a number above `above` and at most `most`."""

    tag: str
    value: str | None = None
    above: float | None = None
    most: float | None = None

    @model_validator(mode="after")
    def _one_sort(self) -> Self:
        if (self.value is None) == (self.above is None and self.most is None):
            raise ValueError("a term holds either a value or a range")
        return self

    def __str__(self) -> str:
        if self.value is not None:
            return f"{self.tag}={self.value}"
        if self.most is None:
            return f"{self.tag}>{self.above:g}"
        lowest = "" if self.above is None else f"{self.above:g}<"
        return f"{lowest}{self.tag}<={self.most:g}"

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Whether a case with these tags is meant."""
        own = tags.get(self.tag)
        if own is None or self.value is not None:
            return own == self.value
        number = number_of(own)
        return number is not None and self.spans(number)

    def spans(self, number: float) -> bool:
        """Whether a number lies in the range."""
        return (self.above is None or number > self.above) and (self.most is None or number <= self.most)


class Segment(Noun):
    """The cases for which every term holds, and in which one metric dropped, and more than in the others.

    n, worse, others, others_worse:
        paired cases, and those of them that got worse: inside, and in all the others.
    baseline, head, drop, others_drop:
        as in MetricDiff, over the cases inside; the drop of the others beside it.
    p:
        the chance of so sure a finding anywhere in the search, if nothing had changed.
    """

    metric: str
    terms: tuple[Term, ...] = Field(min_length=1)
    n: int
    worse: int
    others: int
    others_worse: int
    baseline: float | None = None
    head: float | None = None
    drop: float | None = None
    others_drop: float | None = None
    p: float

    def holds(self, tags: Mapping[str, str]) -> bool:
        """Whether a case with these tags lies in it."""
        return all(term.holds(tags) for term in self.terms)


class Search(Noun):
    """What a search for segments found in one suite, strongest first, and how far it went.

    `metrics` are those that were searched: they are no pass, or dropped surely. `combinations` are the parts of the cases
    that were looked at, different ones only; `complete` is false where there were more of them than are looked at.
    """

    segments: tuple[Segment, ...] = ()
    metrics: tuple[str, ...] = ()
    combinations: int = 0
    complete: bool = True


def number_of(text: str) -> float | None:
    """A tag's value as a finite number; None where it is none."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
