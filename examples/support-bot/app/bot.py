"""Question → answer with its source: the whole bot, and the one function that the gate calls."""

import os
from functools import cache
from pathlib import Path
from typing import Any

from app.answer import Completion, Model, Request
from app.embedded import EmbeddedModel
from app.retrieval import Found, Index, read_passages

HERE = Path(__file__).resolve().parents[1]
PASSAGES = 3


def answer(*, input: str) -> dict[str, Any]:  # noqa: A002 - the word that the gate uses for what is asked
    """Answer one question.

    The embedded stand-in answers, unless `SUPPORT_BOT_MODEL` names a model of Anthropic's (see `app/live.py`).
    """
    return answer_with(_model(), input)


def answer_with(model: Model, question: str) -> dict[str, Any]:
    """Search, ask the model, and say what both gave.

    Returns the `output`, the `contexts` that were found for it, the `model`, and its `usage` where it counts tokens.
    """
    found = _index().search(question, limit=PASSAGES)
    prompt = (HERE / "prompts" / "answer.md").read_text("utf-8")
    return _reply(model.complete(Request(prompt=prompt, question=question, found=found)), found)


@cache
def _index() -> Index:
    return Index(read_passages(HERE / "docs"))


def _model() -> Model:
    name = os.environ.get("SUPPORT_BOT_MODEL")
    if not name:
        return EmbeddedModel(_index().weight)
    from app.live import LiveModel  # noqa: PLC0415 - needs the SDK, which the offline bot does without

    return LiveModel(name)


def _reply(completion: Completion, found: list[Found]) -> dict[str, Any]:
    reply: dict[str, Any] = {
        "output": completion.text,
        "contexts": [
            {"id": each.passage.id, "text": each.passage.text, "score": each.score, "rank": each.rank}
            for each in found
        ],
        "model": completion.model,
    }
    if completion.input_tokens is not None and completion.output_tokens is not None:
        reply["usage"] = {
            "input_tokens": completion.input_tokens,
            "output_tokens": completion.output_tokens,
        }
    return reply
