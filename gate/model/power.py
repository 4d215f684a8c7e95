"""PowerPlan: what a suite can find before anybody pays for a run, and what it would take to find more."""

from typing import Literal

from pydantic import Field

from gate.model.base import Noun
from gate.model.score import Metric


class Assumed(Noun):
    """A suite without a baseline: how many cases it has and how noisy its metrics are taken to be.

    `flip_rate` is the chance that two draws of the same unchanged case differ. It says nothing of a measure (latency,
    a count of words), for which there is no figure without a baseline.
    """

    suite: str
    cases: int = Field(ge=1)
    metrics: tuple[Metric, ...]
    flip_rate: float = Field(default=0.085, ge=0, le=1)


class DesignPower(Noun):
    """One design: draws stored in the baseline, draws of the head, and what they find with the policy's power.

    `detectable` is the smallest drop that is found with today's cases, `cases_needed` how many cases find
    `must_catch`. None where no drop, or no number of cases, does.
    """

    baseline_draws: int
    head_draws: int
    detectable: float | None = None
    cases_needed: int | None = None


class MetricPower(Noun):
    """One metric. Margins and drops in its unit, or relative (0.1 is ten per cent).

    `variance` is the mean variance of a draw within its case (of its logarithm where `relative`); `assumed` says that
    it was not measured, and None that it is not known at all.
    """

    metric: str
    mode: Literal["block", "warn", "record"]
    unit: str | None = None
    bounds: tuple[float, float] | None = None
    relative: bool = False
    cases: int
    baseline: float | None = None
    max_drop: float
    must_catch: float
    flip_rate: float | None = None
    variance: float | None = None
    assumed: bool = False
    designs: tuple[DesignPower, ...] = ()


class PowerPlan(Noun):
    """What one suite can find at the policy's rate of false alarms, shared among its blocking metrics.

    `check` and `second_look` are the designs (draws of the baseline, draws of the head) of a first and a second look.
    """

    suite: str
    alpha: float
    power: float
    cases: int
    check: tuple[int, int]
    second_look: tuple[int, int]
    metrics: tuple[MetricPower, ...]
