"""Ready suites → results, within one walk: one journal, one event loop, plug-ins closed at its end."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

from gate.model.errors import InterruptedRunError
from gate.model.ports import Progress
from gate.model.run import RunResult, Trial
from gate.model.suite import Suite
from gate.place import Place
from gate.ready import Ready
from gate.run.journal import Journal, open_journal
from gate.run.plan import RunPlan
from gate.run.pool import pooled
from gate.run.rescore import rescore
from gate.run.runner import run


@dataclass(frozen=True, kw_only=True)
class Draws:
    """What a run takes of each case: `count` trials, counted from `first`."""

    purpose: Literal["accept", "check", "run"]
    count: int
    first: int = 0


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where the runs of one walk are done."""

    loop: asyncio.Runner
    journal: Journal
    progress: "_Heard"

    @property
    def resumed(self) -> Mapping[str, int]:
        """By suite, the trials that were on disk before this walk began."""
        return self.progress.resumed

    def take(self, suites: Sequence[Ready], draws: Callable[[Suite], Draws]) -> dict[str, RunResult]:
        """Run suites one after the other.

        Raises:
            UserError: before the first draw of any: a target lacks what a run needs.
            InterruptedRunError: stopped from outside; what was finished is kept.
        """
        for ready in suites:
            ready.target.open()
        return {ready.suite.name: self._run(ready, draws(ready.suite), earlier=None) for ready in suites}

    def take_more(
        self, suites: Sequence[Ready], draws: Callable[[Suite], Draws], *, earlier: Mapping[str, RunResult]
    ) -> dict[str, RunResult]:
        """Run suites again, and pool what comes back with what they had before; the budget counts both."""
        taken = {}
        for ready in suites:
            name = ready.suite.name
            taken[name] = pooled(earlier[name], self._run(ready, draws(ready.suite), earlier=earlier[name]))
        return taken

    def rescore(self, ready: Ready, result: RunResult) -> RunResult:
        """Score the replies of a result anew; nothing is asked of the target."""
        return self._await(
            rescore(result, instruments=ready.instruments, concurrency=ready.suite.concurrency)
        )

    def _run(self, ready: Ready, draws: Draws, *, earlier: RunResult | None) -> RunResult:
        plan = RunPlan(
            suite=ready.suite,
            target=ready.target,
            target_fingerprint=ready.fingerprint,
            instruments=ready.instruments,
            purpose=draws.purpose,
            draws=draws.count,
            first_index=draws.first,
            paid=earlier.trials if earlier else (),
        )
        return self._await(run(plan, progress=self.progress, journal=self.journal))

    def _await(self, work: Awaitable[RunResult]) -> RunResult:
        """Run it on the loop. Its value goes round the task: `Runner.run` makes a text of what a task returned."""
        box: list[RunResult] = []

        async def into_box() -> None:
            box.append(await work)

        self.loop.run(into_box())
        return box[0]


class _Heard:
    """Passes the progress on, and remembers how much of it was on disk already."""

    def __init__(self, listener: Progress) -> None:
        self._listener = listener
        self.resumed: dict[str, int] = {}

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        self.resumed[suite] = self.resumed.get(suite, 0) + resumed
        self._listener.started(suite, total=total, resumed=resumed)

    def finished(self, trial: Trial) -> None:
        self._listener.finished(trial)

    def ended(self) -> None:
        self._listener.ended()


@contextmanager
def bench(place: Place, suites: Sequence[Ready]) -> Iterator[Bench]:
    """Open the bench of one walk. Leave it normally only when what was found is written down.

    Left normally, it forgets the trials it kept; left by an exception, they are kept for the same command.
    """
    with open_journal(place.tree.root, warn=place.notice) as journal, asyncio.Runner() as loop:
        loop.get_loop().set_exception_handler(_report)
        try:
            yield Bench(loop=loop, journal=journal, progress=_Heard(place.progress))
        finally:
            loop.run(_closed(suites))


def _report(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """What nobody awaited; an interruption is told at the end, and needs no second word."""
    if not isinstance(context.get("exception"), InterruptedRunError):
        loop.default_exception_handler(context)


async def _closed(suites: Sequence[Ready]) -> None:
    """Close every plug-in, and the doors that they opened, whatever one of them does."""
    closing = [closed for ready in suites for closed in ready.closing()]
    await asyncio.gather(*closing, return_exceptions=True)
