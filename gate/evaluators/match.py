"""Sample → whether the output is, holds, or matches what is expected. Never a guess at what was meant."""

import unicodedata
from collections.abc import Sequence
from typing import ClassVar, Literal, Self

from pydantic import Field, field_validator, model_validator

from gate.evaluators.binary import BinaryEvaluator
from gate.evaluators.expected import expected_texts, refusal
from gate.evaluators.pattern import Flag, Pattern, checked_pattern
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.ports import Evaluator, Setting
from gate.model.redaction import shortened
from gate.model.reply import Sample
from gate.model.score import Metric, Score

_SHOWN = 80  # characters of one text in an explanation
_MOST_SHOWN = 5


class ExactMatchOptions(Noun):
    """What stands under `with:` of an `exact_match` evaluator."""

    ignore_case: bool = Field(default=False, description="Take upper and lower case for the same.")
    strip: bool = Field(default=True, description="Leave out white space around both texts.")
    normalize: bool = Field(
        default=False,
        description="Bring both texts to one Unicode spelling (NFC), and every run of white space to one blank.",
    )


class ExactMatch(BinaryEvaluator):
    """1 where the output is `expected`, or one of them where `expected` is a list."""

    Options: ClassVar = ExactMatchOptions
    instant: ClassVar = True
    options: ExactMatchOptions

    def check(self, case: Case) -> None:
        """Refuse a case without `expected`."""
        expected_texts(case, evaluator=self.name)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Compare."""
        expected = expected_texts(sample.case, evaluator=self.name)
        output = self._plain(sample.reply.output)
        if any(output == self._plain(text) for text in expected):
            return self.verdict(None)
        return self.verdict(f"not {' or '.join(_quoted(expected))}")

    def _plain(self, text: str) -> str:
        if self.options.normalize:
            text = " ".join(unicodedata.normalize("NFC", text).split())
        if self.options.strip:
            text = text.strip()
        if self.options.ignore_case:
            text = text.casefold()
        # Folding case can take a text out of its normal form again.
        return unicodedata.normalize("NFC", text) if self.options.normalize else text


class ContainsOptions(Noun):
    """What stands under `with:` of a `contains` evaluator."""

    values: str | tuple[str, ...] | None = Field(
        default=None, description="The texts to look for. Left out: those in `expected` of each case."
    )
    mode: Literal["all", "any", "none"] = Field(
        default="all",
        description="Whether all of the texts, any of them, or none of them must stand in the output.",
    )
    ignore_case: bool = Field(default=False, description="Take upper and lower case for the same.")
    share: bool = Field(
        default=False,
        description="Score the share of the texts that are as they should be, from 0 to 1, instead of 0 or 1.",
    )

    @field_validator("values")
    @classmethod
    def _not_empty(cls, values: str | tuple[str, ...] | None) -> str | tuple[str, ...] | None:
        if values is not None and (not values or not all(values)):
            raise ValueError(
                "an empty text stands in every output; name at least one text, none of them empty"
            )
        return values

    @model_validator(mode="after")
    def _share_of_any(self) -> Self:
        if self.share and self.mode == "any":
            raise ValueError("with `mode: any` one text is enough, so there is no `share`; use `mode: all`")
        return self


class Contains(Evaluator):
    """1 where all (or any, or none) of the texts stand in the output; with `share`, how many of them are right."""

    Options: ClassVar = ContainsOptions
    instant: ClassVar = True
    options: ContainsOptions

    def __init__(self, name: str, options: ContainsOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        scale = Metric(name=name, kind="scale", low=0, high=1)
        self._metrics = (scale if options.share else Metric(name=name, kind="binary"),)

    @property
    def metrics(self) -> Sequence[Metric]:
        """One metric: a share from 0 to 1, or binary."""
        return self._metrics

    def check(self, case: Case) -> None:
        """Refuse a case that names no text to look for, where the options name none."""
        if not all(self._values(case)):
            fix = "name at least one letter of what should stand there"
            raise refusal(case, "an empty text stands in every output", fix=fix, value=case.expected)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Look for each text."""
        values, output = self._values(sample.case), self._plain(sample.reply.output)
        found = [self._plain(value) in output for value in values]
        wanted = self.options.mode != "none"
        wrong = [value for value, there in zip(values, found, strict=True) if there != wanted]
        if self.options.mode == "any":
            value = float(any(found))
        elif self.options.share:
            value = 1 - len(wrong) / len(values)
        else:
            value = float(not wrong)
        if value == 1:
            return (Score(metric=self.name, value=value),)
        what = "missing" if wanted else "should not be there"
        explanation = f"{what}: {', '.join(_quoted(wrong))}"
        return (Score(metric=self.name, value=value, explanation=explanation),)

    def _values(self, case: Case) -> tuple[str, ...]:
        values = self.options.values
        if values is None:
            return expected_texts(case, evaluator=self.name)
        return (values,) if isinstance(values, str) else values

    def _plain(self, text: str) -> str:
        return text.casefold() if self.options.ignore_case else text


class RegexOptions(Noun):
    """What stands under `with:` of a `regex` evaluator."""

    pattern: str | None = Field(
        default=None,
        description="The pattern, as Python's `re` reads it. Left out: the one in `expected` of each case.",
    )
    flags: tuple[Flag, ...] = Field(
        default=(), description="How `re` is to read it: `ignore_case`, `multiline`, `dotall`, `ascii`."
    )
    full: bool = Field(
        default=False, description="Whether the whole output must match, instead of some part of it."
    )
    time_limit_s: float = Field(
        default=2, gt=0, le=60, description="The most seconds for one output; beyond them it is a failure."
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return None if pattern is None else checked_pattern(pattern)


class Regex(BinaryEvaluator):
    """1 where the pattern is found in the output."""

    Options: ClassVar = RegexOptions
    options: RegexOptions

    def __init__(self, name: str, options: RegexOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._pattern = Pattern(flags=options.flags, full=options.full, limit_s=options.time_limit_s)

    def check(self, case: Case) -> None:
        """Refuse a case without a pattern of its own, or with one that is none, where the options name none."""
        try:
            checked_pattern(self._source(case), flags=self.options.flags)
        except ValueError as error:
            raise refusal(case, str(error), fix="mend the pattern", value=case.expected) from None

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Search, in a process that can be stopped."""
        pattern = self._source(sample.case)
        found = await self._pattern.find(pattern, sample.reply.output)
        return self.verdict(None if found is not None else f"no match of {shortened(pattern, limit=_SHOWN)}")

    async def aclose(self) -> None:
        """End that process."""
        await self._pattern.aclose()

    def _source(self, case: Case) -> str:
        if self.options.pattern is not None:
            return self.options.pattern
        patterns = expected_texts(case, evaluator=self.name)
        if len(patterns) > 1:
            fix = "write one pattern: `first|second` matches either"
            raise refusal(case, "there are several patterns", fix=fix, value=case.expected)
        return patterns[0]


def _quoted(texts: Sequence[str]) -> list[str]:
    quoted = [repr(shortened(text, limit=_SHOWN)) for text in texts[:_MOST_SHOWN]]
    rest = len(texts) - _MOST_SHOWN
    return [*quoted, f"{rest} more"] if rest > 0 else quoted
