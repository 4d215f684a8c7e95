"""A results file → the verdicts of its judges, in the files that gate.yaml names for them. No model is asked."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from gate.base import needed_text
from gate.evaluators.judge.judge import Judge
from gate.evaluators.judge.pairwise import Pairwise
from gate.evaluators.judge.recording import NOT_RECORDED, Verdict, dump_verdicts, load_verdicts
from gate.model.errors import Problem, UserError
from gate.model.files import load_results
from gate.model.redaction import shortened
from gate.model.run import RunResult
from gate.model.score import RECORDED, Score
from gate.place import Place
from gate.ready import Ready, prepare

_ABOUT = 100  # characters of a response, so that a person who reads the file sees what a verdict is about
_NO_VERDICTS = frozenset({NOT_RECORDED, "timeout"})  # the same question may well be answered the next time


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was recorded of one judge: how many verdicts are new in the file, and how many it has."""

    metric: str
    path: str
    added: int
    total: int


def record(place: Place, results: Path) -> tuple[Recorded, ...]:
    """Add what the judges of a run said to their files; a question that is answered there keeps its verdict.

    Raises:
        UserError: no such results, their suite is not in the config, or none of its judges has a file for verdicts.
    """
    result = load_results(needed_text(results), str(results))
    (ready,) = prepare(place.tree, place.config, only=(result.suite,)).suites
    done = tuple(
        _recorded(place, result, metric=metric, path=path) for metric, path in _recording_judges(ready)
    )
    if not done:
        message = f"no judge of the suite {result.suite!r} names a file for recorded verdicts"
        fix = "give it one in gate.yaml: `recorded: verdicts/NAME.jsonl` under its `with`"
        raise UserError(Problem(message=message, value=str(results), fix=fix))
    return done


def _recording_judges(ready: Ready) -> Iterator[tuple[str, str]]:
    for evaluator in ready.instruments.evaluators:
        if isinstance(evaluator, Judge | Pairwise) and evaluator.options.recorded is not None:
            yield evaluator.name, evaluator.options.recorded


def _recorded(place: Place, result: RunResult, *, metric: str, path: str) -> Recorded:
    verdicts = load_verdicts(place.tree.read(path) or "", path)
    before = len(verdicts)
    for verdict in _said(result, metric):
        verdicts.setdefault(verdict.asked, verdict)
    if len(verdicts) > before:
        place.tree.write(path, dump_verdicts(verdicts.values()))
    return Recorded(metric=metric, path=path, added=len(verdicts) - before, total=len(verdicts))


def _said(result: RunResult, metric: str) -> Iterator[Verdict]:
    """Each verdict that a model gave in the run, in the order of cases and draws."""
    for trial in result.trials:
        for score in trial.scores:
            if score.metric == metric and trial.reply is not None and _is_new(score):
                yield _verdict(score, about=f"{trial.case_id}: {shortened(trial.reply.output, limit=_ABOUT)}")


def _is_new(score: Score) -> bool:
    """Whether a model gave it in that very run."""
    if score.asked is None or score.judge is None or score.abstained in _NO_VERDICTS:
        return False
    return not score.judge.startswith(RECORDED)


def _verdict(score: Score, *, about: str) -> Verdict:
    try:
        return Verdict(
            asked=score.asked or "",
            value=score.value,
            abstained=score.abstained,
            critique=score.explanation or "",
            source=score.judge or "",
            about=about,
        )
    except ValidationError as error:
        message = f"the results hold a score that cannot be recorded: {error.errors()[0]['msg']}"
        fix = "take them anew with `gate run -o FILE`"
        raise UserError(Problem(message=message, value=about, fix=fix)) from None
