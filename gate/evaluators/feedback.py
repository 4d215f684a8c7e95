"""Sample → what a user said of this very answer. Of an answer that nobody has seen, nothing is known."""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from gate.evaluators.contexts import once
from gate.evaluators.pattern import Pattern, checked_pattern
from gate.model.base import Noun
from gate.model.feedback import Feedback, is_correction
from gate.model.ports import Evaluator, Setting
from gate.model.reply import Sample
from gate.model.score import Metric, Score

_Part = Literal["thumbs", "rating", "corrected"]
_KINDS: Mapping[_Part, Mapping[str, object]] = {
    "thumbs": {"kind": "binary"},
    "rating": {"kind": "scale", "low": 1, "high": 5, "unit": "stars"},
    "corrected": {"kind": "binary", "better": "lower"},
}


def _checked(patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(checked_pattern(pattern, flags=("ignore_case",)) for pattern in patterns)


class FeedbackOptions(Noun):
    """What stands under `with:` of a `feedback` evaluator."""

    metrics: Annotated[tuple[_Part, ...], AfterValidator(once)] = Field(
        min_length=1,
        description="Which are given: `thumbs` (1 is up), `rating` (stars from 1 to 5), and `corrected` (1 where the user's "
        "next message takes the answer back).",
    )
    replayed: bool = Field(
        default=False,
        description="Whether the target plays back the answers that users saw, so that every reply is one of them. If not, a "
        "reply counts only where it is the `answer` that the feedback names.",
    )
    patterns: Annotated[tuple[str, ...], AfterValidator(_checked)] = Field(
        default=(),
        description="Further patterns that make a correction, as Python's `re` reads them, upper and lower case alike.",
    )


class FeedbackGiven(Evaluator):
    """Thumbs, stars and corrections of the users who were given this answer."""

    Options: ClassVar = FeedbackOptions
    instant: ClassVar = True
    options: FeedbackOptions

    def __init__(self, name: str, options: FeedbackOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._metrics = tuple(
            Metric.model_validate({"name": f"{name}.{part}", **_KINDS[part]}) for part in options.metrics
        )
        self._pattern = Pattern(flags=("ignore_case",))

    @property
    def metrics(self) -> Sequence[Metric]:
        """One for each of `metrics`."""
        return self._metrics

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Read it off the case, if it is about this answer."""
        feedback = sample.case.feedback
        if feedback is None:
            return self._abstained("the case brings no feedback")
        if not self.options.replayed:
            if feedback.answer is None:
                return self._abstained("the feedback does not say which answer it is about")
            if _plain(feedback.answer) != _plain(sample.reply.output):
                return self._abstained("the feedback is about another answer")
        parts: dict[_Part, Callable[[Feedback], float | None]] = {"thumbs": _thumbs, "rating": _rating}
        corrected = await self._corrected(feedback)
        return [
            self._given(part, corrected if part == "corrected" else parts[part](feedback))
            for part in self.options.metrics
        ]

    async def aclose(self) -> None:
        """End the process that searches."""
        await self._pattern.aclose()

    def _given(self, part: _Part, value: float | None) -> Score:
        metric = f"{self.name}.{part}"
        if value is None:
            return Score.abstain("the user gave none", metric=metric)
        return Score(metric=metric, value=value)

    def _abstained(self, reason: str) -> Sequence[Score]:
        return [Score.abstain(reason, metric=metric.name) for metric in self._metrics]

    async def _corrected(self, feedback: Feedback) -> float | None:
        if feedback.follow_up is None or "corrected" not in self.options.metrics:
            return None
        if is_correction(feedback.follow_up):
            return 1.0
        for pattern in self.options.patterns:
            if await self._pattern.find(pattern, feedback.follow_up) is not None:
                return 1.0
        return 0.0


def _thumbs(feedback: Feedback) -> float | None:
    return None if feedback.thumbs is None else float(feedback.thumbs == "up")


def _rating(feedback: Feedback) -> float | None:
    return feedback.rating


def _plain(text: str) -> str:
    return " ".join(text.split())
