"""What was found → Findings: one plain sentence each, what to do next, and the exit code. No model output in them."""

from collections.abc import Sequence
from typing import Any

from gate.model.quantity import counted
from gate.model.scorecard import Comparison
from gate.model.suite import Policy
from gate.model.verdict import Churn, Finding, Kind

_NAMED = 3
_USER, _EVALUATION, _NOT_COMPARABLE = 2, 4, 3
_MEND_ERRORS = "look at the failures; run again when the application and its provider answer"


def error(code: str, message: str, action: str, **where: Any) -> Finding:
    """The user must mend something: exit 2. `where` fills the other fields of the Finding."""
    return Finding(code=code, kind=Kind.ERROR, message=message, action=action, exit_code=_USER, **where)


def failed(code: str, message: str, action: str, **where: Any) -> Finding:
    """The evaluation itself failed: exit 4."""
    return Finding(code=code, kind=Kind.ERROR, message=message, action=action, exit_code=_EVALUATION, **where)


def not_comparable(code: str, message: str, action: str, **where: Any) -> Finding:
    """There is nothing to hold it against: exit 3."""
    return Finding(
        code=code,
        kind=Kind.NOT_COMPARABLE,
        message=message,
        action=action,
        exit_code=_NOT_COMPARABLE,
        **where,
    )


def note(code: str, message: str, action: str = "", **where: Any) -> Finding:
    """Worth a word, and never decides."""
    return Finding(code=code, kind=Kind.PASS, message=message, action=action, blocking=False, **where)


def exit_code(kind: Kind, *, policy: Policy) -> int:
    """What a verdict on a metric ends with: 1 regressed, 3 inconclusive where that blocks, else 0."""
    if kind is Kind.INCONCLUSIVE:
        return _NOT_COMPARABLE if policy.on_inconclusive == "block" else 0
    return 1 if kind is Kind.REGRESSED else 0


def accept(suite: str) -> str:
    """The way to take the head as the new baseline."""
    return f"if this is wanted, run `gate accept {suite}`"


def named(ids: Sequence[str]) -> str:
    """The first few of a list of ids, and how many more there are."""
    shown = ", ".join(ids[:_NAMED])
    return f"{shown} and {len(ids) - _NAMED} more" if len(ids) > _NAMED else shown


def percent(share: float) -> str:
    """0.125 → 12.5%."""
    return f"{100 * share:.3g}%"


def cases(count: int) -> str:
    """1 case, 2 cases."""
    return counted(count, "case")


def no_comparison() -> Finding:
    """Not one suite was compared."""
    return error("no_suites", "no suite was compared, so nothing can pass", "name a suite that gate.yaml has")


def on_sides(comparison: Comparison, *, policy: Policy) -> list[Finding]:
    """What is wrong with either side as a whole."""
    if comparison.removed:
        message = (
            f"the base has a suite {comparison.suite}, and the head has it no more: nothing was asked of it"
        )
        action = (
            "put it back; where its end is intended, first merge a change that gives each of its metrics a gate with "
            "`mode: record`, or have a maintainer merge past this check"
        )
        blocking = comparison.policy.default_gate.mode == "block"
        return [not_comparable("removed_suite", message, action, suite=comparison.suite, blocking=blocking)]
    if comparison.unread:
        message = f"{comparison.suite} is not judged, since what was measured of its instruments cannot be read: {comparison.unread}"
        action = "restore the file from git, or take it away and measure anew with `gate calibrate`"
        return [error("unread_calibration", message, action, suite=comparison.suite)]
    return [*_on_head(comparison, policy=policy), *_on_baseline(comparison)]


def _on_head(comparison: Comparison, *, policy: Policy) -> list[Finding]:
    suite, head, found = comparison.suite, comparison.head, []
    if comparison.stopped is not None:
        stop = comparison.stopped
        message = f"the run of {suite} ended before it was done, {counted(stop.left, 'trial is', 'trials are')} left: {stop.message}"
        action = "start it again: what is done is kept"
        found.append(failed("stopped", message, action, suite=suite))
    if head.suite != suite:
        message = f"the results are those of suite {head.suite!r}, not of {suite!r}"
        found.append(error("wrong_suite", message, "compare the results of this suite", suite=suite))
    if not head.cases:
        message = f"the results of {suite} hold no case, so nothing can pass"
        found.append(error("no_cases", message, "check the case files of the suite", suite=suite))
        return found
    trials = sum(case.trials for case in head.cases.values())
    errors = sum(min(case.errors, case.trials) for case in head.cases.values())
    if errors == trials:
        which = "the only trial" if trials == 1 else f"all {counted(trials, 'trial')}"
        message = f"{which} of {suite} failed"
        found.append(failed("all_failed", message, _MEND_ERRORS, suite=suite))
    elif errors > policy.max_error_rate * trials:
        share = f"{errors:,} of {counted(trials, 'trial')}"
        message = f"{share} of {suite} failed, more than {percent(policy.max_error_rate)}"
        found.append(failed("too_many_errors", message, _MEND_ERRORS, suite=suite))
    return found


def _on_baseline(comparison: Comparison) -> list[Finding]:
    suite, baseline = comparison.suite, comparison.baseline
    if baseline is None:
        reason = f": {comparison.missing}" if comparison.missing else ""
        message = f"{suite} has no baseline to be compared with{reason}"
        return [error("no_baseline", message, f"run `gate accept {suite}`", suite=suite)]
    if baseline.suite != suite:
        message = f"the baseline is that of suite {baseline.suite!r}, not of {suite!r}"
        return [error("wrong_baseline", message, f"run `gate accept {suite}`", suite=suite)]
    if not baseline.cases:
        message = f"the baseline of {suite} holds no case"
        return [error("empty_baseline", message, f"run `gate accept {suite}`", suite=suite)]
    return []


def on_churn(churn: Churn, *, suite: str, total: int, policy: Policy) -> list[Finding]:
    """Cases that cannot be paired; `total` counts the ids of both sides together."""
    found = []
    for code, ids, what in (
        ("removed_cases", churn.removed, "of the baseline are gone"),
        ("changed_cases", churn.changed, "ask something else than in the baseline"),
    ):
        if ids:
            message = f"{cases(len(ids))} of {suite} {what}: {named(ids)}"
            found.append(not_comparable(code, message, accept(suite), suite=suite, cases=ids))
    if churn.added:
        message = (
            f"{cases(len(churn.added))} of {suite} not in the baseline are not judged: {named(churn.added)}"
        )
        action = f"run `gate accept {suite}` to have them judged from then on"
        found.append(note("added_cases", message, action, suite=suite, cases=churn.added))
    share = (len(churn.added) + len(churn.removed) + len(churn.changed)) / total
    if share > policy.max_churn:
        message = f"{percent(share)} of the cases of {suite} were added, removed or changed, more than {percent(policy.max_churn)}"
        found.append(not_comparable("churn", message, accept(suite), suite=suite))
    return found


def on_names(metrics: Sequence[str], *, known: set[str], gates: Sequence[str], suite: str) -> list[Finding]:
    """Gates that name nothing that was measured."""
    missing = sorted(set(gates) - known)
    have = ", ".join(metrics) or "none"
    return [
        error(
            "unknown_gate",
            f"{suite} gates {name!r}, which neither the baseline nor the results have (metrics: {have})",
            "correct the name in gate.yaml, or take the gate out",
            suite=suite,
            metric=name,
        )
        for name in missing
    ]
