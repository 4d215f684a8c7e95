"""Metric + Gate + Policy → Rule: the margins that hold, the direction, and the scale on which differences are taken.

Defaults: a drop of 0.02 is allowed and one of max(0.05, 2.5 x max_drop) must be caught, in the metric's unit; for a
scale these are shares of its range. Where margins are relative (always for latency, cost and tokens) they are 10 %
and 25 %, and differences are taken on the log scale. A slice may drop by `slice_drop` (a share of the range too),
on the log scale by `must_catch` where that is more, and never by less than `max_drop`.
"""

import math
from dataclasses import dataclass, replace
from functools import cached_property

from gate.compare.shift import Shift
from gate.model.score import Metric
from gate.model.suite import Gate, Policy, SuitePolicy

ERROR_RATE = "error_rate"
OF_KIND = "error_rate."  # and behind it the kind of failure
COVERAGE = "coverage."

_DROP, _CATCH, _RATIO, _RELATIVE_DROP = 0.02, 0.05, 2.5, 0.10
_MARGINS = ("max_drop", "must_catch", "slice_drop")
_LARGEST_EXPONENT = 700.0


@dataclass(frozen=True)
class Misfit:
    """A gate that cannot judge its metric: what is wrong, and the fix."""

    message: str
    fix: str


@dataclass(frozen=True)
class Rule:
    """How one metric is judged. Margins are as people write them: in the metric's unit, or relative where `log`.

    `shift` is what was measured of the luck that all cases of a run share, on the scale of the test.
    `both`: neither way is good, and a change either way counts; `sign` is then the side that is looked at.
    """

    metric: Metric
    gate: Gate
    sign: int
    log: bool
    both: bool
    max_drop: float
    must_catch: float
    slice_drop: float
    shift: Shift | None = None

    @property
    def name(self) -> str:
        """The metric's name."""
        return self.metric.name

    @cached_property
    def drop_on_scale(self) -> float:
        """m, on the scale of the test."""
        return self.on_scale(self.max_drop)

    @cached_property
    def catch_on_scale(self) -> float:
        """M, on the scale of the test."""
        return self.on_scale(self.must_catch)

    @property
    def sides(self) -> int:
        """How many ways of moving count."""
        return 2 if self.both else 1

    @cached_property
    def offset(self) -> float:
        """What is added to a value before its logarithm is taken: 1 to a count that may be 0 (words, calls), else 0."""
        return float(self.log and not self.metric.log and self.metric.operational and self.bounds is None)

    def logarithm(self, value: float) -> float:
        """Of a value in the metric's unit, where ratios are compared."""
        return math.log(value + self.offset)

    def exponential(self, value: float) -> float:
        """The inverse of `logarithm`."""
        return math.exp(value) - self.offset

    def for_slice(self) -> "Rule":
        """The rule of a slice: `slice_drop` is what is allowed."""
        return replace(self, max_drop=self.slice_drop, must_catch=max(self.must_catch, self.slice_drop))

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The lowest and the highest value of a draw; None where there are none."""
        metric = self.metric
        if metric.kind == "binary":
            return 0.0, 1.0
        return None if metric.low is None or metric.high is None else (metric.low, metric.high)

    @property
    def reach(self) -> float | None:
        """The width of the range on the scale of the test; None where there is none, as for ratios."""
        return None if self.log or self.bounds is None else self.bounds[1] - self.bounds[0]

    @property
    def worst(self) -> float | None:
        """The worst value that a draw can have; None where there is none."""
        return None if self.bounds is None else self.bounds[0 if self.sign > 0 else 1]

    def on_scale(self, drop: float) -> float:
        """A drop as people write it → the distance that the test sees: a tenth slower is log 1.1."""
        if not self.log:
            return drop
        return -math.log1p(-drop) if self.sign > 0 else math.log1p(drop)

    def as_drop(self, distance: float) -> float:
        """The inverse of `on_scale`."""
        if not self.log:
            return distance
        return -_expm1(-distance) if self.sign > 0 else _expm1(distance)

    def as_value(self, oriented: float) -> float:
        """A value on the scale of the test, higher is better → in the metric's unit."""
        return self.exponential(self.sign * oriented) if self.log else self.sign * oriented + 0.0

    def as_change(self, difference: float) -> float:
        """An oriented difference (higher is better) → head minus baseline as shown; relative where `log`."""
        return _expm1(self.sign * difference) if self.log else self.sign * difference


def is_counted(name: str) -> bool:
    """Whether a metric is counted from the draws rather than scored: `error_rate`, one kind of it, `coverage.<metric>`."""
    return name == ERROR_RATE or name.startswith((OF_KIND, COVERAGE))


