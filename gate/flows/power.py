"""What each suite can find, before anybody pays for a run."""

from collections.abc import Sequence

from gate.base import base_of_working_tree
from gate.compare.power import plan
from gate.host.local import WorkingTree
from gate.model.power import Assumed, PowerPlan
from gate.ready import Ready, prepare


def power(tree: WorkingTree, config: str, *, only: Sequence[str] = ()) -> tuple[PowerPlan, ...]:
    """What each suite can find, from its baseline, or from ordinary noise where it has none yet.

    Raises:
        UserError: something in the config, the cases or a baseline is wrong.
    """
    prepared = prepare(tree, config, only=only)
    base = base_of_working_tree(tree, config, prepared.sheet)
    return tuple(
        plan(
            base.baseline(ready.suite.name) or _assumed(ready),
            policy=prepared.sheet.policy,
            rules=ready.suite.policy,
            draws=ready.suite.draws,
        )
        for ready in prepared.suites
    )


def _assumed(ready: Ready) -> Assumed:
    gated = ready.suite.policy.gates
    metrics = tuple(m for m in ready.metrics.values() if not m.operational or m.name in gated)
    return Assumed(suite=ready.suite.name, cases=len(ready.suite.cases), metrics=metrics)
