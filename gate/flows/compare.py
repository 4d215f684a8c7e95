"""The comparison of two files: nothing is run."""

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from gate.base import needed_text, policy_for
from gate.compare.decide import decide
from gate.compare.tally import tally_each
from gate.host.local import WorkingTree, from_here, read_text
from gate.measured import calibration_in, calibration_path
from gate.model.calibration import Calibration
from gate.model.files import load_baseline
from gate.model.report import Report, Revision
from gate.model.results import ResultsFile
from gate.model.scorecard import Comparison
from gate.render.assemble import Evidence, assemble
from gate.render.excerpts import needed_cases
from gate.render.steps import Invocation
from gate.render.summary import Sums


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
    results = ResultsFile(needed_text(sides.current), str(sides.current))
    suite, sums = results.head.suite, Sums()
    policy, rules, source = policy_for(tree, sides.config, suite, max_drop=sides.max_drop)
    head = tally_each(results.head, cases=results.cases, trials=sums.watch(results.trials), keep=rules.gates)
    baseline = load_baseline(needed_text(sides.baseline), str(sides.baseline))
    comparison = Comparison(
        suite=suite,
        head=head,
        baseline=baseline,
        calibration=_calibration(sides.baseline, suite=baseline.suite),
        policy=rules,
        stopped=results.head.stopped,
    )
    verdict = decide([comparison], policy)
    shown = results.only(needed_cases(verdict, heads={suite: head})[suite])
    evidence = Evidence(
        tool_version=version("llm-regression-gate"),
        head=Revision(label=str(sides.current)),
        base=Revision(label=str(sides.baseline)),
        policy_source=source,
        runs={suite: sums.summary(results.head, cases=len(head.cases))},
        asked=Invocation(
            config=from_here(tree.root / sides.config) if sides.config else "",
            baseline=str(sides.baseline),
            results={suite: [str(sides.current)]},
        ),
    )
    return assemble(verdict, results={suite: shown}, evidence=evidence)


def _calibration(baseline: Path, *, suite: str) -> Calibration | None:
    """What was measured of the instruments, beside the baseline."""
    return calibration_in(calibration_path(str(baseline)), lambda path: read_text(Path(path)), suite=suite)
