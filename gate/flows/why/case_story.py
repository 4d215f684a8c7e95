"""One case of a run → CaseStory: all that is known of it, beside what the baseline has of it. Reads no file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from gate.model.case import Case
from gate.model.explanation import CaseStory, Draw, Values
from gate.model.report import Report
from gate.model.run import RunResult, Trial
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.verdict import Kind, SuiteVerdict
from gate.render.excerpts import asked_text, value_text


@dataclass(frozen=True, kw_only=True)
class Told:
    """A report, and by suite the results and the baselines that it was made of."""

    report: Report
    results: Mapping[str, RunResult]
    baselines: Mapping[str, Scorecard] = field(default_factory=dict)

    def verdict_of(self, suite: str) -> SuiteVerdict:
        """What was found in a suite; nothing, where the report is not about it."""
        found = [each for each in self.report.verdict.suites if each.suite == suite]
        return found[0] if found else SuiteVerdict(suite=suite, kind=Kind.PASS)


def case_story(told: Told, suite: str, case_id: str) -> CaseStory:
    """One case of a run, beside the baseline where there is one."""
    result, baseline = told.results[suite], told.baselines.get(suite)
    case = next(each for each in result.cases if each.id == case_id)
    trials = trials_of(result)[case_id]
    before, missing = _before(case, baseline)
    tags = {**case.slice_tags, **(before.tags if before is not None else {})}
    return CaseStory(
        suite=suite,
        case_id=case_id,
        place=str(case.place) if case.place else None,
        tags=dict(sorted(tags.items())),
        input=asked_text(case.input),
        expected=None if case.expected is None else value_text(case.expected),
        contexts=case.context,
        values=tuple(_values(result, trials, before, told.verdict_of(suite))),
        draws=tuple(map(_draw, trials)),
        segments=tuple(each for each in told.verdict_of(suite).search.segments if each.holds(tags)),
        missing=missing,
    )


def trials_of(result: RunResult) -> dict[str, list[Trial]]:
    """Case → its trials, in their order."""
    trials: dict[str, list[Trial]] = {case.id: [] for case in result.cases}
    for trial in result.trials:
        trials[trial.case_id].append(trial)
    return trials


def _before(case: Case, baseline: Scorecard | None) -> tuple[CaseScores | None, str]:
    """What the baseline has of a case, and what it lacks."""
    if baseline is None:
        return None, "there is no baseline"
    before = baseline.cases.get(case.id)
    if before is None:
        return None, "the baseline does not have this case"
    if before.key != case.key:
        return None, "the baseline asks something else under this id"
    return before, ""


def _values(
    result: RunResult, trials: Sequence[Trial], before: CaseScores | None, verdict: SuiteVerdict
) -> Iterator[Values]:
    """The metrics that have a value on either side; those in which the case got worse first."""
    case_id = trials[0].case_id if trials else ""
    worse = {each.metric: each for each in verdict.changes if each.case_id == case_id and each.worse}
    scores = before.scores if before is not None else {}
    for name in sorted({*result.metrics, *scores}, key=lambda name: (name not in worse, name)):
        now = tuple(
            score.value
            for trial in trials
            for score in trial.scores
            if score.metric == name and score.value is not None
        )
        if now or scores.get(name):
            yield Values(
                metric=name,
                unit=result.metrics[name].unit if name in result.metrics else None,
                before=scores.get(name, ()),
                now=now,
                worse=name in worse,
                confirmed=name in worse and worse[name].confirmed,
            )


def _draw(trial: Trial) -> Draw:
    reply = trial.reply
    return Draw(
        index=trial.index,
        output=reply.output if reply is not None else None,
        contexts=reply.contexts if reply is not None else (),
        failures=trial.failures,
        explanations={
            score.metric: text
            for score in trial.scores
            if (text := score.explanation or (score.abstained and f"abstained: {score.abstained}"))
        },
    )
