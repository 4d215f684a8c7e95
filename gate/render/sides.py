"""The sides of a replay → their scores beside one another, and how their outputs differ."""

from collections.abc import Iterator, Sequence
from difflib import unified_diff

from gate.model.replay import Mark, Replay, Side, Taken
from gate.render import escape
from gate.render.layout import Column, Span, Style, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, means, tidy
from gate.render.waterfall import waterfall

_WHOLE = 10_000_000
_LABEL = 26  # cells of a side's name in the table
_MOST_LINES = 4_000  # of an output that are compared: the comparison takes the square of it


def sides_lines(replay: Replay, *, width: int, head: Style) -> Iterator[Iterator[str]]:
    """A table of the scores, the output of each side, and the difference of the last two."""
    sides = replay.sides
    if not sides:
        return
    yield _scores(replay, width=width, head=head)
    kept = [("as it was kept", replay.draw)] if replay.draw is not None else []
    outputs = [*kept, *((side.label, draw) for side in sides for draw in side.draws)]
    for side in sides:
        for draw in side.draws:
            yield _output(side, draw, width=width, head=head)
    before, after = _pair(kept, sides)
    if before is not None and after is not None and len(outputs) > 1:
        yield _difference(before, after, width=width, head=head)


def _pair(
    kept: Sequence[tuple[str, Taken]], sides: Sequence[Side]
) -> tuple[tuple[str, Taken] | None, tuple[str, Taken] | None]:
    """The two whose outputs are compared: the last side's first draw with that of the side before it, or what was kept."""
    firsts = [(side.label, side.draws[0]) for side in sides if side.draws]
    both = [*kept, *firsts][-2:] if firsts else []
    return (both[0], both[1]) if len(both) > 1 else (None, None)


def _scores(replay: Replay, *, width: int, head: Style) -> Iterator[str]:
    title = "Sent again; what came back is kept nowhere, and counts in no check"
    yield from wrapped([Span(title, head)], cells=width)
    names: dict[str, Mark] = {}
    for mark in (mark for side in replay.sides for draw in side.draws for mark in draw.marks):
        if mark.metric is not None and not (mark.metric.operational and mark.mode == "record"):
            names.setdefault(mark.score.metric, mark)
    if not names:
        yield "  not one draw was scored"
        return
    room = min(_LABEL, (width - _LABEL) // len(replay.sides))
    columns = [Column("metric", [Span(escape.terminal(name)) for name in names], right=False)]
    if replay.draw is not None:
        columns.append(Column("kept", [Span(_values([replay.draw], name)) for name in names], spare=1))
    columns += [
        Column(_title(side, cells=room), [Span(_values(side.draws, name)) for name in names])
        for side in replay.sides
    ]
    yield from table(columns, cells=width, indent="  ", head=unstyled)


def _title(side: Side, *, cells: int) -> str:
    return escape.cut(escape.terminal(side.label), cells=cells)


def _values(draws: Sequence[Taken], name: str) -> str:
    """The value of each draw, one after the other."""
    told = []
    for draw in draws:
        score = next((mark.score for mark in draw.marks if mark.score.metric == name), None)
        if score is None:
            told.append("failed" if draw.reply is None else UNKNOWN)
        elif score.value is None:
            told.append("abstained")
        else:
            told.append(tidy(means(score.value, score.value)[0]))
    return " ".join(told) or UNKNOWN


def _output(side: Side, draw: Taken, *, width: int, head: Style) -> Iterator[str]:
    number = f", draw {draw.index + 1}" if len(side.draws) > 1 else ""
    title = f"Received from {escape.terminal(side.label)}{number}"
    yield from wrapped([Span(title, head)], cells=width)
    texts = [draw.reply.output] if draw.reply is not None else []
    texts += [f"{failure.kind}: {failure.message}" for failure in draw.failures]
    for text in texts:
        for line in escape.terminal_lines(text, limit=_WHOLE) or ["(empty)"]:
            yield from wrapped([Span(line)], cells=width, first="    ", rest="    ")
    yield from waterfall(draw.spans, width=width, head=head)


def _difference(
    before: tuple[str, Taken], after: tuple[str, Taken], *, width: int, head: Style
) -> Iterator[str]:
    if before[1].reply is None or after[1].reply is None:
        return
    old, new = before[1].reply.output, after[1].reply.output
    labels = f"{escape.terminal(before[0])} \u2192 {escape.terminal(after[0])}"
    if old == new:
        yield from wrapped([Span(f"The same output: {labels}", head)], cells=width)
        return
    yield from wrapped([Span(f"Difference of the outputs: {labels}", head)], cells=width)
    sides = (escape.terminal_lines(text, limit=_WHOLE) for text in (old, new))
    first, second = (lines[:_MOST_LINES] for lines in sides)
    for line in list(unified_diff(first, second, lineterm="", n=2))[3:]:
        if not line.startswith("@@"):
            yield from wrapped([Span(line[1:])], cells=width, first=f"  {line[0]} ", rest="    ")
        else:
            yield "  \u2026"
