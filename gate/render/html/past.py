"""PastReport → one SVG image: a panel for each metric, a dot for each baseline, and what changed between them.

It needs nothing from elsewhere, holds no script, and follows the reader's light or dark colors.
"""

from collections.abc import Iterator, Sequence

from gate.model.past import Accepted, ChangePoint, Course, PastReport, Point
from gate.render.figures import move_texts
from gate.render.html.markup import Markup, el, shown, verbatim
from gate.render.numbers import means

_WIDTH, _PANEL, _TOP, _PLOT, _LEFT, _RIGHT = 760, 190, 34, 110, 70, 24
_SHA = 7
_STYLE = (
    "text{font:13px system-ui,sans-serif;fill:#24292f}.title{font-weight:600}.axis{stroke:#d0d7de}"
    ".way{fill:none;stroke:#57606a;stroke-width:1.5}.dot{fill:#57606a}.worse{fill:#cf222e}.better{fill:#1a7f37}"
    ".span{stroke-width:6;stroke-opacity:.25}.span.worse{stroke:#cf222e}.span.better{stroke:#1a7f37}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.axis{stroke:#30363d}.way{stroke:#8d96a0}.dot{fill:#8d96a0}"
    ".worse{fill:#ff7b72}.better{fill:#3fb950}.span.worse{stroke:#ff7b72}.span.better{stroke:#3fb950}}"
)


def history_svg(report: PastReport) -> str:
    """The image as a document of its own."""
    panels = [
        _panel(suite.suite, course, {each.sha: each for each in suite.accepted}, top=number * _PANEL)
        for number, (suite, course) in enumerate(
            (suite, course) for suite in report.suites for course in suite.courses
        )
    ]
    height = max(1, len(panels)) * _PANEL
    image = el(
        "svg",
        el("title", "The course of every metric over the accepted baselines"),
        el("style", verbatim(_STYLE)),
        *(panels or [el("text", "No baseline landed yet.", x=_LEFT, y=_TOP)]),
        xmlns="http://www.w3.org/2000/svg", viewBox=f"0 0 {_WIDTH} {height}", width=_WIDTH, height=height, role="img",
    )  # fmt: skip
    return f"{image}\n"


def _panel(suite: str, course: Course, accepted: dict[str, Accepted], *, top: int) -> Markup:
    known = [point.mean for point in course.points if point.mean is not None]
    title = el("text", f"{shown(suite)}: {shown(course.metric)}", class_="title", x=_LEFT, y=18)
    if not known:
        return el("g", title, transform=f"translate(0 {top})")
    low, high = min(known), max(known)
    labels = means(low, high, unit=course.unit)
    places = [_place(number, point, course, (low, high)) for number, point in enumerate(course.points)]
    way = " ".join(f"{x},{y}" for x, y in filter(None, places))
    bottom = _TOP + _PLOT
    return el(
        "g",
        title,
        el("line", class_="axis", x1=_LEFT - 12, y1=_TOP, x2=_LEFT - 12, y2=bottom),
        el("text", labels[1], x=_LEFT - 18, y=_TOP + 5, text_anchor="end"),
        *([el("text", labels[0], x=_LEFT - 18, y=bottom + 5, text_anchor="end")] if high > low else []),
        el("polyline", class_="way", points=way),
        *_spans(course, places),
        *_dots(course, places, accepted),
        el("text", accepted[course.points[0].sha].date, x=_LEFT, y=bottom + 30),
        el("text", accepted[course.points[-1].sha].date, x=_WIDTH - _RIGHT, y=bottom + 30, text_anchor="end"),
        transform=f"translate(0 {top})",
    )


def _place(number: int, point: Point, course: Course, ends: tuple[float, float]) -> tuple[int, int] | None:
    """Where a dot stands, in pixels of its panel; None where there is nothing to draw."""
    if point.mean is None:
        return None
    low, high = ends
    across = number / max(1, len(course.points) - 1)
    down = (high - point.mean) / (high - low) if high > low else 0.5
    return round(_LEFT + across * (_WIDTH - _LEFT - _RIGHT)), round(_TOP + down * _PLOT)


def _spans(course: Course, places: Sequence[tuple[int, int] | None]) -> Iterator[Markup]:
    """A broad line under each change, from the baseline before it to that with which it was in place."""
    numbers = {point.sha: number for number, point in enumerate(course.points)}
    for change in course.changes:
        start, end = places[numbers[change.after]], places[numbers[change.by]]
        if start is not None and end is not None:
            side = _side(change)
            yield el("line", class_=f"span {side}", x1=start[0], y1=start[1], x2=end[0], y2=end[1])


def _dots(
    course: Course, places: Sequence[tuple[int, int] | None], accepted: dict[str, Accepted]
) -> Iterator[Markup]:
    changes = {each.by: each for each in course.changes}
    for point, place in zip(course.points, places, strict=True):
        if place is None:
            continue
        one, change = accepted[point.sha], changes.get(point.sha)
        words = f"{one.date} {one.sha[:_SHA]} {shown(one.by)}: {shown(one.reason)}"
        mean = means(point.mean, None, unit=course.unit)[0]
        told = (
            f"{words}, {mean}"
            if change is None
            else f"{words}, {mean} ({move_texts(change.move, course)[0]})"
        )
        kind = "dot" if change is None else _side(change)
        yield el(
            "circle", el("title", told), class_=kind, cx=place[0], cy=place[1], r=4 if change is None else 6
        )


def _side(change: ChangePoint) -> str:
    return "worse" if change.move.worse else "better"
