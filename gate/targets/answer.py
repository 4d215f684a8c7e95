"""What a user's application gave back (a text or a JSON object) → Reply, or the Failure that says what is wrong with it.

Generous with spellings that are in use (a context may be a plain text, usage may be the provider's own object), strict
with everything else: an unknown key, a NaN or a text that is no Unicode is never dropped in silence.
"""

import difflib
import json
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from gate.model.base import Noun
from gate.model.redaction import shortened
from gate.model.reply import Failure, Reply

MAX_BYTES = 10_000_000  # of one answer; more is a program that went astray

_REPLY = (
    "output",
    "contexts",
    "tool_calls",
    "usage",
    "latency_s",
    "ttft_s",
    "cost_usd",
    "stop_reason",
    "model",
)
_CONTEXT = {"text": "text", "content": "text", "id": "id", "score": "score", "rank": "rank"}
_TOOL_CALL = {"name": "name", "arguments": "arguments", "input": "arguments", "result": "result"}
_USAGE = {
    "input_tokens": "input_tokens",
    "prompt_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "completion_tokens": "output_tokens",
    "cache_read_tokens": "cache_read_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_write_tokens": "cache_write_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}
# Providers put these beside the counts: sums and breakdowns of the same tokens, and how the request was served.
_USAGE_BESIDE = frozenset(
    [
        "total_tokens",
        "prompt_tokens_details",
        "completion_tokens_details",
        "cache_creation",
        "server_tool_use",
        "service_tier",
        "inference_geo",
        "speed",
        "output_tokens_details",
    ]
)


def reply_from(value: object, *, latency_s: float) -> Reply | Failure:
    """A text, a mapping with `output`, or a Reply → Reply; anything else → Failure of kind `bad_reply`.

    `latency_s` is the measured wall time in seconds; an application that measured its own says so in the mapping.
    """
    if isinstance(value, Reply):
        return value
    try:
        if isinstance(value, str):
            fields: dict[str, Any] = {"output": value}
        elif isinstance(value, Mapping):
            fields = _fields(value)
        else:
            raise TypeError(f"a reply is a text or an object with `output`, not {_kind(value)}")  # noqa: TRY301
        _require_unicode(fields)
        return Reply.model_validate({"latency_s": latency_s, **fields})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        return bad_reply(f"{'.'.join(map(str, first['loc']))}: {first['msg']} (found {first['input']!r})")
    except (TypeError, ValueError, RecursionError) as error:
        return bad_reply(str(error))


def bad_reply(message: str) -> Failure:
    """What is wrong with an answer → Failure of kind `bad_reply`."""
    return Failure(stage="target", kind="bad_reply", message=shortened(message))


def parse_json(text: str | bytes) -> Any:
    """JSON → its value.

    Raises:
        ValueError: it is not JSON, not UTF-8, holds NaN or Infinity, or is nested too deep.
    """
    try:
        return json.loads(text, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise ValueError(f"it is not UTF-8 (byte {error.start})") from None
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def unknown_key(key: object, known: Collection[str], *, where: str) -> str:
    """The sentence for a key that nobody knows, with the one that may have been meant."""
    near = difflib.get_close_matches(str(key), known, n=1)
    hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}"
    return f"{where} has the unknown key {key!r}; {hint}"


def _fields(value: Mapping[Any, Any]) -> dict[str, Any]:
    plain = _plain(value)
    for key in plain:
        if key not in _REPLY:
            raise ValueError(unknown_key(key, _REPLY, where="the reply"))
    if plain.get("output") is None:
        raise ValueError(f"the reply has no `output` (it has {', '.join(plain) or 'nothing'})")
    plain = {key: part for key, part in plain.items() if part is not None}
    if not isinstance(plain["output"], str):
        plain["output"] = json.dumps(plain["output"], ensure_ascii=False)
    if "contexts" in plain:
        plain["contexts"] = [_context(item) for item in _listed(plain["contexts"], "contexts")]
    if "tool_calls" in plain:
        plain["tool_calls"] = [_tool_call(item) for item in _listed(plain["tool_calls"], "tool_calls")]
    if "usage" in plain:
        plain["usage"] = _usage(plain["usage"])
    return plain


def _context(item: Any) -> dict[str, Any]:
    if isinstance(item, str):
        return {"text": item}
    fields = _renamed(item, _CONTEXT, where="a context")
    if isinstance(fields.get("id"), int):
        fields["id"] = str(fields["id"])
    return fields


def _tool_call(item: Any) -> dict[str, Any]:
    fields = _renamed(item, _TOOL_CALL, where="a tool call")
    if isinstance(fields.get("arguments"), str):  # some APIs send the arguments as JSON in a text
        fields["arguments"] = parse_json(fields["arguments"])
    return fields


def _usage(usage: Any) -> dict[str, Any]:
    fields = _renamed(usage, _USAGE, where="usage", beside=_USAGE_BESIDE)
    details = usage.get("prompt_tokens_details")
    cached = details.get("cached_tokens") if isinstance(details, dict) else None
    if cached and "prompt_tokens" in usage:  # this spelling counts cached tokens among the prompt's
        fields |= {"input_tokens": usage["prompt_tokens"] - cached, "cache_read_tokens": cached}
    return fields


def _renamed(
    item: Any, names: Mapping[str, str], *, where: str, beside: Collection[str] = ()
) -> dict[str, Any]:
    """An object under the names of ours; null means absent."""
    if not isinstance(item, dict):
        raise TypeError(f"{where} is {_kind(item)}, where an object is expected")
    fields: dict[str, Any] = {}
    for key, value in item.items():
        if key in beside or value is None:
            continue
        if key not in names:
            raise ValueError(unknown_key(key, names, where=where))
        if names[key] in fields:
            raise ValueError(f"{where} says {names[key]!r} twice, under two spellings")
        fields[names[key]] = value
    return fields


def _listed(value: Any, name: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise TypeError(f"{name} is {_kind(value)}, where a list is expected")
    return value


def _plain(value: Mapping[Any, Any]) -> dict[str, Any]:
    """A mapping out of Python code → what it is in JSON: tuples become lists, nouns of ours objects."""

    def noun(part: object) -> Any:
        if isinstance(part, Noun):
            return part.model_dump(mode="json", exclude_defaults=True)
        raise TypeError(f"the reply holds {_kind(part)}, which is no JSON")

    plain: dict[str, Any] = json.loads(json.dumps(dict(value), default=noun, allow_nan=False))
    return plain


def _require_unicode(fields: Mapping[str, Any]) -> None:
    try:
        json.dumps(fields, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("the reply holds half of a surrogate pair, which is no Unicode text") from None


def _no_constant(name: str) -> float:
    raise ValueError(f"it holds {name}, which is no number")


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list", str: "a text", bool: "a boolean", type(None): "nothing"}
    return names.get(type(value), f"a value of type {type(value).__name__}")
