"""Verdict + results → the cases that got worse, for the eyes of a person: worst first, few, texts cut to size."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from pydantic import JsonValue

from gate.model.case import Case, Message
from gate.model.report import Excerpt
from gate.model.run import RunResult, Trial
from gate.model.score import Score
from gate.model.scorecard import Scorecard
from gate.model.verdict import CaseChange, Kind, SuiteVerdict, Verdict

MOST_EXCERPTS = 20
MOST_CHARACTERS = 4_000
_ONE_LINE = 120
_Group = tuple[SuiteVerdict, str, Sequence[CaseChange]]


def excerpts(verdict: Verdict, *, results: Mapping[str, RunResult]) -> tuple[Excerpt, ...]:
    """At most twenty. Each metric that speaks against a pass gets its turn; no case is told twice."""
    turns = [
        _excerpts(group, results[group[0].suite]) for group in _groups(verdict) if group[0].suite in results
    ]
    in_turn = (excerpt for turn in zip_longest(*turns) for excerpt in turn if excerpt is not None)
    once: dict[tuple[str, str], Excerpt] = {}
    for excerpt in in_turn:
        once.setdefault((excerpt.suite, excerpt.case_id), excerpt)
        if len(once) == MOST_EXCERPTS:
            break
    return tuple(once.values())


def needed_cases(verdict: Verdict, *, heads: Mapping[str, Scorecard]) -> dict[str, set[str]]:
    """Suite → the ids of the cases that `excerpts` may show: results of these alone give the same excerpts."""
    needed: dict[str, set[str]] = {suite: set() for suite in heads}
    for group in _groups(verdict):
        suite = group[0].suite
        if suite in heads:
            tags = {case_id: case.tags for case_id, case in heads[suite].cases.items()}
            needed[suite].update(change.case_id for change in _first(group, tags=tags))
    return needed


def _groups(verdict: Verdict) -> list[_Group]:
    """(suite, metric, its cases that got worse), the gravest metric first.

    A metric that passes has only those cases that passed in every draw and now fail in every draw.
    """
    ranked = []
    for suite in verdict.suites:
        severity = _severities(suite)
        changes = defaultdict(list)
        for change in suite.changes:
            if change.worse and (change.confirmed or severity.get(change.metric)):
                changes[change.metric].append(change)
        ranked += [
            ((-severity.get(name, 0), suite.suite, name), (suite, name, changes[name])) for name in changes
        ]
    return [group for _, group in sorted(ranked, key=lambda each: each[0])]


def _severities(suite: SuiteVerdict) -> dict[str, int]:
    """Metric → how grave its gravest row is; what is only recorded is not grave."""
    severities = {row.metric: 0 for row in suite.diffs}
    for row in (*suite.diffs, *(row for row in suite.slices if row.kind is Kind.REGRESSED)):
        if row.mode != "record" and row.metric in severities:
            severities[row.metric] = max(severities[row.metric], row.kind.severity)
    return severities


def _first(group: _Group, *, tags: Mapping[str, Mapping[str, str]]) -> list[CaseChange]:
    """The cases of one metric that may be shown: those of a slice that regressed first, then as in the verdict."""
    suite, metric, changes = group
    bad = {row.slice for row in suite.slices if row.metric == metric and row.kind is Kind.REGRESSED}
    known = [change for change in changes if change.case_id in tags]
    known.sort(key=lambda change: bad.isdisjoint(f"{k}={v}" for k, v in tags[change.case_id].items()))
    return known[:MOST_EXCERPTS]


def _excerpts(group: _Group, result: RunResult) -> Iterator[Excerpt]:
    """The excerpts of one metric, in their order."""
    suite, metric, _ = group
    cases = {case.id: case for case in result.cases}
    better = next((row.better for row in suite.diffs if row.metric == metric), "higher")
    first = _first(group, tags={case.id: case.slice_tags for case in result.cases})
    trials: dict[str, list[Trial]] = {change.case_id: [] for change in first}
    for trial in result.trials:
        if trial.case_id in trials:
            trials[trial.case_id].append(trial)
    for change in first:
        draw = _worst(trials[change.case_id], metric, better=better)
        yield _excerpt(cases[change.case_id], change, suite=suite.suite, draw=draw)


def _excerpt(
    case: Case, change: CaseChange, *, suite: str, draw: tuple[Trial | None, Score | None]
) -> Excerpt:
    trial, score = draw
    return Excerpt(
        suite=suite,
        case_id=case.id,
        metric=change.metric,
        tags=dict(sorted(case.tags.items())),
        input=_cut(_asked(case.input)),
        expected=None if case.expected is None else _cut(_json_text(case.expected)),
        output=_cut(trial.reply.output) if trial and trial.reply else None,
        explanation=_cut(score.explanation) if score and score.explanation else None,
        baseline=change.baseline,
        head=change.head,
        place=str(case.place) if case.place else None,
    )


def _worst(trials: Sequence[Trial], metric: str, *, better: str) -> tuple[Trial | None, Score | None]:
    """The draw with the worst value of the metric, the first of several; the first draw where none has a value."""
    sign = 1 if better == "higher" else -1
    scored = [
        (sign * score.value, trial.index, trial, score)
        for trial in trials
        for score in trial.scores
        if score.metric == metric and score.value is not None
    ]
    if scored:
        _, _, trial, score = min(scored, key=lambda each: each[:2])
        return trial, score
    return (trials[0] if trials else None), None


def _asked(question: str | Sequence[Message] | Mapping[str, JsonValue]) -> str:
    if isinstance(question, str):
        return question
    if isinstance(question, Mapping):
        return _json_text(dict(question))
    return "\n".join(f"{message.role}: {message.content}" for message in question)


def _json_text(value: JsonValue) -> str:
    """A text as it is; anything else as JSON, in one line where it is short."""
    if isinstance(value, str):
        return value
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return line if len(line) <= _ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\u2026 (+{len(text) - MOST_CHARACTERS:,})"
