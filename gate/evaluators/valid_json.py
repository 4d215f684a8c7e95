"""Sample → whether the output is JSON (RFC 8259) at all. Of what form it is, is for `json_schema` to say."""

import json
from collections.abc import Sequence
from typing import ClassVar, Literal

from pydantic import Field

from gate.evaluators.binary import BinaryEvaluator
from gate.model.base import Noun
from gate.model.reply import Sample
from gate.model.score import Score

_FENCE = "```"


class ValidJsonOptions(Noun):
    """What stands under `with:` of a `valid_json` evaluator."""

    extract: Literal["whole", "fenced"] = Field(
        default="whole",
        description="Where the JSON stands: the `whole` output, or the first `fenced` block (between two ```) in it.",
    )


class ValidJson(BinaryEvaluator):
    """1 where the output is JSON of any form."""

    Options: ClassVar = ValidJsonOptions
    instant: ClassVar = True
    options: ValidJsonOptions

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Parse, and throw the value away."""
        text: str | None = sample.reply.output
        if self.options.extract == "fenced":
            text = fenced(sample.reply.output)
        return self.verdict("there is no fenced block" if text is None else _fault(text))


def fenced(text: str) -> str | None:
    """What stands in the first block between two lines that begin with ```; None where there is none."""
    lines = text.split("\n")
    fences = (number for number, line in enumerate(lines) if line.lstrip().startswith(_FENCE))
    first, last = next(fences, None), next(fences, None)
    return None if first is None or last is None else "\n".join(lines[first + 1 : last])


def no_constant(name: str) -> float:
    """What a parser is to make of NaN and Infinity, which Python would take.

    Raises:
        ValueError: always.
    """
    raise ValueError(f"{name} is no JSON")


def _fault(text: str) -> str | None:
    try:
        # As floats, numbers of any length are read, and in linear time.
        json.loads(text, parse_int=float, parse_constant=no_constant)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"not JSON: {error}"
    return None
