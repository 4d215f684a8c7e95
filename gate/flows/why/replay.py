"""One case → what is sent, what came back and how it was scored. Reads what is on disk; asks nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.base import base_of_working_tree, needed_text
from gate.config.words import nearest
from gate.flows.why.marks import Stage, sent, taken
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.replay import Replay
from gate.model.results import ResultsFile
from gate.model.run import Trial
from gate.place import Place
from gate.ready import Ready, prepare
from gate.run.kept import kept_draws
from gate.running import shelf_of
from gate.telemetry.reading import newest_spans


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which case, of which suite (empty: the one that has it), and which of its draws, counted from 0.

    `results` is a results file to look into; without one it is the store. `draw` None is the first that is there.
    """

    case: str
    suite: str = ""
    draw: int | None = None
    results: Path | None = None


@dataclass(frozen=True, kw_only=True)
class _Found:
    """The draws that are there, and what is another today than when they were taken (None: not known)."""

    source: str
    trials: Sequence[Trial]
    changed: tuple[str, ...] | None
    older: frozenset[str] = frozenset()


def replay(place: Place, wanted: Wanted) -> tuple[Stage, Replay]:
    """What is on disk of a case, and what today's files send for it.

    Raises:
        UserError: no such case, suite, draw or results file, or something in the config is wrong.
    """
    stage, found = _staged(place, wanted)
    case = stage.case
    indexes = tuple(trial.index for trial in found.trials)
    trial = _chosen(found.trials, wanted)
    draw = None
    if trial is not None:
        draw = taken(stage, trial, older=found.older)
        spans = newest_spans(place.home or place.tree.root, stage.ready.suite.name, trial)
        draw = draw.model_copy(update={"spans": spans})
    return stage, Replay(
        suite=stage.ready.suite.name,
        case=case,
        sent=sent(stage),
        source=found.source if found.trials else "",
        changed=found.changed,
        indexes=indexes,
        draw=draw,
    )


def _staged(place: Place, wanted: Wanted) -> tuple[Stage, _Found]:
    only = (wanted.suite,) if wanted.suite else ()
    result = None
    if wanted.results is not None:
        file = ResultsFile(needed_text(wanted.results), str(wanted.results))
        result = file.only({wanted.case})
        if not result.cases:
            raise _no_case(wanted.case, [case.id for case in file.cases], where=str(wanted.results))
        if wanted.suite not in {"", result.suite}:
            message = f"the results are those of the suite {result.suite!r}, not of {wanted.suite!r}"
            raise UserError(Problem(message=message, value=str(wanted.results), fix="leave --suite out"))
        only = (result.suite,)
    prepared = prepare(place.tree, place.config, only=only)
    known = {ready.suite.name: ready for ready in prepared.suites}
    base = base_of_working_tree(place.tree, place.config, prepared.sheet)
    if result is None:
        ready, case = _with_case(list(known.values()), wanted.case)
        stage = Stage(ready=ready, case=case, sheet=prepared.sheet, baseline=base.baseline(ready.suite.name))
        return stage, _in_store(place, stage)
    ready = known[result.suite]
    today = next((case for case in ready.suite.cases if case.id == wanted.case), None)
    then = result.cases[0]
    stage = Stage(ready=ready, case=today or then, sheet=prepared.sheet, baseline=base.baseline(result.suite))
    changed = (*_case_changes(today, then), *_differing(result.target, ready.fingerprint))
    older = frozenset(
        name
        for name, metric in result.metrics.items()
        if name in ready.metrics and metric.fingerprint != ready.metrics[name].fingerprint
    )
    return stage, _Found(source=str(wanted.results), trials=result.trials, changed=changed, older=older)


def _in_store(place: Place, stage: Stage) -> _Found:
    shelf = shelf_of(place, stage.ready)
    kept = kept_draws(
        place.home or place.tree.root,
        stage.case,
        suite=stage.ready.suite.name,
        shelf=shelf,
        fingerprints=stage.ready.instruments.fingerprints,
    )
    if kept is None:
        return _Found(source="", trials=(), changed=() if shelf is not None else None)
    return _Found(
        source="the store", trials=kept.trials, changed=() if kept.todays else None, older=kept.older
    )


def _with_case(suites: Sequence[Ready], case_id: str) -> tuple[Ready, Case]:
    found = [(ready, case) for ready in suites for case in ready.suite.cases if case.id == case_id]
    if not found:
        ids = [case.id for ready in suites for case in ready.suite.cases]
        raise _no_case(case_id, ids, where=" or ".join(ready.suite.name for ready in suites))
    if len(found) > 1:
        names = ", ".join(ready.suite.name for ready, _ in found)
        message = f"several suites have a case {case_id!r}: {names}"
        raise UserError(Problem(message=message, fix="name one of them with --suite"))
    return found[0]


def _no_case(case_id: str, known: Sequence[str], *, where: str) -> UserError:
    near = nearest(case_id, known)
    fix = (
        f"did you mean {near!r}?"
        if near is not None
        else "copy the `id` of a case from the suite's case file"
    )
    return UserError(Problem(message=f"there is no case {case_id!r} in {where}", fix=fix))


def _chosen(trials: Sequence[Trial], wanted: Wanted) -> Trial | None:
    if wanted.draw is None:
        return trials[0] if trials else None
    found = next((trial for trial in trials if trial.index == wanted.draw), None)
    if found is None:
        there = ", ".join(str(trial.index + 1) for trial in trials) or "none"
        message = f"there is no draw {wanted.draw + 1} of case {wanted.case!r}"
        fix = f"draws that are there: {there}; more are taken by `gate run --draws`"
        raise UserError(Problem(message=message, fix=fix))
    return found


def _case_changes(today: Case | None, then: Case) -> Iterator[str]:
    if today is None:
        yield "the case, which the suite has no more"
        return
    for name in ("input", "context", "tags", "expected"):
        if getattr(today, name) != getattr(then, name):
            yield f"the case's {name}"


def _differing(then: Mapping[str, str], today: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(then.keys() | today.keys()):
        if then.get(name) != today.get(name):
            yield "the target in gate.yaml" if name == "spec" else name
