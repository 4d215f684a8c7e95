"""The comparison of two files: nothing is run."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gate.base import needed_text, policy_for
from gate.compare.decide import decide
from gate.compare.tally import tally
from gate.host.local import WorkingTree
from gate.model.files import load_baseline, load_results
from gate.model.report import Report, Revision
from gate.model.scorecard import Comparison
from gate.render.assemble import Evidence, assemble


@dataclass(frozen=True, kw_only=True)
class Sides:
    """The two files of `gate compare`, the policy's config (None: gate.yaml where there is one), and one margin for all."""

    current: Path
    baseline: Path
    config: str | None = None
    max_drop: float | None = None


def compare(tree: WorkingTree, sides: Sides) -> Report:
    """Judge a results file by a baseline file; nothing is run, and there is only one look.

    Raises:
        UserError: a file that is not there or not what it should be.
    """
    result = load_results(needed_text(sides.current), str(sides.current))
    baseline = load_baseline(needed_text(sides.baseline), str(sides.baseline))
    policy, rules, source = policy_for(tree, sides.config, result.suite, max_drop=sides.max_drop)
    comparison = Comparison(
        suite=result.suite,
        head=tally(result, keep=rules.gates),
        baseline=baseline,
        policy=rules,
        stopped=result.stopped,
    )
    evidence = Evidence(
        tool_version=version("llm-regression-gate"),
        head=Revision(label=str(sides.current)),
        base=Revision(label=str(sides.baseline)),
        policy_source=source,
    )
    return assemble(decide([comparison], policy), results={result.suite: result}, evidence=evidence)
