"""PastReport → text: for each metric a chart, a table of its baselines and what changed; or a table for other programs."""

from collections.abc import Iterator

from gate.model.past import Accepted, ChangePoint, Course, PastReport, Point, SuiteHistory
from gate.render import escape
from gate.render.chart import chart
from gate.render.figures import move_texts
from gate.render.layout import NARROWEST, Column, Span, Style, ansi, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, count, counted, means, p_value, percent

_SHA = 7
_WORSE, _BETTER = "\u25bc", "\u25b2"
_LONGEST_WORD = 200
_FORMULA = frozenset("=+-@\t\r")  # what a spreadsheet would take for a formula at the beginning of a cell
_FIELDS = (
    "suite", "metric", "date", "commit", "by", "reason", "mean", "cases", "draws_min", "draws_max",
    "change", "change_low", "change_high", "compared_cases", "note",
)  # fmt: skip


def history_text(report: PastReport, *, width: int = 80, color: bool = False) -> str:
    """The whole report for a terminal of `width` cells (at least 40 are used), ending in a line end."""
    cells = max(width, NARROWEST)
    blocks = [block for suite in report.suites for block in _suite(suite, cells=cells, color=color)]
    return paragraphs([*blocks, _method(report, cells=cells)])


def history_csv(report: PastReport) -> str:
    """One line for each metric of each baseline, with a line of titles; means and changes in the metric's unit."""
    lines = [list(_FIELDS)]
    for suite in report.suites:
        accepted = {each.sha: each for each in suite.accepted}
        for course in suite.courses:
            lines += [_values(suite, course, point, accepted[point.sha]) for point in course.points]
        lines += [
            [suite.suite, "", each.date, each.sha, each.by, each.reason, *[""] * 8, each.problem]
            for each in suite.accepted
            if each.problem
        ]
    return "".join(",".join(map(_quoted, line)) + "\n" for line in lines)


def _suite(suite: SuiteHistory, *, cells: int, color: bool) -> Iterator[Iterator[str]]:
    yield _opening(suite, cells=cells)
    by_sha = {each.sha: each for each in suite.accepted}
    for course in suite.courses:
        yield _picture(course, cells=cells)
        yield _table(course, by_sha, cells=cells)
        yield _changes(course, by_sha, cells=cells, color=color)


def _opening(suite: SuiteHistory, *, cells: int) -> Iterator[str]:
    readable = [each for each in suite.accepted if not each.problem]
    text = f"{escape.terminal(suite.suite)}: {counted(len(readable), 'baseline')} in {escape.terminal(suite.baseline)}"
    more = [f"{count(suite.older)} older (--last tells how many are shown)"] if suite.older else []
    yield from wrapped([Span(", and ".join([text, *more]) + ".")], cells=cells)
    if not suite.accepted:
        says = "No commit of this branch holds one: `gate accept` writes it, `git commit` lands it."
        yield from wrapped([Span(says)], cells=cells)
    elif len(readable) == 1 and not suite.older and not suite.cut_off:
        says = "There is nothing yet to compare it with: every accept that is committed adds a row."
        yield from wrapped([Span(says)], cells=cells)
    for each in suite.accepted:
        if each.problem:
            says = f"Left out: {_short(each.sha)} of {each.date}, {escape.terminal(each.problem, limit=_LONGEST_WORD)}."
            yield from wrapped([Span(says)], cells=cells)
    if suite.cut_off:
        says = (
            "This clone is shallow, so that the history is cut off: `git fetch --unshallow` brings the rest "
        )
        yield from wrapped([Span(f"{says}(`fetch-depth: 0` of actions/checkout).")], cells=cells)


def _picture(course: Course, *, cells: int) -> Iterator[str]:
    better = "" if course.better == "higher" else ", lower is better"
    shared = (
        f", over the {counted(course.shared, 'case')} that all of them share"
        if course.shared is not None
        else ""
    )
    yield from wrapped([Span(f"{escape.terminal(course.metric)}{better}{shared}")], cells=cells)
    values = [point.mean for point in course.points]
    known = [value for value in values if value is not None]
    if not known:
        return
    places = {point.sha: place for place, point in enumerate(course.points)}
    marks = {places[each.by]: _WORSE if each.move.worse else _BETTER for each in course.changes}
    labels = means(min(known), max(known), unit=course.unit)
    yield from chart(values, labels=labels, marks=marks, cells=cells)


