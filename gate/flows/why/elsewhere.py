"""A suite, run at another commit: its application as it was there, asked our cases, scored by our instruments.

    base = place.tree.resolve("main")
    errand = Errand(ready=ready, revision=base, draws=Draws(purpose="run", count=3))
    visit = run_elsewhere(place, errand, ledger=ledger)      # → Visit: .result (RunResult), .resumed

What is held fixed is the caller's: cases, evaluators (and their files), pace, budget and prices of `ready`. What is of
the commit is the application: its files, and the suite's `target` and `depends_on` as the config says them there.

A bisection stands on `overlays`: the base with one file of the head is

    Errand(..., revision=base, overlays=(Overlay(paths=("prompts/answer.md",), sha=head),))

where `sha=None` takes the file from the working tree, and a file that is not there is taken away. The config is a file
like any other: `paths=("gate.yaml",)` lays the head's target into the base. The files of evaluators are always ours.

The store is the user's own, and fingerprints are of contents: what was asked of the same application is not asked again.
The budget is the ledger's (see `gate.running.ledgers`): what is spent there counts here. Ctrl-C ends both processes.
"""

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue, ValidationError

from gate.base import needed_text
from gate.config.file import parse
from gate.flows.apart import left_in
from gate.flows.why.there import CONFIG, OUTCOME, REQUEST, RESULTS, Arrived, Event, Request
from gate.host.git import own_environment
from gate.host.local import WorkingTree, write_text
from gate.host.process import Job, listened, ourselves
from gate.host.worktree import Elsewhere, Overlay, at_commit, top_of
from gate.model.base import canonical_json
from gate.model.case import Place as At
from gate.model.errors import InterruptedRunError, Problem
from gate.model.files import load_results
from gate.model.report import Revision
from gate.model.run import RunResult
from gate.place import Place
from gate.ready import Ready, read_config
from gate.run.budget import Ledger
from gate.run.spent import count, standing
from gate.running import Draws, ledgers

_JUDGING = ("contexts", "gates", "slices", "cluster", "generation_of")  # of a suite; nothing of it is run


@dataclass(frozen=True, kw_only=True)
class Errand:
    """What is to be run: the caller's suite, with the application of a revision that has a sha.

    The cases are those of `ready`. `draws` is of purpose `run`. With `fresh` nothing of earlier runs is used.
    """

    ready: Ready
    revision: Revision
    draws: Draws
    overlays: Sequence[Overlay] = ()
    fresh: bool = False

    @property
    def sha(self) -> str:
        """The commit."""
        return self.revision.sha or ""

    @property
    def label(self) -> str:
        """What a person calls it: `main (1a2b3c4d5e6f)`."""
        name = self.revision.label
        if self.sha.startswith(name):
            return self.sha[:12]
        return name if name.startswith(self.sha[:7]) else f"{name} ({self.sha[:12]})"


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What came back, and how many of its trials were on disk before."""

    result: RunResult
    resumed: int = 0


def run_elsewhere(place: Place, errand: Errand, *, ledger: Ledger | None = None) -> Visit:
    """Lay the commit out, run the suite there in a process of its own, and take it away.

    What it spends counts for the `ledger`, whose caps hold; without one it has the whole budget of the suite.

    Raises:
        UserError: there is no such commit, or what the other process says is to be mended, in its words.
        EvaluationError: the other process ended without a result.
        InterruptedRunError: stopped from outside; what was finished is kept.
    """
    ledger = ledger or ledgers([errand.ready])[errand.ready.suite.name]
    overlays = (*errand.overlays, Overlay(paths=_instruments(errand.ready)))
    with at_commit(place.tree, errand.sha, overlays=overlays) as there:
        for sentence in there.lacking:
            place.notice(f"{errand.label}: {sentence}")
        folder = there.beside
        write_text(folder / CONFIG, _config(place, errand, there.tree))
        _ask(place, errand, there, folder=folder, ledger=ledger)
        environment = own_environment()  # the application's git must find the worktree, not the user's index
        command = [*ourselves(), "run", "--apart", str(folder)]
        try:
            code = listened(
                Job(command=command, folder=there.tree.root, environment=environment),
                heard=_Heard(place, f"{errand.ready.suite.name} at {errand.label}"),
                said=lambda line: place.notice(f"{errand.label}: {line}"),
            )
        except KeyboardInterrupt:
            left = left_in(folder / OUTCOME, exit_code=InterruptedRunError.exit_code, kind=Arrived)
            raise InterruptedRunError(f"At {errand.label}: {left.message or 'its run was over'}") from None
        return _arrived(errand, folder, config=place.config, exit_code=code, ledger=ledger)


class _Heard:
    """A line of the other process's progress → ours."""

    def __init__(self, place: Place, name: str) -> None:
        self._progress, self._name = place.progress, name

    def __call__(self, line: str) -> None:
        try:
            event = Event.model_validate_json(line)
        except ValidationError:  # an application that writes there on purpose; what counts is in the files
            return
        if event.total is not None:
            self._progress.started(self._name, total=event.total, resumed=event.resumed)
        elif event.trial is not None:
            self._progress.finished(event.trial)
        else:
            self._progress.ended()


