"""Replay → the text of a terminal: sent, received, its steps, scored; and side by side where it was sent again.

Texts are told whole, every line end marked: what is cut cannot be compared.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from gate.model.base import canonical_json
from gate.model.replay import Mark, Replay, Taken
from gate.model.reply import Reply
from gate.model.shown import Shown
from gate.render import escape
from gate.render.layout import NARROWEST, Column, Span, Style, ansi, paragraphs, table, unstyled, wrapped
from gate.render.numbers import UNKNOWN, counted, duration, means, money, tidy, tokens, with_unit
from gate.render.sides import sides_lines
from gate.render.waterfall import waterfall

_WHOLE = 10_000_000  # characters of one text: as many as a target may answer
_MESSAGE = 600
_SHOWN_CHANGES = 6
_REASON = 24  # cells of why a metric abstained; the whole of it stands in --json


def replay_text(replay: Replay, *, width: int = 80, color: bool = False) -> str:
    """The whole replay, ending in a line end."""
    page = _Page(replay, width=max(width, NARROWEST), color=color)
    return paragraphs(page.blocks())


@dataclass(frozen=True, slots=True)
class _Page:
    replay: Replay
    width: int
    color: bool

    def blocks(self) -> Iterator[Iterator[str]]:
        draw = self.replay.draw
        yield self._opening()
        yield self._shown("Sent", self.replay.sent)
        if draw is not None:
            yield self._received(draw)
            yield waterfall(draw.spans, width=self.width, head=self._style("1"))
            yield self._scored(draw)
            for name, questions in sorted(draw.asked.items()):
                for question in questions:
                    yield self._shown(f"Asked by {escape.terminal(name)}", question)
        yield from sides_lines(self.replay, width=self.width, head=self._style("1"))

    def _opening(self) -> Iterator[str]:
        replay, place = self.replay, self.replay.case.place
        where = f", {escape.terminal(str(place))}" if place is not None else ""
        title = f"{escape.terminal(replay.case.id)} of {escape.terminal(replay.suite)}{where}"
        yield from wrapped([Span(title, self._style("1"))], cells=self.width)
        yield from wrapped([Span(self._standing())], cells=self.width)

    def _standing(self) -> str:
        replay = self.replay
        if replay.draw is None:
            return f"No draw of it is kept: what is shown is what would be sent today. {_how_to_take_one(replay)}"
        others = _ranges(index + 1 for index in replay.indexes if index != replay.draw.index)
        more = f" (others: {', '.join(others[:10])}; see --draw)" if others else ""
        told = f"Draw {replay.draw.index + 1}, from {escape.terminal(replay.source, limit=_MESSAGE)}{more}. "
        if replay.changed is None:
            return (
                f"{told}It was taken of other files than today's, as the fingerprint says; below stands what would "
                "be sent today, and beside it what came back then."
            )
        if replay.changed:
            names = ", ".join(escape.terminal(name) for name in replay.changed[:_SHOWN_CHANGES])
            more = f" and {len(replay.changed) - _SHOWN_CHANGES} more" * (
                len(replay.changed) > _SHOWN_CHANGES
            )
            return f"{told}Since then has changed: {names}{more}. Below stands what would be sent today."
        return f"{told}The files of the target are what they were: this is what was sent."

    def _shown(self, title: str, shown: Shown) -> Iterator[str]:
        yield from self._titled(title, escape.terminal(shown.what, limit=_MESSAGE))
        if shown.note:
            note = escape.terminal(shown.note, limit=_MESSAGE)
            yield from wrapped([Span(f"({note})")], cells=self.width, first="  ", rest="  ")
        for name, value in shown.parts.items():
            yield from self._part(name, value)

    def _received(self, draw: Taken) -> Iterator[str]:
        reply = draw.reply
        yield from self._titled("Received", _told_of(reply) if reply is not None else "no reply")
        if reply is not None:
            yield from self._part("output", reply.output)
            for number, context in enumerate(reply.contexts, 1):
                plain = context.model_dump(mode="json", exclude={"text"}, exclude_none=True)
                about = f" {canonical_json(plain)}" if plain else ""
                yield from self._part(f"passage {number}{about}", context.text)
            for call in reply.tool_calls:
                yield from self._part(f"tool {call.name}", call.model_dump(mode="json", exclude={"name"}))
        for failure in draw.failures:
            who = f" of {failure.evaluator}" if failure.evaluator else ""
            yield from self._part(f"failed{who}: {failure.kind}", failure.message)
        for expense in draw.expenses:
            who = expense.evaluator or "answers that were lost"
            paid = f"{counted(expense.calls, 'call')}, {money(expense.cost_usd)}"
            yield from self._part(f"paid besides, {who}", paid)

    def _scored(self, draw: Taken) -> Iterator[str]:
        marks = [mark for mark in draw.marks if mark.mode != "record" or not _operational(mark)]
        if not marks:
            return
        yield self._style("1")("Scored")
        columns = [
            Column("metric", [Span(escape.terminal(m.score.metric)) for m in marks], right=False),
            Column("this draw", [Span(_value(m)) for m in marks]),
            Column("baseline", [Span(_baseline(m)) for m in marks]),
            Column("stands", [Span(_stands(m)) for m in marks], right=False),
        ]
        yield from table(columns, cells=self.width, indent="  ", head=unstyled)
        for mark in marks:
            said = [mark.score.explanation, f"by {mark.score.judge}" if mark.score.judge else None]
            text = "; ".join(each for each in said if each)
            if text:
                yield from self._part(f"why {mark.score.metric}", text)

    def _part(self, name: str, value: JsonValue) -> Iterator[str]:
        """A name, and behind it or under it the whole of what it is."""
        text = value if isinstance(value, str) else canonical_json(value)
        lines = escape.terminal_lines(text, limit=_WHOLE) or ["(empty)"]
        label = f"  {escape.terminal(name, limit=_MESSAGE)}:"
        if len(lines) == 1 and escape.width(label) + 1 + escape.width(lines[0]) <= self.width:
            yield f"{label} {lines[0]}"
            return
        yield from wrapped([Span(label.strip())], cells=self.width, first="  ", rest="  ")
        for line in lines:
            yield from wrapped([Span(line)], cells=self.width, first="    ", rest="    ")

    def _titled(self, title: str, what: str) -> Iterator[str]:
        yield from wrapped([Span(f"{title}:", self._style("1")), Span(f" {what}")], cells=self.width)

    def _style(self, code: str) -> Style:
        return ansi(code) if self.color else unstyled


def _how_to_take_one(replay: Replay) -> str:
    if replay.changed is None:
        return (
            "Runs keep none, since nothing says whether it would still hold: name `depends_on`, or commit. "
            "`gate run -o FILE` takes one that `--results FILE` shows."
        )
    return "`gate run` takes one."


def _ranges(numbers: Iterable[int]) -> list[str]:
    """`2`, `4-9`: what follows one another is told by its ends."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return [str(run[0]) if len(run) == 1 else f"{run[0]}\u2013{run[-1]}" for run in runs]