def _table(course: Course, accepted: dict[str, Accepted], *, cells: int) -> Iterator[str]:
    told = [accepted[point.sha] for point in course.points]
    words = [
        Span(f"{escape.terminal(each.by)}: {escape.terminal(each.reason, limit=_LONGEST_WORD)}")
        for each in told
    ]
    columns = [
        Column("by whom, and why", words, right=False),
        Column("date", [Span(each.date) for each in told], right=False, spare=1),
        Column("commit", [Span(_short(each.sha)) for each in told], right=False),
        Column("mean", [Span(means(point.mean, None, unit=course.unit)[0]) for point in course.points]),
        Column("change", [Span(_change(point, course)) for point in course.points]),
        Column("cases", [Span(count(point.cases)) for point in course.points]),
        Column("draws", [Span(_draws(point)) for point in course.points], spare=2),
    ]
    yield from table(columns, cells=cells, indent="", head=unstyled)
    for point, one in zip(course.points, told, strict=True):
        if point.move is not None and point.move.obstacle:
            says = escape.terminal(point.move.obstacle, limit=_LONGEST_WORD)
            yield from wrapped(
                [Span(f"{UNKNOWN} {_short(one.sha)} is not compared with the one before: {says}.")],
                cells=cells,
            )


def _change(point: Point, course: Course) -> str:
    return UNKNOWN if point.move is None else move_texts(point.move, course)[0].removesuffix(" points")


def _draws(point: Point) -> str:
    fewest, most = point.draws
    return str(fewest) if fewest == most else f"{fewest}\u2013{most}"


def _changes(course: Course, accepted: dict[str, Accepted], *, cells: int, color: bool) -> Iterator[str]:
    for each in course.changes:
        worse = each.move.worse
        style: Style = ansi("31" if worse else "32") if color else unstyled
        mark = Span(_WORSE if worse else _BETTER, style)
        yield from wrapped([mark, Span(f" {_sentence(each, course, accepted)}")], cells=cells, rest="  ")
    if not course.changes and len(course.points) > 1:
        yield "No change that luck would not explain."
    if course.total is not None and course.total.delta is not None and len(course.points) > 1:
        change, interval = move_texts(course.total, course)
        first, last = course.points[0].sha, course.points[-1].sha
        over = counted(len(course.points) - 1, "accept")
        says = f"In all, {_short(first)} to {_short(last)} ({over}): {change} [{interval}] on {counted(course.total.cases, 'case')}."
        yield from wrapped([Span(says)], cells=cells)


def _sentence(change: ChangePoint, course: Course, accepted: dict[str, Accepted]) -> str:
    delta, interval = move_texts(change.move, course)
    size = delta.lstrip("+\u2212")
    verb = "lost" if change.move.worse else "gained"
    if (course.better == "lower") and change.move.delta is not None:
        verb = "rose by" if change.move.delta > 0 else "fell by"
    one = accepted[change.by]
    if change.accepts == 1:
        where = f"at {_short(change.by)} ({one.date}, {escape.terminal(one.by)})"
    else:
        where = (
            f"since {_short(change.after)} in {counted(change.accepts, 'accept')}, up to {_short(change.by)}"
        )
    return f"{verb} {size} {where}: [{interval}], {p_value(change.p)}"


def _method(report: PastReport, *, cells: int) -> Iterator[str]:
    if not report.tests:
        return
    says = (
        "Intervals hold 90 %, on the cases that both baselines asked alike. Each baseline is tested against the 1, 2, 4, ... "
        f"before it, draw by draw; p is adjusted for all {counted(report.tests, 'test')}: where nothing ever changed, "
        f"any change is told in at most {percent(report.alpha)} of histories."
    )
    yield from wrapped([Span(says)], cells=cells)


def _values(suite: SuiteHistory, course: Course, point: Point, one: Accepted) -> list[str]:
    move = point.move
    numbers = [None] * 3 if move is None else [move.delta, move.low, move.high]
    return [
        suite.suite,
        course.metric,
        one.date,
        one.sha,
        one.by,
        one.reason,
        _number(point.mean),
        str(point.cases),
        str(point.draws[0]),
        str(point.draws[1]),
        *map(_number, numbers),
        str(move.cases) if move is not None and not move.obstacle else "",
        move.obstacle if move is not None else "",
    ]


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _quoted(text: str) -> str:
    """A cell as RFC 4180 has it, on one line, and none that a spreadsheet would run. A number stays what it is."""
    line = escape.terminal(text, limit=_LONGEST_WORD)
    if line[:1] in _FORMULA and not _is_number(line):
        line = f"'{line}"
    return '"' + line.replace('"', '""') + '"' if any(each in line for each in '",') else line


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _short(sha: str) -> str:
    return sha[:_SHA]
