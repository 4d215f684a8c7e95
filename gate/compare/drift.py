"""Moments + a rule that may watch both ways → the rule turned to the side that they speak of, and their Evidence.

Length, say, may neither grow nor shrink by more than the margin. Each side is weighed as a drop; the one that comes
closer to what must be caught is told, with twice the smaller p: so the chance that either side raises a false alarm is
at most the level (Bonferroni). Nothing is passed over by telling one side only: once twice its p is below the level, the
bound of the other side lies beyond no change at all.
"""

from collections.abc import Sequence
from dataclasses import replace

from gate.compare.evidence import Evidence, weigh
from gate.compare.moments import Moments, reoriented
from gate.compare.policy import Rule


def weigh_sides(
    moments: Moments, rule: Rule, *, level: float, labels: Sequence[str] | None = None
) -> tuple[Rule, Evidence]:
    """As `weigh`, on both sides where the rule watches both."""
    evidence = weigh(moments, rule, level=level, labels=labels)
    if not rule.both:
        return rule, evidence
    other = replace(rule, sign=-rule.sign)
    beside = weigh(reoriented(moments, other), other, level=level, labels=labels)
    turned, told = min(
        ((rule, evidence), (other, beside)), key=lambda side: side[1].low / side[0].catch_on_scale
    )
    return turned, replace(
        told,
        p=min(1.0, 2 * min(evidence.p, beside.p)),
        # Whether a change could be found at all is asked of the pooled draws alone, whichever side is told.
        least_p=min(1.0, 2 * min(evidence.least_p, beside.least_p)),
        least_delta=min(evidence.least_delta, beside.least_delta),
    )