def _ask(place: Place, errand: Errand, there: Elsewhere, *, folder: Path, ledger: Ledger) -> None:
    request = Request(
        root=str(there.tree.root),
        top=str(there.top),
        home=str(top_of(place.tree)),
        store=str(place.home or place.tree.root),
        traces=str(place.home or folder),  # those of another commit must not be taken for this one's
        suite=errand.ready.suite.name,
        cases=errand.ready.suite.cases,
        count=errand.draws.count,
        first=errand.draws.first,
        fresh=errand.fresh,
        spent=standing(ledger),
    )
    write_text(folder / REQUEST, request.model_dump_json())


def _arrived(errand: Errand, folder: Path, *, config: str, exit_code: int, ledger: Ledger) -> Visit:
    outcome = left_in(folder / OUTCOME, exit_code=exit_code, kind=Arrived)
    if outcome.exit_code != 0:
        raise _at(errand.label, outcome, config=config)
    count(ledger, outcome.spent)
    result = load_results(needed_text(folder / RESULTS), RESULTS)
    # As the caller knows them, with the places in which they stand.
    return Visit(
        result=result.model_copy(update={"cases": errand.ready.suite.cases}), resumed=outcome.resumed
    )


def _at(label: str, outcome: Arrived, *, config: str) -> Exception:
    """Why there is no result, and at which commit."""
    told = tuple(
        problem.model_copy(
            update={"message": f"at {label}: {problem.message}", "place": _stands(problem, config)}
        )
        for problem in outcome.problems
    )
    return outcome.model_copy(update={"problems": told, "message": f"at {label}: {outcome.message}"}).error()


def _stands(problem: Problem, config: str) -> At | None:
    """Where a person finds it: the config of the other process is made of two, and goes with its folder."""
    at = problem.place
    return At(file=config) if at is not None and posixpath.basename(at.file) == CONFIG else at


def _instruments(ready: Ready) -> list[str]:
    """The files that make the numbers; where the application itself stands in one, it stays what it was."""
    files = {file for evaluator in ready.instruments.evaluators for file in evaluator.files()}
    return sorted(files - set(ready.target.files()))


def _config(place: Place, errand: Errand, there: WorkingTree) -> str:
    """Our config with this suite alone, and with the application as the commit's config describes it."""
    name = errand.ready.suite.name
    ours = read_config(place.tree, place.config).source.root.plain()
    assert isinstance(ours, dict)  # noqa: S101 - a config that was read is a mapping
    suites = ours["suites"]
    assert isinstance(suites, dict)  # noqa: S101 - the same
    suite = {key: value for key, value in _mapping(suites[name]).items() if key not in _JUDGING}
    said = errand.ready.suite  # a caller may have put another cap, or taken it out of its batch
    suite |= {"budget": said.budget.model_dump(mode="json", exclude_none=True), "batch": said.batch}
    theirs = _theirs(place, errand, there)
    if theirs is not None:
        suite = {**suite, "target": theirs["target"], "depends_on": theirs.get("depends_on", [])}
    defaults = {key: value for key, value in _mapping(ours.get("defaults")).items() if key != "gate"}
    kept = {key: ours[key] for key in ("version", "budget", "prices") if key in ours}
    return canonical_json({**kept, "defaults": defaults, "suites": {name: suite}})


def _theirs(place: Place, errand: Errand, there: WorkingTree) -> dict[str, JsonValue] | None:
    """The suite as the commit's config says it; None, with a word on it, where it is not known there."""
    name, text = errand.ready.suite.name, there.read(place.config)
    if text is not None:
        suites = _mapping(
            _mapping(parse(text, f"{place.config} at {errand.label}").source.root.plain())["suites"]
        )
        if name in suites:
            return _mapping(suites[name])
    lacks = (
        f"there is no {place.config} there" if text is None else f"{place.config} has no suite {name} there"
    )
    place.notice(f"{errand.label}: {lacks}; the target is ours")
    return None


def _mapping(value: JsonValue) -> dict[str, JsonValue]:
    return value if isinstance(value, dict) else {}
