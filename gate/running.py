"""Ready suites → results, within one walk: one journal, one event loop, plug-ins closed at its end."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from gate.estimates import announcement
from gate.host.local import WorkingTree
from gate.loop import event_loop
from gate.model.base import digest
from gate.model.batch import Batching
from gate.model.run import RunResult
from gate.model.suite import Suite
from gate.place import Heard, Place
from gate.ready import Ready
from gate.run.budget import Ledger
from gate.run.forecast import forecast
from gate.run.journal import Journal, open_journal
from gate.run.plan import RunPlan, shelf
from gate.run.pool import pooled
from gate.run.rescore import rescore
from gate.run.runner import run
from gate.run.scoring import Instruments
from gate.telemetry.arrivals import heard
from gate.telemetry.recorder import Recorder
from gate.telemetry.suite import SuiteRecord
from gate.telemetry.walk import recorded


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What a run takes of each case: `count` trials, counted from `first`."""

    purpose: Literal["accept", "check", "run"]
    count: int
    first: int = 0


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the runs of one walk are done. `commit` is the clean commit that is run, where that is known.

    `notice` takes a sentence for the person; `ledgers` are the budgets of the suites, by name, for all their looks.
    """

    tree: WorkingTree
    loop: asyncio.Runner
    journal: Journal
    progress: Heard
    notice: Callable[[str], None]
    ledgers: Mapping[str, Ledger]
    recorder: Recorder
    commit: str | None = None
    fresh: bool = False

    @property
    def resumed(self) -> Mapping[str, int]:
        """By suite, the trials that were on disk before this walk began."""
        return self.progress.resumed

    def take(self, suites: Sequence[Ready], draws: Callable[[Suite], Draws]) -> dict[str, RunResult]:
        """Run suites one after the other.

        Raises:
            UserError: before the first draw of any: a target or an evaluator lacks what a run needs.
            InterruptedRunError: stopped from outside; what was finished is kept.
        """
        plans = {ready.suite.name: self._plan(ready, draws(ready.suite)) for ready in suites}
        asking = [ready for ready in suites if not self.journal.holds(plans[ready.suite.name])]
        for ready in asking:  # what asks nothing needs no key
            ready.target.open()
            for evaluator in ready.instruments.evaluators:
                evaluator.open()
        for warning in _endings(asking):
            self.notice(warning)
        for ready in asking:
            self._announce(ready, plans[ready.suite.name])
        return {name: self._run(plan) for name, plan in plans.items()}

    def take_more(
        self, suites: Sequence[Ready], draws: Callable[[Suite], Draws], *, earlier: Mapping[str, RunResult]
    ) -> dict[str, RunResult]:
        """Run suites again, and pool what comes back with what they had before; the budget counts both."""
        taken = {}
        for ready in suites:
            name = ready.suite.name
            plan = self._plan(ready, draws(ready.suite))
            taken[name] = pooled(earlier[name], self._run(plan))
        return taken

    def saved(self, ready: Ready, draws: Draws) -> int:
        """How many draws of a suite are in the store already."""
        return self.journal.saved(self._plan(ready, draws))

    def shortage(self, ready: Ready, draws: Draws, *, earlier: RunResult) -> str | None:
        """Why the budget has no room for more draws, by what the earlier ones took; None where it has."""
        suite = ready.suite
        trials = draws.count * len(suite.cases) - self.saved(ready, draws)
        need = forecast(earlier.trials, trials=trials, concurrency=suite.concurrency)
        return self.ledgers[suite.name].shortage(need)

    def rescore(self, ready: Ready, result: RunResult) -> RunResult:
        """Score the replies of a result anew; nothing is asked of the target.

        Raises:
            UserError: an evaluator lacks what it needs, such as a key.
        """
        suite, tools = ready.suite, ready.instruments
        count, ledger = suite.concurrency, self.ledgers[suite.name]
        for evaluator in tools.evaluators:
            evaluator.open()
        with self._record(suite, tools, result.target) as record:
            work = rescore(result, instruments=tools, concurrency=count, ledger=ledger, record=record)
            scored = self._await(work)
            record.end(scored, resumed=0)
        return scored

    def _announce(self, ready: Ready, plan: RunPlan) -> None:
        trials = plan.draws * len(plan.suite.cases)
        text = announcement(self.tree, ready, trials=trials, kept=self.journal.saved(plan))
        if text:
            self.notice(text)

    def _plan(self, ready: Ready, draws: Draws) -> RunPlan:
        return RunPlan(
            suite=ready.suite,
            target=ready.target,
            target_fingerprint=ready.fingerprint,
            instruments=ready.instruments,
            purpose=draws.purpose,
            draws=draws.count,
            first_index=draws.first,
            shelf=_shelf(ready, self.commit) if draws.purpose != "accept" else None,
            fresh=self.fresh,
            batching=self._batching(ready) if ready.suite.batch else None,
        )

    def _batching(self, ready: Ready) -> Batching:
        return Batching(door=ready.door.batches, notice=self.notice, pause=asyncio.sleep)

    def _run(self, plan: RunPlan) -> RunResult:
        name, before = plan.suite.name, self.resumed.get(plan.suite.name, 0)
        with self._record(plan.suite, plan.instruments, plan.target_fingerprint) as record:
            ledger = self.ledgers[name]
            work = run(plan, progress=self.progress, journal=self.journal, ledger=ledger, record=record)
            result = self._await(work)
            record.end(result, resumed=self.resumed.get(name, 0) - before)
        return result

    def _record(self, suite: Suite, tools: Instruments, target: Mapping[str, str]) -> SuiteRecord:
        return SuiteRecord(
            self.recorder,
            name=suite.name,
            use=suite.target.use,
            describe=tools.describe,
            fingerprint=digest([dict(target), dict(tools.fingerprints)]),
        )

    def _await(self, work: Awaitable[RunResult]) -> RunResult:
        """Run it on the loop. Its value goes round the task: `Runner.run` makes a text of what a task returned."""
        box: list[RunResult] = []

        async def into_box() -> None:
            box.append(await work)

        self.loop.run(into_box())
        return box[0]


@contextmanager
def bench(
    place: Place, suites: Sequence[Ready], *, fresh: bool = False, verb: str = "run"
) -> Iterator[Bench]:
    """Open the bench of one walk. Leave it normally only when what was found is written down.

    Left normally, the runs are over, and of their trials those stay that later runs may use; left by an exception, the
    same command goes on with them. With `fresh` nothing of earlier walks is used.
    """
    commit = place.tree.commit() if any(_needs_commit(ready) for ready in suites) else None
    home = place.home or place.tree.root
    with (
        recorded(place.traces or home, os.environ, verb=verb, notice=place.notice) as recorder,
        heard({ready.arrivals for ready in suites}, onward=recorder.add, notice=place.notice),
        open_journal(home, warn=place.notice) as journal,
        event_loop(lambda: _closed(suites)) as loop,
    ):
        for ready in suites:
            ready.paces.notice = place.notice
        yield Bench(
            tree=place.tree,
            loop=loop,
            journal=journal,
            progress=Heard(place.progress),
            notice=place.notice,
            ledgers=ledgers(suites),
            recorder=recorder,
            commit=commit,
            fresh=fresh,
        )


def ledgers(suites: Sequence[Ready]) -> dict[str, Ledger]:
    """A budget for each suite, under the one over all of them."""
    total = Ledger(suites[0].total, clock=time.monotonic, of=" over all suites") if suites else None
    return {
        ready.suite.name: Ledger(ready.suite.budget, clock=time.monotonic, above=total) for ready in suites
    }


def _endings(suites: Sequence[Ready]) -> list[str]:
    """A warning for each model that is about to end, once."""
    models = {model for ready in suites for model in ready.target.models()}
    models |= {m for ready in suites for each in ready.instruments.evaluators for m in each.models()}
    if not models:
        return []
    from gate.llm.door import deprecation  # noqa: PLC0415 - for those who ask a model

    return [text for model in sorted(models) if (text := deprecation(model)) is not None]


def shelf_of(place: Place, ready: Ready) -> str | None:
    """The shelf of today's application; None where nothing says that trials of earlier runs would still hold."""
    return _shelf(ready, place.tree.commit() if _needs_commit(ready) else None)


def _shelf(ready: Ready, commit: str | None) -> str | None:
    """Where later runs find the trials of a suite; None where nothing says that they would still hold."""
    if ready.suite.reuse is False:
        return None
    batch = ready.suite.batch
    if not _needs_commit(ready):
        return shelf(ready.fingerprint, batch=batch)
    return shelf(ready.fingerprint, sha=commit, batch=batch) if commit and ready.target.files() else None


def _needs_commit(ready: Ready) -> bool:
    """Whether it is not known what the target depends on: if its code is ours at all, only its commit stands for it."""
    suite = ready.suite
    return suite.reuse is None and not suite.depends_on and not ready.target.whole


async def _closed(suites: Sequence[Ready]) -> None:
    """Close every plug-in, and the doors that they opened, whatever one of them does."""
    closing = [closed for ready in suites for closed in ready.closing()]
    await asyncio.gather(*closing, return_exceptions=True)
