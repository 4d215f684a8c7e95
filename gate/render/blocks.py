"""Blocks of a page that is told in more than one medium → lines of a terminal, or markdown. Foreign text stays text."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gate.render import escape
from gate.render.budget import fit
from gate.render.layout import NARROWEST, PLAIN, Column, Span, Style, ansi, labeled, table, unstyled, wrapped
from gate.render.markdown_parts import MEDIUM, text_row
from gate.render.numbers import count, counted
from gate.render.words import Name, Part, Strong, Words

_BUDGET_BYTES = 50_000
_TEXT_LIMIT = 800
_LINES = 16


@dataclass(frozen=True, slots=True)
class Title:
    """What comes next; its first part, which ends in no blank, is what the eye should find."""

    words: Words


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence or two."""

    words: Words


@dataclass(frozen=True, slots=True)
class Items:
    """A list."""

    items: tuple[Words, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its titles, and rows of one part a cell. The first column is the name of the row."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Texts:
    """Foreign texts, each behind a label of ours."""

    texts: tuple[tuple[str, str], ...]


Block = Title | Line | Items | Grid | Texts


def as_markdown(blocks: Sequence[Block]) -> str:
    """GitHub-flavored markdown, as many whole blocks as fit into a comment."""
    fitted = fit((f"{_written(block)}\n" for block in blocks), budget_bytes=_BUDGET_BYTES)
    more = f"\n_{counted(fitted.left_out, 'more part')} did not fit here._\n" if fitted.left_out else ""
    return "\n".join(fitted.rows) + more


def as_terminal(blocks: Sequence[Block], *, width: int = 80, color: bool = False) -> str:
    """Lines of a terminal of `width` cells (at least 40 are used). No line can be taken for a runner's command."""
    page = _Page(max(width, NARROWEST), ansi("1") if color else unstyled)
    lines: list[str] = []
    for block in blocks:
        if lines and isinstance(block, Title):
            lines.append("")
        lines += page.lines(block)
    return escape.log_safe("\n".join(lines) + "\n")


def _written(block: Block) -> str:
    match block:
        case Title(words):
            first = words[0].text if isinstance(words[0], Strong) else MEDIUM.write(words[:1])
            return f"**{first}**{MEDIUM.write(words[1:])}"
        case Line(words):
            return MEDIUM.write(words)
        case Items(items):
            return "\n".join(f"- {MEDIUM.write(words)}" for words in items)
        case Grid(titles, rows):
            rule = "|".join(["---", *["--:"] * (len(titles) - 1)])
            cells = [" | ".join(MEDIUM.write((cell,)) for cell in row) for row in rows]
            return "\n".join([f"| {' | '.join(titles)} |", f"|{rule}|", *(f"| {row} |" for row in cells)])
        case Texts(texts):
            return f"<table>\n{''.join(text_row(label, text) for label, text in texts)}</table>"


@dataclass(frozen=True, slots=True)
class _Page:
    width: int
    bold: Style

    def lines(self, block: Block) -> Iterator[str]:
        match block:
            case Title(words):
                yield from self._wrapped(words, bold=words[:1])
            case Line(words):
                yield from self._wrapped(words)
            case Items(items):
                for words in items:
                    yield from self._wrapped(words, first="- ", rest="  ")
            case Grid(titles, rows):
                yield from self._grid(titles, rows)
            case Texts(texts):
                for label, text in texts:
                    yield from labeled(label, text, cells=self.width, limit=_TEXT_LIMIT, most=_LINES)

    def _wrapped(self, words: Words, *, first: str = "", rest: str = "", bold: Words = ()) -> Iterator[str]:
        spans = [
            Span(PLAIN.write((part,)), self.bold if part in bold or isinstance(part, Strong) else unstyled)
            for part in words
        ]
        return wrapped(spans, cells=self.width, first=first, rest=rest)

    def _grid(self, titles: Sequence[str], rows: Sequence[Sequence[Part]]) -> Iterator[str]:
        cells = [[Span(PLAIN.write((row[place],))) for row in rows] for place in range(len(titles))]
        columns = [
            Column(title, own, right=place > 0)
            for place, (title, own) in enumerate(zip(titles, cells, strict=True))
        ]
        return table(columns, cells=self.width, indent="  ", head=self.bold)


def names(items: Iterable[str], *, most: int) -> Words:
    """`a`, `b` and 3 more."""
    every = list(items)
    words: list[Part] = []
    for place, item in enumerate(every[:most]):
        words += [", " if place else "", Name(item)]
    return tuple([*words, f" and {count(len(every) - most)} more"] if len(every) > most else words)
