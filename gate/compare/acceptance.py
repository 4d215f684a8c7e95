"""Scorecard → whether it may become a baseline, and whether it says anything that the old one does not."""

from collections.abc import Collection, Iterator, Mapping

from gate.compare.policy import gate_of
from gate.model.errors import Problem
from gate.model.quantity import counted
from gate.model.run import RunResult
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy

_CLOCKED = frozenset({"s", "tokens/s"})  # units of what is never twice the same
_SHOWN_CASES = 5


def objections(
    cards: Mapping[str, Scorecard],
    *,
    results: Mapping[str, RunResult],
    suites: Mapping[str, SuitePolicy],
    policy: Policy,
) -> tuple[Problem, ...]:
    """What speaks against accepting, by suite, with a first failure or abstention of every kind: what there is to mend."""
    found: list[Problem] = []
    for suite, card in cards.items():
        refused = refusals(card, policy=policy)
        empty = _empty(card, suites[suite])
        found += [*refused, *(_emptiness(suite, name) for name in empty)]
        found += _failures(results[suite]) if refused else ()
        found += _abstentions(results[suite], empty)
    return tuple(found)


def refusals(card: Scorecard, *, policy: Policy) -> tuple[Problem, ...]:
    """What speaks against accepting: too many failed trials, or a case in which a metric never had a say.

    A baseline with holes would let the same hole pass as unchanged later.
    """
    return tuple(_refusals(card, policy))


def differs_only_in_timings(before: Scorecard, after: Scorecard) -> bool:
    """Whether nothing differs but operational metrics that are measured in seconds."""
    return before != after and _without_timings(before) == _without_timings(after)


def _refusals(card: Scorecard, policy: Policy) -> Iterator[Problem]:
    trials = sum(case.trials for case in card.cases.values())
    errors = sum(case.errors for case in card.cases.values())
    if trials and errors / trials > policy.max_error_rate:
        yield Problem(
            message=f"{errors:,} of {counted(trials, 'trial')} failed: too many for a baseline",
            key=f"suites.{card.suite}",
            fix="mend what fails, then accept again",
        )
    for name in sorted(card.metrics):
        unscored = [case_id for case_id, case in sorted(card.cases.items()) if _is_silent(case, name)]
        if unscored and not card.metrics[name].operational:
            shown = ", ".join(unscored[:_SHOWN_CASES]) + (", …" if len(unscored) > _SHOWN_CASES else "")
            yield Problem(
                message=f"{name} has no score for {len(unscored):,} of {counted(len(card.cases), 'case')}: {shown}",
                key=f"suites.{card.suite}",
                fix="mend the evaluator or the target for these cases, or take the cases out",
            )


def _failures(result: RunResult) -> Iterator[Problem]:
    seen: set[str] = set()
    for trial in result.trials:
        for failure in trial.failures:
            if failure.kind not in seen:
                seen.add(failure.kind)
                message = f"case {trial.case_id} failed ({failure.kind}): {failure.message}"
                yield Problem(message=message, key=f"suites.{result.suite}")


def _abstentions(result: RunResult, metrics: Collection[str]) -> Iterator[Problem]:
    """The first abstention of each of the metrics for each of its reasons."""
    seen: set[tuple[str, str]] = set()
    for trial in result.trials:
        for score in trial.scores:
            reason = score.abstained
            if reason is not None and score.metric in metrics and (score.metric, reason) not in seen:
                seen.add((score.metric, reason))
                why = f": {score.explanation}" if score.explanation else ""
                message = f"case {trial.case_id}: {score.metric} abstained ({reason}){why}"
                yield Problem(message=message, key=f"suites.{result.suite}")


def _empty(card: Scorecard, suite: SuitePolicy) -> tuple[str, ...]:
    """The metrics that can fail a check and abstained on every draw of every case: they have nothing to compare with.

    What is recorded of every call may be unknown.
    """
    scored = {name for case in card.cases.values() for name, values in case.scores.items() if values}
    abstained = {name for case in card.cases.values() for name in case.abstentions}
    return tuple(
        name
        for name, metric in sorted(card.metrics.items())
        if name in abstained - scored
        and not metric.operational
        and gate_of(metric, suite=suite).mode == "block"
    )


def _emptiness(suite: str, metric: str) -> Problem:
    return Problem(
        message=f"{metric} abstained on every case, so that its baseline would hold no score to compare with",
        key=f"suites.{suite}",
        fix=f"mend what it lacks, take its evaluator out, or write `gates: {{{metric}: {{mode: warn}}}}`",
    )


def _is_silent(case: CaseScores, metric: str) -> bool:
    """Whether every draw failed before this metric could score it or abstain."""
    return not case.scores.get(metric) and not case.abstentions.get(metric)


def _without_timings(card: Scorecard) -> Scorecard:
    timings = {
        name for name, metric in card.metrics.items() if metric.operational and metric.unit in _CLOCKED
    }
    cases = {case_id: _without(case, timings) for case_id, case in card.cases.items()}
    return card.model_copy(update={"cases": cases})


def _without(case: CaseScores, names: set[str]) -> CaseScores:
    scores = {name: values for name, values in case.scores.items() if name not in names}
    return case.model_copy(update={"scores": scores})
