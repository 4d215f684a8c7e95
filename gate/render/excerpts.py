"""Verdict + results → the cases that got worse, for the eyes of a person: worst first, few, texts cut to size."""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

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
    seen = {suite: _Seen(result) for suite, result in results.items()}
    turns = [_excerpts(group, seen[group[0].suite]) for group in _groups(verdict) if group[0].suite in seen]
    once: dict[tuple[str, str], Excerpt] = {}
    for excerpt in _in_turn(turns):
        once.setdefault((excerpt.suite, excerpt.case_id), excerpt)
        if len(once) == MOST_EXCERPTS:
            break
    return tuple(once.values())


def needed_cases(verdict: Verdict, *, heads: Mapping[str, Scorecard]) -> dict[str, set[str]]:
    """Suite → the ids of the cases that `excerpts` may show: results of these alone give the same excerpts."""
    tags = {
        suite: {case_id: case.tags for case_id, case in head.cases.items()} for suite, head in heads.items()
    }
    needed: dict[str, set[str]] = {suite: set() for suite in heads}
    for group in _groups(verdict):
        suite = group[0].suite
        if suite in heads:
            needed[suite].update(change.case_id for change in _first(group, tags=tags[suite]))
    return needed


class _Seen:
    """A run's cases and trials, to be found by the id of the case."""

    def __init__(self, result: RunResult) -> None:
        self.cases = {case.id: case for case in result.cases}
        self.tags = {case.id: case.tags for case in result.cases}
        self.trials: dict[str, list[Trial]] = defaultdict(list)
        for trial in result.trials:
            self.trials[trial.case_id].append(trial)


def _in_turn(turns: Sequence[Iterator[Excerpt]]) -> Iterator[Excerpt]:
    """The first of each, then the second of each, and so on; none is asked for more than is taken."""
    left = list(turns)
    while left:
        still = []
        for turn in left:
            excerpt = next(turn, None)
            if excerpt is not None:
                still.append(turn)
                yield excerpt
        left = still


def _groups(verdict: Verdict) -> list[_Group]:
    """(suite, metric, its cases that got worse), the gravest metric first, of equally grave ones those that block.

    A metric that passes has only those cases that passed in every draw and now fail in every draw.
    """
    ranked = []
    for suite in verdict.suites:
        severity = _severities(suite)
        blocking = {row.metric for row in suite.diffs if row.mode == "block"}
        changes = defaultdict(list)
        for change in suite.changes:
            if change.worse and (change.confirmed or severity.get(change.metric)):
                changes[change.metric].append(change)
        ranked += [
            ((-severity.get(name, 0), name not in blocking, suite.suite, name), (suite, name, changes[name]))
            for name in changes
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


def _excerpts(group: _Group, seen: _Seen) -> Iterator[Excerpt]:
    """The excerpts of one metric, in their order."""
    suite, metric, _ = group
    better = next((row.better for row in suite.diffs if row.metric == metric), "higher")
    for change in _first(group, tags=seen.tags):
        draw = _worst(seen.trials[change.case_id], metric, better=better)
        yield _excerpt(seen.cases[change.case_id], change, suite=suite.suite, draw=draw)


def _excerpt(
    case: Case, change: CaseChange, *, suite: str, draw: tuple[Trial | None, Score | None]
) -> Excerpt:
    trial, score = draw
    return Excerpt(
        suite=suite,
        case_id=case.id,
        metric=change.metric,
        tags=dict(sorted(case.tags.items())),
        input=_cut(asked_text(case.input)),
        expected=None if case.expected is None else _cut(value_text(case.expected)),
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


def asked_text(question: str | Sequence[Message] | Mapping[str, JsonValue]) -> str:
    """What was asked, as a text: a mapping as JSON, a conversation turn by turn."""
    if isinstance(question, str):
        return question
    if isinstance(question, Mapping):
        return value_text(dict(question))
    return "\n".join(f"{message.role}: {message.content}" for message in question)


def value_text(value: JsonValue) -> str:
    """A text as it is; anything else as JSON, in one line where it is short."""
    if isinstance(value, str):
        return value
    line = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return line if len(line) <= _ONE_LINE else json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True)


def _cut(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    return f"{text[:MOST_CHARACTERS]}\u2026 (+{len(text) - MOST_CHARACTERS:,})"
