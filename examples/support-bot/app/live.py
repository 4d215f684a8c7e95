"""Request → Completion by a real model, through Anthropic's SDK (`pip install anthropic`).

The key comes from ANTHROPIC_API_KEY. ANTHROPIC_BASE_URL leads to any server that speaks the Messages API, such as a
small model on this machine (see the README of this example).
"""

from functools import cache

import anthropic

from app.answer import Completion, Request

MAX_TOKENS = 300
TIMEOUT_S = 300.0
"""Longer than a hosted model needs: a small machine may take minutes."""


class LiveModel:
    """A model by its name, such as `claude-haiku-5-5`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def complete(self, request: Request) -> Completion:
        """Send the prompt as the system prompt, and the passages with the question as the user's message."""
        message = _client().messages.create(
            model=self._name,
            max_tokens=MAX_TOKENS,
            system=request.prompt,
            messages=[{"role": "user", "content": _content(request)}],
        )
        return Completion(
            text="".join(block.text for block in message.content if block.type == "text").strip(),
            model=message.model,
            input_tokens=message.usage.input_tokens,
            output_tokens=message.usage.output_tokens,
            stop_reason=message.stop_reason,
        )


@cache
def _client() -> anthropic.Anthropic:
    client = anthropic.Anthropic(timeout=TIMEOUT_S)
    if not (client.api_key or client.auth_token or client.credentials):
        raise RuntimeError("there is no key for Anthropic's API: set ANTHROPIC_API_KEY")
    return client


def _content(request: Request) -> str:
    passages = "\n\n".join(
        f"[{found.passage.article}] {found.passage.title}\n{found.passage.text}" for found in request.found
    )
    return f"Passages from the help center:\n\n{passages or '(none found)'}\n\nQuestion: {request.question}"
