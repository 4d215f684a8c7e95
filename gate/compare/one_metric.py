"""Two scorecards + the name of a metric → its Contest by the rule of the gate, or in a sentence why there is none. Pure."""

import math
from dataclasses import dataclass

from gate.compare.contest import Contest
from gate.compare.exam import examine
from gate.compare.judge import LAST_BITS
from gate.model.calibration import Calibration
from gate.model.past import Move
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import Policy, SuitePolicy

_LEVEL = 0.05  # of either end of a printed interval


@dataclass(frozen=True, kw_only=True)
class Yardstick:
    """What two scorecards of a suite are held against one another by."""

    policy: Policy
    rules: SuitePolicy
    calibration: Calibration | None = None


def contest_of(name: str, *, before: Scorecard, after: Scorecard, by: Yardstick) -> Contest | str:
    """One metric alone: what else the scorecards hold is not weighed."""
    rules = by.rules.model_copy(update={"slices": ()})
    comparison = Comparison(
        suite=before.suite,
        head=_only(after, name),
        baseline=_only(before, name),
        calibration=by.calibration,
        policy=rules,
    )
    exam = examine(comparison, policy=by.policy, level=_LEVEL)
    found = next((each for each in exam.contests if each.rule.name == name), None)
    if found is not None:
        return found
    said = next((each.message for each in exam.findings if each.metric == name), "")
    return said or "the two have no case in common that was scored"


def move_of(contest: Contest) -> Move:
    """How far the metric moved from the first to the second, as people read it."""
    rule, evidence = contest.rule, contest.evidence
    low, high = sorted((rule.as_change(evidence.low), rule.as_change(evidence.high)))
    finite = math.isfinite(low) and math.isfinite(high)
    return Move(
        cases=evidence.n,
        delta=rule.as_change(evidence.delta) + 0.0 if abs(evidence.delta) > LAST_BITS else 0.0,
        low=low if finite else None,
        high=high if finite else None,
        worse=evidence.delta < -LAST_BITS,
    )


def _only(card: Scorecard, name: str) -> Scorecard:
    kept = {known: metric for known, metric in card.metrics.items() if known == name}
    return card.model_copy(update={"metrics": kept})
