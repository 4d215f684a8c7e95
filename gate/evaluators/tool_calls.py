"""Sample → whether the tools were called that had to be called. Never calls one.

A call that is expected fits at most one call that was made, and the other way round. Results of calls do not count.
"""

import json
from collections.abc import Sequence
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, ValidationError, model_validator

from gate.evaluators.arguments import Fit
from gate.evaluators.expected import refusal
from gate.evaluators.matching import in_any_order, in_order
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.ports import Evaluator, ScoringError, Setting
from gate.model.redaction import shortened
from gate.model.reply import Sample, ToolCall
from gate.model.score import Metric, Score

_MOST_EXPECTED, _MOST_MADE = 100, 10_000  # what is laid side by side, each with each
_SHOWN = 100  # characters of one call in an explanation


class ToolCallsOptions(Noun):
    """What stands under `with:` of a `tool_calls` evaluator."""

    key: str | None = Field(
        default=None,
        description="The key of `expected` under which the calls stand. Left out: `expected` itself holds them.",
    )
    mode: Literal["exact", "ordered", "set", "contains"] = Field(
        default="exact",
        description="`exact`: these calls in this order and no others. `ordered`: these in this order, others may "
        "stand between. `set`: these in any order and no others. `contains`: these in any order, among others.",
    )
    arguments: Literal["exact", "subset", "ignore"] = Field(
        default="exact",
        description="`exact`: all arguments must be as expected. `subset`: those that the case names must be, and others "
        "may be there. `ignore`: only names are compared.",
    )
    absolute: float = Field(
        default=0, ge=0, description="How far a number may lie from the expected one, in its own unit."
    )
    relative: float = Field(
        default=0, ge=0, description="The same as a share of the expected number: 0.01 is one per cent."
    )
    ignore_case: bool = Field(
        default=False, description="Take upper and lower case for the same in texts among the arguments."
    )
    share: bool = Field(
        default=False,
        description="Score the share of the calls that are as they should be, from 0 to 1, instead of 0 or 1.",
    )

    @model_validator(mode="after")
    def _compares(self) -> Self:
        if self.arguments == "ignore" and (self.absolute or self.relative or self.ignore_case):
            raise ValueError("`absolute`, `relative` and `ignore_case` say nothing with `arguments: ignore`")
        return self


class ExpectedCall(Noun):
    """One call that a case expects; without `arguments` any will do."""

    name: str = Field(min_length=1)
    arguments: dict[str, Any] | None = None

    def __str__(self) -> str:
        return self.name if self.arguments is None else _shown(self.name, self.arguments)


class ToolCalls(Evaluator):
    """1 where the calls of the reply are those that the case expects."""

    Options: ClassVar = ToolCallsOptions
    options: ToolCallsOptions

    def __init__(self, name: str, options: ToolCallsOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        kind: Literal["scale", "binary"] = "scale" if options.share else "binary"
        bounds = {"low": 0, "high": 1} if options.share else {}
        self._metrics = (Metric.model_validate({"name": name, "kind": kind, **bounds}),)
        self._fit = Fit(
            subset=options.arguments == "subset",
            absolute=options.absolute,
            relative=options.relative,
            ignore_case=options.ignore_case,
        )

    @property
    def metrics(self) -> Sequence[Metric]:
        """One, named like the evaluator."""
        return self._metrics

    def check(self, case: Case) -> None:
        """Refuse a case whose calls are none."""
        self._expected(case)

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Lay what was called beside what had to be."""
        expected, made = self._expected(sample.case), sample.reply.tool_calls
        if expected is None:
            return (Score.abstain("the case expects nothing of tools", metric=self.name),)
        if len(made) > _MOST_MADE:
            raise ScoringError(
                "too_large", f"{len(made):,} tool calls in one reply, more than {_MOST_MADE:,}"
            )
        paired = self._paired(expected, made)
        more_allowed = self.options.mode in {"ordered", "contains"}
        asked = len(expected) if more_allowed else max(len(expected), len(made))
        if len(paired) == asked:
            return (self._score(1.0, None),)
        value = len(paired) / asked if self.options.share else 0.0
        return (self._score(value, self._fault(expected, made, paired=paired)),)

    def _score(self, value: float, explanation: str | None) -> Score:
        return Score(metric=self.name, value=value, explanation=explanation)

    def _paired(self, expected: Sequence[ExpectedCall], made: Sequence[ToolCall]) -> dict[int, int]:
        """Place of an expected call → place of the call that fits it."""
        pair = in_any_order if self.options.mode in {"set", "contains"} else in_order
        return pair(self._fitting(expected, made))

    def _fitting(self, expected: Sequence[ExpectedCall], made: Sequence[ToolCall]) -> list[list[bool]]:
        return [[self._fits(wanted, call) for call in made] for wanted in expected]

    def _fits(self, wanted: ExpectedCall, call: ToolCall) -> bool:
        if wanted.name != call.name:
            return False
        if wanted.arguments is None or self.options.arguments == "ignore":
            return True
        return self._fit(wanted.arguments, call.arguments)

    def _fault(
        self, expected: Sequence[ExpectedCall], made: Sequence[ToolCall], *, paired: dict[int, int]
    ) -> str:
        if len(in_any_order(self._fitting(expected, made))) == len(expected) == len(made):
            return "the calls are in another order"
        missing = [str(call) for place, call in enumerate(expected) if place not in paired]
        beside = [
            _shown(call.name, call.arguments)
            for place, call in enumerate(made)
            if place not in paired.values()
        ]
        found = [f"not called: {', '.join(missing)}"] if missing else []
        if beside and (missing or self.options.mode in {"exact", "set"}):
            found.append(f"called {'instead' if missing else 'besides'}: {', '.join(beside)}")
        return shortened("; ".join(found))

    def _expected(self, case: Case) -> Sequence[ExpectedCall] | None:
        value, key = case.expected, self.options.key
        if key is not None and value is not None:
            if not isinstance(value, dict):
                fix = f"write `expected: {{{key}: [name, …]}}`, or leave `key` out"
                message = (
                    f"the evaluator {self.name!r} looks for the key {key!r}, and `expected` is no object"
                )
                raise refusal(case, message, fix=fix, value=value)
            value = value.get(key)
        if value is None:
            return None
        calls = value if isinstance(value, list) else [value]
        try:
            expected = [
                ExpectedCall.model_validate({"name": call} if isinstance(call, str) else call)
                for call in calls
            ]
        except ValidationError:
            expected = None
        if expected is None or len(expected) > _MOST_EXPECTED:
            fix = "write a list of names or of `{name: …, arguments: {…}}`, and `[]` where no tool may be called"
            message = f"the evaluator {self.name!r} needs at most {_MOST_EXPECTED} tool calls"
            raise refusal(case, message, fix=fix, value=value)
        return expected


def _shown(name: str, arguments: dict[str, Any]) -> str:
    given = json.dumps(arguments, ensure_ascii=False, sort_keys=True)
    return shortened(f"{name}({given[1:-1]})", limit=_SHOWN)
