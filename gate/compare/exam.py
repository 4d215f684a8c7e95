"""Comparison → Exam: one suite laid out for judging, with what speaks against comparing it as a whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gate.compare import findings as say
from gate.compare.calibrated import on_calibration
from gate.compare.contest import Arena, Contest
from gate.compare.diff import lone_diff
from gate.compare.kinds import kind_of, meant_kind
from gate.compare.layout import Layout
from gate.compare.pairs import churn, counted_metrics, draws_of, shared_cases, tags_of
from gate.compare.policy import COVERAGE, ERROR_RATE, OF_KIND, Misfit, gate_of, is_counted, resolve
from gate.compare.slices import members
from gate.model.quantity import counted
from gate.model.score import Metric
from gate.model.scorecard import Comparison
from gate.model.suite import Policy
from gate.model.verdict import Churn, Finding, MetricDiff

_NO_CHURN = Churn()


@dataclass(frozen=True, slots=True)
class Exam:
    """One suite, laid out. `members` maps each slice to its cases on either side."""

    comparison: Comparison
    members: Mapping[str, Sequence[str]]
    findings: tuple[Finding, ...]
    contests: tuple[Contest, ...] = ()
    lone: tuple[MetricDiff, ...] = ()
    churn: Churn = _NO_CHURN
    target_changed: tuple[str, ...] = ()


def examine(comparison: Comparison, *, policy: Policy, level: float) -> Exam:
    """Lay out one suite."""
    found = say.on_sides(comparison, policy=policy)
    if comparison.baseline is not None and comparison.baseline.suite != comparison.suite:
        comparison = comparison.model_copy(
            update={"baseline": None}
        )  # that is said; the rest of it says nothing
    head, baseline, suite = comparison.head, comparison.baseline, comparison.suite
    slices = members(comparison)
    found += [*_on_declared(comparison, slices=slices), *on_calibration(comparison, policy=policy)]
    if baseline is None or not baseline.cases or not head.cases:
        return Exam(comparison, slices, tuple(found), lone=tuple(_only_head(comparison, policy=policy)))
    differences = churn(baseline, head)
    total = len(head.cases.keys() | baseline.cases.keys())
    found += say.on_churn(differences, suite=suite, total=total, policy=policy)
    shared = shared_cases(baseline, head)
    found += _on_small(slices, shared=shared.ids, suite=suite, fewest=policy.slice_min_cases)
    arena = Arena(suite, level, _clusters(comparison, shared=shared.ids), len(head.cases))
    layout = Layout(comparison, baseline, policy, arena, shared)
    outcomes = [outcome for metric in _metrics(comparison) for outcome in layout.lay(metric)]
    return Exam(
        comparison=comparison,
        members=slices,
        findings=(*found, *(each for each in outcomes if isinstance(each, Finding))),
        contests=tuple(each for each in outcomes if isinstance(each, Contest)),
        lone=tuple(each for each in outcomes if isinstance(each, MetricDiff)),
        churn=differences,
        target_changed=_changed_parts(baseline.target, head.target),
    )


def _metrics(comparison: Comparison) -> list[Metric]:
    """All metrics of both sides as the baseline has them, then what is counted, each in the order of names.

    An operational metric that no gate names any more is left out: it stays in the baseline until the next accept.
    """
    head, gates = comparison.head.metrics, comparison.policy.gates
    base = comparison.baseline.metrics if comparison.baseline is not None else {}
    measured = [
        metric
        for name, metric in sorted({**head, **base}.items())
        if not is_counted(name) and (name in head or name in gates or not metric.operational)
    ]
    asked = {gated.removeprefix(COVERAGE) for gated in gates if gated.startswith((COVERAGE, OF_KIND))}
    own = {
        metric.name: comparison.policy.gates.get(metric.name, comparison.policy.default_gate)
        for metric in measured
    }
    asked |= {name for name, gate in own.items() if gate.min_coverage is not None}
    both = {name for name in head.keys() & base.keys() if head[name].fingerprint == base[name].fingerprint}
    counted = counted_metrics(comparison.baseline, comparison.head, asked=asked)
    return [
        *measured,
        *(
            each
            for each in counted
            if not each.name.startswith(COVERAGE) or each.name.removeprefix(COVERAGE) in both
        ),
    ]


def _only_head(comparison: Comparison, *, policy: Policy) -> Iterator[MetricDiff]:
    """The head's own figures, where there is nothing to hold them against."""
    head = comparison.head
    for metric in _metrics(comparison) if head.cases else ():
        rule = resolve(metric, gate=gate_of(metric, suite=comparison.policy), policy=policy)
        if not isinstance(rule, Misfit):
            draws = draws_of(head.cases.values(), name=metric.name)
            yield lone_diff(rule, suite=comparison.suite, reason="no baseline", sides=((), draws))


