"""A model's answer → Opinion: the value of a label out of a closed list, or why there is none. Never a number made up."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from gate.evaluators.operational import CUT_OFF, REFUSED
from gate.model.ports import ScoringError
from gate.model.redaction import shortened
from gate.model.reply import Failure, Reply
from gate.model.score import RECORDED, Score

UNKNOWN = "unknown"
_MOST_CHARACTERS = 800  # of a critique that is kept
_LONGEST_NAME = 200  # of a model: whoever answers says it, and it stands in the baseline
_ASKED = "First, in two to five sentences: what in the response speaks for and against, quoting it where it decides."


@dataclass(frozen=True, kw_only=True)
class Opinion:
    """One answer of one judge. Exactly one of `value` and `abstained` is given; `model` is who answered.

    `asked` is the hash of the question, where there was one.
    """

    value: float | None = None
    abstained: str | None = None
    critique: str = ""
    model: str | None = None
    asked: str | None = None

    def score(self, metric: str) -> Score:
        """The same as a score, its critique cut to what a person reads."""
        return Score(
            metric=metric,
            value=self.value,
            abstained=self.abstained,
            explanation=shortened(self.critique, limit=_MOST_CHARACTERS) or None,
            judge=_name(self.model),
            asked=self.asked,
        )


def _name(model: str | None) -> str | None:
    """Who judged, on one short line; what is recorded stands so in its file."""
    if model is None or model.startswith(RECORDED):
        return model
    return shortened(model, limit=_LONGEST_NAME) or None


def answer_schema(labels: Iterable[str]) -> dict[str, Any]:
    """The JSON Schema of an answer: the critique comes before the verdict, so that it is no excuse for one."""
    verdict = {
        "type": "string",
        "enum": [*labels, UNKNOWN],
        "description": "Then the verdict, by the rubric.",
    }
    return {
        "type": "object",
        "properties": {"critique": {"type": "string", "description": _ASKED}, "verdict": verdict},
        "required": ["critique", "verdict"],
        "additionalProperties": False,
    }


def ending_of(answer: Reply | Failure) -> Reply | Opinion:
    """The answer, where it came to its own end; else the abstention that it is: `timeout`, `refusal`, `cut_off`.

    Raises:
        ScoringError: no answer came for a reason that says nothing of the material: no key, no connection, a limit.
    """
    if isinstance(answer, Failure):
        if answer.kind == "timeout":
            return Opinion(abstained="timeout", critique=answer.message)
        raise ScoringError(answer.kind, f"the judge gave no answer: {answer.message}")
    ending = (answer.stop_reason or "").lower()
    if ending in REFUSED:
        return Opinion(abstained="refusal", critique=answer.output, model=answer.model)
    if ending in CUT_OFF:
        return Opinion(abstained="cut_off", critique=answer.output, model=answer.model)
    return answer


def verdict_of(answer: Reply, *, labels: Mapping[str, float]) -> Opinion:
    """What an answer says; `labels` maps each verdict to its value. One that says nothing usable: `unparsable`, `unknown`."""
    try:
        said = json.loads(answer.output)
        critique, verdict = said["critique"], said["verdict"]
    except (ValueError, TypeError, KeyError, RecursionError):
        return Opinion(abstained="unparsable", critique=answer.output, model=answer.model)
    critique = critique if isinstance(critique, str) else ""
    if verdict == UNKNOWN:
        return Opinion(abstained="unknown", critique=critique, model=answer.model)
    if not isinstance(verdict, str) or verdict not in labels:
        return Opinion(abstained="unparsable", critique=answer.output, model=answer.model)
    return Opinion(value=labels[verdict], critique=critique, model=answer.model)
