"""Numbers in the order of time → a small chart of a terminal: one column of cells a number, a mark where it turned."""

from collections.abc import Iterator, Mapping, Sequence

from gate.render.escape import width

_ROWS, _WIDEST = 7, 6
_DOT, _AXIS = "\u25cf", "\u2502"


def chart(
    values: Sequence[float | None], *, labels: tuple[str, str], marks: Mapping[int, str], cells: int
) -> Iterator[str]:
    """The lines of the chart, the largest value at the top.

    Args:
        values: what is drawn; None leaves its column empty. More of them than there is room for lose the oldest.
        labels: how the smallest and the largest value are written.
        marks: what stands in the place of a dot, by the places of `values`; one cell wide.
        cells: the room.
    """
    known = [value for value in values if value is not None]
    if not known:
        return
    margin = max(map(width, labels)) + 1
    room = max(1, cells - margin - 2)
    skipped = max(0, len(values) - room)
    step = max(1, min(_WIDEST, room // max(1, len(values))))
    low, high = min(known), max(known)
    rows = _ROWS if high > low else 1
    grid = [[" "] * (step * (len(values) - skipped)) for _ in range(rows)]
    for place, value in enumerate(values[skipped:]):
        if value is not None:
            row = round((high - value) / (high - low) * (rows - 1)) if high > low else 0
            grid[row][place * step + step // 2] = marks.get(place + skipped, _DOT)
    for number, line in enumerate(grid):
        label = labels[1] if number == 0 else labels[0] if number == rows - 1 else ""
        yield f"{' ' * (margin - 1 - width(label))}{label} {_AXIS}{''.join(line)}".rstrip()
