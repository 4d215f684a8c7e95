"""Sample → the material that a judge reads. Data only: nothing in it can end its boundary or pass for an instruction.

Each part stands between two tags that hold a boundary drawn anew for each call, which its author cannot have known;
`&`, `<` and `>` are written as entities, so that no tag can be closed or opened from inside.
"""

import html
import json
import re
import secrets
from collections.abc import Mapping

from pydantic import JsonValue

from gate.model.case import Case, Context
from gate.model.reply import Reply

# Control, zero-width, bidirectional and tag characters: what a person who reads the transcript would not see.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def boundary() -> str:
    """128 random bits as text."""
    return secrets.token_hex(16)


def parts_of(case: Case, reply: Reply, *, expected: bool) -> dict[str, str]:
    """What the judge sees, by name, in the order in which it reads. The application's own contexts before the case's."""
    parts = {"question": _question(case)}
    contexts = reply.contexts or case.context
    if contexts:
        parts["passages"] = "\n\n".join(_passage(number, one) for number, one in enumerate(contexts, 1))
    if expected and case.expected is not None:
        parts["reference"] = _text(case.expected)
    return {**parts, "response": reply.output}


def no_passages(case: Case, reply: Reply) -> str | None:
    """Why there is nothing to judge by; None where there is. Of a retrieval, spans may tell the ids and no texts."""
    contexts = reply.contexts or case.context
    if not contexts:
        return reply.contexts_missing or "neither the reply nor the case holds a passage"
    return None if any(context.text.strip() for context in contexts) else "none of the passages has a text"


def enclosed(parts: Mapping[str, str], *, mark: str) -> str:
    """The parts, each within its boundary."""
    return "\n\n".join(
        f'<material part="{name}" boundary="{mark}">\n{_harmless(text)}\n</material boundary="{mark}">'
        for name, text in parts.items()
    )


def _harmless(text: str) -> str:
    plain = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\r\n", "\n")
    return html.escape(_UNSEEN.sub("", plain), quote=False)


def _question(case: Case) -> str:
    if isinstance(case.input, str):
        return case.input
    if isinstance(case.input, tuple):
        return "\n\n".join(f"{turn.role}: {turn.content}" for turn in case.input)
    return _text(case.input)


def _passage(number: int, context: Context) -> str:
    name = f" ({context.id})" if context.id else ""
    return f"[{number}]{name} {context.text}"


def _text(value: JsonValue) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)
