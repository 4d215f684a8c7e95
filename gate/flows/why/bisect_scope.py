"""What is to be searched: the suite that has the metric, the cases by name or tag, and how many steps it takes at the most."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.base import Base
from gate.compare.bisection import most_steps
from gate.compare.policy import ERROR_RATE, OF_KIND
from gate.config.words import did_you_mean
from gate.flows.why.narrowing import file_steps
from gate.flows.why.road import Stop, Surveyor
from gate.model.errors import Problem, UserError
from gate.ready import Prepared, Ready


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is searched for, and how.

    good, bad:
        names of commits; empty: the last accept of the baseline, and the working tree.
    cases:
        ids, or `tag=value`; empty: those that broke, at most `most_cases` of them.
    alpha:
        the chance of naming the wrong one.
    most_draws:
        the most draws of a case in one version.
    whole:
        the files of everything between the two are searched, not the commits.
    told:
        only say what it would take.
    """

    metric: str
    suite: str = ""
    good: str = ""
    bad: str = ""
    cases: Sequence[str] = ()
    alpha: float = 0.05
    most_cases: int = 30
    most_draws: int = 12
    whole: bool = False
    fresh: bool = False
    told: bool = False


def suite_of(prepared: Prepared, base: Base, wanted: Wanted) -> Ready:
    """The suite that measures the metric.

    Raises:
        UserError: none does, or several do.
    """
    metric = wanted.metric
    having = [ready for ready in prepared.suites if metric in _metrics(ready, base) or _gives(ready, metric)]
    if len(having) == 1:
        return having[0]
    if having:
        names = ", ".join(ready.suite.name for ready in having)
        message, fix = f"several suites have a metric {metric!r}", f"name one with --suite: {names}"
    else:
        known = sorted({name for ready in prepared.suites for name in _metrics(ready, base)})
        message, fix = f"no suite has a metric {metric!r}", did_you_mean(metric, known)
    raise UserError(Problem(message=message, fix=fix))


def named_cases(ready: Ready, named: Sequence[str]) -> tuple[str, ...]:
    """The cases that ids and `tag=value` name, in the order of the suite.

    Raises:
        UserError: one of them names no case.
    """
    cases = ready.suite.cases
    found: set[str] = set()
    for each in named:
        tag, _, value = each.partition("=")
        ids = {case.id for case in cases if case.id == each} or {
            case.id for case in cases if value and case.tags.get(tag) == value
        }
        if not ids:
            fix = did_you_mean(each, [case.id for case in cases][:20]) + ", or a tag such as category=refunds"
            raise UserError(Problem(message="this names no case", value=f"--cases {each}", fix=fix))
        found |= ids
    return tuple(case.id for case in cases if case.id in found)


def steps_of(surveyor: Surveyor, stops: Sequence[Stop], *, good: str) -> int:
    """How many versions are asked at the most: to find the stop, to look into a merge, and to find the file."""
    beyond = [file_steps(len(stop.paths)) for stop in stops if not is_merge(stop)]
    for stop in filter(is_merge, stops):
        inner = surveyor.within(stop.commit, good)
        deepest = max((file_steps(len(each.paths)) for each in inner), default=0)
        beyond.append(1 + most_steps(len(inner)) + deepest if inner else 0)
    return most_steps(len(stops)) + max(beyond, default=0)


def is_merge(stop: Stop) -> bool:
    """Whether it stands for all that came with a merge."""
    return len(stop.commit.parents) > 1


def between(stops: Sequence[Stop], *, whole: bool) -> tuple[str, str] | None:
    """Two commits, where what was found is all that lies between them, or (the second is empty) what is not committed."""
    if len(stops) > 1 or not (whole or stops[0].source is None):
        return None
    return stops[0].commit.parents[0], stops[0].source or ""


def _metrics(ready: Ready, base: Base) -> set[str]:
    card = base.baseline(ready.suite.name)
    return {*ready.metrics, *(card.metrics if card is not None else ()), ERROR_RATE}


def _gives(ready: Ready, metric: str) -> bool:
    """Whether an evaluator may give it that says what it measures only once it has."""
    if metric.startswith(OF_KIND):
        return True
    return any(each.describe(metric) is not None for each in ready.instruments.evaluators)
