"""One case → asked again, of the working tree and of a commit. What comes back is kept nowhere: a replay is no draw.

A draw that somebody took because of what an earlier one said is not independent of it, so it must never get among those
that a check or an accept counts.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from gate.estimates import expected
from gate.flows.why.elsewhere import Errand, run_elsewhere
from gate.flows.why.marks import Stage, taken
from gate.host.local import WorkingTree
from gate.host.worktree import no_folder
from gate.model.errors import InterruptedRunError, Problem, UserError
from gate.model.redaction import public, secrets_of
from gate.model.replay import Replay, Side
from gate.model.report import Revision
from gate.model.run import RunResult
from gate.place import Place
from gate.ready import Ready
from gate.render.plan import outlay_text
from gate.run.budget import Ledger, Need
from gate.run.spent import stand, standing
from gate.running import Draws, bench, ledgers
from gate.telemetry.reading import newest_spans

To = Literal["head", "base", "both"]
_BASES = ("origin/HEAD", "main", "origin/main", "master", "origin/master")


@dataclass(frozen=True, kw_only=True)
class Sending:
    """To whom a case is sent, how often, and for how much at the most in US dollars (None: the suite's own budget)."""

    to: To
    base: str = ""
    draws: int = 1
    max_cost_usd: float | None = None


def resent(place: Place, stage: Stage, replay: Replay, sending: Sending | None) -> Replay:
    """The replay with what came back where it is to be sent again; without a credential in any case."""
    sides = send(place, stage, sending) if sending is not None else ()
    return public(replay.model_copy(update={"sides": sides}), secrets=secrets_of(os.environ))


def send(place: Place, stage: Stage, sending: Sending) -> tuple[Side, ...]:
    """Ask again, the base first.

    Raises:
        UserError: no such base, or it would cost more than it may.
        EvaluationError, InterruptedRunError: as any run.
    """
    ready = capped(_alone(stage), sending.max_cost_usd)
    ledger = ledgers([ready])[ready.suite.name]
    base = base_revision(place.tree, sending.base) if sending.to != "head" else None
    both = sending.to == "both"
    announce(place, ready, trials=sending.draws * (1 + both), ledger=ledger, both=both)
    draws = Draws(purpose="run", count=sending.draws)
    sides: list[Side] = []
    if base is not None:
        with _nowhere(place) as there:
            errand = Errand(ready=ready, revision=base, draws=draws)
            visit = run_elsewhere(there, errand, ledger=ledger)
            sides.append(_side(there, stage, errand.label, visit.result))
    if sending.to != "base":
        with _nowhere(place) as there:
            with bench(there, [ready]) as runs:
                stand(runs.ledgers[ready.suite.name], standing(ledger))
                result = runs.take([ready], lambda _: draws)[ready.suite.name]
            # Its steps are all on disk when the bench is closed.
            sides.append(_side(there, stage, "the working tree", result))
    return tuple(sides)


def base_revision(tree: WorkingTree, ref: str) -> Revision:
    """The commit of a ref; of none, that of the branch that everything is merged into.

    Raises:
        UserError: there is no such commit.
    """
    if ref:
        return tree.resolve(ref)
    for usual in _BASES:
        with suppress(UserError):
            return tree.resolve(usual)
    try:
        tree.resolve("HEAD")
    except UserError:
        message = "there is no base, since no git repository with a commit is around this folder"
        raise UserError(Problem(message=message, fix="run inside of one")) from None
    fix = "name one: `--base REF`, a branch, tag or sha"
    raise UserError(Problem(message=f"there is no base: none of {', '.join(_BASES)} is known here", fix=fix))


def capped(ready: Ready, max_cost_usd: float | None) -> Ready:
    """The same suite with a cap on money that is no larger than this."""
    if max_cost_usd is None:
        return ready
    own = ready.suite.budget.cost_usd
    least = max_cost_usd if own is None else min(own, max_cost_usd)
    budget = ready.suite.budget.model_copy(update={"cost_usd": least})
    return replace(ready, suite=ready.suite.model_copy(update={"budget": budget}))


def announce(place: Place, ready: Ready, *, trials: int, ledger: Ledger, both: bool = True) -> None:
    """Say what both sides are going to take together; of one alone its run says it.

    Raises:
        UserError: that is more than the budget has room for.
    """
    takes = expected(place.tree, ready, trials=trials)
    if both and (takes.input_tokens is not None or takes.judge_calls):
        place.notice(f"both sides together: {outlay_text(ready.suite.name, takes)}")
    sure = not takes.at_most  # what is only possible refuses nothing: the caps hold anyway
    sent, got = takes.input_tokens, takes.output_tokens
    tokens = sent + got if sure and sent is not None and got is not None else None
    cost = takes.cost_usd if sure else None
    why = ledger.shortage(Need(calls=trials + takes.judge_calls, tokens=tokens, cost_usd=cost))
    if why is not None:
        raise UserError(
            Problem(message=f"this is not started: {why}", fix="take fewer draws, or raise the cap")
        )


def _alone(stage: Stage) -> Ready:
    """The suite with this case alone; at once, also where its suite is asked in batches."""
    suite = stage.ready.suite.model_copy(update={"cases": (stage.case,), "batch": False})
    return replace(stage.ready, suite=suite)


@contextmanager
def _nowhere(place: Place) -> Iterator[Place]:
    """The same place with a store that goes with the block."""
    try:
        temporary = TemporaryDirectory(prefix="gate-")
    except OSError as error:
        raise no_folder(error) from None
    with temporary as folder:
        try:
            yield replace(place, home=Path(folder))
        except InterruptedRunError:
            message = "What came back is kept nowhere: the same command sends it anew."
            raise InterruptedRunError(message) from None


def _side(place: Place, stage: Stage, label: str, result: RunResult) -> Side:
    suite, home = stage.ready.suite.name, place.home
    if result.stopped is not None:
        place.notice(f"{label}: {result.stopped.message}")
    draws = []
    for trial in result.trials:
        spans = newest_spans(home, suite, trial) if home is not None else ()
        draws.append(taken(stage, trial).model_copy(update={"spans": spans, "asked": {}}))
    return Side(label=label, target=dict(result.target), draws=tuple(draws))
