"""Sample → the share of the response's claims that the passages support, as a language model counts them.

No claims, no passages, or an answer that counts nothing usable is an abstention.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from pydantic import Field

from gate.evaluators.judge.asking import Asker, unasked
from gate.evaluators.judge.limits import MOST_CHARACTERS, Canaries, Effort, MaxCharacters, MaxTokens
from gate.evaluators.judge.material import no_passages, parts_of
from gate.evaluators.judge.opinion import Opinion
from gate.evaluators.judge.question import CLAIMS, VERSION
from gate.evaluators.judge.trust import Trust
from gate.model.base import Noun, digest
from gate.model.case import Case
from gate.model.ports import Evaluator, ScoringError, Setting
from gate.model.reply import Reply, Sample
from gate.model.score import Metric, Score
from gate.model.shown import Shown

_SUPPORTED, _UNSUPPORTED, _UNKNOWN = "supported", "not_supported", "unknown"
_SHOWN = 3  # claims that are named in the explanation
_CLAIM = {
    "type": "object",
    "properties": {
        "claim": {
            "type": "string",
            "description": "One statement of fact of the response, in its own words.",
        },
        "evidence": {
            "type": "string",
            "description": "The words of a passage that bear on it; empty if none do.",
        },
        "verdict": {"type": "string", "enum": [_SUPPORTED, _UNSUPPORTED, _UNKNOWN]},
    },
    "required": ["claim", "evidence", "verdict"],
    "additionalProperties": False,
}
_ANSWER: dict[str, Any] = {
    "type": "object",
    "properties": {"claims": {"type": "array", "items": _CLAIM}},
    "required": ["claims"],
    "additionalProperties": False,
}


class ClaimsOptions(Noun):
    """What stands under `with:` of a `claims` evaluator."""

    model: str = Field(
        min_length=1, description="The model that counts, best another one than the one that is judged."
    )
    canaries: Canaries = 1
    max_tokens: MaxTokens = 4096
    max_characters: MaxCharacters = MOST_CHARACTERS
    effort: Effort = None


class Claims(Evaluator):
    """Claims supported by the passages ÷ claims, as in RAGAS' faithfulness (Es et al. 2023, arXiv 2309.15217)."""

    Options: ClassVar = ClaimsOptions
    options: ClaimsOptions
    version: ClassVar[str] = digest([VERSION, CLAIMS, _ANSWER])

    def __init__(self, name: str, options: ClaimsOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._metrics = (Metric(name=name, kind="scale", low=0, high=1),)
        self._asker = Asker(
            llm=setting.llm,
            system=CLAIMS,
            answer_schema=_ANSWER,
            read=_counted,
            max_tokens=options.max_tokens,
            effort=options.effort,
        )
        self._trust = Trust(self._opinion, canaries=options.canaries, lowest=0)

    @property
    def metrics(self) -> Sequence[Metric]:
        """One, named like the evaluator: a share."""
        return self._metrics

    def models(self) -> Sequence[str]:
        """The one that counts."""
        return (self.options.model,)

    @property
    def calls(self) -> int:
        """One for each response."""
        return 1

    @property
    def calls_ahead(self) -> int:
        """The planted responses, each with its control."""
        return 2 * self.options.canaries

    @property
    def limit_s(self) -> float:
        """Room for the response, and for the planted ones."""
        return self.setting.timeout_s * (1 + 2 * self.options.canaries)

    def open(self) -> None:
        """Open the door to the model, which needs a key."""
        self.setting.llm()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Count, once the judge has shown that planted responses do not get their way."""
        question = self._question(sample)
        if isinstance(question, Opinion):
            return (question.score(self.name),)
        if (share := await self._trust.broken_by()) is not None:
            message = (
                f"a planted response talked the judge into a share of {share:g}: its counts mean nothing"
            )
            raise ScoringError("untrusted_judge", message)
        opinion = await self._asker.ask(self.options.model, question)
        return (opinion.score(self.name),)

    def shown(self, sample: Sample) -> Sequence[Shown]:
        """The question; none where there are no passages, or too much of them."""
        question = self._question(sample)
        return () if isinstance(question, Opinion) else (self._asker.shown(self.options.model, question),)

    async def aclose(self) -> None:
        """Let go of what still runs."""
        self._trust.cancel()

    async def _opinion(self, case: Case, reply: Reply) -> Opinion:
        return await self._asker.ask(self.options.model, parts_of(case, reply, expected=False))

    def _question(self, sample: Sample) -> Mapping[str, str] | Opinion:
        """The material, or the opinion that stands without asking."""
        parts = parts_of(sample.case, sample.reply, expected=False)
        lacks = no_passages(sample.case, sample.reply) or ""
        return unasked(parts, most=self.options.max_characters, lacks=lacks) or parts


def _counted(answer: Reply) -> Opinion:
    """The share of supported claims among those that could be told."""
    try:
        claims = [(str(each["claim"]), each["verdict"]) for each in json.loads(answer.output)["claims"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Opinion(abstained="unparsable", critique=answer.output, model=answer.model)
    if any(verdict not in (_SUPPORTED, _UNSUPPORTED, _UNKNOWN) for _, verdict in claims):
        return Opinion(abstained="unparsable", critique=answer.output, model=answer.model)
    if not claims:
        return Opinion(abstained="no_claims", critique="the response states no fact", model=answer.model)
    told = [claim for claim, verdict in claims if verdict != _UNKNOWN]
    bad = [claim for claim, verdict in claims if verdict == _UNSUPPORTED]
    if not told:
        return Opinion(abstained="unknown", critique="no claim could be told", model=answer.model)
    critique = f"{len(told) - len(bad)} of {len(told)} claims are supported"
    if bad:
        critique += f"; not: {' | '.join(bad[:_SHOWN])}"
    return Opinion(value=1 - len(bad) / len(told), critique=critique, model=answer.model)
