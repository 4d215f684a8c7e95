"""Suite → one of its parts, and the runs of all parts → the run of the whole. Never a part twice, never one too few.

Cases are dealt like cards, in the order of the file: the parts differ by one case at most, and their order gives the
order of the whole back. What is merged says what one run with the same trials would have said, byte for byte.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain

from gate.model.base import digest
from gate.model.case import Case, Place, Shard
from gate.model.errors import Problem, UserError
from gate.model.run import RunResult, Stopped
from gate.model.suite import Suite
from gate.run.scoring import Instruments
from gate.run.spool import Spool

_AGAIN = "run all shards of one commit with the same config, and merge the files of that run"


def dealt(
    suite: Suite, number: int, of: int, *, target: Mapping[str, str], instruments: Instruments
) -> Suite | None:
    """Part `number` (from 1) of the suite's cases; None where there are fewer cases than that.

    `target` and `instruments` are those of the run: parts that another config made are never merged with these.
    """
    part = suite.cases[number - 1 :: of]
    if not part:
        return None
    made = {
        "suite": suite.name,
        "cases": [[case.id, case.scored_key, case.asked_key] for case in suite.cases],
        "target": dict(target),
        "evaluators": dict(instruments.fingerprints),
        "of": of,
    }
    shard = Shard(number=number, of=of, cases=len(suite.cases), whole=digest(made))
    return suite.model_copy(update={"cases": part, "shard": shard})


def merged(files: Mapping[str, RunResult]) -> RunResult:
    """The results of all parts of one suite, by the name of their file → the result of the whole.

    Raises:
        UserError: a file that is no part, two of one part, a missing one, or parts of different runs.
    """
    parts = _parts(files)
    results = [parts[number][1] for number in sorted(parts)]
    first = results[0]
    _agree([parts[number] for number in sorted(parts)])
    cases = tuple(_in_turn([result.cases for result in results]))
    spool = Spool({case.id: number for number, case in enumerate(cases)})
    for trial in chain.from_iterable(result.trials for result in results):
        spool.append(trial)
    return first.model_copy(
        update={
            "cases": cases,
            "metrics": {name: metric for result in results for name, metric in result.metrics.items()},
            "trials": spool.trials(),
            "stopped": _stopped(results),
            "shard": None,
            "duration_s": 0.0,
        }
    )


def _parts(files: Mapping[str, RunResult]) -> dict[int, tuple[str, RunResult]]:
    """The parts by number, once all are there and each of them once."""
    parts: dict[int, tuple[str, RunResult]] = {}
    found: list[Problem] = []
    for place, result in files.items():
        shard = result.shard
        if shard is None:
            found.append(_problem(place, "this is no shard: it holds a whole run", fix="leave it out"))
        elif shard.number in parts:
            other = parts[shard.number][0]
            found.append(_problem(place, f"shard {shard} of {result.suite} is also in {other}", fix=_AGAIN))
        else:
            parts[shard.number] = (place, result)
    for place, result in list(parts.values())[:1]:
        shard = _shard(result)
        missing = [n for n in range(1, min(shard.of, shard.cases) + 1) if n not in parts]
        if missing and not found:
            names = ", ".join(f"{number}/{shard.of}" for number in missing)
            message = f"shard {names} of {result.suite} is not among the files"
            found.append(_problem(place, message, fix="name the files of all shards; run what is missing"))
    if found:
        raise UserError(*found)
    return parts


def _agree(parts: Sequence[tuple[str, RunResult]]) -> None:
    """Refuse parts of different runs."""
    (one, first), *others = parts
    found = [
        _problem(place, f"{what} is not that of {one}: the two are parts of different runs", fix=_AGAIN)
        for place, result in others
        if (what := _difference(first, result))
    ]
    if found:
        raise UserError(*found)


def _difference(one: RunResult, other: RunResult) -> str:
    """What tells two runs apart; empty where they are parts of one."""
    if one.draws != other.draws:
        return f"the number of draws ({other.draws})"
    if _shard(one).of != _shard(other).of:
        return f"the number of shards ({_shard(other).of})"
    if one.target != other.target:
        changed = [
            name for name in one.target | other.target if one.target.get(name) != other.target.get(name)
        ]
        return f"the application ({', '.join(changed)})"
    shared = one.metrics.keys() & other.metrics.keys()
    if changed := sorted(name for name in shared if one.metrics[name] != other.metrics[name]):
        return f"the metric {changed[0]!r}"
    return "" if _shard(one).whole == _shard(other).whole else "the suite (its cases or evaluators)"


def _in_turn(hands: Sequence[Sequence[Case]]) -> Iterator[Case]:
    """The cards in the order in which they were dealt."""
    for number in range(max(map(len, hands))):
        yield from (hand[number] for hand in hands if number < len(hand))


def _stopped(results: Sequence[RunResult]) -> Stopped | None:
    """Why the whole is not done, in the words of its parts."""
    halts = [(result.shard, result.stopped) for result in results if result.stopped is not None]
    if not halts:
        return None
    message = "; ".join(f"shard {shard}: {stopped.message}" for shard, stopped in halts)
    left = sum(stopped.left for _, stopped in halts)
    return Stopped(reason=halts[0][1].reason, message=message, left=left)


def _shard(result: RunResult) -> Shard:
    assert result.shard is not None  # noqa: S101 - what is no part was refused
    return result.shard


def _problem(place: str, message: str, *, fix: str) -> Problem:
    return Problem(message=message, place=Place(file=place), fix=fix)
