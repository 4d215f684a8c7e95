"""Foreign text → text that is only text, for each medium: markdown, HTML inside it, terminal, log, XML.

Whatever is not a literal of ours passes here: outputs, inputs, ids, tags, names of metrics, suites, slices and files,
messages. Every medium begins with `clean`: one line, nothing that moves the cursor, turns the direction of reading,
hides, or stacks up over other lines; what was taken out is named, because it may be why a case failed.
"""

import re
import unicodedata
from collections.abc import Iterable

NEWLINE_MARK = "\u23ce"
BREAK = "\u200b"  # put behind what would otherwise become a mention, a reference or a command
NAME_LIMIT = 80
PROSE_LIMIT = 600
_KINDS_NAMED = 3

_NEWLINES = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_DIACRITICS = "\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f"
# Zero-width, bidirectional, tag and other default-ignorable characters, interlinear and musical controls (Unicode
# 15: DerivedCoreProperties, Default_Ignorable_Code_Point, and category Cf but for the visible number signs); a
# second variation selector in a row; the fourth and further accents on one letter.
_HIDDEN = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufe00-\ufe0d\ufeff\uffa0\ufff0-\ufffb\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
    "|(?<=[\ufe0e\ufe0f])[\ufe0e\ufe0f]"
    f"|(?<=[{_DIACRITICS}]{{3}})[{_DIACRITICS}]"
)
_PICTURES = {point: chr(0x2400 + point) for point in range(0x20) if chr(point) != "\n"}
_PICTURES |= {0x7F: "\u2421"} | dict.fromkeys((*range(0x80, 0xA0), 0xFFFE, 0xFFFF), "\ufffd")

_PLAIN_CODE = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_./=+: -]*[A-Za-z0-9])?")
_PLAIN_UNIT = re.compile(r"(?=.{1,16}$)(?:[^\W_]+(?:[ /][^\W_]+)*|[%$])")
_PUNCTUATION = re.compile(r"[!-/:-@\[-`{-~]")
# In a sentence: what markdown could read as syntax, a list, a link or a table, there within a line of ours.
_PROSE_PUNCTUATION = re.compile(
    r"[!#$&*+<>@\[\\\]^_`{|}~]|:(?=\S)|(?<=\d)\)|(?<![A-Za-z])[.-]|\.(?=\S)|-(?![A-Za-z])"
)
# GitHub makes links and pictures of these after markdown is done: an address, an issue, an emoji.
_REFERENCES = re.compile(r"(?i):(?=//)|#(?=\d)|\bgh-(?=\d)|\bwww(?=\.)|:(?=[\w+-])|@")
_STYLE = r"(?:\x1b\[[0-9;]*m)"
_COMMAND = re.compile(rf"^((?:{_STYLE}|[^\S\n])*:)(?={_STYLE}*:)|(##)(?={_STYLE}*\[)", re.MULTILINE)


def clean(text: str, *, limit: int, newline: str = NEWLINE_MARK) -> str:
    """At most `limit` characters, and behind them `… (+N)` for what was cut and the names of what was hidden.

    Control characters become their pictures (`␛`), halves of surrogate pairs `�`, line ends `newline`.
    """
    window = text[: 4 * limit + 64]
    found = _HIDDEN.findall(window)
    shown = _HIDDEN.sub("", window)
    shown = _SURROGATES.sub("\ufffd", _NEWLINES.sub("\n", shown)).translate(_PICTURES)
    more = len(text) - len(window) + max(0, len(shown) - limit)
    tail = f"\u2026 (+{more:,})" if more else ""
    return shown[:limit].replace("\n", newline) + tail + _named(found)


def unit(text: str | None) -> str | None:
    """A metric's unit, where it is no more than plain words (`s`, `tokens`, `USD`, `m/s`) or a sign; else none."""
    return text if text is not None and _PLAIN_UNIT.fullmatch(text) else None


