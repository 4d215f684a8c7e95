"""ModelRequest: one question to a language model, and who answers it."""

from typing import Literal, Protocol

from pydantic import Field, JsonValue

from gate.model.base import Noun
from gate.model.case import Message
from gate.model.reply import Failure, Reply
from gate.model.shown import Shown


class ModelRequest(Noun):
    """One question to a language model; `max_tokens` bounds the answer, thinking included.

    Where there is an `answer_schema` (a JSON Schema), the text of the answer is JSON that fits it, unless the model
    refused or was cut off.
    """

    model: str
    messages: tuple[Message, ...] = Field(min_length=1)
    system: str | None = None
    max_tokens: int = Field(default=1024, ge=1)
    effort: Literal["low", "medium", "high"] | None = None
    stream: bool = True
    answer_schema: dict[str, JsonValue] | None = None


def shown_request(request: ModelRequest, *, note: str = "") -> Shown:
    """A question to a language model, as a person reads it."""
    parts: dict[str, JsonValue] = {"model": request.model}
    parts |= {} if request.system is None else {"system": request.system}
    for number, message in enumerate(request.messages, 1):
        parts[f"message {number}, {message.role}"] = message.content
    rest = request.model_dump(mode="json", exclude={"model", "system", "messages"}, exclude_none=True)
    return Shown(what=f"a request to {request.model}", parts={**parts, **rest}, note=note)


class LanguageModel(Protocol):
    """The door to a model provider, as a target sees it."""

    async def ask(self, request: ModelRequest) -> Reply | Failure:
        """Ask once. What the provider refuses or loses comes back as a Failure, never as an exception."""
        ...
