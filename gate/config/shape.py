"""What stands in gate.yaml → models of its shape, closed and described: the config reference and editors' help.

Shorthands are written out here (`exact_match` for `{use: exact_match}`), so that everything behind sees one form.
"""

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    model_validator,
)

from gate.config.paths import inside
from gate.config.scalars import refusal
from gate.model.base import Noun
from gate.model.suite import Budget, Draws, Gate, MarginField, Policy

_LONGEST_NAME = 120
_SUITE_NAME = r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,78}[A-Za-z0-9_-])?"


def tag_text(value: object) -> str:
    """A scalar of a tag as the text that it is compared as: `true`, `3`.

    Raises:
        PydanticCustomError: null, a list or a mapping.
    """
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    raise refusal(
        "the value of a tag is a text, a number, or true or false", fix="leave the tag out where it has none"
    )


def _name(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable() or len(value) > _LONGEST_NAME:
        message = (
            f"a name has 1 to {_LONGEST_NAME} characters, no control characters, and no blank at either end"
        )
        raise refusal(message, fix="choose another name")
    return value


def _suite_name(value: str) -> str:
    if not re.fullmatch(_SUITE_NAME, value):
        message = (
            "a suite's name is part of a file's name: letters, digits, `_`, `-`, `.`, at most 80 of them"
        )
        raise refusal(message, fix="choose another name")
    return value


def _listed(value: object) -> object:
    """A tuple, because strict validation of what a function returns takes no list for one."""
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list):
        raise refusal("must be a path, or a list of paths", fix="write `cases: cases/first.jsonl`")
    return tuple(value)


def _used(value: object) -> object:
    if isinstance(value, str):
        return {"use": value}
    if not isinstance(value, dict):
        raise refusal("must be a name, or a mapping with `use`", fix="write `{use: …, with: {…}}`")
    return value


