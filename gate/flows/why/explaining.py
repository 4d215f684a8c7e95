"""A verdict with what it was made of → Explanation: what it rests on, or all that is known of one case. Reads no file."""

import difflib
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gate.compare.features import features_of, in_common
from gate.evaluators.refusal import refuses
from gate.flows.why.case_story import Told, case_story, trials_of
from gate.model.errors import Problem, UserError
from gate.model.explanation import Changed, Dropped, Explanation, Failing
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.model.verdict import Kind, MetricDiff, SuiteVerdict
from gate.render.excerpts import asked_text

_FEATURES = 6
_CLOSE = 5  # names that are like one that is not there, and cases of one name that are told
_INSTRUMENTS = {"other_instrument", "other_judge"}
_TOLD_BY_FIGURES = {"regressed", "inconclusive"}
_CASE, _METRIC = "case:", "metric:"


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is to be explained: cases or metrics, each of one suite. Neither: the whole verdict."""

    cases: tuple[tuple[str, str], ...] = ()
    metrics: tuple[tuple[str, str], ...] = ()


def explanation(told: Told, what: str = "") -> Explanation:
    """All of it, or of one case or metric: its name, which may have `suite/` before it, and `case:` or `metric:`.

    Without a suite, what all suites have of that name is told, but of five cases at most.

    Raises:
        UserError: nothing has this name, or a case and a metric have it.
    """
    subject = _subject(told, what) if what else Subject()
    suites = {suite.suite: suite for suite in told.report.verdict.suites}
    whole = Explanation(verdict=told.report.verdict.kind, head=told.report.head, base=told.report.base)
    if subject.cases:
        stories = tuple(case_story(told, suite, case_id) for suite, case_id in subject.cases)
        return whole.model_copy(update={"cases": stories})
    diffs = [
        diff
        for suite in suites.values()
        for diff in suite.diffs
        if ((diff.suite, diff.metric) in subject.metrics if what else _is_told(diff, suite))
    ]
    diffs.sort(
        key=lambda diff: (
            diff.mode != "block",
            -diff.kind.severity,
            -(diff.drop or 0) / (diff.must_catch or 1),
            diff.metric,
        )
    )
    features = {
        name: _features(told.results[name]) for name in {diff.suite for diff in diffs} if name in told.results
    }
    shown = sorted({diff.suite for diff in diffs} if what else suites)
    return whole.model_copy(
        update={
            "metrics": tuple(_dropped(told, suites[diff.suite], diff, features) for diff in diffs),
            "changed": tuple(_changed(told, suites[name]) for name in shown),
        }
    )


def _subject(told: Told, what: str) -> Subject:
    """What a name stands for: cases, or metrics.

    Raises:
        UserError: nothing, or both.
    """
    cases = tuple(pair for pair in _case_names(told) if _answers_to(*pair, sort=_CASE, what=what))
    metrics = tuple(pair for pair in _metric_names(told) if _answers_to(*pair, sort=_METRIC, what=what))
    if not cases and not metrics:
        near = like(told, what)
        fix = (
            f"did you mean {', '.join(near)}?"
            if near
            else "name a case of the results, or one of their metrics"
        )
        raise UserError(Problem(message="no case and no metric has this name", value=what, fix=fix))
    if cases and metrics:
        fix = f"say `{_CASE}{what}` or `{_METRIC}{what}`"
        raise UserError(Problem(message="a case and a metric have this name", value=what, fix=fix))
    return Subject(cases=cases[:_CLOSE], metrics=metrics)


def is_known(told: Told, what: str) -> bool:
    """Whether a case or a metric has this name."""
    pairs = [(each, _CASE) for each in _case_names(told)] + [(each, _METRIC) for each in _metric_names(told)]
    return any(_answers_to(*pair, sort=sort, what=what) for pair, sort in pairs)


def _case_names(told: Told) -> list[tuple[str, str]]:
    """Suite and id of each case."""
    return [(suite, case.id) for suite, result in told.results.items() for case in result.cases]


def _metric_names(told: Told) -> list[tuple[str, str]]:
    """Suite and name of each metric."""
    return [(suite.suite, diff.metric) for suite in told.report.verdict.suites for diff in suite.diffs]


def like(told: Told, what: str) -> list[str]:
    """The names that are most like one that is not there."""
    names = sorted({name for _, name in (*_case_names(told), *_metric_names(told))})
    return difflib.get_close_matches(what, names, n=_CLOSE, cutoff=0.5)


def _answers_to(suite: str, name: str, *, sort: str, what: str) -> bool:
    whole = f"{suite}/{name}"
    return what in {name, whole, f"{sort}{name}", f"{sort}{whole}"}


def _is_told(diff: MetricDiff, suite: SuiteVerdict) -> bool:
    """Whether the whole verdict speaks of a metric: it is no pass, in a slice at least, or dropped in a segment."""
    sliced = any(row.metric == diff.metric and row.kind is Kind.REGRESSED for row in suite.slices)
    segments = any(segment.metric == diff.metric for segment in suite.search.segments)
    return diff.mode != "record" and (diff.kind is not Kind.PASS or sliced or segments)


def _dropped(
    told: Told,
    suite: SuiteVerdict,
    diff: MetricDiff,
    features: Mapping[str, Mapping[str, Mapping[str, str]]],
) -> Dropped:
    changes = [change for change in suite.changes if change.metric == diff.metric and change.worse]
    changes.sort(key=lambda change: not change.confirmed)  # stable: else as far as they fell
    findings = [
        finding.message
        for finding in told.report.verdict.findings
        if (finding.suite, finding.metric) == (diff.suite, diff.metric)
        and finding.kind is not Kind.PASS
        and finding.code not in _TOLD_BY_FIGURES
    ]
    segments = tuple(each for each in suite.search.segments if each.metric == diff.metric)
    paired = _paired(told, diff) - set(suite.churn.changed)
    return Dropped(
        diff=diff,
        findings=tuple(findings),
        searched=diff.metric in suite.search.metrics,
        segments=segments,
        features=in_common(
            {case_id: features[diff.suite][case_id] for case_id in paired},
            worse={change.case_id for change in changes},
            told={term.tag for each in segments for term in each.terms},
            alike=diff.method == "cluster",
            most=_FEATURES,
        ),
        worse=tuple(changes),
    )


def _features(result: RunResult) -> dict[str, Mapping[str, str]]:
    """The features of each case of a run."""
    trials = trials_of(result)
    return {
        case.id: features_of(
            case,
            trials[case.id],
            asked=asked_text(case.input),
            refuses=lambda reply: refuses(reply) is not None,
        )
        for case in result.cases
    }


def _paired(told: Told, diff: MetricDiff) -> set[str]:
    """The cases that have a draw of the metric on both sides."""
    result, baseline = told.results.get(diff.suite), told.baselines.get(diff.suite)
    before = {
        case_id
        for case_id, case in (baseline.cases.items() if baseline is not None else ())
        if case.scores.get(diff.metric)
    }
    return before.intersection(
        trial.case_id
        for trial in (result.trials if result is not None else ())
        if any(score.metric == diff.metric and score.value is not None for score in trial.scores)
    )


def _changed(told: Told, suite: SuiteVerdict) -> Changed:
    said = defaultdict(list)
    for finding in told.report.verdict.findings:
        if finding.suite == suite.suite:
            said[finding.code].append(finding.message)
    return Changed(
        suite=suite.suite,
        target=suite.target_changed,
        attribution=tuple(said["laid_to"]),
        instruments=tuple(message for code in sorted(_INSTRUMENTS) for message in said[code]),
        failures=_failing(told.results.get(suite.suite), told.baselines.get(suite.suite)),
        combinations=suite.search.combinations,
        complete=suite.search.complete,
    )


def _failing(result: RunResult | None, baseline: Scorecard | None) -> tuple[Failing, ...]:
    """Every kind of failure on either side, the most frequent one now first."""
    now: Counter[str] = Counter()
    trials = 0
    for trial in result.trials if result is not None else ():
        trials += 1
        now.update({failure.kind for failure in trial.failures})
    cases = baseline.cases.values() if baseline is not None else ()
    before = sum((Counter(case.failures) for case in cases), Counter[str]())
    earlier = sum(case.trials for case in cases)
    return tuple(
        Failing(kind=kind, before=before[kind], trials_before=earlier, now=now[kind], trials_now=trials)
        for kind in sorted(now | before, key=lambda kind: (-now[kind], kind))
    )
