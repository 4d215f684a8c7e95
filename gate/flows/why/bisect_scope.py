"""What is searched: the suite that has the metric, the road and its stops, the cases; and what it takes at the most."""

from collections.abc import Sequence
from dataclasses import dataclass

from gate.base import Base, base_of_working_tree
from gate.compare.bisection import most_steps
from gate.compare.one_metric import Yardstick
from gate.compare.policy import ERROR_RATE, OF_KIND, is_counted
from gate.config.words import did_you_mean
from gate.flows.why.narrowing import file_steps
from gate.flows.why.road import Road, Stop, Surveyor
from gate.host.commits import is_shallow, landed
from gate.host.local import WorkingTree
from gate.model.errors import Problem, UserError
from gate.model.scorecard import Scorecard
from gate.place import Place
from gate.ready import Prepared, Ready, prepare


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


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Where it is searched, and by which measure.

    `baseline` is None where there is none that has the metric; `stops` are those of the road, or one that stands for them
    all; `steps` is how many versions are asked at the most.
    """

    wanted: Wanted
    ready: Ready
    baseline: Scorecard | None
    yardstick: Yardstick
    surveyor: Surveyor
    road: Road
    stops: Sequence[Stop]
    steps: int

    @property
    def suite(self) -> str:
        """The name of the suite."""
        return self.ready.suite.name

    @property
    def level(self) -> float:
        """The chance of an error that each step has."""
        # Beside the steps: that the drop is there at all, and that what was found is worse than what stood before it.
        return self.wanted.alpha / (self.steps + 2)

    def most_trials(self, cases: Sequence[str]) -> int:
        """The trials of the first look at all cases, if none are known yet, of both ends twice, and of every step."""
        every = len(self.ready.suite.cases)
        first = 0 if cases else every * (1 if self.baseline is not None else 2)
        asked = len(cases) or min(self.wanted.most_cases, every)
        return first + asked * self.wanted.most_draws * (self.steps + 4)


def scope_of(place: Place, wanted: Wanted) -> Scope:
    """What a person wants → where it is searched.

    Raises:
        UserError: something is wrong with the config or the names; no suite measures the metric, or several do; no
            commit is known to be good.
    """
    prepared = prepare(place.tree, place.config, only=(wanted.suite,) if wanted.suite else ())
    base = base_of_working_tree(place.tree, place.config, prepared.sheet)
    ready = _suite_of(prepared, base, wanted)
    name = ready.suite.name
    surveyor = Surveyor(place, ready)
    road = surveyor.road(wanted.good or _accepted(place.tree, ready.suite.baseline), wanted.bad)
    whole = surveyor.whole(road) if wanted.whole else None
    stops = road.stops if whole is None else [whole]
    return Scope(
        wanted=wanted,
        ready=ready,
        baseline=_with_metric(base.baseline(name), wanted.metric),
        yardstick=Yardstick(
            policy=prepared.sheet.policy, rules=ready.suite.policy, calibration=base.calibration(name)
        ),
        surveyor=surveyor,
        road=road,
        stops=stops,
        steps=_steps_of(surveyor, stops, good=road.good.sha),
    )


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


def is_merge(stop: Stop) -> bool:
    """Whether it stands for all that came with a merge."""
    return len(stop.commit.parents) > 1


def between(stops: Sequence[Stop], *, whole: bool) -> tuple[str, str] | None:
    """Two commits, where what was found is all that lies between them, or (the second is empty) what is not committed."""
    if len(stops) > 1 or not (whole or stops[0].source is None):
        return None
    return stops[0].commit.parents[0], stops[0].source or ""


def _suite_of(prepared: Prepared, base: Base, wanted: Wanted) -> Ready:
    """The suite that measures the metric."""
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


def _accepted(tree: WorkingTree, baseline: str) -> str:
    """The last commit of the branch that brought a baseline."""
    commits = [commit for commit in landed(tree, baseline) if commit.paths]
    # At the edge of a shallow clone a commit seems to bring every file that is there.
    if commits and not (is_shallow(tree) and not commits[0].parents):
        return commits[0].sha
    fix = "name a commit that was good with --good"
    if is_shallow(tree):
        fix += "; this clone is shallow, and `git fetch --unshallow` brings the rest"
    message = f"no commit of this branch is known to have brought {baseline}, so none is known to be good"
    raise UserError(Problem(message=message, fix=fix))


def _with_metric(card: Scorecard | None, metric: str) -> Scorecard | None:
    return card if card is not None and (metric in card.metrics or is_counted(metric)) else None


def _steps_of(surveyor: Surveyor, stops: Sequence[Stop], *, good: str) -> int:
    """How many versions are asked at the most: to find the stop, to look into a merge, and to find the file."""
    beyond = [file_steps(len(stop.paths)) for stop in stops if not is_merge(stop)]
    for stop in filter(is_merge, stops):
        inner = surveyor.within(stop.commit, good)
        deepest = max((file_steps(len(each.paths)) for each in inner), default=0)
        beyond.append(1 + most_steps(len(inner)) + deepest if inner else 0)
    return most_steps(len(stops)) + max(beyond, default=0)


def _metrics(ready: Ready, base: Base) -> set[str]:
    card = base.baseline(ready.suite.name)
    return {*ready.metrics, *(card.metrics if card is not None else ()), ERROR_RATE}


def _gives(ready: Ready, metric: str) -> bool:
    """Whether an evaluator may give it that says what it measures only once it has."""
    if metric.startswith(OF_KIND):
        return True
    return any(each.describe(metric) is not None for each in ready.instruments.evaluators)
