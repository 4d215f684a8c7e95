"""The process in which a suite is run at another commit: a request in, a results file and an outcome out.

Modules of an application stay in the process that imported them, so another commit's code needs one of its own. What it
tells of its progress are lines of JSON on standard output; what it says to a person goes to standard error. See
`gate.flows.why.elsewhere` for who asks.
"""

import json
import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

from gate.flows.apart import Outcome
from gate.flows.why.imports import Imports
from gate.host.local import WorkingTree, write_lines, write_text
from gate.model.base import Noun
from gate.model.budget import Spent
from gate.model.case import Case
from gate.model.errors import GateError, UserError
from gate.model.files import results_lines
from gate.model.run import Trial
from gate.place import Place
from gate.ready import prepare
from gate.run.spent import spent_since, stand
from gate.running import Draws, bench
from gate.threads import beside

REQUEST, OUTCOME, RESULTS, CONFIG = "request.json", "outcome.json", "results.json", "gate.json"


class Request(Noun):
    """What is to be run. `root` is the config's folder at that commit, `top` the whole of it.

    `home` is the repository of the user, `store` the folder whose store is used, `traces` that of its traces. `spent`
    is where the budget stands: the suite's, and after it the one above it.
    """

    root: str
    top: str
    home: str
    store: str
    traces: str
    suite: str
    cases: tuple[Case, ...]
    count: int
    first: int
    fresh: bool = False
    spent: tuple[Spent, ...]


class Arrived(Outcome):
    """How the run ended: how many of its trials were kept from before, and what it spent."""

    resumed: int = 0
    spent: Spent = Spent()


class Event(Noun):
    """One step of the progress: how many trials there are, or one that is done, or neither: the end."""

    total: int | None = None
    resumed: int = 0
    trial: Trial | None = None


class _Told:
    """Progress → lines for the process that asked."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell

    def started(self, suite: str, *, total: int, resumed: int) -> None:  # noqa: ARG002 - there is only one
        self._tell(_json(Event(total=total, resumed=resumed)))

    def finished(self, trial: Trial) -> None:
        self._tell(_json(Event(trial=trial.model_copy(update={"reply": None, "scores": (), "expenses": ()}))))

    def ended(self) -> None:
        self._tell(_json(Event()))


def run_there(folder: Path, *, tell: Callable[[str], None], notice: Callable[[str], None]) -> int:
    """Run what the request in the folder says, leave there what became of it, end with 0 once that is done."""
    request = Request.model_validate_json((folder / REQUEST).read_text(encoding="utf-8"))
    _end_with_the_other()
    imports = Imports(home=Path(request.home), top=Path(request.top))
    imports.look_there()
    place = Place(
        tree=WorkingTree(root=Path(request.root)),
        config=str(folder / CONFIG),
        progress=_Told(tell),
        notice=notice,
        home=Path(request.store),
        traces=Path(request.traces),
    )
    try:
        _run(request, place, folder, imports)
    except GateError as error:
        problems = error.problems if isinstance(error, UserError) else ()
        outcome = Arrived(problems=problems, message=str(error), exit_code=error.exit_code)
        write_text(folder / OUTCOME, _json(outcome))
    return 0


def _run(request: Request, place: Place, folder: Path, imports: Imports) -> None:
    prepared = prepare(place.tree, place.config, only=(request.suite,), cases=request.cases)
    draws = Draws(purpose="run", count=request.count, first=request.first)
    with bench(place, prepared.suites, fresh=request.fresh) as runs:
        ledger = runs.ledgers[request.suite]
        stand(ledger, request.spent)
        result = runs.take(prepared.suites, lambda _: draws)[request.suite]
        imports.require_none()
        write_lines(folder / RESULTS, results_lines(result))
        spent = spent_since(ledger, request.spent)
        outcome = Arrived(exit_code=0, resumed=runs.resumed.get(request.suite, 0), spent=spent)
        write_text(folder / OUTCOME, _json(outcome))


def _end_with_the_other() -> None:
    """Be interrupted when the process that asked is gone: nobody would ever see what is paid from there on."""
    line = os.dup(0)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)  # an application that reads its standard input must not take ours
    os.close(nothing)

    def wait() -> None:
        while os.read(line, 1):
            pass
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    beside(wait)


def _json(noun: Noun) -> str:
    """One line; halves of surrogate pairs are escaped."""
    return json.dumps(noun.model_dump(mode="json", exclude_defaults=True))