def _told_of(reply: Reply) -> str:
    told = [f"after {duration(reply.latency_s)}"]
    if reply.ttft_s is not None:
        told.append(f"the first token after {duration(reply.ttft_s)}")
    if reply.usage is not None:
        sent = reply.usage.input_tokens + reply.usage.cache_read_tokens + reply.usage.cache_write_tokens
        told.append(f"{tokens(sent)} tokens in, {tokens(reply.usage.output_tokens)} out")
    if reply.cost_usd is not None:
        told.append(money(reply.cost_usd))
    if reply.model is not None:
        told.append(f"from {escape.terminal(reply.model)}")
    if reply.stop_reason is not None:
        told.append(f"ended by {escape.terminal(reply.stop_reason)}")
    return ", ".join(told)


def _operational(mark: Mark) -> bool:
    return mark.metric is None or mark.metric.operational


def _value(mark: Mark) -> str:
    if mark.score.value is None:
        return "abstained"
    return _number(mark.score.value, mark)


def _baseline(mark: Mark) -> str:
    if not mark.baseline:
        return UNKNOWN
    mean = sum(mark.baseline) / len(mark.baseline)
    return f"{_number(mean, mark)} ({counted(len(mark.baseline), 'draw')})"


def _number(value: float, mark: Mark) -> str:
    return with_unit(tidy(means(value, value)[0]), unit=mark.metric.unit if mark.metric else None)


def _stands(mark: Mark) -> str:
    words: list[str] = [mark.stands] if mark.stands else []
    if mark.score.abstained is not None:
        words = [escape.cut(escape.terminal(mark.score.abstained), cells=_REASON)]
    if mark.older:
        words.append("another evaluator then")
    return ", ".join([*words, {"block": "blocks", "warn": "warns", "record": "recorded"}[mark.mode]])
