"""Verdict + results → Report: adds excerpts of what got worse, sums of the runs and next steps. Judges nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.model.report import Proposal, Report, Revision, RunSummary
from gate.model.run import RunResult
from gate.model.verdict import Verdict
from gate.render.excerpts import excerpts
from gate.render.steps import ALONE, Invocation, next_steps
from gate.render.summary import summarize


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What a report says besides verdict and results.

    `resumed` counts, by suite, the trials that were on disk. `runs` holds, by suite, sums that were already taken: its
    results may then be those of a few cases only. `asked` is what the commands of the next steps repeat.
    """

    tool_version: str
    head: Revision
    base: Revision
    policy_source: str = ""
    proposals: tuple[Proposal, ...] = ()
    resumed: Mapping[str, int] = field(default_factory=dict)
    runs: Mapping[str, RunSummary] = field(default_factory=dict)
    asked: Invocation = ALONE


def assemble(verdict: Verdict, *, results: Mapping[str, RunResult], evidence: Evidence) -> Report:
    """Put together all that a renderer may use. The same input gives the same report.

    Args:
        verdict: over all suites.
        results: the head's results by suite; a suite without results has no excerpts.
        evidence: the two revisions, and what else is told.
    """
    return Report(
        tool_version=evidence.tool_version,
        verdict=verdict,
        head=evidence.head,
        base=evidence.base,
        policy_source=evidence.policy_source,
        runs=tuple(
            evidence.runs.get(suite) or summarize(results[suite], resumed=evidence.resumed.get(suite, 0))
            for suite in sorted(results)
        ),
        proposals=tuple(sorted(evidence.proposals, key=lambda each: (not each.loosened, each.text))),
        excerpts=excerpts(verdict, results=results),
        next_steps=next_steps(verdict, asked=evidence.asked),
    )
