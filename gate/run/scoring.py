"""Sample → its scores, and a Failure for each evaluator that gave none. Never a value that its metric does not admit."""

import math
from collections.abc import Awaitable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.model.ports import Evaluator, ScoringError
from gate.model.reply import Failure, Sample
from gate.model.run import Trial
from gate.model.score import LARGEST, Metric, Score
from gate.run.failures import Seam
from gate.telemetry.calls import evaluation

NOTHING: Mapping[str, Sequence[Score]] = {}


@dataclass(frozen=True, kw_only=True)
class Scoring:
    """What the evaluators made of one sample: the scores of each that gave any, in their order, and the failures."""

    given: Mapping[str, Sequence[Score]]
    failures: tuple[Failure, ...]

    @property
    def scores(self) -> tuple[Score, ...]:
        """All scores in the order of the evaluators."""
        return tuple(score for scores in self.given.values() for score in scores)

    @property
    def shares(self) -> Mapping[str, int]:
        """How many of the scores are of which evaluator, in their order."""
        return {name: len(scores) for name, scores in self.given.items()}


@dataclass(frozen=True, kw_only=True)
class Instruments:
    """The evaluators of a suite.

    `metrics` are those known beforehand, with their fingerprints; `fingerprints` maps each evaluator's name to its
    own, for metrics that show only when it runs. `root` is the user's folder.
    """

    evaluators: Sequence[Evaluator]
    metrics: Mapping[str, Metric]
    fingerprints: Mapping[str, str]
    root: Path

    async def score(self, sample: Sample, *, known: Mapping[str, Sequence[Score]] = NOTHING) -> Scoring:
        """Ask every evaluator but those whose scores are `known`. One that fails takes nothing from the others."""
        given: dict[str, Sequence[Score]] = {}
        failures: list[Failure] = []
        for evaluator in self.evaluators:
            name = evaluator.name
            seam = Seam(stage="evaluator", root=self.root, limit_s=evaluator.limit_s, evaluator=name)
            taken = {score.metric for scores in given.values() for score in scores}
            if name in known and taken.isdisjoint(score.metric for score in known[name]):
                given[name] = known[name]
                continue
            work = _checked(evaluator, sample, taken=taken)
            scores = await (seam.call_at_once(work) if evaluator.instant else _told(seam, work))
            if isinstance(scores, Failure):
                failures.append(scores)
            else:
                given[name] = scores
        return Scoring(given=given, failures=tuple(failures))

    def metrics_of(self, trials: Iterable[Trial]) -> dict[str, Metric]:
        """All metrics of a run: those known beforehand, and those that scores brought."""
        seen = {score.metric for trial in trials for score in trial.scores}
        found = dict(self.metrics)
        for name in sorted(seen - found.keys()):
            if (metric := self.describe(name)) is not None:
                found[name] = metric
        return found

    def describe(self, name: str) -> Metric | None:
        """What a metric means, also where only a score brought it."""
        if name in self.metrics:
            return self.metrics[name]
        # The longest name first: `facts.dates.exact` belongs to the evaluator `facts.dates` before it does to `facts`.
        for evaluator in sorted(self.evaluators, key=lambda evaluator: -len(evaluator.name)):
            metric = evaluator.describe(name)
            if metric is not None:
                return metric.model_copy(update={"fingerprint": self.fingerprints[evaluator.name]})
        return None


async def _told(seam: Seam, work: Awaitable[list[Score]]) -> list[Score] | Failure:
    """What waits for something has a place in the trial's trace, and what it asks stands below it."""
    with evaluation(seam.evaluator or "") as step:
        scores = await seam.call(work)
        if isinstance(scores, Failure):
            step.fail(scores.kind)
    return scores


async def _checked(evaluator: Evaluator, sample: Sample, *, taken: set[str]) -> list[Score]:
    given = await evaluator.score(sample)
    scores: list[Score] = []
    for score in _named(given, evaluator):
        if score.metric in taken:
            raise ScoringError("bad_score", f"it gave a second score of {score.metric!r} in one trial")
        taken.add(score.metric)
        _admit(score, evaluator)
        scores.append(score)
    return scores


def _named(given: object, evaluator: Evaluator) -> Iterator[Score]:
    """What an evaluator returned, each score under the name of its metric."""
    if isinstance(given, Score):
        given = (given,)
    if not isinstance(given, Iterable):
        raise ScoringError("bad_score", f"it returned a {type(given).__name__} instead of a list of Score")
    for score in given:
        if not isinstance(score, Score):
            raise ScoringError("bad_score", f"it returned a {type(score).__name__} among its scores")
        yield score if score.metric else score.model_copy(update={"metric": evaluator.name})


def _admit(score: Score, evaluator: Evaluator) -> None:
    metric = evaluator.describe(score.metric)
    if metric is None:
        known = ", ".join(known.name for known in evaluator.metrics) or "none"
        raise ScoringError(
            "bad_score", f"it gave a score of {score.metric!r}, which it does not declare ({known})"
        )
    if score.value is None:
        return
    if not math.isfinite(score.value):
        raise ScoringError("bad_score", f"{score.metric}: {score.value} is no number that can be compared")
    if metric.admits(score.value):
        return
    if metric.kind == "measure":
        raise ScoringError("bad_score", f"{score.metric}: {score.value:g} is larger than {LARGEST:g}")
    allowed = "neither 0 nor 1" if metric.kind == "binary" else f"outside [{metric.low:g}, {metric.high:g}]"
    fix = "declare `kind: measure`, or `low` and `high`, if that is what it is"
    raise ScoringError("bad_score", f"{score.metric}: {score.value:g} is {allowed}; {fix}")
