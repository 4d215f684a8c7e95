"""Parts of a material → one model's opinion: the one way in which any judge here asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gate.evaluators.judge.material import boundary
from gate.evaluators.judge.opinion import Opinion, answer_schema, opinion_of
from gate.evaluators.judge.question import messages
from gate.model.ports import LanguageModel, ModelRequest


@dataclass(frozen=True, kw_only=True)
class Asker:
    """The instructions, the verdicts that they allow with their values, and the limits of an answer."""

    llm: Callable[[], LanguageModel]
    system: str
    labels: Mapping[str, float]
    max_tokens: int
    effort: Literal["low", "medium", "high"] | None

    async def ask(self, model: str, parts: Mapping[str, str]) -> Opinion:
        """Ask once.

        Raises:
            ScoringError: no answer came for a reason that says nothing of the material.
        """
        request = ModelRequest(
            model=model,
            system=self.system,
            messages=messages(parts, mark=boundary()),
            max_tokens=self.max_tokens,
            effort=self.effort,
            stream=False,
            answer_schema=answer_schema(self.labels),
        )
        return opinion_of(await self.llm().ask(request), labels=self.labels)
