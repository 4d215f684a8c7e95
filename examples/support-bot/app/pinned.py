"""The bot with one named model behind it: the functions that gate.live.yaml judges.

`app/bot.py:answer` takes its model from the environment, which no fingerprint can see. Here each function names one
model in its code, so that results of two models are never taken for each other.
"""

from typing import Any

from app.bot import answer_with
from app.live import LiveModel


def claude_haiku(*, input: str) -> dict[str, Any]:  # noqa: A002 - the word that the gate uses for what is asked
    """Answer with Claude Haiku; needs ANTHROPIC_API_KEY."""
    return answer_with(LiveModel("claude-haiku-5-5"), input)


def smollm2(*, input: str) -> dict[str, Any]:  # noqa: A002 - the same
    """Answer with SmolLM2 on this machine; needs ANTHROPIC_BASE_URL (see local_model.py)."""
    return answer_with(LiveModel("smollm2"), input)
