"""ConfigFile + case files + the catalogue of plug-ins → Suites, read and checked. Runs nothing.

Everything that is wrong in all suites is collected and raised at once.
"""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, Protocol

from pydantic import ValidationError
from pydantic_core import PydanticCustomError

from gate.config.case_files import read_cases
from gate.config.file import ConfigFile
from gate.config.merge import own_or_default
from gate.config.nodes import KeyPath, shown, spelt
from gate.config.paths import exists, files_of
from gate.config.recorded import with_recorded
from gate.config.shape import SuiteShape, UsedPlugin
from gate.config.tags import tag_problems
from gate.config.words import did_you_mean, problems_of
from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.suite import Suite, Use

Kind = Literal["target", "evaluator"]


class Catalogue(Protocol):
    """What `use:` may name; handed in, because plug-ins are none of this room's business."""

    def names(self, kind: Kind) -> Sequence[str]:
        """All names of one kind."""
        ...

    def options(self, kind: Kind, use: str) -> type[Noun]:
        """The closed model of what stands under `with:` of one of these names."""
        ...


def case_files(config: ConfigFile, *, root: Path) -> set[str]:
    """The case files of all suites that are there, relative to the root."""
    found = set[str]()
    for pattern in (pattern for suite in config.shape.suites.values() for pattern in suite.cases):
        with contextlib.suppress(PydanticCustomError):
            found.update(files_of(pattern, root=root))
    return found


def load_suites(
    config: ConfigFile,
    *,
    root: Path,
    catalogue: Catalogue,
    only: Sequence[str] = (),
    cases: Sequence[Case] = (),
) -> tuple[Suite, ...]:
    """The suites of a config in its order, with their cases; `only` names some of them.

    `root` is the folder of gate.yaml: every path is read relative to it. Where there are `cases`, they take the place of
    the suites' own; slices and clusters are not theirs.

    Raises:
        UserError: every problem of every suite at once.
    """
    refuse_unknown(config, only)
    loader = _Loader(config, root=root, catalogue=catalogue, given=cases)
    suites = [loader.suite(name) for name in config.shape.suites if name in only or not only]
    if loader.problems:
        raise UserError(*loader.problems)
    return tuple(suite for suite in suites if suite is not None)


def refuse_unknown(config: ConfigFile, named: Sequence[str]) -> None:
    """Refuse names of suites that the config does not have.

    Raises:
        UserError: with all of them.
    """
    known = list(config.shape.suites)
    unknown = [name for name in named if name not in known]
    if unknown:
        raise UserError(
            *(
                Problem(message=f"there is no suite {name!r} in {config.file}", fix=did_you_mean(name, known))
                for name in unknown
            )
        )


class _Loader:
    """Loads one suite after the other and keeps what is wrong."""

    def __init__(
        self, config: ConfigFile, *, root: Path, catalogue: Catalogue, given: Sequence[Case]
    ) -> None:
        self.config, self.given = config, given
        self.root = root
        self.catalogue = catalogue
        self.problems: list[Problem] = []

    def suite(self, name: str) -> Suite | None:
        """The suite, or None where anything is wrong with it."""
        before = len(self.problems)
        shape, merged = self.config.shape.suites[name], self.config.merged
        at: KeyPath = ("suites", name)
        self.plugin("target", shape.target, at=(*at, "target"))
        for index, one in enumerate(shape.evaluators):
            self.plugin("evaluator", one, at=(*at, "evaluators", index))
        self.dependencies(shape, at=(*at, "depends_on"))
        self.whole(name, shape, at=(*at, "generation_of"))
        cases = self.given or self.cases(shape, at=(*at, "cases"))
        if cases and not self.given:
            self.problems += tag_problems(merged.policies[name], cases, self.config.source, at=at)
        if len(self.problems) > before:
            return None
        defaults = self.config.shape.defaults
        return Suite(
            name=name,
            cases=tuple(cases),
            target=_use(shape.target),
            evaluators=tuple(_use(one) for one in shape.evaluators),
            policy=merged.policies[name],
            draws=merged.draws[name],
            concurrency=own_or_default("concurrency", shape, defaults),
            timeout_s=own_or_default("timeout_s", shape, defaults),
            max_wait_s=own_or_default("max_wait_s", shape, defaults),
            calls_per_minute=own_or_default("calls_per_minute", shape, defaults),
            depends_on=shape.depends_on,
            reuse=own_or_default("reuse", shape, defaults),
            batch=own_or_default("batch", shape, defaults),
            budget=merged.budgets[name],
            baseline=merged.baselines[name],
            prices=self.config.shape.prices,
        )

    def plugin(self, kind: Kind, used: UsedPlugin, *, at: KeyPath) -> None:
        """Whether there is such a plug-in, and whether it takes what stands under `with:`."""
        names = self.catalogue.names(kind)
        if used.use not in names:
            written = self.config.source.find((*at, "use"))
            self.problem(written.path, f"there is no {kind} {used.use!r}", fix=did_you_mean(used.use, names))
            return
        try:
            options = self.catalogue.options(kind, used.use)
        except UserError as error:
            self.problems += error.problems
            return
        try:
            options.model_validate(used.with_)
        except ValidationError as error:
            self.problems += problems_of(error, self.config.source, at=(*at, "with"), model=options)
        except Exception as error:  # noqa: BLE001 - a validator of an installed plug-in may raise anything
            message = f"the options of {used.use!r} cannot be checked: {type(error).__name__}: {error}"
            self.problem((*at, "with"), message, fix="mend or remove that package")

    def cases(self, shape: SuiteShape, *, at: KeyPath) -> list[Case]:
        """The cases of all files of a suite; a file that two patterns name is read once."""
        names: dict[str, None] = {}
        for index, pattern in enumerate(shape.cases):
            where = self.config.source.find((*at, index)).path
            try:
                names.update(dict.fromkeys(files_of(pattern, root=self.root)))
            except PydanticCustomError as error:
                said = error.context or {}
                self.problem(where, said["text"], fix=said["fix"], value=shown(pattern))
        cases, problems = read_cases(list(names), root=self.root)
        if shape.contexts is not None and not problems:
            cases, problems = with_recorded(cases, shape.contexts, root=self.root)
        self.problems += problems
        return [] if problems else cases

    def whole(self, name: str, shape: SuiteShape, *, at: KeyPath) -> None:
        """Another suite must be named, and one that answers from passages of its own."""
        other = shape.generation_of
        if other is None:
            return
        suites = self.config.shape.suites
        known = [each for each, its in suites.items() if each != name and its.generation_of is None]
        if other not in known:
            message = f"{other!r} is no other suite that searches afresh"
            self.problem(at, message, fix=did_you_mean(other, known) if known else "leave it out")

    def dependencies(self, shape: SuiteShape, *, at: KeyPath) -> None:
        """A pattern that names nothing is a mistake: the suite would be left alone when its target changes."""
        for index, pattern in enumerate(shape.depends_on):
            if not exists(pattern, root=self.root):
                fix = "mend the path or pattern, or remove it"
                self.problem((*at, index), "this names no file or folder", fix=fix, value=shown(pattern))

    def problem(self, path: KeyPath, message: str, **said: str) -> None:
        place = self.config.source.place(path)
        self.problems.append(Problem(message=message, place=place, key=spelt(path), **said))


def _use(used: UsedPlugin) -> Use:
    return Use(use=used.use, name=used.name or used.use, with_=used.with_)
