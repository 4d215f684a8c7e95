"""A check in a process of its own → what became of it. The application's code runs there, without the host's token.

Whatever that code does to its process (leaves it, uses up all memory, never comes back) is told here as a failure, so that
whoever started it can still conclude. What passes between the two is JSON, because the other side is not trusted.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import Field, ValidationError

from gate.flows.check import Against, check
from gate.flows.looks import Again
from gate.host.kept import KeptHistory
from gate.host.local import WorkingTree, write_text
from gate.model.base import Noun
from gate.model.errors import EvaluationError, GateError, InterruptedRunError, Problem, UserError
from gate.model.files import load_results, results_lines
from gate.model.progress import Progress
from gate.model.report import Report, Revision
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard
from gate.place import Place

BASE, EARLIER, _REQUEST, _OUTCOME, _RESULTS = "base", "earlier", "request.json", "outcome.json", "results"


_O = TypeVar("_O", bound="Outcome")


class Request(Noun):
    """What is to be checked: the folder of the config, its name, the suites (none: all), and both sides.

    `accepted` are baselines of the head that were accepted for it. `again` says that the run goes on with the results in
    the folder `EARLIER`, `for_accept` that it takes the draws of an accept.
    """

    root: str
    config: str
    only: tuple[str, ...] = ()
    base: Revision
    head: Revision
    on_inconclusive: str = ""
    accepted: dict[str, Scorecard] = Field(default_factory=dict)
    again: bool = False
    for_accept: bool = False


class Outcome(Noun):
    """A report, or why there is none: problems to mend, or a message, with the exit code."""

    report: Report | None = None
    problems: tuple[Problem, ...] = ()
    message: str = ""
    exit_code: int = 70

    def checked(self) -> Report:
        """The report.

        Raises:
            UserError, EvaluationError, InterruptedRunError: why there is none.
            GateError: by a bug of ours, which the other process has reported in the log.
        """
        if self.report is not None:
            return self.report
        raise self.error()

    def error(self) -> GateError:
        """Why there is none."""
        if self.problems:
            error = UserError(*self.problems)
            error.exit_code = self.exit_code
            return error
        kinds = {kind.exit_code: kind for kind in (InterruptedRunError, EvaluationError)}
        return kinds.get(self.exit_code, GateError)(self.message)


def ask(request: Request, folder: Path, *, again: Again | None = None) -> None:
    """Leave the request where the other process looks; the base's files are kept in `folder / BASE`."""
    if again is not None:
        request = request.model_copy(update={"again": True, "for_accept": again.for_accept})
        for suite, result in again.results.items():
            _keep(result, folder / EARLIER / f"{suite}.json")
    write_text(folder / _REQUEST, _json(request))


def answer(folder: Path, *, progress: Progress, notice: Callable[[str], None]) -> int:
    """The other process: check what was asked, leave the outcome, end with 0 once it is there."""
    request = Request.model_validate(json.loads((folder / _REQUEST).read_text(encoding="utf-8")))
    place = Place(
        tree=WorkingTree(root=Path(request.root)), config=request.config, progress=progress, notice=notice
    )
    against = Against(
        history=KeptHistory(folder / BASE, revision=request.base),
        ref=request.base.sha or "",
        head=request.head,
        on_inconclusive=request.on_inconclusive,
        accepted=request.accepted,
    )
    again = Again(results=_earlier(folder), for_accept=request.for_accept) if request.again else None
    try:
        with check(place, only=request.only, against=against, again=again) as checked:
            for suite, result in checked.results.items():
                _keep(result, folder / _RESULTS / f"{suite}.json")
            write_text(folder / _OUTCOME, _json(Outcome(report=checked.report, exit_code=0)))
    except GateError as error:
        problems = error.problems if isinstance(error, UserError) else ()
        outcome = Outcome(problems=problems, message=str(error), exit_code=error.exit_code)
        write_text(folder / _OUTCOME, _json(outcome))
    return 0


def outcome_of(folder: Path, *, exit_code: int | None) -> Outcome:
    """What became of a check; see `left_in`."""
    return left_in(folder / _OUTCOME, exit_code=exit_code, kind=Outcome)


def left_in(path: Path, *, exit_code: int | None, kind: type[_O]) -> _O:
    """What the other process left; where it left nothing that can be read, what is known of its end."""
    try:
        return kind.model_validate(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        pass
    except (OSError, ValueError, ValidationError, RecursionError) as error:
        return kind(message=f"the outcome cannot be read ({type(error).__name__})", exit_code=4)
    if exit_code == InterruptedRunError.exit_code:
        return kind(message="the run was interrupted", exit_code=exit_code)
    if exit_code == GateError.exit_code:
        return kind(message="a bug of gate's ended the run; the log has the report", exit_code=exit_code)
    ended = f"by signal {-exit_code}" if exit_code is not None and exit_code < 0 else f"with code {exit_code}"
    message = f"the application's process ended {ended} before it was done; the log has more"
    return kind(message=message, exit_code=EvaluationError.exit_code)


def results_of(folder: Path) -> dict[str, str]:
    """The results files that the other process left, by suite."""
    return {
        path.stem: path.read_text(encoding="utf-8") for path in sorted((folder / _RESULTS).glob("*.json"))
    }


def _earlier(folder: Path) -> dict[str, RunResult]:
    """What the attempt before this one recorded, as it was handed over."""
    paths = sorted((folder / EARLIER).glob("*.json"))
    return {path.stem: load_results(path.read_text(encoding="utf-8"), path.name) for path in paths}


def _keep(result: RunResult, path: Path) -> None:
    """Line by line: a large one is not held in memory."""
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8") as file:
        file.writelines(results_lines(result))


def _json(noun: Noun) -> str:
    """Halves of surrogate pairs, which a model may write and UTF-8 cannot hold, are escaped."""
    return json.dumps(noun.model_dump(mode="json"))
