"""The run without a verdict, and the scoring anew of what a run kept."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from gate.base import needed_text
from gate.model.case import Case
from gate.model.files import load_results
from gate.model.quantity import counted
from gate.model.run import RunResult
from gate.place import Place
from gate.ready import Prepared, Ready, prepare
from gate.run.shards import dealt
from gate.running import Draws, bench


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What a run leaves: the results by suite, and how many of their trials were on disk before."""

    results: Mapping[str, RunResult]
    resumed: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is run: the suites that are named (none: all), with `cases` in the place of their own where there are any.

    With a `shard` (number, of) only that part of each suite's cases; a suite that has fewer cases is left out.
    """

    only: Sequence[str] = ()
    cases: Sequence[Case] = ()
    shard: tuple[int, int] | None = None


@contextmanager
def run(place: Place, asked: Asked, *, draws: int | None = None, fresh: bool = False) -> Iterator[Ran]:
    """Run, and judge nothing. Leave the block when the results are delivered: until then the runs are not over.

    With `fresh` every draw is taken anew.

    Raises:
        UserError, InterruptedRunError: as `check`.
    """
    prepared = prepare(place.tree, place.config, only=asked.only, cases=asked.cases)
    suites = prepared.suites if asked.shard is None else _dealt(place, prepared, asked.shard)
    with bench(place, prepared.suites, fresh=fresh) as runs:
        results = runs.take(suites, lambda suite: Draws(purpose="run", count=draws or suite.draws.check))
        yield Ran(results=results, resumed=runs.resumed)


def _dealt(place: Place, prepared: Prepared, shard: tuple[int, int]) -> list[Ready]:
    """The suites with this part of their cases, without those that have none in it."""
    number, of = shard
    parts = []
    for ready in prepared.suites:
        suite = dealt(ready.suite, number, of, target=ready.fingerprint, instruments=ready.instruments)
        if suite is None:
            place.notice(
                f"{ready.suite.name}: has {counted(len(ready.suite.cases), 'case')}, and none for {number}/{of}"
            )
        else:
            parts.append(replace(ready, suite=suite))
    return parts


def rescore(place: Place, results: Path) -> Mapping[str, RunResult]:
    """Score the replies of a results file anew, with the evaluators of today's config; the target is not asked.

    Raises:
        UserError: no such file, or its suite is not in the config.
    """
    result = load_results(needed_text(results), str(results))
    prepared = prepare(place.tree, place.config, only=(result.suite,))
    with bench(place, prepared.suites) as runs:
        return {result.suite: runs.rescore(prepared.suites[0], result)}
