"""The events of a streamed message, or a whole message → what was said. Never asks anything itself.

Text is collected across content blocks: a thinking block may come first, and is no part of the answer.
"""

import time
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from typing import Any

from gate.model.reply import Usage

_COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}


class MalformedError(Exception):
    """What came back is no answer of a Messages API."""


@dataclass(kw_only=True)
class Said:
    """What a model said. `first_text_at` is `time.perf_counter()` at the first text; `complete`: nothing was cut off."""

    parts: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    model: str | None = None
    stop_reason: str | None = None
    first_text_at: float | None = None
    complete: bool = False

    @property
    def text(self) -> str:
        """All text, as valid Unicode: halves of a surrogate pair are joined, lone ones replaced."""
        text = "".join(self.parts)
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

    @property
    def usage(self) -> Usage | None:
        """The token counts; None where the provider gave none."""
        return Usage(**self.counts) if self.counts else None

    def count(self, usage: Any) -> None:
        """Take in counts; those of a stream are cumulative, so the last one holds."""
        for theirs, ours in _COUNTS.items():
            value = getattr(usage, theirs, None)
            if isinstance(value, int) and value >= 0:
                self.counts[ours] = value

    def say(self, text: object) -> None:
        """Take in a piece of the answer."""
        if not isinstance(text, str):
            raise MalformedError(f"a piece of text is a {type(text).__name__}")
        if self.first_text_at is None and text:
            self.first_text_at = time.perf_counter()
        self.parts.append(text)


async def collect(events: AsyncIterable[Any]) -> Said:
    """The events of a stream → what was said.

    Raises:
        MalformedError: an event lacks what it must hold.
    """
    said = Said()
    async for event in events:
        try:
            _take(event, said)
        except AttributeError as error:
            raise MalformedError(f"a stream event is malformed: {error}") from None
    return said


def whole(message: Any) -> Said:
    """A message that was not streamed → what was said.

    Raises:
        MalformedError: it is no message.
    """
    said = Said(complete=True)
    try:
        for block in message.content:
            if block.type == "text":
                said.say(block.text)
        said.model, said.stop_reason = _word(message.model), _word(message.stop_reason)
        said.count(message.usage)
    except (AttributeError, TypeError) as error:
        raise MalformedError(f"the answer is no message: {error}") from None
    said.first_text_at = None  # all of it came at once: there was no first token to time
    return said


def _take(event: Any, said: Said) -> None:
    if event.type == "content_block_delta":
        if event.delta.type == "text_delta":
            said.say(event.delta.text)
    elif event.type == "message_start":
        said.model = _word(event.message.model)
        said.count(event.message.usage)
    elif event.type == "message_delta":
        said.stop_reason = _word(event.delta.stop_reason)
        said.count(getattr(event, "usage", None))
    elif event.type == "message_stop":
        said.complete = True


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
