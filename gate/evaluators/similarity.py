"""Sample → how close in meaning the output is to what is expected, by a small model of sentences on this machine."""

import asyncio
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from gate.evaluators.embeddings import PACKAGE, Sentences
from gate.evaluators.expected import expected_texts, refusal
from gate.evaluators.extras import installed, require
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.ports import Evaluator, Setting
from gate.model.reply import Sample
from gate.model.score import Metric, Score

# Another processor adds in another order: beyond these decimals the figure is not the same everywhere.
_DECIMALS = 3
_ENOUGH = (
    5_000  # characters of one text: what follows moves a mean of so many words no more, and takes its time
)


class SimilarityOptions(Noun):
    """What stands under `with:` of a `similarity` evaluator."""

    min: float | None = Field(
        default=None,
        gt=0,
        le=1,
        description="Score 1 where the similarity is at least this, and 0 elsewhere, instead of the similarity itself.",
    )


class Similarity(Evaluator):
    """The cosine of the output with what is expected, or with the nearest of it; 0 where it is below 0."""

    Options: ClassVar = SimilarityOptions
    version: ClassVar[str] = f"1 {installed(PACKAGE)}"
    options: SimilarityOptions

    def __init__(self, name: str, options: SimilarityOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        require(PACKAGE, extra="embeddings", evaluator=name)
        kind: Literal["scale", "binary"] = "scale" if options.min is None else "binary"
        bounds = {"low": 0, "high": 1} if options.min is None else {}
        self._metrics = (Metric.model_validate({"name": name, "kind": kind, **bounds}),)
        self._sentences = Sentences()
        self._turn = asyncio.Lock()

    @property
    def metrics(self) -> Sequence[Metric]:
        """One, named like the evaluator."""
        return self._metrics

    def check(self, case: Case) -> None:
        """Refuse a case without a text to compare with."""
        if not all(text.strip() for text in expected_texts(case, evaluator=self.name)):
            fix = "write what a good answer says"
            raise refusal(case, "an empty text has no meaning", fix=fix, value=case.expected)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Embed both, in a thread, one sample after the other."""
        expected = [text[:_ENOUGH] for text in expected_texts(sample.case, evaluator=self.name)]
        output = sample.reply.output[:_ENOUGH]
        if not output.strip():
            return (self._score(0.0, "the output is empty"),)
        async with self._turn:
            cosines = await asyncio.to_thread(self._sentences.cosines, output, expected)
        best = min(1.0, max(0.0, round(max(cosines), _DECIMALS)))
        if self.options.min is None:
            return (self._score(best, None),)
        fault = f"the similarity is {best:g}" if best < self.options.min else None
        return (self._score(float(fault is None), fault),)

    def _score(self, value: float, explanation: str | None) -> Score:
        return Score(metric=self.name, value=value, explanation=explanation)
