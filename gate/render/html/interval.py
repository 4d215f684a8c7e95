"""MetricDiff → a drawing: the change with its interval, beside no change, the change that is allowed and the one to catch.

Places are shares of the width, so that the drawing is as wide as there is room, and its words stay as large as words are.
What lies beyond the allowed change is shaded. The same stands in words in the drawing's label. A metric that is only
recorded is held against no margin, and has none in its drawing.
"""

from collections.abc import Iterator

from gate.model.verdict import MetricDiff
from gate.render.figures import Figures, figures
from gate.render.html.markup import Markup, el
from gate.render.numbers import MINUS, UNKNOWN, tidy

_MARGIN = 0.08  # of the width, on both sides
_AXIS_Y, _HEIGHT = 26, 52


def interval(diff: MetricDiff, *, confidence: str) -> Markup | None:
    """The drawing; None where there is no change that could be drawn."""
    if diff.delta is None:
        return None
    scale, texts, judged = _Scale(diff), figures(diff), diff.mode != "record"
    said = texts.interval if texts.interval != UNKNOWN else "not known"
    label = f"change {tidy(texts.change)}, {confidence} {said}"
    if judged:
        label += f"; allowed is {texts.allowed}, a drop of {texts.catch} must be caught"
    return el(
        "svg",
        _beyond(diff, scale) if judged else None,
        el("line", class_="axis", x1="0", x2="100%", y1=_AXIS_Y, y2=_AXIS_Y),
        *_mark(scale.place(0.0), "zero", "0", below=True),
        *(_margins(diff, scale, texts) if judged else ()),
        *_span(diff, scale),
        el("circle", class_="change", cx=_at(scale.place(diff.delta)), cy=_AXIS_Y, r=5),
        class_="interval",
        role="img",
        height=_HEIGHT,
        aria_label=label,
    )


class _Scale:
    """Values → shares of the width. `worse` is the sign of a change for the worse."""

    def __init__(self, diff: MetricDiff) -> None:
        self.worse = -1 if diff.better == "higher" else 1
        margins = () if diff.mode == "record" else (diff.max_drop, diff.must_catch)
        ends = (diff.low, diff.high, diff.delta, *(self.worse * margin for margin in margins), 0.0)
        values = [value for value in ends if value is not None]
        self._low, self._width = min(values), max(values) - min(values)

    def place(self, value: float) -> float:
        """Where a value lies; where all are one, in the middle."""
        if not self._width:
            return 0.5
        return _MARGIN + (value - self._low) / self._width * (1 - 2 * _MARGIN)


def _beyond(diff: MetricDiff, scale: _Scale) -> Markup:
    """What is worse than allowed."""
    allowed = scale.place(scale.worse * diff.max_drop)
    start, end = (0.0, allowed) if scale.worse < 0 else (allowed, 1.0)
    return el("rect", class_="beyond", x=_at(start), y=0, width=_at(end - start), height=_HEIGHT)


def _margins(diff: MetricDiff, scale: _Scale, texts: Figures) -> Iterator[Markup]:
    """The change that must be caught, and the one that is allowed."""
    catch, allowed = (scale.place(scale.worse * margin) for margin in (diff.must_catch, diff.max_drop))
    yield from _mark(catch, "catch", f"catch {_short(scale.worse, texts.catch)}", below=True)
    yield from _mark(allowed, "allowed", f"allowed {texts.allowed.partition(' ')[0]}", below=False)


def _span(diff: MetricDiff, scale: _Scale) -> Iterator[Markup]:
    """The interval. An end that is not known runs out of the drawing."""
    if diff.low is None and diff.high is None:
        return
    low = 0.0 if diff.low is None else scale.place(diff.low)
    high = 1.0 if diff.high is None else scale.place(diff.high)
    yield el("line", class_="span", x1=_at(low), x2=_at(high), y1=_AXIS_Y, y2=_AXIS_Y)
    for known, place in ((diff.low, low), (diff.high, high)):
        if known is not None:
            yield el("line", class_="end", x1=_at(place), x2=_at(place), y1=_AXIS_Y - 6, y2=_AXIS_Y + 6)


def _mark(place: float, kind: str, word: str, *, below: bool) -> Iterator[Markup]:
    """A line across the axis, and its word at the side on which there is room."""
    yield el("line", class_=kind, x1=_at(place), x2=_at(place), y1=8, y2=_HEIGHT - 8)
    anchor, shift = ("end", -4) if place > 0.5 else ("start", 4)  # noqa: PLR2004 - the middle
    yield el(
        "text", word, class_=kind, x=_at(place), dx=shift, y=_HEIGHT - 4 if below else 11, text_anchor=anchor,
        aria_hidden="true",
    )  # fmt: skip


def _short(worse: int, drop: str) -> str:
    return f"{MINUS if worse < 0 else '+'}{drop.partition(' ')[0]}"


def _at(share: float) -> str:
    return f"{100 * min(1.0, max(0.0, share)):.2f}%"