def _drawn(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return {"check": value}
    if not isinstance(value, dict):
        raise refusal(
            "must be a whole number, or a mapping with `accept`, `check`, `most`", fix="write `trials: 1`"
        )
    return value


def _sort_of_slice(value: object) -> str | None:
    if isinstance(value, str):
        return "a tag"
    return "a named slice" if isinstance(value, dict | NamedSlice) else None


Name = Annotated[str, AfterValidator(_name), Field(min_length=1, max_length=_LONGEST_NAME)]
SuiteName = Annotated[str, AfterValidator(_suite_name)]
InnerPath = Annotated[str, AfterValidator(inside)]
TagText = Annotated[str, BeforeValidator(tag_text, json_schema_input_type=str | float | bool)]


class UsedPlugin(Noun):
    """`use / name / with`: which plug-in, under which name, with which options."""

    use: str = Field(
        description="Which one: a built-in, or one that an installed package brings.", examples=["contains"]
    )
    name: Name | None = Field(
        default=None, description="What it is called here, and its metric's name. Default: the same as `use`."
    )
    with_: dict[str, JsonValue] = Field(
        default_factory=dict, alias="with", description="Its options; each plug-in says which it takes."
    )


class NamedSlice(Noun):
    """A named part of the cases."""

    name: Name = Field(description="What the report calls it.")
    where: dict[Name, TagText] = Field(
        min_length=1, description="Tags and the values that all of them must have."
    )


class Trials(Draws):
    """How many trials each case gets. A whole number alone is `check`."""

    @model_validator(mode="after")
    def _ordered(self) -> "Trials":
        """A suite may say a part and leave the rest to `defaults`: the order is checked when both are laid together."""
        return self


class DefaultGate(Noun):
    """What every gate says that does not say otherwise; also the gate of metrics that no suite names."""

    mode: Literal["block", "warn", "record"] = Field(
        default="block",
        description="`block` fails the check, `warn` is shown, `record` is only written down.",
    )
    max_drop: MarginField | None = Field(
        default=None,
        description="The largest drop that is allowed. An absolute one (`0.02`) is meant for scores: give gates on "
        "latency, cost or tokens their own, such as `10%`.",
    )
    must_catch: MarginField | None = Field(
        default=None, description="A drop that may never pass silently, larger than `max_drop`."
    )
    min_coverage: float | None = Field(
        default=None, ge=0, le=1, description="The smallest share of trials that must have a score."
    )
    slice_drop: MarginField | None = Field(
        default=None, description="The largest drop that is allowed in a slice."
    )


PluginField = Annotated[UsedPlugin, BeforeValidator(_used, json_schema_input_type=str | UsedPlugin)]
TrialsField = Annotated[
    Trials, BeforeValidator(_drawn, json_schema_input_type=Annotated[int, Field(ge=1, le=100)] | Trials)
]
SliceField = Annotated[
    Annotated[str, Tag("a tag")] | Annotated[NamedSlice, Tag("a named slice")],
    Discriminator(
        _sort_of_slice,
        custom_error_type="gate",
        custom_error_message="{text}",
        custom_error_context={
            "text": "must be the name of a tag, or a named slice",
            "fix": "write `category`, or `{name: hard, where: {difficulty: hard}}`",
        },
    ),
]


class Shared(Noun):
    """What `defaults` may say for every suite, and a suite for itself."""

    trials: TrialsField = Field(
        default=Trials(), description="Trials of each case: a whole number for `check`, or all three of them."
    )
    concurrency: int = Field(default=8, ge=1, le=1000, description="How many trials run at the same time.")
    timeout_s: float = Field(default=60, gt=0, description="The hard limit of one trial, in seconds.")
    budget: Budget = Field(
        default=Budget(),
        description="Caps of one run. A cap that is reached ends the run as an error, never as a pass.",
    )


class Defaults(Shared):
    """What holds for every suite that does not say otherwise."""

    gate: DefaultGate = Field(
        default=DefaultGate(), description="What holds for every gate that does not say otherwise."
    )


class SuiteShape(Shared):
    """One evaluation suite: its cases, what is asked, how the answers are scored, and how the scores are judged."""

    cases: Annotated[
        tuple[InnerPath, ...], BeforeValidator(_listed, json_schema_input_type=str | tuple[str, ...])
    ] = Field(
        min_length=1,
        description="Path of the case file, or a list of paths; `*` and `**` are allowed. "
        "`.jsonl`, `.yaml` or `.csv`.",
    )
    target: PluginField = Field(description="The application under test: case in, reply out.")
    evaluators: tuple[PluginField, ...] = Field(
        min_length=1, description="The instruments: reply in, scores out."
    )
    gates: dict[Name, Gate | None] = Field(
        default_factory=dict, description="The rule of each metric, by the metric's name."
    )
    slices: tuple[SliceField, ...] = Field(
        default=(),
        description="Parts of the cases that are looked at on their own: the name of a tag makes one slice of each of "
        "its values.",
    )
    cluster: Name | None = Field(
        default=None,
        description="The tag that says which cases belong together (one conversation, one document), because they "
        "are not independent. Every case must carry it.",
    )
    depends_on: tuple[InnerPath, ...] = Field(
        default=(),
        description="Files that the target depends on, `*` and `**` allowed. A pull request that touches none of "
        "them leaves the suite alone; the files of the target itself need not be named.",
    )
    baseline: InnerPath | None = Field(
        default=None, description="Path of the committed baseline. Default: `baselines/<suite>.json`."
    )


class GateFile(Noun):
    """gate.yaml: the suites that are run on a pull request, and the rule by which they are judged."""

    version: Literal[1] = Field(description="The version of this format. Always 1.")
    policy: Policy = Field(
        default=Policy(), description="The rule of the whole pull request, over all its suites."
    )
    defaults: Defaults = Field(
        default=Defaults(), description="What holds for every suite that does not say otherwise."
    )
    suites: dict[SuiteName, SuiteShape] = Field(
        min_length=1,
        description="The suites, by name.",
        json_schema_extra={"propertyNames": {"pattern": f"^{_SUITE_NAME}$"}},
    )
