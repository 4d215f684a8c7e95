"""Request → Completion without a language model: a stand-in that follows the prompt by plain rules.

It stands where a real model would, so that the example runs offline, without a key, and gives the same answer every
time. It does: read the instructions of the prompt (see `app/instructions.py`), choose sentences of the passages that
share the telling words of the question, look for the details that the prompt asks for, and say that it does not know
where the passages hold too little and the prompt lets it. It does not: understand, rephrase, compute, join
two articles or know anything about Quillow Coffee. It only ever quotes.
"""

import re
from collections.abc import Callable, Sequence

from app.answer import Completion, Request
from app.instructions import Instructions, read_instructions
from app.retrieval import Passage, tokens

ENOUGH = 0.5
"""The share of a question (by the weight of its words) that the passages must hold for an answer."""


class EmbeddedModel:
    """The stand-in. `weight` says how much a word tells (its inverse document frequency)."""

    name = "embedded"

    def __init__(self, weight: Callable[[str], float]) -> None:
        self._weight = weight

    def complete(self, request: Request) -> Completion:
        """Answer in sentences of the passages, as far as the prompt's instructions are understood."""
        return Completion(text=self._text(request), model=self.name)

    def _text(self, request: Request) -> str:
        instructions = read_instructions(request.prompt)
        if instructions.declines and self._held(request) < ENOUGH:
            return _decline(instructions)
        if not request.found:
            return "Thank you for your message."
        best = request.found[0].passage
        sentences = self._sentences(request.question, best)
        chosen = _choose(sentences, instructions.wanted(best.topic), limit=instructions.sentences)
        source = f" [{best.article}]" if instructions.cites else ""
        return " ".join(chosen) + source

    def _held(self, request: Request) -> float:
        """The share of the question that the best passage holds, in [0, 1]."""
        asked = set(tokens(request.question))
        total = self._sum(asked)
        if not request.found or not total:
            return 0.0
        best = request.found[0].passage
        return self._sum(asked & set(tokens(f"{best.title} {best.text}"))) / total

    def _sentences(self, question: str, passage: Passage) -> list[str]:
        """The sentences of the passage, closest to the question first; equally close ones in their own order."""
        asked = set(tokens(question))
        return sorted(_split(passage.text), key=lambda sentence: -self._sum(asked & set(tokens(sentence))))

    def _sum(self, terms: set[str]) -> float:
        return round(sum(self._weight(term) for term in sorted(terms)), 9)


def _split(text: str) -> list[str]:
    return re.split(r"(?<=[.!?]) (?=[A-Z])", text)


def _choose(sentences: Sequence[str], wanted: Sequence[re.Pattern[str]], *, limit: int) -> list[str]:
    """The first sentence, then for each wanted detail that is still missing the first sentence that holds it."""
    chosen = list(sentences[:1])
    for look in wanted:
        if not any(look.search(sentence) for sentence in chosen):
            chosen.extend([sentence for sentence in sentences if look.search(sentence)][:1])
    return chosen[:limit]


def _decline(instructions: Instructions) -> str:
    address = instructions.help_address
    return "I do not know." + (f" Please write to {address}." if address else "")
