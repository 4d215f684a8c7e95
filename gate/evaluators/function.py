"""Sample → what a user's Python function makes of it. Never a score that the function did not give.

Generous with what comes back (a number, a bool, a Score, a mapping or a list of them), strict about what it means: a
NaN, a text or a missing value is a failure, and `None` has to be said as `Score.abstain(reason)`.
"""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from numbers import Real
from typing import Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from gate.model.base import Noun
from gate.model.errors import Problem, UserError
from gate.model.ports import Evaluator, ScoringError, Setting
from gate.model.redaction import shortened
from gate.model.reply import Sample
from gate.model.score import Metric, Score

ARGUMENTS = ("input", "response", "expected", "context", "metadata", "reply", "case")
_SHOWN = 80  # characters of a value in a message


class FunctionOptions(Noun):
    """What stands under `with:` of a `python` evaluator."""

    function: str = Field(
        description="The function, as `path/to/file.py:name` (from the folder of gate.yaml) or `package.module:name`."
    )
    kind: Literal["binary", "scale", "measure"] = Field(
        default="scale",
        description="What its numbers are: `binary` (0 or 1), a `scale` from `low` to `high`, or a `measure`, any number.",
    )
    low: float = Field(default=0, description="The lowest value of a `scale`.")
    high: float = Field(default=1, description="The highest value of a `scale`.")
    better: Literal["higher", "lower", "neither"] = Field(default="higher", description="Which way is good.")
    unit: str | None = Field(default=None, description="The unit of a `measure`, for people.")
    metrics: tuple[str, ...] = Field(
        default=(),
        description="The keys of the mapping that it returns, each a metric `name.key` that must always be there. "
        "Left out: whatever it returns.",
    )
    depends_on: tuple[str, ...] = Field(
        default=(),
        description="Files besides its own that decide its numbers: modules it imports, word lists. "
        "A change of one makes another evaluator.",
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.kind == "scale" and not self.low < self.high:
            raise ValueError("`low` must be smaller than `high`")
        if self.kind != "scale" and {"low", "high"} & self.model_fields_set:
            raise ValueError(f"`low` and `high` belong to `kind: scale`, and this is `kind: {self.kind}`")
        if not all(self.metrics) or len(set(self.metrics)) != len(self.metrics):
            raise ValueError("`metrics` must be names, each of them once")
        return self


class Function(Evaluator):
    """A function, plain or async, called by keyword with those of `ARGUMENTS` that it takes."""

    Options: ClassVar = FunctionOptions
    options: FunctionOptions

    def __init__(self, name: str, options: FunctionOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._function = setting.load(options.function)
        takes = self._function.parameters
        self._names = ARGUMENTS if "**" in takes else tuple(n for n in ARGUMENTS if n in takes)
        unknown = sorted(self._function.required - set(ARGUMENTS))
        if unknown:
            raise self._problem(f"the function needs {', '.join(map(repr, unknown))}, which nobody gives it")
        if not {"response", "reply", "context"} & set(self._names):
            raise self._problem("the function sees nothing of the reply: no `response`, `reply` or `context`")

    @property
    def whole(self) -> bool:
        """Only where `depends_on` says what else decides: what the function's file imports is not seen."""
        return bool(self.options.depends_on)

    def files(self) -> Sequence[str]:
        """The function's own file, and what `depends_on` names."""
        own = (self._function.file,) if self._function.file else ()
        return (*own, *self.options.depends_on)

    @property
    def metrics(self) -> Sequence[Metric]:
        """Those that the options name; without them nobody can know before it has run."""
        return tuple(self._metric(f"{self.name}.{key}") for key in self.options.metrics)

    def describe(self, metric: str) -> Metric | None:
        """One of `metrics`; without them, the evaluator's own name and all below it."""
        mine = metric == self.name or metric.startswith(f"{self.name}.")
        if self.options.metrics:
            mine = metric in {f"{self.name}.{key}" for key in self.options.metrics}
        return self._metric(metric) if mine else None

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Call the function once."""
        given = _arguments(sample)
        value = await self._function(**{name: given[name] for name in self._names})
        scores = list(self._scores(value))
        missing = {f"{self.name}.{key}" for key in self.options.metrics} - {score.metric for score in scores}
        if missing:
            names = ", ".join(sorted(missing))
            raise ScoringError("bad_score", f"the function gave no {names}, which `metrics` names")
        if not scores:
            raise ScoringError("bad_score", "the function returned nothing: an empty mapping or list")
        return scores

    def _metric(self, name: str) -> Metric:
        scale = self.options.kind == "scale"
        return Metric(
            name=name,
            kind=self.options.kind,
            better=self.options.better,
            unit=self.options.unit,
            low=self.options.low if scale else None,
            high=self.options.high if scale else None,
        )

    def _scores(self, value: Any) -> Iterator[Score]:
        if isinstance(value, Mapping):
            for key, inner in value.items():
                if not isinstance(key, str) or not key:
                    raise ScoringError("bad_score", f"a key of the mapping is no name: {key!r}")
                yield self._score(inner, metric=f"{self.name}.{key}")
        elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
            for inner in value:
                if not isinstance(inner, Score):
                    message = f"a list may hold only Score, and this holds {_shown(inner)}: name numbers in a mapping"
                    raise ScoringError("bad_score", message)
                yield self._score(inner, metric=self._own(inner.metric))
        else:
            named = value.metric if isinstance(value, Score) else ""
            yield self._score(value, metric=self._own(named))

    def _score(self, value: Any, *, metric: str) -> Score:
        if isinstance(value, Score):
            return value.model_copy(update={"metric": metric})
        return Score(metric=metric, value=_number(value))

    def _own(self, metric: str) -> str:
        """The full name of a metric that a Score names itself."""
        if not metric or metric == self.name or metric.startswith(f"{self.name}."):
            return metric or self.name
        return f"{self.name}.{metric}"

    def _problem(self, message: str) -> UserError:
        fix = f"arguments are given by keyword: {', '.join(ARGUMENTS)}; take those you need"
        return UserError(Problem(message=message, key="function", value=self.options.function, fix=fix))


def _arguments(sample: Sample) -> dict[str, Any]:
    """All that a function may ask for; plain data is a copy, so that it can change nothing of ours."""
    case, reply = sample.case, sample.reply
    return {
        "input": case.model_dump(mode="json", include={"input"})["input"],
        "response": reply.output,
        "expected": copy.deepcopy(case.expected),
        "context": list(reply.contexts or case.context),
        "metadata": dict(case.tags),
        "reply": reply,
        "case": case,
    }


def _number(value: Any) -> float:
    """A number of whatever type → float.

    Raises:
        ScoringError: it is none, or not finite.
    """
    if value is None:
        message = "the function returned None: return a number, or Score.abstain(reason) where it cannot tell"
        raise ScoringError("bad_score", message)
    item = getattr(value, "item", None)
    if not isinstance(value, Real) and callable(item):  # numpy's bool, a tensor of one number
        value = item()
    if not isinstance(value, Real):
        raise ScoringError(
            "bad_score", f"the function returned {_shown(value)}: return a number, a bool or a Score"
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        message = f"the function returned {number}: return a finite number, or Score.abstain(reason)"
        raise ScoringError("bad_score", message)
    return number


def _shown(value: Any) -> str:
    return f"{type(value).__name__} {shortened(repr(value), limit=_SHOWN)}"
