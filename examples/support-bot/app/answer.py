"""The answer step: prompt, question and passages → an answer, by whichever model is at hand.

Both models sit behind one small contract, so the rest of the bot does not know which of them answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.retrieval import Found


@dataclass(frozen=True)
class Request:
    """All that a model is told: the text of the prompt file, what the customer asks, and the passages, best first."""

    prompt: str
    question: str
    found: Sequence[Found]


@dataclass(frozen=True)
class Completion:
    """What a model said. Tokens are None where the model does not count them."""

    text: str
    model: str
    input_tokens: int | None = None
    output_tokens: int | None = None
    stop_reason: str | None = None


class Model(Protocol):
    """Answers one request."""

    def complete(self, request: Request) -> Completion:
        """Answer from the passages, as the prompt asks."""
        ...
