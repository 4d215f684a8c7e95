"""A file of cases that was named → those cases, checked, and the one suite whose application is to be asked them."""

from collections.abc import Sequence
from pathlib import Path

from gate.config.case_files import read_cases
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.place import Place
from gate.ready import read_config


def chosen_cases(place: Place, file: Path) -> tuple[Case, ...]:
    """The cases of a file, wherever it lies; case files are `.jsonl`, `.yaml` or `.csv`.

    Raises:
        UserError: it is not there, or with everything that is wrong in it.
    """
    path = file.absolute()
    if not path.is_file():
        fix = 'write one: {"id": "a", "input": "…", "expected": "…"}, a case a line'
        raise UserError(Problem(message=f"there is no file {file}", key="--cases", fix=fix))
    root = place.tree.root
    inside = path.resolve().is_relative_to(root)
    name = path.resolve().relative_to(root).as_posix() if inside else str(path)
    cases, problems = read_cases([name], root=root)
    if problems:
        raise UserError(*problems)
    return tuple(cases)


def suite_of(place: Place, only: Sequence[str]) -> str:
    """The suite that was named, or the only one there is.

    Raises:
        UserError: none was named, or several, where there are several.
    """
    known = list(read_config(place.tree, place.config).shape.suites)
    named = list(dict.fromkeys(only)) or known
    if len(named) == 1:
        return named[0]
    message = "the cases of --cases are those of one suite, and several are meant"
    raise UserError(Problem(message=message, value=", ".join(named), fix=f"name one: gate run {known[0]} …"))