def html(text: str, *, limit: int) -> str:
    """Text for a `<code>` inside a block of raw HTML: entities only, no line end of its own, mentions broken.

    Its line breaks are marked, and written as a character reference, which GitHub's style sheet shows as a break.
    """
    cleaned = clean(text, limit=limit, newline=f"{NEWLINE_MARK}\n")
    return re.sub("[&<>\"'|`#\n]", _entity, cleaned).replace("@", f"@{BREAK}")


def code(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Text as code within a line or a table cell of markdown: back-ticks where it is harmless, else entities."""
    cleaned = clean(text, limit=limit)
    if _PLAIN_CODE.fullmatch(cleaned):
        return f"`{cleaned}`"
    return f"<code>{_PUNCTUATION.sub(_entity, cleaned.replace('@', f'@{BREAK}'))}</code>"


def prose(text: str, *, limit: int = PROSE_LIMIT) -> str:
    """A sentence within a line or a table cell of markdown: no syntax, no link, no mention, no reference."""
    cleaned = (
        clean(text, limit=limit).strip() or "(no text)"
    )  # a blank would end a list, four of them begin code
    unlinked = _REFERENCES.sub(lambda found: f"{found.group()}{BREAK}", cleaned)
    return _PROSE_PUNCTUATION.sub(_entity, unlinked)


def fenced(text: str, *, indent: str = "") -> str:
    """A command as a block of code in markdown, within a fence that is longer than any run of back-ticks in it."""
    cleaned = log_safe(clean(text, limit=PROSE_LIMIT)).replace("@", f"@{BREAK}")
    fence = "`" * max(3, 1 + max(map(len, re.findall("`+", cleaned)), default=0))
    return f"{indent}{fence}\n{indent}{cleaned}\n{indent}{fence}"


def terminal(text: str, *, limit: int = NAME_LIMIT) -> str:
    """Text for one line of a terminal: no escape sequence, no control, nothing that turns or hides."""
    return clean(text, limit=limit)


def terminal_lines(text: str, *, limit: int) -> list[str]:
    """The same for several lines, each end marked; none where there is no text."""
    return clean(text, limit=limit, newline=f"{NEWLINE_MARK}\n").split("\n") if text else []


def log_safe(text: str) -> str:
    """Lines of ours that hold foreign text → the same, none of which a CI runner takes for a command.

    GitHub's runner obeys a line that begins (behind blanks) with `::`, and `##[` anywhere.
    """
    return _COMMAND.sub(lambda found: f"{found.group()}{BREAK}", text)


def xml(text: str, *, limit: int) -> str:
    """Text whose every character XML 1.0 allows (its section 2.2); markup is for the XML writer to escape."""
    return clean(text, limit=limit, newline="\n")


def width(text: str) -> int:
    """How many cells of a terminal a cleaned text takes: two for wide characters, none for combining ones."""
    return sum(map(_cells, text))


def cut(text: str, *, cells: int) -> str:
    """The text, or as much of it as fits into `cells` with a `…` behind it."""
    if width(text) <= cells:
        return text
    kept, left = [], cells - 1
    for character in text:
        left -= _cells(character)
        if left < 0:
            break
        kept.append(character)
    return "".join([*kept, "\u2026"]) if cells > 0 else ""


def _cells(character: str) -> int:
    if character < "\u0300":
        return 1
    if unicodedata.category(character) in {"Mn", "Me", "Cf"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


def _named(hidden: Iterable[str]) -> str:
    """What was taken out, by the numbers of its characters; empty where nothing was."""
    kinds = list(dict.fromkeys(f"U+{ord(character):04X}" for character in hidden))
    if not kinds:
        return ""
    more = ", \u2026" if len(kinds) > _KINDS_NAMED else ""
    return f" [hidden: {', '.join(kinds[:_KINDS_NAMED])}{more}]"


def _entity(found: re.Match[str]) -> str:
    return {"&": "&amp;", "<": "&lt;", ">": "&gt;"}.get(found.group(), f"&#{ord(found.group())};")
