"""Config → suites that are ready to run: plug-ins built, every case checked, fingerprints taken.

Everything that can be refused is refused here, all problems at once, before anything is called or paid.
"""

import os
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel

from gate.compare.bars import unjudged
from gate.config.file import ConfigFile, parse, policy_sheet
from gate.config.nodes import spelt
from gate.config.suites import load_suites
from gate.evaluators.cost import Cost, CostOptions
from gate.evaluators.operational import Operational
from gate.functions import load_function
from gate.gated import check_gates
from gate.host.local import WorkingTree
from gate.model.budget import Budget
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Evaluator, NoOptions, Setting, Target
from gate.model.quantity import counted
from gate.model.score import Metric
from gate.model.suite import PolicySheet, Suite, Use
from gate.plugins import Plugins
from gate.provider import ModelDoor, check_batch, pace_of
from gate.run.fingerprint import evaluator_fingerprint, fingerprinted, target_fingerprint
from gate.run.pace import Paces
from gate.run.scoring import Instruments
from gate.telemetry.arrivals import Arrivals

_OPERATIONAL, _COST = "operational", "operational.cost"
_SHOWN_PROBLEMS = 20


@dataclass(frozen=True, kw_only=True)
class Ready:
    """A suite with its plug-ins built. `total` is the budget over all suites of its config."""

    suite: Suite
    target: Target
    instruments: Instruments
    fingerprint: dict[str, str]
    door: ModelDoor
    paces: Paces
    arrivals: Arrivals
    total: Budget

    @property
    def metrics(self) -> Mapping[str, Metric]:
        """The metrics that are known before anything ran."""
        return self.instruments.metrics

    @property
    def unjudged(self) -> Sequence[tuple[str, str]]:
        """(metric, percentile) of each gate whose bars can't be judged with this suite's cases: they are too few."""
        return unjudged(self.suite.policy, cases=len(self.suite.cases))

    def closing(self) -> Iterator[Awaitable[None]]:
        """Let go of all that the plug-ins hold."""
        yield self.target.aclose()
        yield from (evaluator.aclose() for evaluator in self.instruments.evaluators)
        yield self.door.aclose()


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A whole config: what it says of judging, and its suites."""

    sheet: PolicySheet
    suites: tuple[Ready, ...]

    def drawn_as(self, base: PolicySheet) -> "Prepared":
        """The same with the draws of the base, for the suites that it has: fewer of them would lower the bar."""
        suites = (
            replace(
                ready,
                suite=ready.suite.model_copy(
                    update={"draws": base.draws.get(ready.suite.name, ready.suite.draws)}
                ),
            )
            for ready in self.suites
        )
        return replace(self, suites=tuple(suites))


def read_config(tree: WorkingTree, file: str) -> ConfigFile:
    """The config in the working tree.

    Raises:
        UserError: there is none, or something in it is wrong.
    """
    text = tree.read(file)
    if text is None:
        fix = "write one with `gate init`, or name another with --config"
        raise UserError(Problem(message=f"there is no {file} in {tree.root}", fix=fix))
    return parse(text, file)


def prepare(
    tree: WorkingTree, file: str, *, only: Sequence[str] = (), cases: Sequence[Case] = ()
) -> Prepared:
    """Read the config, load its suites, build their plug-ins, and check every case.

    Where there are `cases`, they take the place of the suites' own.

    Raises:
        UserError: with every problem that was found.
    """
    config = read_config(tree, file)
    suites = load_suites(config, root=tree.root, catalogue=Plugins(), only=only, cases=cases)
    found: list[Problem] = []
    ready, paces, arrivals = [], Paces(), Arrivals(os.environ)
    for suite in suites:
        with _collecting(found):
            ready.append(_ready(suite, config, root=tree.root, paces=paces, arrivals=arrivals))
    if found:
        raise UserError(*_bounded(found))
    return Prepared(sheet=policy_sheet(config), suites=tuple(ready))


def _ready(suite: Suite, config: ConfigFile, *, root: Path, paces: Paces, arrivals: Arrivals) -> Ready:
    pace = pace_of(suite, paces)
    door = ModelDoor(concurrency=suite.concurrency, timeout_s=suite.timeout_s, pace=pace, prices=suite.prices)
    setting = Setting(
        root=root,
        suite=suite.name,
        timeout_s=suite.timeout_s,
        concurrency=suite.concurrency,
        llm=door,
        load=lambda reference: load_function(reference, root),
        pace=pace,
        hearing=arrivals,
    )
    target, evaluators = _built(suite, setting, config)
    instruments = Instruments(
        evaluators=tuple(evaluator for evaluator, _ in evaluators),
        metrics=_metrics(evaluators, root),
        fingerprints={each.name: evaluator_fingerprint(each, use, root) for each, use in evaluators},
        root=root,
    )
    _check(suite, target, instruments.evaluators)
    check_gates(config, suite, instruments)
    check_batch(config, suite, target)
    fingerprint = target_fingerprint(
        root, suite.target, version=target.version, files=target.files(), depends_on=suite.depends_on
    )
    return Ready(
        suite=suite,
        target=target,
        instruments=instruments,
        fingerprint=fingerprint,
        door=door,
        paces=paces,
        arrivals=arrivals,
        total=config.shape.budget,
    )


def _built(suite: Suite, setting: Setting, config: ConfigFile) -> tuple[Target, list[tuple[Evaluator, Use]]]:
    """The target and the evaluators, what is always recorded last."""
    plugins, found = Plugins(), list[Problem]()
    evaluators = list[tuple[Evaluator, Use]]()
    with _collecting(found):
        kind = plugins.target(suite.target.use)
        with _placed(config, ("suites", suite.name, "target"), kind.Options):
            target = kind(kind.Options.model_validate(suite.target.with_), setting)
    for place, use in enumerate(suite.evaluators):
        with _collecting(found):
            plugin = plugins.evaluator(use.use)
            with _placed(config, ("suites", suite.name, "evaluators", place), plugin.Options):
                evaluators.append((plugin(use.name, plugin.Options.model_validate(use.with_), setting), use))
    if found:
        raise UserError(*found)
    operational = Operational(_OPERATIONAL, NoOptions(), setting)
    cost = Cost(_COST, CostOptions(prices=suite.prices), setting)
    return target, [*evaluators, (operational, Use(use=_OPERATIONAL)), (cost, Use(use=_COST))]


def _metrics(evaluators: Iterable[tuple[Evaluator, Use]], root: Path) -> dict[str, Metric]:
    """Every metric that is known beforehand.

    Raises:
        UserError: two evaluators claim one metric.
    """
    metrics: dict[str, Metric] = {}
    for evaluator, use in evaluators:
        for name, metric in fingerprinted(evaluator, use, root).items():
            if name in metrics:
                raise UserError(
                    Problem(
                        message=f"two evaluators give a metric {name!r}",
                        key=evaluator.name,
                        fix="give one of them another `name`",
                    )
                )
            metrics[name] = metric
    return metrics


def _check(suite: Suite, target: Target, evaluators: Sequence[Evaluator]) -> None:
    found: list[Problem] = []
    checks: list[Callable[..., None]] = [target.check, *(evaluator.check for evaluator in evaluators)]
    for case in suite.cases:
        for check in checks:
            with _collecting(found):
                check(case)
    if found:
        raise UserError(*found)


@contextmanager
def _placed(config: ConfigFile, use: tuple[str | int, ...], options: type[BaseModel]) -> Iterator[None]:
    """A plug-in knows its options by name alone: what it finds wrong with one gets its line and its whole key."""
    try:
        yield
    except UserError as error:
        found = []
        for problem in error.problems:
            path = (*use, "with", problem.key)
            known = problem.place is None and problem.key in options.model_fields
            place = {"place": config.source.place(path), "key": spelt(path)} if known else {}
            found.append(problem.model_copy(update=place))
        raise UserError(*found) from None


@contextmanager
def _collecting(found: list[Problem]) -> Iterator[None]:
    try:
        yield
    except UserError as error:
        found.extend(error.problems)


def _bounded(found: Sequence[Problem]) -> Sequence[Problem]:
    """The first problems, and how many more there are: a thousand cases may share one."""
    if len(unique := list(dict.fromkeys(found))) <= _SHOWN_PROBLEMS:
        return unique
    more = counted(len(unique) - _SHOWN_PROBLEMS, "more problem")
    return [*unique[:_SHOWN_PROBLEMS], Problem(message=f"and {more}", fix="mend these first")]
