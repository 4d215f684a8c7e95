"""The cases' means of one metric on both sides → two histograms over one axis: the head above it, the baseline below."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.render.html.columns import Column
from gate.render.html.markup import Markup, el
from gate.render.numbers import counted, means, tidy
from gate.render.summary import quantile

_BINS, _WIDEST = 32, 20.0  # bins; values beyond twenty times the middle half are drawn in the last one
_HALF = 44  # the height of one histogram


@dataclass(frozen=True, slots=True)
class _Bins:
    """Where the axis begins, how wide a bin is, and how many there are."""

    low: float
    step: float
    number: int

    def counts(self, values: Sequence[float]) -> list[int]:
        """How many values each bin holds; what lies beyond an end is counted in the bin there."""
        found = [0] * self.number
        for value in values:
            found[min(self.number - 1, max(0, math.floor((value - self.low) / self.step)))] += 1
        return found


def distribution(column: Column) -> Markup | None:
    """The drawing with its legend; None for a metric of two values, and where all values are one."""
    head = [value for value in column.head if value is not None]
    base = [value for value in column.base if value is not None]
    bins = _bins([*head, *base])
    if column.metric.kind == "binary" or not head or bins is None:
        return None
    most = max(*(_shares(bins, head)), *(_shares(bins, base) if base else (0.0,)))
    texts = [
        tidy(text) for text in means(bins.low, bins.low + bins.step * bins.number, unit=column.metric.unit)
    ]
    middles = [_middle("head", head, column), *([_middle("baseline", base, column)] if base else [])]
    drawing = el(
        "svg",
        *_bars(_shares(bins, head), most, above=True),
        *(_bars(_shares(bins, base), most, above=False) if base else ()),
        el("line", class_="axis", x1="0", x2="100%", y1=_HALF, y2=_HALF),
        class_="histogram", role="img", height=2 * _HALF if base else _HALF + 1,
        aria_label=f"how the cases lie between {texts[0]} and {texts[1]}; {'; '.join(middles)}",
    )  # fmt: skip
    legend = [el("span", el("i", class_="key head"), middles[0])]
    if base:
        legend.append(el("span", el("i", class_="key base"), middles[1]))
    ends = el("p", el("span", texts[0]), el("span", texts[1]), class_="ends", aria_hidden="true")
    return el("figure", drawing, ends, el("figcaption", *legend), class_="distribution")


def _bins(values: Sequence[float]) -> _Bins | None:
    """Bins over all values; a few that lie far out do not squeeze the rest into one bin."""
    if not values or min(values) == max(values):
        return None
    ordered = sorted(values)
    lower, upper = quantile(ordered, share=0.25) or 0.0, quantile(ordered, share=0.75) or 0.0
    reach = _WIDEST * (upper - lower)
    low, high = ordered[0], ordered[-1]
    if reach:
        low, high = max(low, lower - reach), min(high, upper + reach)
    number = min(_BINS, max(2, len(set(values))))
    step = (high - low) / number
    return _Bins(low, step, number) if math.isfinite(step) and step > 0 and low + step > low else None


def _shares(bins: _Bins, values: Sequence[float]) -> list[float]:
    return [number / len(values) for number in bins.counts(values)]


def _bars(shares: Sequence[float], most: float, *, above: bool) -> Iterator[Markup]:
    width = 100 / len(shares)
    for place, share in enumerate(shares):
        height = share / most * (_HALF - 2)
        if share:
            yield el(
                "rect", class_="head" if above else "base", x=f"{place * width:.3f}%", width=f"{width * 0.92:.3f}%",
                y=f"{_HALF - height if above else _HALF:.2f}", height=f"{max(1.0, height):.2f}",
            )  # fmt: skip


def _middle(side: str, values: Sequence[float], column: Column) -> str:
    """`head: half of 120 cases at most 1.20 s, 95% at most 2.31 s`."""
    half, most = means(quantile(values, share=0.5), quantile(values, share=0.95), unit=column.metric.unit)
    return f"{side}: {counted(len(values), 'case')}, p50 {tidy(half)}, p95 {tidy(most)}"
