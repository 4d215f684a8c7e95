"""What stands under `with:` of a `judge` evaluator."""

from itertools import pairwise
from typing import Self

from pydantic import Field, model_validator

from gate.evaluators.judge.limits import MOST_CHARACTERS, Canaries, Effort, MaxCharacters, MaxTokens
from gate.evaluators.judge.recording import DESCRIPTION as RECORDING
from gate.evaluators.judge.rubrics import READY, Need
from gate.model.base import Noun


class Anchor(Noun):
    """One step of a scale: the number that it is worth, and what earns it."""

    value: float = Field(description="The number that this step is worth.")
    means: str = Field(min_length=1, description="What a response of this step is like.")


class JudgeOptions(Noun):
    """What stands under `with:` of a `judge` evaluator."""

    rubric: str = Field(
        description=f"What is to be decided: a file with the rubric's text, or one of {', '.join(READY)}."
    )
    model: str | tuple[str, ...] = Field(
        description="The model that judges, best another one than the one that is judged; a list is a panel, which "
        "abstains where its models differ."
    )
    scale: tuple[Anchor, ...] = Field(
        default=(),
        description="The steps of an ordinal scale, lowest first, each with what it means. "
        "Left out, the verdict is pass or fail.",
    )
    repeats: int = Field(
        default=1,
        ge=1,
        le=9,
        description="How often each model is asked; more than half must agree. Odd; it stops early once they do.",
    )
    needs: tuple[Need, ...] | None = Field(
        default=None,
        description="What the rubric cannot do without: `expected` of the case, `context` of the reply or the case. "
        "Left out, what the ready rubric needs.",
    )
    show_expected: bool = Field(
        default=True,
        description="Show the case's `expected` to the judge as a reference, where there is one.",
    )
    canaries: Canaries = 1
    max_tokens: MaxTokens = 2048
    max_characters: MaxCharacters = MOST_CHARACTERS
    effort: Effort = None
    recorded: str | None = Field(default=None, min_length=1, description=RECORDING)

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if not self.models or not all(self.models) or len(set(self.models)) != len(self.models):
            raise ValueError("`model` is a model, or a list of different ones")
        if self.repeats % 2 == 0:
            raise ValueError("`repeats` must be odd, so that one side has more than half")
        values = [anchor.value for anchor in self.scale]
        if len(values) == 1 or values != sorted(set(values)):
            raise ValueError("`scale` needs two or more steps, each worth more than the one before")
        return self

    @property
    def models(self) -> tuple[str, ...]:
        """The models, also where there is one."""
        return (self.model,) if isinstance(self.model, str) else self.model

    @property
    def labels(self) -> dict[str, float]:
        """Each verdict and its value."""
        if not self.scale:
            return {"pass": 1.0, "fail": 0.0}
        return {f"{anchor.value:g}": anchor.value for anchor in self.scale}

    @property
    def step(self) -> float:
        """How far the models of a panel may lie apart: one step of a scale, nothing between pass and fail."""
        values = list(self.labels.values()) if self.scale else []
        return max((above - below for below, above in pairwise(values)), default=0.0)
