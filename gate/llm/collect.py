"""The events of a streamed message, or a whole message → what was said. Never asks anything itself.

Text is collected across content blocks: a thinking block may come first, and is no part of the answer. Events are read
as plain JSON, since to make the SDK's types of each takes longer than everything else about them.
"""

import json
import time
from collections.abc import AsyncIterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from gate.model.reply import Usage

_COUNTS = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}


class ServerSentEvent(Protocol):
    """One event of a stream, as the SDK's decoder gives it."""

    @property
    def event(self) -> str | None:
        """Its name."""
        ...

    @property
    def data(self) -> str:
        """Its data: JSON."""
        ...


class MalformedError(Exception):
    """What came back is no answer of a Messages API."""


class ErrorEventError(Exception):
    """The provider broke a stream off, with an error of a `type` of its own."""

    def __init__(self, error: object) -> None:
        fields = error if isinstance(error, Mapping) else {}
        self.type = _word(fields.get("type")) or ""
        super().__init__(_word(fields.get("message")) or "no reason is given")


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

    def count(self, usage: object) -> None:
        """Take in counts; those of a stream are cumulative, so the last one holds."""
        if isinstance(usage, Mapping):
            for theirs, ours in _COUNTS.items():
                value = usage.get(theirs)
                if isinstance(value, int) and value >= 0:
                    self.counts[ours] = value

    def say(self, text: object) -> None:
        """Take in a piece of the answer."""
        if not isinstance(text, str):
            raise MalformedError(f"a piece of text is a {type(text).__name__}")
        if self.first_text_at is None and text:
            self.first_text_at = time.perf_counter()
        self.parts.append(text)


async def collect(events: AsyncIterable[ServerSentEvent], said: Said) -> None:
    """The events of a stream → what was said, as far as it was heard whatever happens then.

    Raises:
        ErrorEventError: the provider broke it off.
        MalformedError: an event lacks what it must hold.
    """
    async for event in events:
        if event.event in _TAKEN:
            try:
                _take(event.event, json.loads(event.data), said)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise MalformedError(f"the event {event.event} of the stream is malformed: {error}") from None


def whole(message: Any, said: Said) -> None:
    """A message that was not streamed, as plain JSON → what was said.

    Raises:
        MalformedError: it is no message.
    """
    try:
        for block in message["content"]:
            if block["type"] == "text":
                said.say(block["text"])
        said.model, said.stop_reason = _word(message["model"]), _word(message["stop_reason"])
        said.count(message.get("usage"))
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedError(f"the answer is no message: {error!r}") from None
    said.first_text_at = None  # all of it came at once: there was no first token to time
    said.complete = True


_TAKEN = frozenset({"content_block_delta", "message_start", "message_delta", "message_stop", "error"})


def _take(name: str | None, data: Any, said: Said) -> None:
    if name == "content_block_delta":
        if data["delta"]["type"] == "text_delta":
            said.say(data["delta"]["text"])
    elif name == "message_start":
        said.model = _word(data["message"]["model"])
        said.count(data["message"].get("usage"))
    elif name == "message_delta":
        said.stop_reason = _word(data["delta"]["stop_reason"])
        said.count(data.get("usage"))
    elif name == "message_stop":
        said.complete = True
    else:
        raise ErrorEventError(data.get("error"))


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None
