"""Results of a run made elsewhere → Report: judged by the base's policy and baselines; nothing is run, one look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from gate.base import Base, proposed, removed_side, unread_side
from gate.compare.decide import decide
from gate.compare.tally import tally
from gate.model.errors import Problem, UserError
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.scorecard import Comparison, Scorecard
from gate.model.suite import SuitePolicy
from gate.render.assemble import Evidence, assemble
from gate.render.steps import ALONE, Invocation


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """Results by suite, and the suites of which there must be some: one that is missing is an error, never a pass.

    `asked` is what the commands of the next steps repeat.
    """

    results: Mapping[str, RunResult]
    wanted: Sequence[str]
    revision: Revision
    asked: Invocation = ALONE


def judged(recorded: Recorded, *, base: Base, head: Base) -> Report:
    """Judge by `base`; `head` only says what it would change. Suites that the head has no more are found removed.

    Raises:
        UserError: some results are only a part of a run.
    """
    for name, result in recorded.results.items():
        if result.shard is not None:
            message = f"the results of {name} are only shard {result.shard} of a run"
            raise UserError(
                Problem(message=message, fix="merge the files of all shards with `gate merge` first")
            )
    names = sorted({*recorded.results, *recorded.wanted})
    comparisons = [_comparison(name, recorded.results.get(name), base=base, head=head) for name in names]
    gone = sorted(base.sheet.suites.keys() - head.sheet.suites.keys() - {*names})
    comparisons += [removed_side(base, name) for name in gone]
    evidence = Evidence(
        tool_version=version("llm-regression-gate"),
        head=recorded.revision,
        base=base.revision,
        policy_source=base.policy_source,
        proposals=proposed(base, head),
        asked=recorded.asked,
    )
    return assemble(decide(comparisons, base.sheet.policy), results=recorded.results, evidence=evidence)


def _comparison(name: str, result: RunResult | None, *, base: Base, head: Base) -> Comparison:
    if name in base.unread:
        return unread_side(base, name)
    policy = base.sheet.suites.get(name) or head.sheet.suites.get(name) or SuitePolicy()
    return Comparison(
        suite=name,
        head=_empty(name) if result is None else tally(result, keep=policy.gates),
        baseline=base.baseline(name),
        missing=base.missing(name),
        calibration=base.calibration(name),
        policy=policy,
        stopped=None if result is None else result.stopped,
    )


def _empty(name: str) -> Scorecard:
    return Scorecard(suite=name, metrics={}, cases={})
