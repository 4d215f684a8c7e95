"""Case files → Cases in the order of the files, every problem collected. No id stands twice."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import BinaryIO

from gate.config.cases import case_of
from gate.config.csv_table import csv_table
from gate.config.json_lines import json_lines
from gate.config.nodes import Node
from gate.config.rows import MAX_CASE_BYTES, Row, Rows, not_utf8, too_large
from gate.config.tree import read_yaml
from gate.config.words import did_you_mean
from gate.model.case import Case, Place
from gate.model.errors import Problem, UserError
from gate.model.quantity import counted

# YAML is held in memory as a whole, at many bytes for one.
MAX_YAML_BYTES = 50_000_000
_MOST_PROBLEMS = 20


def read_cases(names: Sequence[str], *, root: Path) -> tuple[list[Case], list[Problem]]:
    """The cases of all files, and what is wrong with them: at most 20 problems a file, then how many more.

    `names` are paths relative to the root with `/`, and are what messages call the files.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    places: dict[str, Place | None] = {}
    for name in names:
        found: list[Problem] = []
        before = len(cases)
        try:
            for row in _rows(root / name, name):
                _take(row, name, cases=cases, problems=found)
        except UserError as error:
            found += error.problems
        if not found and len(cases) == before:
            message, fix = "there is no case in this file", "write a first case"
            found.append(Problem(message=message, place=Place(file=name), fix=fix))
        problems += _first(found, name)
    for case in cases:
        first = places.setdefault(case.id, case.place)
        if first is not case.place:
            message = f"the id {case.id!r} stands twice, first at {first}"
            problems.append(
                Problem(message=message, place=case.place, key="id", fix="give each case its own id")
            )
    return cases, problems


def _take(row: Row | Problem, name: str, *, cases: list[Case], problems: list[Problem]) -> None:
    if isinstance(row, Problem):
        problems.append(row)
        return
    case = case_of(row, file=name)
    if isinstance(case, Case):
        cases.append(case)
    else:
        problems += case


def _first(problems: list[Problem], name: str) -> list[Problem]:
    if len(problems) <= _MOST_PROBLEMS:
        return problems
    left = len(problems) - _MOST_PROBLEMS
    stand = counted(left, "more problem like these stands", "more problems like these stand")
    problem = Problem(message=f"{stand} in this file", place=Place(file=name))
    return [*problems[:_MOST_PROBLEMS], problem]


def _rows(path: Path, name: str) -> Rows:
    read = _FORMATS.get(path.suffix.lower())
    place = Place(file=name)
    if read is None:
        message = f"a case file ends in .jsonl, .yaml or .csv, this one in {path.suffix or 'nothing'}"
        raise UserError(Problem(message=message, place=place, fix="convert it, or name another file"))
    try:
        with path.open("rb") as file:
            yield from read(file, name)
    except OSError as error:
        raise UserError(Problem(message=f"cannot be read: {error.strerror}", place=place)) from None


def _yaml_list(file: BinaryIO, name: str) -> Rows:
    """A list of cases, or a mapping with `cases`."""
    content = file.read(MAX_YAML_BYTES + 1)
    place = Place(file=name)
    if len(content) > MAX_YAML_BYTES:
        message = f"a YAML file of cases has at most {MAX_YAML_BYTES // 1_000_000} MB"
        raise UserError(
            Problem(message=message, place=place, fix="write the cases as .jsonl, which has no limit")
        )
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UserError(not_utf8(Place(file=name, line=line))) from None
    root, problems = read_yaml(text, file=name)
    yield from problems
    for node in _entries(root, place):
        if node.span > MAX_CASE_BYTES:
            yield too_large(Place(file=name, line=node.line))
        else:
            yield Row(node.line, None, node)


def _entries(root: Node | None, place: Place) -> list[Node]:
    if root is None:
        return []
    if isinstance(root.value, list):
        return root.value
    problems = []
    if isinstance(root.value, dict):
        for key in root.value.keys() - {"cases"}:
            where = Place(file=place.file, line=root.key_lines[key])
            fix = did_you_mean(key, ["cases"])
            problems.append(Problem(message="this key is not known here", place=where, key=key, fix=fix))
        inner = root.value.get("cases")
        if inner is not None and isinstance(inner.value, list) and not problems:
            return inner.value
    fix = "start each case with `- id: …`"
    message = "a YAML file of cases is a list of cases, or a mapping with the list `cases`"
    raise UserError(*(problems or [Problem(message=message, place=place, fix=fix)]))


_FORMATS: Mapping[str, Callable[[BinaryIO, str], Rows]] = {
    ".jsonl": json_lines,
    ".ndjson": json_lines,
    ".yaml": _yaml_list,
    ".yml": _yaml_list,
    ".csv": csv_table,
}
