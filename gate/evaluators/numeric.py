"""Sample → whether the number in the output is the expected one, within a tolerance. Never takes text for zero."""

import math
import re
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field, field_validator

from gate.evaluators.binary import BinaryEvaluator
from gate.evaluators.expected import refusal
from gate.evaluators.pattern import Pattern, checked_pattern
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.ports import Setting
from gate.model.reply import Sample
from gate.model.score import Score

Commas = Literal["thousands", "decimal"]

# Not inside a word (`B2B`, `1.2.3`), and a sign only where it is none of subtraction or of a date (`2024-05-01`).
_NUMBER = (
    r"(?<![A-Za-z0-9_.])[-+]?"
    r"(?:(?:[0-9]{{1,3}}(?:{group}[0-9]{{3}})+(?![0-9])|[0-9]+)(?:{point}[0-9]+)?|{point}[0-9]+)"
    r"(?:[eE][-+]?[0-9]{{1,4}})?"
)
_NUMBERS: dict[Commas, re.Pattern[str]] = {
    "thousands": re.compile(_NUMBER.format(group=",", point=r"\.")),
    "decimal": re.compile(_NUMBER.format(group=r"\.", point=",")),
}
_MINUS = str.maketrans({"\u2212": "-", "\u2010": "-", "\u2011": "-"})


class NumericOptions(Noun):
    """What stands under `with:` of a `numeric` evaluator."""

    absolute: float = Field(
        default=0, ge=0, description="How far the number may lie from the expected one, in its own unit."
    )
    relative: float = Field(
        default=0, ge=0, description="The same as a share of the expected number: 0.01 is one per cent."
    )
    take: Literal["first", "last", "only"] = Field(
        default="last",
        description="Which number of the output counts. `only`: an output with several numbers is wrong.",
    )
    pattern: str | None = Field(
        default=None,
        description="A pattern that finds the number instead; its first group, where it has one, holds the number.",
    )
    commas: Commas = Field(
        default="thousands",
        description="What a comma means: `thousands` reads 1,234.5, and `decimal` reads 1.234,5.",
    )

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        return None if pattern is None else checked_pattern(pattern)


class Numeric(BinaryEvaluator):
    """1 where the number is within the wider of the two tolerances; an output without a number is wrong."""

    Options: ClassVar = NumericOptions
    options: NumericOptions

    def __init__(self, name: str, options: NumericOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._pattern = Pattern()

    def check(self, case: Case) -> None:
        """Refuse a case whose `expected` is no number."""
        self._expected(case)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Find the number and compare."""
        expected = self._expected(sample.case)
        found = await self._found(sample.reply.output)
        if isinstance(found, str):
            return self.verdict(found)
        tolerance = max(self.options.absolute, self.options.relative * abs(expected))
        distance = abs(found - expected)
        # A sum like 0.1 + 0.2 must not fail by the last bit of a float.
        if distance <= tolerance or math.isclose(distance, tolerance, rel_tol=1e-9, abs_tol=0):
            return self.verdict(None)
        allowed = f" within {tolerance:g}" if tolerance else ""
        return self.verdict(f"{found:.15g} is not {expected:.15g}{allowed}")

    async def aclose(self) -> None:
        """End the process that searches."""
        await self._pattern.aclose()

    def _expected(self, case: Case) -> float:
        value = case.expected
        number = None
        if isinstance(value, str):
            number = parsed(value, commas=self.options.commas)
        elif isinstance(value, int | float) and not isinstance(value, bool):
            number = value
        try:
            if number is not None and math.isfinite(number):
                return float(number)
        except OverflowError:  # an integer beyond every float
            pass
        message = f"the evaluator {self.name!r} needs a number in `expected`"
        raise refusal(case, message, fix="write a finite number there", value=value)

    async def _found(self, output: str) -> float | str:
        """The number that counts, or why there is none."""
        if self.options.pattern is None:
            return chosen(numbers_in(output, commas=self.options.commas), take=self.options.take)
        text = await self._pattern.find(self.options.pattern, output)
        if text is None:
            return f"no match of {self.options.pattern}"
        number = parsed(text, commas=self.options.commas)
        return f"what the pattern found is no number: {text!r}" if number is None else number


def numbers_in(text: str, *, commas: Commas) -> list[float]:
    """All finite numbers of a text, in their order."""
    found = (_value(match, commas=commas) for match in _NUMBERS[commas].findall(text.translate(_MINUS)))
    return [number for number in found if math.isfinite(number)]


def parsed(text: str, *, commas: Commas) -> float | None:
    """A text that is one number and nothing else, or None."""
    text = text.strip().translate(_MINUS)
    return _value(text, commas=commas) if _NUMBERS[commas].fullmatch(text) else None


def chosen(numbers: Sequence[float], *, take: Literal["first", "last", "only"]) -> float | str:
    """The number that counts, or why there is none."""
    if not numbers:
        return "there is no number"
    if take == "only" and len(numbers) > 1:
        return f"there are {len(numbers)} numbers"
    return numbers[0] if take == "first" else numbers[-1]


def _value(text: str, *, commas: Commas) -> float:
    if commas == "thousands":
        return float(text.replace(",", ""))
    return float(text.replace(".", "").replace(",", "."))
