"""Sample → whether the output is neither too short nor too long."""

from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from gate.evaluators.binary import BinaryEvaluator
from gate.model.base import Noun
from gate.model.reply import Sample
from gate.model.score import Score


class LengthOptions(Noun):
    """What stands under `with:` of a `length` evaluator."""

    unit: Literal["words", "characters"] = Field(
        default="words",
        description="What is counted: words between white space, or Unicode characters (an emoji may be several).",
    )
    min: int | None = Field(default=None, ge=0, description="The fewest that are allowed.")
    max: int | None = Field(default=None, ge=0, description="The most that are allowed.")

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("give a `min`, a `max`, or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("`min` must not be larger than `max`")
        return self


class Length(BinaryEvaluator):
    """1 where the length of the output lies within the bounds, both included."""

    Options: ClassVar = LengthOptions
    instant: ClassVar = True
    options: LengthOptions

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Count."""
        text = sample.reply.output
        count = len(text.split()) if self.options.unit == "words" else len(text)
        if self.options.min is not None and count < self.options.min:
            return self.verdict(f"{count} {self.options.unit}, fewer than {self.options.min}")
        if self.options.max is not None and count > self.options.max:
            return self.verdict(f"{count} {self.options.unit}, more than {self.options.max}")
        return self.verdict(None)
