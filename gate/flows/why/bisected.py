"""What a search came to → its Bisection: the outcome, how far the metric fell, and what it took."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.compare.bisection import Ends
from gate.compare.one_metric import contest_of, move_of
from gate.flows.why.bisect_scope import Scope
from gate.flows.why.drawn import Drawer
from gate.model.bisection import Bisection, Culprit, Outcome, Probe
from gate.model.past import Move


@dataclass(frozen=True, kw_only=True)
class Found:
    """What is known when a search ends: the cases that were asked, the draws of both ends, what was probed, who it is."""

    outcome: Outcome
    cases: tuple[str, ...] = ()
    ends: Ends | None = None
    probes: Sequence[Probe] = ()
    culprit: Culprit | None = None


def told(scope: Scope, found: Found, drawer: Drawer) -> Bisection:
    """The whole of it; `drawer` knows what was paid."""
    wanted, ends = scope.wanted, found.ends
    metric = scope.ready.metrics.get(wanted.metric)
    contest = None if ends is None else contest_of(ends.metric, before=ends.good, after=ends.bad, by=ends.by)
    rule = None if contest is None or isinstance(contest, str) else contest.rule
    return Bisection(
        suite=scope.suite,
        metric=wanted.metric,
        unit=metric.unit if metric is not None else None,
        better="lower" if rule is not None and rule.sign < 0 else "higher",
        bounds=rule.bounds if rule is not None else None,
        relative=rule is not None and rule.log,
        outcome=found.outcome,
        good=scope.road.good.label,
        bad=scope.road.bad.label,
        commits=scope.road.commits,
        passed_over=scope.road.passed_over,
        cases=found.cases,
        alpha=wanted.alpha,
        step_alpha=scope.level,
        steps=scope.steps,
        most_trials=scope.most_trials(found.cases),
        drop=None if contest is None or isinstance(contest, str) else move_of(contest),
        since_accepted=_since_accepted(scope, ends) if found.outcome == "not reproduced" else None,
        probes=tuple(found.probes),
        culprit=found.culprit,
        asked=drawer.asked,
        kept=drawer.kept,
        cost_usd=drawer.cost_usd,
    )


def _since_accepted(scope: Scope, ends: Ends | None) -> Move | None:
    """How far the good version fell since it was accepted, though nobody touched it; None where luck explains it."""
    if ends is None or scope.baseline is None:
        return None
    fallen = contest_of(ends.metric, before=scope.baseline, after=ends.good, by=ends.by)
    return None if isinstance(fallen, str) or fallen.evidence.p > scope.level else move_of(fallen)
