"""One metric of a Comparison → a Contest, or what stands in the way of one.

A metric that is no longer measured, or is measured with another instrument, is called not comparable: never
regressed, and never passed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from gate.compare import findings as say
from gate.compare.calibrated import calibrated
from gate.compare.contest import Arena, Contest, hold
from gate.compare.diff import lone_diff
from gate.compare.pairs import Pairs, Shared, draws_of, pair
from gate.compare.policy import Misfit, Rule, gate_of, is_counted, resolve
from gate.model.redaction import shortened
from gate.model.score import Metric, judge_of
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Policy
from gate.model.verdict import Finding, MetricDiff

_LONGEST_NAME = 200  # of a judge in a message
_ABOUT = 1e-5  # values are stored with six digits, the bounds of a scale are not

Outcome = Contest | MetricDiff | Finding


@dataclass(frozen=True, slots=True)
class Layout:
    """Lays out the metrics of one suite, one by one. `shared` are the cases that ask the same on both sides."""

    comparison: Comparison
    baseline: Scorecard
    policy: Policy
    arena: Arena
    shared: Shared

    def lay(self, metric: Metric) -> Iterator[Outcome]:
        """A contest where the two sides can be compared; else what stands in the way, and what is known."""
        suite, name = self.arena.suite, metric.name
        gate = gate_of(metric, suite=self.comparison.policy)
        rule = resolve(metric, gate=gate, policy=self.policy)
        if isinstance(rule, Misfit):
            message = f"the gate of {name} in {suite} cannot be used: {rule.message}"
            yield say.error("unfit_gate", message, rule.fix, suite=suite, metric=name)
            return
        rule = calibrated(rule, self.comparison.calibration)
        obstacles = [] if is_counted(name) else self._obstacles(metric, rule)
        everything = pair(self.shared, name=name)
        obstacles = obstacles or list(_faults(everything, rule, suite=suite))
        contest = None if obstacles else hold(rule, everything=everything, arena=self.arena)
        if contest is not None:
            yield contest
            return
        if not obstacles and not is_counted(name):
            message = f"no case of {suite} has a score of {name} on both sides"
            action = f"look at its errors and abstentions; {say.accept(suite)}"
            obstacles.append(_in_the_way("nothing_paired", message, action, rule=rule, suite=suite))
        yield from obstacles
        yield self._lone(rule, reason=obstacles[0].message if obstacles else "nothing to compare")

    def _obstacles(self, metric: Metric, rule: Rule) -> list[Finding]:
        """What keeps a metric from being on both sides with one meaning."""
        suite, name = self.arena.suite, metric.name
        before = self.baseline.metrics.get(name)
        after = self.comparison.head.metrics.get(name)
        if after is None:
            message = f"{name} is in the baseline of {suite} and is no longer measured"
            return [_in_the_way("removed_metric", message, say.accept(suite), rule=rule, suite=suite)]
        if before is None:
            return [_new(rule, suite=suite, gated=name in self.comparison.policy.gates)]
        if _meaning(before) != _meaning(after):
            message = (
                f"{name} in {suite} is measured with another evaluator, judge or rubric than in the baseline"
            )
            return [_in_the_way("other_instrument", message, say.accept(suite), rule=rule, suite=suite)]
        if before.judges and after.judges and _judges(before) != _judges(after):
            message = (
                f"{name} in {suite} was judged by {_named(before)} in the baseline, "
                f"and by {_named(after)} now"
            )
            return [_in_the_way("other_judge", message, say.accept(suite), rule=rule, suite=suite)]
        return []

    def _lone(self, rule: Rule, *, reason: str) -> MetricDiff:
        before = draws_of(self.baseline.cases.values(), name=rule.name)
        after = draws_of(self.comparison.head.cases.values(), name=rule.name)
        return lone_diff(rule, suite=self.arena.suite, reason=reason, sides=(before, after))


def _new(rule: Rule, *, suite: str, gated: bool) -> Finding:
    """A metric without a past. Where a gate names it there should be one; else it is only worth a word."""
    if gated:
        message = f"{rule.name} is gated, and the baseline of {suite} has no score of it"
        action = f"run `gate accept {suite}`"
        return _in_the_way("no_baseline_metric", message, action, rule=rule, suite=suite)
    message = f"{rule.name} is new in {suite} and is not judged"
    action = f"run `gate accept {suite}` to have it judged from then on"
    return say.note("new_metric", message, action, suite=suite, metric=rule.name)


def _in_the_way(code: str, message: str, action: str, *, rule: Rule, suite: str) -> Finding:
    blocking = rule.gate.mode == "block"
    return say.not_comparable(code, message, action, suite=suite, metric=rule.name, blocking=blocking)


def _named(metric: Metric) -> str:
    """The first few of those who judged, as they call themselves."""
    return say.named([shortened(name, limit=_LONGEST_NAME) for name in metric.judges])


def _judges(metric: Metric) -> set[str]:
    """Who judged: a verdict that was recorded is its giver's as much as one that was given just now."""
    return {judge_of(name) for name in metric.judges}


def _meaning(metric: Metric) -> Metric:
    return metric.model_copy(update={"operational": False, "judges": ()})


def _faults(pairs: Pairs, rule: Rule, *, suite: str) -> Iterator[Finding]:
    """Values that cannot be compared, each with the first few cases that have one."""
    where = {"suite": suite, "metric": rule.name, "blocking": rule.gate.mode == "block"}
    bad = _having(_stranger(rule.metric), pairs, metric=rule.metric)
    if bad:
        message = f"{rule.name} of {suite} has values that a {rule.metric.kind} metric cannot have: {say.named(bad)}"
        action = "restore the file from git, or write it anew"
        yield say.error("bad_value", message, action, cases=bad, **where)
    low = _having(lambda value: value + rule.offset <= 0, pairs, metric=rule.metric) if rule.log else ()
    if low:
        message = f"{rule.name} of {suite} is compared as a ratio and is not above 0 in: {say.named(low)}"
        action = "write its margins as absolute numbers, or look at why these cases have such values"
        yield say.error("not_positive", message, action, cases=low, **where)


def _stranger(metric: Metric) -> Callable[[float], bool]:
    """Whether a value lies outside the metric's range."""
    if metric.kind != "scale" or metric.low is None or metric.high is None:
        return lambda value: not metric.admits(value)
    slack = _ABOUT * max(abs(metric.low), abs(metric.high))
    low, high = metric.low - slack, metric.high + slack
    return lambda value: not low <= value <= high


def _having(strange: Callable[[float], bool], pairs: Pairs, *, metric: Metric) -> tuple[str, ...]:
    """The cases that have a strange value; they are looked at one by one only if there is one."""
    values = list(chain.from_iterable((*pairs.before, *pairs.after)))
    # The ranges of graded metrics and of measures are intervals: their ends tell.
    suspects = set(values) if metric.kind == "binary" else {min(values), max(values)} if values else set()
    if not any(map(strange, suspects)):
        return ()
    sides = zip(pairs.ids, pairs.before, pairs.after, strict=True)
    return tuple(case_id for case_id, x, y in sides if any(map(strange, (*x, *y))))
