"""Report → every metric, the gravest first: how it moved against its margins, its distribution, its slices."""

from collections.abc import Iterator, Mapping, Sequence

from gate.model.report import Report
from gate.model.verdict import Kind, MetricDiff, Verdict
from gate.render.concentrated import TITLE, segments_of
from gate.render.figures import figures
from gate.render.html.columns import Column
from gate.render.html.distribution import distribution
from gate.render.html.interval import interval
from gate.render.html.markup import MESSAGE_LIMIT, Markup, el, inline, join, shown
from gate.render.html.verdict import icon, section, slug
from gate.render.numbers import UNKNOWN, count, counted, p_value, percent, reach, tidy
from gate.render.rows import Row, every
from gate.render.sentences import confidence, needed

_MOST_SLICES, _MOST_SEGMENTS = 40, 5  # of one metric, the gravest first
Columns = Mapping[str, Sequence[Column]]


def metrics(report: Report, columns: Columns) -> Markup | None:
    """One row a metric, which opens to all that is known of it; those that speak against a pass are open."""
    rows = every(report.verdict)
    # What warns comes before what passes, too.
    wholes = sorted((row for row in rows if row.diff.slice is None), key=lambda row: row.kind is Kind.PASS)
    if not wholes:
        return None
    slices: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.diff.slice is not None:
            slices.setdefault((row.diff.suite, row.diff.metric), []).append(row)
    items = [
        _metric(
            row, report.verdict, slices.get((row.diff.suite, row.diff.metric), []), _column(row.diff, columns)
        )
        for row in wholes
    ]
    legend = el(
        "p",
        f"Each line is the {confidence(report.verdict)} of the change from the baseline to the head, with its estimate as a dot. "
        "What lies in the shaded part is more than is allowed.",
        class_="quiet",
    )
    return section("metrics", "Metrics", legend, *items)


def _column(diff: MetricDiff, columns: Columns) -> Column | None:
    return next((each for each in columns.get(diff.suite, ()) if each.metric.name == diff.metric), None)


def _metric(row: Row, verdict: Verdict, slices: Sequence[Row], column: Column | None) -> Markup:
    diff = row.diff
    suite = el("span", shown(diff.suite), class_="quiet") if len(verdict.suites) > 1 else None
    head = [el("h3", el("code", shown(diff.metric))), suite, _chip(row)]
    body = [
        el("p", shown(f"{diff.reason[:1].upper()}{diff.reason[1:]}.", limit=MESSAGE_LIMIT))
        if diff.reason
        else None,
        el("dl", *_details(diff, verdict), class_="facts"),
        _links(diff),
        distribution(column) if column is not None else None,
        _slices(slices, verdict),
        _segments(diff, verdict),
    ]
    return el(
        "details",
        el("summary", el("div", *head, class_="what"), *_line(row, verdict)),
        el("div", *body, class_="body"),
        class_=f"metric {slug(row.kind)}",
        open=row.kind is not Kind.PASS and row.blocking,
    )


def _chip(row: Row) -> Markup:
    if row.word == "recorded":
        return el("span", row.word, class_="chip recorded")
    return el("span", icon(row.kind), row.label, class_=f"chip {slug(row.kind)}")


def _line(row: Row, verdict: Verdict) -> Iterator[Markup]:
    """The drawing, and the figures beside it."""
    diff, texts = row.diff, figures(row.diff)
    drawing = interval(diff, confidence=confidence(verdict))
    yield drawing or el("span", "no change can be told", class_="interval none quiet")
    change = tidy(texts.change) if texts.change != UNKNOWN else UNKNOWN
    yield el(
        "div",
        el(
            "span",
            texts.base,
            el("span", " \u2192 ", class_="quiet"),
            el("strong", texts.head),
            class_="pair",
        ),
        el("span", change, class_="quiet"),
        class_="figures",
    )


def _details(diff: MetricDiff, verdict: Verdict) -> Iterator[Markup]:
    texts = figures(diff)
    facts = [
        (confidence(verdict), texts.interval),
        *(
            (("allowed change", texts.allowed), ("must catch a drop of", texts.catch))
            if diff.mode != "record"
            else ()
        ),
        ("finds a drop of", texts.finds),
        ("chance, adjusted", UNKNOWN if diff.p_adjusted is None else p_value(diff.p_adjusted)),
        ("cases", f"{count(diff.n)}, of which {count(diff.n_informative)} differ"),
        ("draws", f"{reach(*diff.baseline_draws)} in the baseline, {reach(*diff.head_draws)} in the head"),
        ("got worse, better", f"{count(diff.broken)}, {count(diff.fixed)}"),
        ("worse in every draw", count(diff.confirmed_broken)),
        ("flips by chance", UNKNOWN if diff.flip_rate is None else percent(diff.flip_rate)),
        ("its bar", f"{texts.value}, {texts.side} of {texts.bar}" if texts.bar else UNKNOWN),
        ("telling takes", needed(diff) if diff.kind is Kind.INCONCLUSIVE and needed(diff) else UNKNOWN),
    ]
    for name, value in facts:
        if value != UNKNOWN:
            yield el("div", el("dt", name), el("dd", tidy(value)))


def _links(diff: MetricDiff) -> Markup | None:
    """To the cases that moved; the script knows what they mean."""
    ways = (("worse", diff.broken, "got worse"), ("better", diff.fixed, "got better"))
    links = [
        el(
            "a",
            f"{counted(number, 'case')} that {words}" if diff.slice is None else str(number),
            href="#cases", class_="show", data_suite=shown(diff.suite), data_metric=shown(diff.metric), data_change=change,
        )
        for change, number, words in ways
        if number
    ]  # fmt: skip
    return (
        el("p", "Show the ", join([links[0]]), *(() if len(links) == 1 else (", or the ", links[1])))
        if links
        else None
    )


def _slices(rows: Sequence[Row], verdict: Verdict) -> Markup | None:
    if not rows:
        return None
    more = len(rows) - _MOST_SLICES
    items = [
        el(
            "li",
            el("div", el("code", shown(row.diff.slice or "")), _chip(row), _size(row.diff), class_="what"),
            *_line(row, verdict),
        )
        for row in rows[:_MOST_SLICES]
    ]
    rest = f"{counted(more, 'more slice')} of this metric: see the JSON report." if more > 0 else None
    return join(
        [
            el("h4", "Slices"),
            el("ul", *items, class_="slices"),
            el("p", rest, class_="quiet") if rest else None,
        ]
    )


def _segments(diff: MetricDiff, verdict: Verdict) -> Markup | None:
    """Where the drop is concentrated. It explains, as slices judge."""
    found = segments_of(diff, verdict)
    if not found:
        return None
    items = [el("li", inline(words)) for words in found[:_MOST_SEGMENTS]]
    return join([el("h4", TITLE), el("ul", *items, class_="findings")])


def _size(diff: MetricDiff) -> Markup:
    return el("span", counted(diff.n, "case"), class_="quiet")
