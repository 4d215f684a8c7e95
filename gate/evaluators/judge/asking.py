"""Parts of a material → one model's opinion: the one way in which any judge here asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gate.evaluators.judge.limits import Effort
from gate.evaluators.judge.material import boundary
from gate.evaluators.judge.opinion import Opinion, ending_of
from gate.evaluators.judge.question import messages
from gate.model.ports import LanguageModel, ModelRequest, shown_request
from gate.model.reply import Reply
from gate.model.shown import BOUNDARY, Shown

RANDOM = f"{BOUNDARY} stands for 128 bits that are drawn anew for each call"


@dataclass(frozen=True, kw_only=True)
class Asker:
    """The instructions, the form of an answer with how it is read, and its limits."""

    llm: Callable[[], LanguageModel]
    system: str
    answer_schema: Mapping[str, Any]
    read: Callable[[Reply], Opinion]
    max_tokens: int
    effort: Effort

    async def ask(self, model: str, parts: Mapping[str, str]) -> Opinion:
        """Ask once.

        Raises:
            ScoringError: no answer came for a reason that says nothing of the material.
        """
        request = self._request(model, parts, mark=boundary())
        ended = ending_of(await self.llm().ask(request))
        return ended if isinstance(ended, Opinion) else self.read(ended)

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
            answer_schema=dict(self.answer_schema),
        )


def unasked(parts: Mapping[str, str], *, most: int | None, lacks: str = "") -> Opinion | None:
    """The abstention that stands without asking: passages are lacking, or there is more material than `most` characters."""
    if lacks:
        return Opinion(abstained="no_context", critique=lacks)
    if most is not None and sum(map(len, parts.values())) > most:
        return Opinion(abstained="too_long", critique="the material is longer than `max_characters`")
    return None
