"""What was asked and answered → attributes, where somebody opted in. Always redacted, cut to size, and plain text.

Never told without `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT`: it may hold what users wrote.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

from gate.model.case import Message
from gate.model.ports import ModelRequest
from gate.model.redaction import redact, redacted, secrets_of
from gate.model.reply import Reply
from gate.telemetry import names

VARIABLE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"
_ON = {"true", "1", "span_only", "span_and_event"}  # the words of OpenTelemetry's own instrumentations
LONGEST = 16_000  # characters of one text
MOST_DOCUMENTS = 100
_CUT = "… [cut]"
# The C0 and C1 sets without line end and tab, and what Unicode has to turn the direction of writing.
_HARMFUL = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u202a-\\u202e\\u2066-\\u2069]"
)


def wanted(environment: Mapping[str, str]) -> bool:
    """Whether content may be told."""
    return environment.get(VARIABLE, "").strip().lower() in _ON


def plain(text: str) -> str:
    """A text that any reader can hold: no control characters but line ends and tabs, nothing that turns its direction."""
    if text.isprintable():
        return text
    whole = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _HARMFUL.sub("\ufffd", whole)


def public(text: str) -> str:
    """A text as it may be told: without credentials, plain, and cut to size."""
    text = plain(redact(text, secrets=secrets_of(os.environ)))
    return text if len(text) <= LONGEST else text[:LONGEST] + _CUT


def public_json(value: JsonValue) -> str:
    """JSON as it may be told, as its text: not every reader of spans takes structures."""
    clean = _plain(redacted(value, secrets=secrets_of(os.environ)))
    text = json.dumps(clean, ensure_ascii=False)
    return text if len(text) <= LONGEST else text[:LONGEST] + _CUT


def _plain(value: JsonValue) -> JsonValue:
    match value:
        case str():
            return plain(value)
        case list():
            return [_plain(item) for item in value]
        case dict():
            return {plain(name): _plain(item) for name, item in value.items()}
    return value


def told_question(attributes: dict[str, JsonValue], request: ModelRequest) -> None:
    """The messages and the instructions of a question."""
    attributes[names.INPUT_MESSAGES] = _messages(request.messages)
    if request.system is not None:
        parts = [{"type": "text", "content": public(request.system)}]
        attributes[names.SYSTEM_INSTRUCTIONS] = json.dumps(parts, ensure_ascii=False)


def told_answer(attributes: dict[str, JsonValue], reply: Reply) -> None:
    """What a model answered. Why it ended is told beside it, in `gen_ai.response.finish_reasons`."""
    attributes[names.OUTPUT_MESSAGES] = json.dumps([_turn("assistant", reply.output)], ensure_ascii=False)


def told_exchange(
    attributes: dict[str, JsonValue], asked: str | Sequence[Message] | JsonValue, reply: Reply
) -> None:
    """What an application was asked, in whatever form, and what it answered."""
    if isinstance(asked, str):
        attributes[names.INPUT_MESSAGES] = _messages([Message(role="user", content=asked)])
    elif isinstance(asked, tuple):
        attributes[names.INPUT_MESSAGES] = _messages(asked)
    else:
        attributes[names.INPUT_MESSAGES] = _messages(
            [Message(role="user", content=json.dumps(asked, ensure_ascii=False))]
        )
    told_answer(attributes, reply)


def _messages(messages: Sequence[Message]) -> str:
    return json.dumps([_turn(each.role, each.content) for each in messages], ensure_ascii=False)


def _turn(role: str, text: str) -> JsonValue:
    return {"role": role, "parts": [{"type": "text", "content": public(text)}]}
