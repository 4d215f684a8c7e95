"""The text of gate.yaml → ConfigFile: every value checked and placed. Reads no other file.

Everything that is wrong is collected and raised at once.
"""

import json
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import ValidationError

from gate.config.merge import Merged, merge
from gate.config.nodes import KeyPath, Source, spelt
from gate.config.shape import GateFile, SuiteShape
from gate.config.tree import read_yaml
from gate.config.words import did_you_mean, problems_of
from gate.model.base import digest
from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.model.suite import PolicySheet

MAX_CHARACTERS = 5_000_000


@dataclass(frozen=True, slots=True)
class ConfigFile:
    """gate.yaml as it was read: its models, where each of them stands, and what the suites came to with `defaults`."""

    shape: GateFile
    source: Source
    merged: Merged

    @property
    def file(self) -> str:
        """The name of the file, as it was given."""
        return self.source.file


def parse(text: str, file: str) -> ConfigFile:
    """The text of gate.yaml → ConfigFile; `file` is what messages call it.

    Raises:
        UserError: every problem at once, each with line, key path, value and fix.
    """
    if len(text) > MAX_CHARACTERS:
        message = f"the file has more than {MAX_CHARACTERS:,} characters"
        raise UserError(
            Problem(message=message, place=Place(file=file), fix="move cases into files of their own")
        )
    root, problems = read_yaml(text, file=file)
    if root is None:
        fix = "write a first one with `gate init`"
        raise UserError(Problem(message="the file is empty", place=Place(file=file), fix=fix))
    source = Source(file, root)
    shape = _shape(source, problems)
    if shape is None:
        raise UserError(*problems)
    merged, more = merge(shape, source)
    problems += [*more, *_names(shape, source)]
    if problems:
        raise UserError(*problems)
    return ConfigFile(shape, source, merged)


def policy_sheet(config: ConfigFile) -> PolicySheet:
    """All that the file says about judging; no case and no disk is needed for it."""
    merged = config.merged
    return PolicySheet(
        policy=config.shape.policy,
        authority=config.shape.accept,
        suites=merged.policies,
        baselines=merged.baselines,
        draws=merged.draws,
        evaluators={name: _instruments(suite) for name, suite in config.shape.suites.items()},
        cases={name: tuple(suite.cases) for name, suite in config.shape.suites.items()},
    )


def _instruments(suite: SuiteShape) -> dict[str, str]:
    """Each evaluator by its name, with a hash of what stands there."""
    return {used.name or used.use: digest([used.use, used.with_]) for used in suite.evaluators}


def gate_problem(config: ConfigFile, *, suite: str, metric: str, known: Sequence[str]) -> Problem:
    """The problem of a gate on a metric that no evaluator of the suite gives; `known` are those that there are."""
    path = ("suites", suite, "gates", metric)
    return Problem(
        message=f"no evaluator of this suite gives a metric {metric!r}",
        place=config.source.place(path),
        key=spelt(path),
        fix=did_you_mean(metric, known),
    )


def gate_misfit(config: ConfigFile, *, suite: str, metric: str, wrong: str, fix: str) -> Problem:
    """The problem of a gate that cannot judge its metric, in the suite or else in `defaults.gate`."""
    own = metric in config.shape.suites[suite].gates
    path = ("suites", suite, "gates", metric) if own else ("defaults", "gate")
    return Problem(
        message=f"this gate cannot judge {metric}: {wrong}",
        place=config.source.place(path),
        key=spelt(path),
        fix=fix,
    )


def batch_problem(config: ConfigFile, *, suite: str, message: str, fix: str, gate: str = "") -> Problem:
    """The problem of a suite that cannot be asked in batches, or of one of its gates."""
    own = "batch" in config.shape.suites[suite].model_fields_set
    path: KeyPath = ("suites", suite, "batch") if own else ("defaults", "batch")
    path = ("suites", suite, "gates", gate) if gate else path
    return Problem(message=message, place=config.source.place(path), key=spelt(path), fix=fix)


def _shape(source: Source, problems: list[Problem]) -> GateFile | None:
    """Validate as JSON and strictly, so that `"8"` is no number and `true` is not 1; adds to `problems`."""
    try:
        return GateFile.model_validate_json(json.dumps(source.root.plain()), strict=True)
    except ValidationError as error:
        known = {problem.key for problem in problems}
        found = problems_of(error, source, at=(), model=GateFile)
        problems += [problem for problem in found if problem.key not in known]
        problems.sort(key=lambda problem: (problem.place.line or 0) if problem.place else 0)
        return None


def _names(shape: GateFile, source: Source) -> list[Problem]:
    """Names that stand twice where each must be another one: evaluators and slices of a suite, baselines of all."""
    problems = []
    for suite, own in shape.suites.items():
        evaluators = [one.name or one.use for one in own.evaluators]
        slices = [one if isinstance(one, str) else one.name for one in own.slices]
        fix = "give each of them a `name` of its own"
        problems += _twice(evaluators, source, path=("suites", suite, "evaluators"), fix=fix)
        problems += _twice(
            slices, source, path=("suites", suite, "slices"), fix="remove or rename one of the two"
        )
    return problems + _shared_baselines(shape, source)


def _twice(names: Sequence[str], source: Source, *, path: KeyPath, fix: str) -> list[Problem]:
    problems = []
    for index, name in enumerate(names):
        first = names.index(name)
        if first < index:
            key = (*path, index)
            message = f"the name {name!r} stands here twice, first in line {source.find((*path, first)).line}"
            problems.append(Problem(message=message, place=source.place(key), key=spelt(key), fix=fix))
    return problems


def _shared_baselines(shape: GateFile, source: Source) -> list[Problem]:
    """Two suites that would write one file, also on a file system that ignores case."""
    problems, owners = [], dict[str, str]()
    for name, suite in shape.suites.items():
        path = suite.baseline or f"baselines/{name}.json"
        other = owners.setdefault(posixpath.normpath(path).casefold(), name)
        if other != name:
            key = ("suites", name, "baseline") if suite.baseline else ("suites", name)
            message = f"this suite and {other!r} have one baseline file, {path}"
            problems.append(
                Problem(
                    message=message,
                    place=source.place(key),
                    key=spelt(key),
                    fix="give each a `baseline` of its own",
                )
            )
    return problems
