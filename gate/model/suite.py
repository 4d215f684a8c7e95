"""Suite, Gate and Policy: what is to be run, and the rule by which its scores are judged."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, JsonValue, PlainSerializer, model_validator

from gate.model.authority import Authority
from gate.model.base import Noun
from gate.model.budget import Budget
from gate.model.case import Case, Shard
from gate.model.price import Price


class Margin(Noun):
    """A distance that is allowed: absolute, in the metric's unit, or relative (0.1 is ten per cent)."""

    value: float = Field(ge=0, le=1e100)
    relative: bool = False

    def __str__(self) -> str:
        return f"{self.value * 100:.6g}%" if self.relative else f"{self.value:.6g}"


def _margin(value: object) -> object:
    """Read `0.02` as absolute and `"10%"` as relative."""
    if isinstance(value, bool):
        raise ValueError('a margin is a number such as 0.02, or a percentage such as "10%"')  # noqa: TRY004
    if isinstance(value, int | float):
        return {"value": value}
    if isinstance(value, str):
        number, sign, rest = value.strip().partition("%")
        try:
            if sign and not rest:
                return {"value": float(number) / 100, "relative": True}
        except ValueError:
            pass
        raise ValueError('a margin is a number such as 0.02, or a percentage such as "10%"')
    return value


type_margin_json = float | str
_Written = Annotated[float, Field(ge=0)] | Annotated[str, Field(pattern=r"^ *[0-9]+(\.[0-9]+)? *% *$")]
MarginField = Annotated[
    Margin,
    BeforeValidator(_margin, json_schema_input_type=_Written),
    PlainSerializer(lambda m: str(m) if m.relative else m.value, return_type=type_margin_json),
]


class Gate(Noun):
    """The policy of one metric. None means the default of the metric's kind (see `gate.compare.policy`)."""

    mode: Literal["block", "warn", "record"] = Field(
        default="block",
        description="`block` fails the check, `warn` is shown and never fails it, `record` is only written down.",
    )
    max_drop: MarginField | None = Field(
        default=None,
        description="The largest drop that is allowed (the non-inferiority margin): absolute in the metric's unit "
        "(`0.02`) or relative (`10%`). Default: 0.02, and 10% for latency, cost and tokens.",
    )
    must_catch: MarginField | None = Field(
        default=None,
        description="A drop that may never pass silently, larger than `max_drop`. "
        "Default: the larger of 0.05 and 2.5 times `max_drop`.",
    )
    min: float | None = Field(default=None, description="Absolute floor of the head's `statistic`.")
    max: float | None = Field(default=None, description="Absolute ceiling of the head's `statistic`.")
    statistic: Literal["mean", "p50", "p95", "p99", "total"] = Field(
        default="mean",
        description="What of the scores is shown and held against `min` and `max`. Drops are tested on the mean (on "
        "the geometric mean for latency, cost and tokens). `p95` and `p99` need 200 cases.",
    )
    better: Literal["higher", "lower", "same"] | None = Field(
        default=None, description="Which way is good, if the metric has none; `same`: neither up nor down."
    )
    min_coverage: float | None = Field(
        default=None,
        ge=0,
        le=1,
        description="The smallest share of trials that must have a score rather than an abstention.",
    )
    slice_drop: MarginField | None = Field(
        default=None, description="The largest drop that is allowed in a slice. Default: `policy.slice_drop`."
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        small, large = self.max_drop, self.must_catch
        if small and large and small.relative != large.relative:
            raise ValueError("max_drop and must_catch must both be absolute or both be percentages")
        if small and large and large.value <= small.value:
            raise ValueError("must_catch must be larger than max_drop")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("min must not be larger than max")
        return self


class Slice(Noun):
    """A named part of the cases: those whose tags hold every pair in `where`."""

    name: str
    where: dict[str, str] = Field(min_length=1)


class SuitePolicy(Noun):
    """Everything by which one suite is judged; read from the base commit, never from what is being judged.

    slices:
        a tag's name makes one slice of each of its values; a `Slice` is one named slice.
    cluster:
        the tag that names which cases belong together (one conversation, one document) and are not independent.
    generation_of:
        the suite that asks the same questions and searches afresh, where this one answers from recorded passages.
    default_gate:
        the gate of every metric that `gates` does not name. What it says is already in each of `gates` that does
        not say otherwise; but its margins, where a gate has none: the metric decides whether they fit it.
    """

    gates: dict[str, Gate] = Field(default_factory=dict)
    default_gate: Gate = Gate()
    slices: tuple[str | Slice, ...] = ()
    cluster: str | None = None
    generation_of: str | None = None


class Draws(Noun):
    """How many trials each case gets: stored at accept, taken on a pull request, and the most after a second look."""

    accept: int = Field(default=5, ge=1, le=100, description="Trials a case that `gate accept` stores.")
    check: int = Field(
        default=1, ge=1, le=100, description="Trials a case at the first look of `gate check`."
    )
    most: int = Field(
        default=3,
        ge=1,
        le=100,
        description="Trials a case after the second look, where the first could not tell.",
    )

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.most < self.check:
            raise ValueError("most must not be smaller than check")
        return self


class Policy(Noun):
    """The rule of the whole pull request, over all its suites. Rates and shares lie in [0, 1]."""

    alpha: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        description="The false-alarm rate of a pull request, over all its blocking metrics together.",
    )
    power: float = Field(
        default=0.8,
        gt=0.5,
        lt=1,
        description="The chance of finding a drop that planning figures are given for.",
    )
    slice_drop: float = Field(default=0.10, ge=0, description="The largest drop that is allowed in a slice.")
    slice_q: float = Field(
        default=0.05,
        gt=0,
        lt=0.5,
        description="The false-discovery rate over all slices (Benjamini-Hochberg).",
    )
    slice_min_cases: int = Field(default=8, ge=2, description="Slices with fewer cases are not tested.")
    max_churn: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="The largest share of cases that may be added, removed or changed; beyond it, not comparable.",
    )
    max_error_rate: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="The largest share of failed trials; beyond it, the evaluation failed.",
    )
    broken_cases: int | None = Field(
        default=None,
        ge=0,
        description="How many cases may pass in every draw of the baseline and fail in every draw now. "
        "Left out: such cases are listed and never block.",
    )
    judges: Literal["any", "calibrated"] = Field(
        default="any",
        description="`calibrated`: a metric that a language model judges is an error until that judge was held against "
        "enough of people's labels (`gate calibrate judge`). A judge that was found not to be trusted is an error in any case.",
    )
    on_inconclusive: Literal["block", "warn"] = Field(
        default="warn",
        description="What happens where the data cannot tell: `block` fails the check, `warn` shows it. "
        "It is never called a pass.",
    )


