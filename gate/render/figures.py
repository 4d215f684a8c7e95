"""MetricDiff → its figures as text, each in the unit that suits the metric. Decides nothing, only writes.

A change is written in points of a hundred for a metric between 0 and 1, in per cent of itself where ratios are
compared, else in the metric's own unit.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.model.calibration import NoiseWorth
from gate.model.power import MetricPower
from gate.model.verdict import MetricDiff
from gate.render.numbers import (
    UNKNOWN,
    Write,
    decimals_for,
    means,
    percents,
    places,
    points,
    signed,
    tidy,
    with_unit,
)

if TYPE_CHECKING:  # every report passes through here, and few tell of the past
    from gate.model.past import Course, Move

_SHARE = (0.0, 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one row. `change`, `allowed`, `catch` and `finds` bear their unit, `interval` does without.

    `value`, `side` and `bar` say which bar it lies beyond ("0.78", "below its floor", "0.80"); blank where none.
    """

    base: str
    head: str
    change: str
    interval: str
    allowed: str
    catch: str
    finds: str
    value: str
    side: str
    bar: str


def figures(diff: MetricDiff) -> Figures:
    """All of them; what is not known is a dash."""
    write, unit = _hand(diff)
    worse = -1 if diff.better == "higher" else 1
    allowed = worse * diff.max_drop
    decimals = _decimals(diff, write=write, allowed=allowed)
    base, head = means(diff.baseline, diff.head, unit=diff.unit)
    side, (value, bar) = _bar(diff)
    return Figures(
        base=base,
        head=head,
        change=_dash(diff.delta, write=write, decimals=decimals, unit=unit),
        interval=_interval(diff, write=write, decimals=decimals),
        allowed=with_unit(tidy(write(allowed, decimals)), unit=unit),
        catch=drop_text(diff.must_catch, diff),
        finds=drop_text(diff.detectable, diff),
        value=value,
        side=side,
        bar=bar,
    )


def drop_text(drop: float | None, metric: MetricDiff | MetricPower | NoiseWorth) -> str:
    """The size of a drop: `4.7 points`, `8.1%`, `0.3 s`; a dash where it is not known."""
    if drop is None:
        return UNKNOWN
    write, unit = _hand(metric)
    usual = 1 if write is not signed else decimals_for(drop)
    return with_unit(_size(drop, write=write, decimals=usual), unit=unit)


def move_texts(move: "Move", course: "Course") -> tuple[str, str]:
    """How far a metric moved, and the interval without its unit: `-6.2 points`, `-9.0 \u2026 -3.3`; dashes where not known."""
    write, unit = _hand(course)
    if move.delta is None:
        return UNKNOWN, UNKNOWN
    decimals = places(
        (move.delta, 0.0), write=write, decimals=1 if write is not signed else decimals_for(move.delta)
    )
    ends = UNKNOWN
    if move.low is not None and move.high is not None:
        span = math.inf if course.bounds is None or course.relative else course.bounds[1] - course.bounds[0]
        ends = f"{write(max(move.low, -span), decimals)} \u2026 {write(min(move.high, span), decimals)}"
    return with_unit(write(move.delta, decimals), unit=unit), ends


def _hand(metric: "MetricDiff | MetricPower | NoiseWorth | Course") -> tuple[Write, str | None]:
    if metric.relative:
        return percents, None
    if metric.bounds == _SHARE:
        return points, "points"
    return signed, metric.unit


def _decimals(diff: MetricDiff, *, write: Write, allowed: float) -> int:
    """Enough for a change to differ from none and from the one that is allowed."""
    usual = 1 if write is not signed else decimals_for(max(abs(diff.baseline or 0), abs(diff.head or 0)))
    return places((diff.delta or 0.0, allowed, 0.0), write=write, decimals=usual)


def _dash(value: float | None, *, write: Write, decimals: int, unit: str | None) -> str:
    return UNKNOWN if value is None else with_unit(write(value, decimals), unit=unit)


def _interval(diff: MetricDiff, *, write: Write, decimals: int) -> str:
    """`-18.1 … -8.0`; an end that is not known is infinite, and none lies beyond what is possible."""
    if diff.delta is None or (diff.low is None and diff.high is None):
        return UNKNOWN
    span = math.inf if diff.bounds is None or diff.relative else diff.bounds[1] - diff.bounds[0]
    low = "\u2212\u221e" if diff.low is None else write(max(diff.low, -span), decimals)
    high = "+\u221e" if diff.high is None else write(min(diff.high, span), decimals)
    return f"{low} \u2026 {high}"


def _size(drop: float, *, write: Write, decimals: int) -> str:
    return tidy(write(drop, decimals)).removeprefix("+")


def _bar(diff: MetricDiff) -> tuple[str, tuple[str, str]]:
    """(side, (the value that is held against the bar, the bar)) of the bar that it lies beyond, or blanks."""
    value = diff.statistic_value
    if value is not None and diff.floor is not None and value < diff.floor:
        return "below its floor", means(value, diff.floor, unit=diff.unit)
    if value is not None and diff.ceiling is not None and value > diff.ceiling:
        return "above its ceiling", means(value, diff.ceiling, unit=diff.unit)
    return "", ("", "")
