"""Sample → the scores that the retriever itself gave its passages. What they mean is known to the retriever alone."""

import math
from collections.abc import Sequence
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from gate.evaluators.contexts import no_contexts, once, ranked
from gate.model.base import Noun
from gate.model.ports import Evaluator, Setting
from gate.model.reply import Sample
from gate.model.score import Metric, Score


class RetrievalScoreOptions(Noun):
    """What stands under `with:` of a `retrieval_score` evaluator."""

    metrics: Annotated[tuple[Literal["top", "mean"], ...], AfterValidator(once)] = Field(
        default=("top", "mean"),
        min_length=1,
        description="Which are given: the score of the `top` passage, and the `mean` over all passages.",
    )
    better: Literal["higher", "lower"] = Field(
        default="higher", description="Which way is good: `lower` where the retriever gives distances."
    )
    low: float | None = Field(default=None, description="The lowest score there can be, where there is one.")
    high: float | None = Field(
        default=None, description="The highest score there can be, where there is one."
    )

    @model_validator(mode="after")
    def _both(self) -> Self:
        if (self.low is None) != (self.high is None):
            raise ValueError("give both `low` and `high`, or neither")
        if self.low is not None and self.high is not None and not self.low < self.high:
            raise ValueError("`low` must be smaller than `high`")
        return self


class RetrievalScore(Evaluator):
    """The scores that the retriever gave its passages: that of the first, and their mean."""

    Options: ClassVar = RetrievalScoreOptions
    instant: ClassVar = True
    options: RetrievalScoreOptions

    def __init__(self, name: str, options: RetrievalScoreOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        kind: Literal["measure", "scale"] = "measure" if options.low is None else "scale"
        fields = {"kind": kind, "better": options.better, "low": options.low, "high": options.high}
        self._metrics = tuple(
            Metric.model_validate({"name": f"{name}.{which}", **fields}) for which in options.metrics
        )

    @property
    def metrics(self) -> Sequence[Metric]:
        """One for each of `metrics`."""
        return self._metrics

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Read them off the reply."""
        scores = [context.score for context in ranked(sample.reply)]
        known = [score for score in scores if score is not None]
        if not known or len(known) < len(scores):
            reason = "contexts of the reply have no score" if scores else no_contexts(sample.reply)
            return [Score.abstain(reason, metric=metric.name) for metric in self._metrics]
        values = {"top": known[0], "mean": math.fsum(known) / len(known)}
        return [Score(metric=f"{self.name}.{which}", value=values[which]) for which in self.options.metrics]