def _is_kind(name: str, comparison: Comparison) -> bool:
    """Whether it counts failures of a kind: one that was found, or any word but a misspelt one of ours.

    A plug-in may have kinds of its own, and where all is well none of them is found.
    """
    kind = kind_of(name)
    if not kind:
        return False
    cards = [card for card in (comparison.head, comparison.baseline) if card is not None]
    found = (kind in case.failures for card in cards for case in card.cases.values())
    return meant_kind(kind) is None or any(found)


def _on_declared(comparison: Comparison, *, slices: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    """Names in the policy that stand for nothing, and metrics with a name that is ours."""
    suite, head, base = comparison.suite, comparison.head, comparison.baseline
    names = {*head.metrics, *(base.metrics if base is not None else ())}
    for name in sorted(filter(is_counted, names)):
        message = f"the metric name {name!r} in {suite} is reserved for what gate counts itself"
        yield say.error("reserved_name", message, "give the evaluator another name", suite=suite, metric=name)
    if head.cases and not names:
        message = f"{suite} has no metric on either side, so nothing can pass"
        yield say.error("no_metrics", message, "give the suite an evaluator", suite=suite)
    if head.cases and head.metrics and base is not None and base.cases and not base.metrics:
        message = f"the baseline of {suite} has no metric, so nothing that is measured now can be judged"
        yield say.not_comparable("baseline_without_metrics", message, say.accept(suite), suite=suite)
    known = {*names, ERROR_RATE, *(f"{COVERAGE}{name}" for name in names)}
    known |= {name for name in comparison.policy.gates if _is_kind(name, comparison)}
    # Where nothing was scored, a metric that shows only when it is scored has had no chance to.
    if base is not None or any(case.errors < case.trials for case in head.cases.values()):
        yield from say.on_names(
            sorted(names), known=known, gates=sorted(comparison.policy.gates), suite=suite
        )
    for name, ids in slices.items():
        if not ids:
            message = f"the slice {name} of {suite} matches no case"
            action = "correct its tags in gate.yaml or in the cases, or take the slice out"
            yield say.error("empty_slice", message, action, suite=suite, slice=name)
    tag = comparison.policy.cluster
    if (
        tag is not None
        and head.cases
        and not any(tag in tags_of(base, head, case_id) for case_id in head.cases)
    ):
        message = f"no case of {suite} has the tag {tag!r} that cases are clustered by"
        yield say.error(
            "no_clusters", message, "correct `cluster` in gate.yaml, or tag the cases", suite=suite
        )


def _on_small(
    slices: Mapping[str, Sequence[str]], *, shared: Sequence[str], suite: str, fewest: int
) -> list[Finding]:
    paired = set(shared)
    small = [name for name, ids in slices.items() if ids and len(paired.intersection(ids)) < fewest]
    if not small:
        return []
    message = (
        f"slices of {suite} with fewer than {counted(fewest, 'case')} are not judged: {say.named(small)}"
    )
    return [say.note("small_slices", message, "add cases to them", suite=suite)]


def _clusters(comparison: Comparison, *, shared: Sequence[str]) -> dict[str, str] | None:
    """Case → its cluster; a case without the tag is a cluster of its own."""
    tag = comparison.policy.cluster
    if tag is None:
        return None
    tags = {case_id: tags_of(comparison.baseline, comparison.head, case_id) for case_id in shared}
    return {case_id: f"tag {own[tag]}" if tag in own else f"case {case_id}" for case_id, own in tags.items()}


def _changed_parts(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(sorted(part for part in {*before, *after} if before.get(part) != after.get(part)))
