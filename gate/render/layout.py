"""Pieces of text → lines of a terminal: wrapping, columns, styles. Widths are cells, not characters."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from gate.render.escape import cut, log_safe, terminal, terminal_lines, width
from gate.render.numbers import counted
from gate.render.words import Medium

NARROWEST = 40  # cells: a text for a terminal is never laid out for less
GAP = 2
_MESSAGE_LIMIT = 400
_LABELS = 10  # "expected" and two blanks
_LEGIBLE = 28  # cells of the first column that are worth more than a spare column
Style = Callable[[str], str]
PLAIN = Medium(  # words as they are written where nothing is colored
    literal=str, name=terminal, message=lambda text: terminal(text, limit=_MESSAGE_LIMIT), strong=str
)


def unstyled(text: str) -> str:
    """No style at all."""
    return text


def ansi(code: str) -> Style:
    """SGR parameters (ECMA-48, 8.3.117), `1;31` → a style that ends where its text ends."""
    return lambda text: f"\x1b[{code}m{text}\x1b[0m" if text else ""


def paragraphs(blocks: Iterable[Iterable[str]]) -> str:
    """Blocks of lines, an empty line between each two, those without a line left out. Ends in a line end.

    No line of it can be taken for a runner's command.
    """
    every = [list(block) for block in blocks]
    return log_safe("\n\n".join("\n".join(block) for block in every if block) + "\n")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of text in one style; a blank in it is a place where a line may be broken."""

    text: str
    style: Style = unstyled


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its title and cells. Where room is short, `spare` columns go, the highest number first."""

    title: str
    cells: Sequence[Span]
    right: bool = True
    spare: int = 0

    @property
    def width(self) -> int:
        """The cells that its widest entry takes."""
        return max(width(text) for text in (self.title, *(cell.text for cell in self.cells)))


def wrapped(spans: Sequence[Span], *, cells: int, first: str = "", rest: str = "") -> Iterator[str]:
    """Break at blanks; a word that is wider than a line is broken where the line ends. Indents are literals of ours."""
    line, used = [first], width(first)
    fresh = True
    for word, glued in _words(spans, most=max(1, cells - max(width(first), width(rest)))):
        size = sum(width(span.text) for span in word)
        blank = 0 if fresh or glued else 1
        if not fresh and used + blank + size > cells:
            yield "".join(line)
            line, used, blank = [rest], width(rest), 0
        line += [" " * blank, *(span.style(span.text) for span in word)]
        used += blank + size
        fresh = False
    yield "".join(line)


def labeled(label: str, text: str, *, cells: int, limit: int, most: int) -> Iterator[str]:
    """A label of ours and a foreign text behind it, whose line ends are kept, marked and indented.

    At most `limit` characters of it, in `most` lines of its own.
    """
    first, rest = f"  {label:<{_LABELS}}", " " * (2 + _LABELS)
    lines = terminal_lines(text, limit=limit) or ["(empty)"]
    if len(lines) > most:
        lines = [*lines[: most - 1], f"\u2026 (+{counted(len(lines) - most + 1, 'line')})"]
    for index, line in enumerate(lines):
        yield from wrapped([Span(line)], cells=cells, first=rest if index else first, rest=rest)


def table(columns: Sequence[Column], *, cells: int, indent: str, head: Style) -> Iterator[str]:
    """A title line and the rows. The first column takes what room is left and is cut; the others are whole."""
    kept = list(columns)
    least = min(columns[0].width, _LEGIBLE)
    while _needed(kept[1:]) + least + width(indent) > cells and any(column.spare for column in kept):
        kept.remove(max(kept, key=lambda column: column.spare))
    room = max(1, min(kept[0].width, cells - width(indent) - _needed(kept[1:])))
    widths = [room, *(column.width for column in kept[1:])]
    titles = [Span(column.title, head) for column in kept]
    for entries in (titles, *zip(*(column.cells for column in kept), strict=True)):
        pieces = [
            _padded(*entry) for entry in zip(entries, widths, (column.right for column in kept), strict=True)
        ]
        yield f"{indent}{(' ' * GAP).join(pieces)}".rstrip()


def _needed(columns: Sequence[Column]) -> int:
    return sum(GAP + column.width for column in columns)


def _padded(span: Span, room: int, right: bool) -> str:  # noqa: FBT001 - one of the three things a cell is made of
    text = cut(span.text, cells=room)
    blanks = " " * (room - width(text))
    return f"{blanks}{span.style(text)}" if right else f"{span.style(text)}{blanks}"


def _words(spans: Sequence[Span], *, most: int) -> Iterator[tuple[list[Span], bool]]:
    """Words of one or more spans, none wider than `most`; glued ones follow the last without a blank."""
    word: list[Span] = []
    for span in spans:
        for index, piece in enumerate(span.text.split(" ")):
            if index and word:
                yield from _broken(word, most=most)
                word = []
            if piece:
                word.append(Span(piece, span.style))
    if word:
        yield from _broken(word, most=most)


def _broken(word: list[Span], *, most: int) -> Iterator[tuple[list[Span], bool]]:
    glued = False
    part: list[Span] = []
    left = most
    for span in word:
        text = span.text
        while width(text) > left:
            taken = _fitting(text, cells=left)
            if taken:
                part.append(Span(taken, span.style))
            elif not part:
                break  # one character is wider than a line: it stays whole
            yield part, glued
            text, part, left, glued = text[len(taken) :], [], most, True
        part.append(Span(text, span.style))
        left -= width(text)
    if part:
        yield part, glued


def _fitting(text: str, *, cells: int) -> str:
    taken = 0
    for index, character in enumerate(text):
        taken += width(character)
        if taken > cells:
            return text[:index]
    return text
