"""JSON → the blocks of data in the page: nothing in them can end the element or be taken for markup.

As it is, and not compressed: another zlib would write other bytes for the same report, and what uploads the page packs it
anyway.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gate.render.html.markup import Markup, el, verbatim

CHUNK = 200  # cases in one block: what is read when one of them is opened
# What could end a script element, begin a comment in it, or break a line in JavaScript; halves of surrogate pairs.
_SYNTAX = re.compile("[<>&\u2028\u2029\ud800-\udfff]")


def json_text(value: Any) -> str:
    """Compact JSON that is safe within a script element (HTML, 4.12.1.3: restrictions for contents of script elements)."""
    return _SYNTAX.sub(
        _escaped, json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    )


def index_block(value: Any) -> Markup:
    """What the table of cases needs."""
    return _block(json_text(value), name="index")


def text_blocks(details: Sequence[str]) -> Iterator[Markup]:
    """The cases' texts, each already JSON, some in a block."""
    for number, start in enumerate(range(0, len(details), CHUNK)):
        yield _block(f"[{','.join(details[start : start + CHUNK])}]", name=f"texts-{number}")


def size(texts: Iterable[str]) -> int:
    """Bytes of UTF-8."""
    return sum(len(text.encode()) for text in texts)


def _block(text: str, *, name: str) -> Markup:
    return el("script", verbatim(text), type="application/json", id=name)


def _escaped(found: re.Match[str]) -> str:
    return f"\\u{ord(found.group()):04x}"
