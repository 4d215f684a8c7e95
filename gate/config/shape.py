"""What stands in gate.yaml → models of its shape, closed and described: the config reference and editors' help.

Shorthands are written out here (`exact_match` for `{use: exact_match}`), so that everything behind sees one form.
"""

from typing import Annotated, Literal

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    model_validator,
)

from gate.config.fields import SUITE_NAME, InnerPath, Name, SuiteName, TagText, drawn, listed, used
from gate.model.authority import Authority
from gate.model.base import Noun
from gate.model.budget import Budget
from gate.model.price import Price
from gate.model.suite import Draws, Gate, MarginField, Policy


def _sort_of_slice(value: object) -> str | None:
    if isinstance(value, str):
        return "a tag"
    return "a named slice" if isinstance(value, dict | NamedSlice) else None


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
        description="The largest drop that is allowed. An absolute margin (`0.02`) is for scores: latency, cost and "
        "tokens keep their 10% unless their own gate says otherwise.",
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


PluginField = Annotated[UsedPlugin, BeforeValidator(used, json_schema_input_type=str | UsedPlugin)]
TrialsField = Annotated[
    Trials, BeforeValidator(drawn, json_schema_input_type=Annotated[int, Field(ge=1, le=100)] | Trials)
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
    timeout_s: float = Field(
        default=60,
        gt=0,
        description="The hard limit of one trial, in seconds. Waits that a provider asks for are not in it.",
    )
    max_wait_s: float = Field(
        default=60,
        gt=0,
        description="The longest wait in seconds that a provider may ask for (`retry-after`); a longer one is a "
        "failure. A provider that gives no answer at all for three times as long is given up, and the run ends.",
    )
    calls_per_minute: float | None = Field(
        default=None,
        gt=0,
        description="The most calls a minute to each provider, by `prompt` and `http` targets and by judges; evenly "
        "spread. Left out: as many as it answers.",
    )
    budget: Budget = Field(
        default=Budget(),
        description="Caps of one run. A cap that is reached ends the run as an error, never as a pass.",
    )
    reuse: bool | None = Field(
        default=None,
        description="Whether trials of earlier runs are used again where target, case and draw are unchanged. Left out: "
        "yes where it is known what the target depends on (`depends_on`, or a target that says so itself), else only "
        "for the same commit, or not at all.",
    )
    batch: bool = Field(
        default=False,
        description="Whether a `prompt` target is asked by the provider's Message Batches: for half the price, and within "
        "minutes to 24 hours. Latency is not measured then. Judges are asked as ever.",
    )


class Defaults(Shared):
    """What holds for every suite that does not say otherwise."""

    gate: DefaultGate = Field(
        default=DefaultGate(), description="What holds for every gate that does not say otherwise."
    )


class SuiteShape(Shared):
    """One evaluation suite: its cases, what is asked, how the answers are scored, and how the scores are judged."""

    cases: Annotated[
        tuple[InnerPath, ...], BeforeValidator(listed, json_schema_input_type=str | tuple[str, ...])
    ] = Field(
        min_length=1,
        description="Path of the case file, or a list of paths; `*` and `**` are allowed. "
        "`.jsonl`, `.yaml` or `.csv`.",
    )
    target: PluginField = Field(description="The application under test: case in, reply out.")
    evaluators: tuple[PluginField, ...] = Field(
        min_length=1, description="The instruments: reply in, scores out."
    )
    contexts: InnerPath | None = Field(
        default=None,
        description="Path of recorded passages (`.jsonl` of `id` and `contexts`, or a results file as `.json`): the "
        "application is handed them as the context of each case, and need not search.",
    )
    generation_of: SuiteName | None = Field(
        default=None,
        description="The suite that asks the same and searches afresh. Where a metric falls in it, the report says "
        "whether it falls here as well: whether the drop is attributed to retrieval or to generation.",
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
        "them leaves the suite alone; the files of the target itself need not be named. Without any, every change touches "
        "the suite, unless its target is `prompt` or `replay`.",
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
    accept: Authority = Field(
        default=Authority(),
        description="Who may make the results of a pull request its baseline with the comment `/gate accept`.",
    )
    defaults: Defaults = Field(
        default=Defaults(), description="What holds for every suite that does not say otherwise."
    )
    budget: Budget = Field(
        default=Budget(),
        description="Caps of all suites of a command together, besides each suite's own.",
    )
    prices: dict[Name, Price] = Field(
        default_factory=dict,
        description="Prices of your own, by the model's name or a pattern such as `claude-haiku-*`; they come before the "
        "table that the gate brings.",
    )
    suites: dict[SuiteName, SuiteShape] = Field(
        min_length=1,
        description="The suites, by name.",
        json_schema_extra={"propertyNames": {"pattern": f"^{SUITE_NAME}$"}},
    )
