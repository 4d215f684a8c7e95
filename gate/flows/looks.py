"""The first look of a check: fresh draws, or where a run goes on with another one's, all looks on all draws at once.

Going on is the planned second look: draws are added up to what the base's policy allows, or up to what an accept needs
where somebody who may asked for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.model.run import RunResult
from gate.ready import Prepared, Ready
from gate.running import Bench, Draws


@dataclass(frozen=True, kw_only=True)
class Again:
    """What the attempt before this one recorded, by suite; `for_accept`: the draws of an accept are wanted."""

    results: Mapping[str, RunResult] = field(default_factory=dict)
    for_accept: bool = False


def first_look(runs: Bench, prepared: Prepared, again: Again | None) -> dict[str, RunResult]:
    """The draws of the first look, or of all looks together where a run goes on with another one's."""
    if again is None:
        return runs.take(prepared.suites, lambda suite: Draws(purpose="check", count=suite.draws.check))
    found: dict[str, RunResult] = {}
    for ready in prepared.suites:
        name, draws = ready.suite.name, ready.suite.draws
        before = again.results.get(name)
        before = before if before is not None and _fits(before, ready) else None
        count = max(draws.check if before is None else draws.most, draws.accept if again.for_accept else 0)
        if before is None:
            found |= _taken(runs, ready, Draws(purpose="check", count=count))
        elif before.draws >= count:
            found[name] = before
        else:
            more = Draws(purpose="check", count=count - before.draws, first=before.draws)
            found |= _taken(runs, ready, more, earlier=before)
    return found


def _taken(
    runs: Bench, ready: Ready, draws: Draws, *, earlier: RunResult | None = None
) -> dict[str, RunResult]:
    if earlier is None:
        return runs.take([ready], lambda _: draws)
    return runs.take_more([ready], lambda _: draws, earlier={ready.suite.name: earlier})


def _fits(before: RunResult, ready: Ready) -> bool:
    """Whether more draws may be added: the same application, cases and instruments, and every draw of every case is there."""
    same = (
        before.target == dict(ready.fingerprint)
        and before.cases == ready.suite.cases
        and before.shard is None
    )
    metrics = ready.instruments.metrics
    known = all(before.metrics[name] == metrics[name] for name in before.metrics.keys() & metrics.keys())
    wanted = [(case.id, index) for case in before.cases for index in range(before.draws)]
    return (
        same and known and before.stopped is None and [(t.case_id, t.index) for t in before.trials] == wanted
    )
