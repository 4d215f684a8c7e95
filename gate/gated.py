"""Gates + what a suite can give → what is wrong with them, found before anything is paid."""

from collections.abc import Iterator

from gate.compare.bars import misfit_of
from gate.compare.kinds import kind_of, meant_kind
from gate.compare.policy import ERROR_RATE, OF_KIND, gate_of, is_counted
from gate.config.file import ConfigFile, gate_misfit, gate_problem, policy_sheet
from gate.model.errors import Problem, UserError
from gate.model.reply import FAILURE_KINDS
from gate.model.score import Metric
from gate.model.suite import Suite
from gate.plugins import BUILT_IN
from gate.run.scoring import Instruments

_YOURS = "python"  # a function may raise gate.ScoringError, with a kind of its own


def check_gates(config: ConfigFile, suite: Suite, instruments: Instruments) -> None:
    """Refuse a gate on a metric that nothing in this suite can give, and one that cannot judge its metric.

    Raises:
        UserError: with all of them.
    """
    coverage = [f"coverage.{name}" for name, metric in instruments.metrics.items() if not metric.operational]
    kinds = [f"{OF_KIND}{kind}" for kind in sorted(FAILURE_KINDS)]
    known, givers = [*instruments.metrics, ERROR_RATE, *coverage, *kinds], instruments.evaluators
    unknown = (
        gate_problem(config, suite=suite.name, metric=metric, known=known)
        for metric in suite.policy.gates
        if metric not in known
        and not any(each.describe(metric.removeprefix("coverage.")) for each in givers)
        and not _may_come(metric, suite)
    )
    if found := [*unknown, *_misfits(config, suite, instruments)]:
        raise UserError(*found)


def _may_come(metric: str, suite: Suite) -> bool:
    """Whether it counts a kind of failure that foreign code of this suite may give: its words are not known beforehand."""
    kind = kind_of(metric)
    if not kind or meant_kind(kind) is not None:
        return False
    foreign = suite.target.use not in BUILT_IN["target"]
    return foreign or any(
        use.use == _YOURS or use.use not in BUILT_IN["evaluator"] for use in suite.evaluators
    )


def _misfits(config: ConfigFile, suite: Suite, instruments: Instruments) -> Iterator[Problem]:
    """What a check could only report as an error, after the run was paid."""
    asked = (name for name in suite.policy.gates if is_counted(name) and name != ERROR_RATE)
    counted = [Metric(name=name, kind="binary", better="lower") for name in (ERROR_RATE, *asked)]
    for metric in [*instruments.metrics.values(), *counted]:
        name, gate = metric.name, gate_of(metric, suite=suite.policy)
        wrong = misfit_of(metric, gate=gate, policy=policy_sheet(config).policy)
        if wrong is not None and (name in suite.policy.gates or not metric.operational):
            yield gate_misfit(config, suite=suite.name, metric=name, wrong=wrong.message, fix=wrong.fix)