def gate_of(metric: Metric, *, suite: SuitePolicy) -> Gate:
    """The gate of a metric: its own, or the suite's default, whose margins also hold where its own gate has none.

    An absolute margin of the default does not reach a metric that is compared as a ratio (latency, cost, tokens): a
    hundredth means nothing in its unit.

    What is counted rather than scored has bars of another kind, so it takes none from the default: `error_rate` only
    warns where the default only warns, and blocks else, as does `error_rate.<kind>`; `coverage.<metric>` has the mode
    of its metric, and the `min_coverage` of its metric's gate for a floor.
    """
    own = suite.gates.get(metric.name)
    if metric.name == ERROR_RATE or metric.name.startswith(OF_KIND):
        return own or Gate(mode="warn" if suite.default_gate.mode == "warn" else "block")
    if not metric.name.startswith(COVERAGE):
        return _over_default(own, metric, default=suite.default_gate)
    covered = suite.gates.get(metric.name.removeprefix(COVERAGE), suite.default_gate)
    gate = own or Gate(mode=covered.mode)
    floors = [floor for floor in (gate.min, covered.min_coverage) if floor is not None]
    return gate.model_copy(update={"min": max(floors)}) if floors else gate


def _over_default(own: Gate | None, metric: Metric, *, default: Gate) -> Gate:
    """A gate with the default's margins that fit the metric, where it has none; `null` in a gate takes one back."""
    if own is not None and any(getattr(own, name) is not None for name in _MARGINS):
        return own  # which of the default's go with them was settled when the config was read
    said = own.model_fields_set if own is not None else ()
    usual = {name: getattr(default, name) for name in _MARGINS}
    fitting = {
        name: margin if margin is not None and (margin.relative or not metric.log) else None
        for name, margin in usual.items()
        if name not in said
    }
    return (own or default).model_copy(update=fitting)


def resolve(metric: Metric, *, gate: Gate, policy: Policy) -> Rule | Misfit:
    """Put the margins, the direction and the scale of one metric in concrete numbers."""
    better = gate.better or metric.better
    misfit = _misfit(metric, gate=gate)
    if misfit is not None:
        return misfit
    sign = -1 if better == "lower" else 1
    log = _is_log(metric, gate=gate)
    drop, catch = _margins(gate, unit=1.0 if log else _span(metric), log=log)
    rule = Rule(
        metric=metric,
        gate=gate,
        sign=sign,
        log=log,
        both=better == "same",
        max_drop=drop,
        must_catch=catch,
        slice_drop=_slice_drop(gate, policy=policy, floors=(drop, catch if log else 0.0), metric=metric),
    )
    if log and sign > 0 and max(drop, catch, rule.slice_drop) >= 1:
        return Misfit(
            "a drop of 100 % or more can never be seen in a metric of which higher is better",
            "write relative margins below 40%, or a must_catch of your own below 100%",
        )
    return rule


def _is_log(metric: Metric, *, gate: Gate) -> bool:
    """Margins say on which scale a metric is compared; where there are none, the metric does."""
    for margin in (gate.max_drop, gate.must_catch):
        if margin is not None:
            return margin.relative
    return metric.log or (gate.slice_drop is not None and gate.slice_drop.relative)


def _misfit(metric: Metric, *, gate: Gate) -> Misfit | None:
    log = _is_log(metric, gate=gate)
    margins = [margin for margin in (gate.max_drop, gate.must_catch, gate.slice_drop) if margin is not None]
    if any(margin.relative != log for margin in margins):
        return Misfit(
            "max_drop, must_catch and slice_drop must all be absolute or all be percentages",
            'write all of them like 0.02, or all like "10%"',
        )
    if metric.kind == "binary" and log:
        return Misfit(
            "a metric of zeros and ones is compared in points, not in per cent of itself",
            "write max_drop: 0.05 rather than 5%",
        )
    if metric.better == "neither" and gate.better is None and gate.mode != "record":
        return Misfit(
            "neither more nor less of this metric is better, so nothing can be a drop",
            "say `better: higher`, `better: lower` or `better: same` in its gate, or `mode: record`",
        )
    if gate.must_catch is not None and gate.must_catch.value <= 0:
        return Misfit("must_catch must be larger than 0", "write the smallest drop that may never pass")
    return None


def _margins(gate: Gate, *, unit: float, log: bool) -> tuple[float, float]:
    """(max_drop, must_catch): where only one is given, the other keeps its distance."""
    usual = _RELATIVE_DROP if log else _DROP * unit
    if gate.max_drop is not None and gate.must_catch is not None:
        return gate.max_drop.value, gate.must_catch.value
    if gate.must_catch is not None:
        return min(usual, gate.must_catch.value / _RATIO), gate.must_catch.value
    drop = usual if gate.max_drop is None else gate.max_drop.value
    return drop, max(_CATCH * unit, _RATIO * drop)


def _slice_drop(gate: Gate, *, policy: Policy, floors: tuple[float, float], metric: Metric) -> float:
    if gate.slice_drop is not None:
        return gate.slice_drop.value
    return max(policy.slice_drop * _span(metric), *floors)


def _span(metric: Metric) -> float:
    """The width of a scale; 1 for a binary metric and for a measure, which has none."""
    return metric.high - metric.low if metric.high is not None and metric.low is not None else 1.0


def _expm1(value: float) -> float:
    """e^value - 1, infinite where that is too large for a float."""
    return math.expm1(value) if value < _LARGEST_EXPONENT else math.inf
