"""Parts of a material → one model's opinion: the one way in which any judge here asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from gate.evaluators.judge.material import boundary
from gate.evaluators.judge.opinion import Opinion, answer_schema, opinion_of
from gate.evaluators.judge.question import messages
from gate.model.ports import LanguageModel, ModelRequest, shown_request
from gate.model.shown import BOUNDARY, Shown

RANDOM = f"{BOUNDARY} stands for 128 bits that are drawn anew for each call"


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
        request = self._request(model, parts, mark=boundary())
        return opinion_of(await self.llm().ask(request), labels=self.labels)

    def shown(self, model: str, parts: Mapping[str, str]) -> Shown:
        """The question, with a word in the place of its random boundary."""
        return shown_request(self._request(model, parts, mark=BOUNDARY), note=RANDOM)

    def _request(self, model: str, parts: Mapping[str, str], *, mark: str) -> ModelRequest:
        return ModelRequest(
            model=model,
            system=self.system,
            messages=messages(parts, mark=mark),
            max_tokens=self.max_tokens,
            effort=self.effort,
            stream=False,
            answer_schema=answer_schema(self.labels),
        )
