"""A file of recorded passages + cases → the cases with them as their context: the search is taken out of what is tested.

JSON Lines of `id` and `contexts`, or a results file, of which the passages of each case's first reply are taken. Never
mixes: a case that has a context of its own is refused, and so is one that was not recorded.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from gate.config.cases import Passage, context_of, passage
from gate.config.json_lines import json_lines
from gate.config.nodes import Node, Source
from gate.config.rows import Row
from gate.config.words import problems_of
from gate.model.base import Noun
from gate.model.case import Case, Context, Place
from gate.model.errors import Problem, UserError
from gate.model.files import load_results

_MOST_PROBLEMS = 20


class Recording(Noun):
    """The passages that were found for one case."""

    id: str
    contexts: tuple[Annotated[Passage, BeforeValidator(passage)], ...]


def with_recorded(cases: Sequence[Case], name: str, *, root: Path) -> tuple[list[Case], list[Problem]]:
    """The cases with their recorded passages, or what is wrong: at most 20 problems.

    `name` is a path relative to the root with `/`.
    """
    try:
        recorded = _read(root / name, name)
    except UserError as error:
        return [], list(error.problems[:_MOST_PROBLEMS])
    problems = [problem for case in cases if (problem := _problem(case, name, recorded=recorded)) is not None]
    if problems:
        return [], problems[:_MOST_PROBLEMS]
    return [case.model_copy(update={"context": recorded[case.id]}) for case in cases], []


def _problem(case: Case, name: str, *, recorded: Mapping[str, Sequence[Context]]) -> Problem | None:
    if case.context:
        message, fix = "has a context of its own", "take it out of the case, or `contexts` out of the suite"
    elif case.id not in recorded:
        message, fix = f"has no passages in {name}", "record them, or take the case out of the suite"
    else:
        return None
    return Problem(message=f"case {case.id!r} {message}", place=case.place, key="contexts", fix=fix)


def _read(path: Path, name: str) -> Mapping[str, tuple[Context, ...]]:
    """The passages by case.

    Raises:
        UserError: the file cannot be read, or is no such file.
    """
    try:
        if path.suffix.lower() == ".json":
            return _of_results(path.read_text(encoding="utf-8-sig"), name)
        with path.open("rb") as file:
            return _of_rows(list(json_lines(file, name)), name)
    except UnicodeDecodeError:
        message = "this is not UTF-8"
    except OSError as error:
        message = f"this cannot be read: {error.strerror}"
    raise UserError(Problem(message=message, place=Place(file=name), fix="record the passages anew"))


def _of_results(text: str, name: str) -> Mapping[str, tuple[Context, ...]]:
    found: dict[str, tuple[Context, ...]] = {}
    for trial in load_results(text, name).trials:
        if trial.reply is not None:
            found.setdefault(trial.case_id, trial.reply.contexts)
    return found


def _of_rows(rows: Sequence[Row | Problem], name: str) -> Mapping[str, tuple[Context, ...]]:
    found: dict[str, tuple[Context, ...]] = {}
    problems: list[Problem] = []
    for row in rows:
        if isinstance(row, Problem):
            problems.append(row)
            continue
        try:
            recording = Recording.model_validate(row.value)
        except ValidationError as error:
            source = Source(name, Node.of(row.value, row.line))
            problems += problems_of(error, source, at=(), model=Recording)
            continue
        if recording.id in found:
            fix = "leave one of the two"
            message = f"case {recording.id!r} is recorded twice"
            problems.append(Problem(message=message, place=Place(file=name, line=row.line), fix=fix))
        found[recording.id] = context_of(recording.contexts)
    if problems:
        raise UserError(*problems)
    return found
