"""Comparisons + Policy → Verdict: one rule over all suites, at a stated rate of false alarms.

All blocking metrics of all suites are one family (Holm), all blocking metrics x slices another (Benjamini-Hochberg).
Where two looks are planned, each is taken at `look_level(alpha, looks=2)`. Slices are tested once, on the final data:
at the first of two looks they are left out if that look asks for a second one. Whoever cannot take the second look
after all (no budget is left) calls `decide` on the same data with look=2, which tests the slices at the same level.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import itemgetter

from gate.compare import findings as say
from gate.compare.attribution import laid_to
from gate.compare.contest import Contest
from gate.compare.diff import Planning, case_changes, metric_diff
from gate.compare.exam import Exam, examine
from gate.compare.families import look_level
from gate.compare.grounds import on_broken, on_judgement
from gate.compare.policy import is_counted
from gate.compare.settle import Settled, settle
from gate.compare.slices import cut, judge_slices
from gate.model.scorecard import Comparison
from gate.model.segment import Search
from gate.model.suite import Policy
from gate.model.verdict import CaseChange, Finding, Kind, MetricDiff, SuiteVerdict, Verdict

_MOST_LOOKS = 2
# What more draws of the same cases can settle. Too few cases, or too few for a percentile, stay too few.
_MORE_DRAWS_TELL = {"inconclusive", "bar_undecided", "few_cases", "few_clusters", "missing_draws"}


def decide(comparisons: Sequence[Comparison], policy: Policy, *, look: int = 1, looks: int = 1) -> Verdict:
    """Decide over all suites. The order of suites, cases and metrics does not matter.

    Args:
        comparisons: the suites, each once.
        policy: the rule of the whole pull request.
        look: which look this is, from 1.
        looks: how many were planned before the first draw, 1 or 2.

    Raises:
        ValueError: a look that was not planned.
    """
    if not 1 <= look <= looks <= _MOST_LOOKS:
        raise ValueError(f"look {look} of {looks} is not one of at most {_MOST_LOOKS}")
    level = look_level(policy.alpha, looks=looks)
    exams, found = _exams(comparisons, policy=policy, level=level)
    settled = settle([contest for exam in exams for contest in exam.contests], level=level)
    diffs, judged = _described(settled, policy=policy)
    found += [finding for exam in exams for finding in exam.findings] + judged
    found += laid_to(comparisons, diffs)
    changes = {exam.comparison.suite: _changes(exam) for exam in exams}
    found += on_broken(_broken(exams, changes=changes), policy=policy)
    slices: list[MetricDiff] = []
    searches: dict[str, Search] = {}
    if look == looks or not _asks_for_more(found):
        slices, sliced = _slices(exams, policy=policy)
        found += sliced
        searches = _searches(exams, settled=settled, slices=slices, policy=policy)
    suites = tuple(
        _suite_verdict(exam, found=found, diffs=diffs, slices=slices, changes=changes[exam.comparison.suite])
        for exam in exams
    )
    suites = tuple(each.model_copy(update={"search": searches.get(each.suite, Search())}) for each in suites)
    return _verdict(found, suites=suites, policy=policy).model_copy(
        update={"look": look, "looks": looks, "level": level}
    )


def wants_second_look(verdict: Verdict) -> bool:
    """Whether two more draws of every case should be taken and pooled, and `decide` called again with look=2.

    True only at the first of two looks, where nothing is worse than inconclusive and more draws can tell more.
    """
    return verdict.look < verdict.looks and _asks_for_more(verdict.findings)


def _exams(
    comparisons: Sequence[Comparison], *, policy: Policy, level: float
) -> tuple[list[Exam], list[Finding]]:
    counts = Counter(comparison.suite for comparison in comparisons)
    found = [] if comparisons else [say.no_comparison()]
    for suite in sorted(suite for suite, count in counts.items() if count > 1):
        message = f"the suite {suite} was handed in {counts[suite]} times"
        found.append(say.error("duplicate_suite", message, "give each suite a name of its own", suite=suite))
    ordered = sorted((each for each in comparisons if counts[each.suite] == 1), key=lambda each: each.suite)
    return [examine(each, policy=policy, level=level) for each in ordered], found


def _described(settled: Sequence[Settled], *, policy: Policy) -> tuple[list[MetricDiff], list[Finding]]:
    """The figures of each metric, and what it says against a pass.

    Planning figures take the share of alpha that a metric gets beside the other blocking metrics that vary at all.
    """
    varying = sum(_varies(each.contest) for each in settled)
    diffs, found = [], []
    for each in settled:
        others = varying - _varies(each.contest)
        planning = Planning(policy.alpha / (1 + others), policy.power)
        diff = metric_diff(each.contest, each.judgement, p_adjusted=each.p_adjusted, planning=planning)
        diffs.append(diff)
        finding = on_judgement(diff, each.judgement, policy=policy)
        if finding is not None:
            found.append(finding)
    return diffs, found


def _varies(contest: Contest) -> bool:
    return contest.rule.gate.mode == "block" and contest.evidence.informative > 0


def _changes(exam: Exam) -> tuple[CaseChange, ...]:
    """Every case of a judged metric whose mean moved, the worst (in shares of `must_catch`) first."""
    judged = [contest for contest in exam.contests if contest.rule.gate.mode != "record"]
    judged.sort(key=lambda contest: contest.rule.name)
    moved = [change for contest in judged for change in case_changes(contest)]
    moved.sort(key=itemgetter(0))  # a stable sort: cases that moved alike stay in the order of metric and id
    return tuple(change for _, change in moved)


def _broken(exams: Iterable[Exam], *, changes: dict[str, tuple[CaseChange, ...]]) -> dict[str, list[str]]:
    broken = {}
    for exam in exams:
        blocking = {contest.rule.name for contest in _blocking(exam)}
        moved = changes[exam.comparison.suite]
        ids = {each.case_id for each in moved if each.confirmed and each.worse and each.metric in blocking}
        if ids:
            broken[exam.comparison.suite] = sorted(ids)
    return broken


def _blocking(exam: Exam) -> list[Contest]:
    return [contest for contest in exam.contests if contest.rule.gate.mode == "block"]


def _slices(exams: Iterable[Exam], *, policy: Policy) -> tuple[list[MetricDiff], list[Finding]]:
    """The slices of all blocking metrics, worst first, and what they say against a pass."""
    parts = [
        part
        for exam in exams
        for part in cut(_blocking(exam), members=exam.members, fewest=policy.slice_min_cases)
    ]
    judged = judge_slices(parts, q=policy.slice_q)
    planning = Planning(policy.slice_q / max(1, len(parts)), policy.power)
    diffs, found = [], []
    for contest, (judgement, p) in zip(parts, judged, strict=True):
        diff = metric_diff(contest, judgement, p_adjusted=p, planning=planning)
        diffs.append(diff)
        finding = on_judgement(diff, judgement, policy=policy)
        if finding is not None and judgement.kind is Kind.REGRESSED:
            found.append(finding)
    diffs.sort(key=lambda diff: (-diff.kind.severity, diff.p_adjusted, diff.metric, diff.slice))
    return diffs, found


def _searches(
    exams: Iterable[Exam], *, settled: Sequence[Settled], slices: Sequence[MetricDiff], policy: Policy
) -> dict[str, Search]:
    """Where the drops are concentrated: of the metrics that did not pass, or dropped surely, as a whole or in a slice."""
    sliced = {(diff.suite, diff.metric) for diff in slices if diff.kind is Kind.REGRESSED}
    dropped = {
        each.contest.key
        for each in settled
        if each.p_adjusted is not None
        and each.contest.evidence.delta < 0
        and (
            each.judgement.kind is not Kind.PASS
            or each.contest.evidence.p <= policy.alpha
            or each.contest.key in sliced
        )
    }
    if not dropped:
        return {}
    from gate.compare.segments import Aim, search  # noqa: PLC0415 - where nothing dropped there is nothing to look for

    judged = sum(each.p_adjusted is not None for each in settled)
    aim = Aim(level=policy.alpha, judged=judged, fewest=policy.slice_min_cases)
    found = {}
    for exam in exams:
        contests = [contest for contest in exam.contests if contest.key in dropped]
        found[exam.comparison.suite] = search(exam.comparison, contests, aim=aim)
    return found


def _asks_for_more(found: Iterable[Finding]) -> bool:
    blocking = [finding for finding in found if finding.blocking]
    undecided = all(finding.kind in {Kind.PASS, Kind.INCONCLUSIVE} for finding in blocking)
    return undecided and any(finding.code in _MORE_DRAWS_TELL for finding in blocking)


def _suite_verdict(
    exam: Exam,
    *,
    found: Iterable[Finding],
    diffs: Iterable[MetricDiff],
    slices: Iterable[MetricDiff],
    changes: tuple[CaseChange, ...],
) -> SuiteVerdict:
    suite = exam.comparison.suite
    own = [diff for diff in diffs if diff.suite == suite]
    return SuiteVerdict(
        suite=suite,
        kind=_worst([finding for finding in found if finding.suite == suite]),
        diffs=tuple(sorted([*own, *exam.lone], key=lambda diff: (is_counted(diff.metric), diff.metric))),
        slices=tuple(diff for diff in slices if diff.suite == suite),
        changes=changes,
        churn=exam.churn,
        target_changed=exam.target_changed,
        cases=len(exam.comparison.head.cases),
    )


def _worst(found: Iterable[Finding]) -> Kind:
    kinds = [finding.kind for finding in found if finding.blocking]
    return max(kinds, key=lambda kind: kind.severity, default=Kind.PASS)


def _verdict(found: Sequence[Finding], *, suites: tuple[SuiteVerdict, ...], policy: Policy) -> Verdict:
    kind = _worst(found)
    codes = [finding.exit_code for finding in found if finding.blocking and finding.kind is kind]
    ordered = sorted(
        found,
        key=lambda each: (
            -each.kind.severity,
            not each.blocking,
            each.suite,
            each.code,
            each.metric or "",
            each.slice or "",
        ),
    )
    return Verdict(
        kind=kind, exit_code=min(codes, default=0), findings=tuple(ordered), suites=suites, policy=policy
    )
