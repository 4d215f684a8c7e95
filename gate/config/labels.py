"""Label file (JSON Lines) ↔ Labels: one decision of a person a line."""

from collections.abc import Iterable
from io import BytesIO

from pydantic import ValidationError

from gate.config.json_lines import json_lines
from gate.model.base import canonical_json
from gate.model.calibration import Label
from gate.model.case import Place
from gate.model.errors import Problem, UserError

_FIX = "label anew with `gate label`, or mend the line"
_MOST_PROBLEMS = 20


def load_labels(text: str, name: str) -> tuple[Label, ...]:
    """The text of a label file → its labels.

    Raises:
        UserError: lines that are no labels, or two labels of one response and metric.
    """
    labels: dict[tuple[object, ...], Label] = {}
    problems: list[Problem] = []
    for row in json_lines(BytesIO(text.encode()), name):
        if isinstance(row, Problem):
            problems.append(row)
            continue
        place = Place(file=name, line=row.line)
        try:
            label = Label.model_validate(row.value)
        except ValidationError as error:
            problems.append(_problem(error, place))
            continue
        told = (label.case_id, label.key, label.index, label.metric, label.output, label.contexts)
        if labels.setdefault(told, label) is not label:
            message = f"draw {label.index} of case {label.case_id!r} is labeled twice for {label.metric!r}"
            problems.append(Problem(message=message, place=place, fix="keep one of the two lines"))
    if problems:
        raise UserError(*problems[:_MOST_PROBLEMS])
    return tuple(labels.values())


def dump_labels(labels: Iterable[Label]) -> str:
    """Labels → the text of their file, in the order in which they were given."""
    lines = (canonical_json(label.model_dump(mode="json", exclude_defaults=True)) for label in labels)
    return "".join(f"{line}\n" for line in lines)


def _problem(error: ValidationError, place: Place) -> Problem:
    first = error.errors(include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"])
    return Problem(message=f"this is no label: {first['msg']}", place=place, key=key, fix=_FIX)