class Use(Noun):
    """`use / name / with`: which plug-in, under which name, with which options."""

    use: str
    name: str = ""
    with_: dict[str, JsonValue] = Field(default_factory=dict, alias="with")


class Suite(Noun):
    """A whole evaluation suite, read and checked: cases in the order of the file; with a `shard`, a part of them.

    `reuse` says whether trials of earlier runs may be used again; None leaves it to what is known of the target.
    `prices` are the user's own, by the name or a pattern of the model. `batch`: the target is asked in batches.
    """

    name: str
    cases: tuple[Case, ...] = Field(min_length=1)
    target: Use
    evaluators: tuple[Use, ...] = Field(min_length=1)
    policy: SuitePolicy = SuitePolicy()
    draws: Draws = Draws()
    concurrency: int = Field(default=8, ge=1, le=1000)
    timeout_s: float = Field(default=60, gt=0)
    max_wait_s: float = Field(default=60, gt=0)
    calls_per_minute: float | None = Field(default=None, gt=0)
    depends_on: tuple[str, ...] = ()
    budget: Budget = Budget()
    baseline: str = ""
    reuse: bool | None = None
    shard: Shard | None = None
    prices: dict[str, Price] = Field(default_factory=dict)
    batch: bool = False


class PolicySheet(Noun):
    """All that a config says about judging: the policy, and by suite its own, its baseline, draws and instruments.

    `evaluators` maps each evaluator's name to a hash of what the config says of it, `cases` are paths and patterns.
    """

    policy: Policy = Policy()
    authority: Authority = Authority()
    suites: dict[str, SuitePolicy] = Field(default_factory=dict)
    baselines: dict[str, str] = Field(default_factory=dict)
    draws: dict[str, Draws] = Field(default_factory=dict)
    evaluators: dict[str, dict[str, str]] = Field(default_factory=dict)
    cases: dict[str, tuple[str, ...]] = Field(default_factory=dict)
