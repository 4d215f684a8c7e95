"""The spans of a trial → a waterfall: each step under what began it, with its place in time."""

from collections.abc import Iterator, Sequence

from gate.model.span import Span as Step
from gate.render import escape
from gate.render.layout import Style
from gate.render.numbers import counted, duration

_MOST = 60
_TIME, _BAR, _GAPS = 9, 24, 6  # cells
_FULL, _POINT = "\u2588", "\u258f"


def waterfall(steps: Sequence[Step], *, width: int, head: Style) -> Iterator[str]:
    """A line for each step; none where there are no steps."""
    if not steps:
        return
    yield head("Steps")
    start = min(step.start_s for step in steps)
    whole = max(step.start_s + step.duration_s for step in steps) - start
    bar = min(_BAR, width // 4)
    room = width - _TIME - bar - _GAPS
    placed = list(ordered(steps))
    for step, depth in placed[:_MOST]:
        mark = " !" if step.error else ""
        name = escape.cut(f"{'  ' * min(depth, 8)}{escape.terminal(step.name)}{mark}", cells=room)
        blanks = " " * (room - escape.width(name))
        yield f"  {name}{blanks}  {duration(step.duration_s):>{_TIME}}  {_bar(step, start=start, whole=whole, cells=bar)}".rstrip()
        if step.error:
            error = escape.terminal(step.error, limit=width - 6)
            yield escape.cut(f"    {'  ' * min(depth, 8)}{error}", cells=width)
    if len(placed) > _MOST:
        yield f"  {counted(len(placed) - _MOST, 'more step')}: see --json"


def ordered(steps: Sequence[Step]) -> Iterator[tuple[Step, int]]:
    """Each step behind its parent, with its depth. One whose parent is not there, or is its own child, stands at the top."""
    known = {step.span_id for step in steps}
    children: dict[str | None, list[Step]] = {}
    for step in sorted(steps, key=lambda step: step.start_s):
        parent = step.parent_id if step.parent_id in known and step.parent_id != step.span_id else None
        children.setdefault(parent, []).append(step)
    waiting = [(step, 0) for step in reversed(children.get(None, []))]
    seen: set[int] = set()
    while waiting:
        step, depth = waiting.pop()
        if id(step) in seen:
            continue
        seen.add(id(step))
        yield step, depth
        waiting += [(child, depth + 1) for child in reversed(children.get(step.span_id, []))]
    yield from ((step, 0) for step in steps if id(step) not in seen)  # in a circle: hostile, and still shown


def _bar(step: Step, *, start: float, whole: float, cells: int) -> str:
    if whole <= 0:
        return _POINT
    before = min(cells - 1, round((step.start_s - start) / whole * cells))
    long = min(cells - before, round(step.duration_s / whole * cells))
    return " " * before + (_FULL * long or _POINT)
