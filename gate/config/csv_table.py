"""CSV (RFC 4180) → rows: the first record names the columns, every other one is a case.

Columns: `id`, `input` or `input.<variable>`, `expected`, `context` or `context.1`, `context.2` …, `tags.<name>`,
`feedback` or its parts. Every value is text as it stands; an empty cell means "not given", except under `input`, where
it is the empty text.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO

from gate.config.nodes import shown
from gate.config.rows import MAX_CASE_BYTES, Row, Rows, lines_of
from gate.config.words import did_you_mean
from gate.model.case import Place
from gate.model.errors import Problem, UserError

_PLAIN = ("id", "input", "expected", "context")
_COLUMN = re.compile(
    r"id|input|expected|context|(input|tags)\..+|context\.[0-9]{1,4}|feedback\.(thumbs|rating|follow_up|answer)"
)
_MENDING = 'a cell with commas, quotes or line breaks stands in "quotes", and a quote in it is doubled'
_COMPLAINTS = {
    "unexpected end of data": "a quote that was opened is never closed",
    "expected after": "a closing quote is followed by something else than a comma",
    "field larger than": f"one cell has more than {MAX_CASE_BYTES // 1_000_000} MB",
    "new-line character seen": "a line ends in a lone carriage return",
}


def csv_table(file: BinaryIO, name: str) -> Rows:
    """The rows of a CSV file. A record that spans lines stands in the line that it starts in.

    Raises:
        UserError: the columns are not those of cases.
    """
    # The limit is one of the whole process; the default is 128 kB.
    csv.field_size_limit(max(MAX_CASE_BYTES, csv.field_size_limit()))
    unreadable: list[Problem] = []
    reader = csv.reader(_texts(file, name, unreadable), strict=True)
    columns: list[str] = []
    line = 1
    try:
        for record in reader:
            place = Place(file=name, line=line)
            if record and columns:
                yield _row(record, columns, place)
            elif record:
                columns = _columns(record, place)
            yield from unreadable
            unreadable.clear()
            line = reader.line_num + 1
    except csv.Error as error:
        message = next((said for part, said in _COMPLAINTS.items() if part in str(error)), str(error))
        yield Problem(message=f"this is not CSV: {message}", place=Place(file=name, line=line), fix=_MENDING)
    yield from unreadable


def _texts(file: BinaryIO, name: str, unreadable: list[Problem]) -> Iterator[str]:
    """Lines as text; one that cannot be read counts as a blank one, so that line numbers stay right."""
    for _, text in lines_of(file, name):
        if isinstance(text, Problem):
            unreadable.append(text)
            yield "\n"
        else:
            yield text


def _columns(record: Sequence[str], place: Place) -> list[str]:
    names = ["feedback.thumbs" if name == "feedback" else name for name in map(str.strip, record)]
    problems = []
    if len(names) == 1 and re.search("[;\t|]", names[0]):
        raise UserError(
            Problem(message="the columns are not separated by commas", place=place, fix="use commas")
        )
    for index, name in enumerate(names):
        if not _COLUMN.fullmatch(name):
            fix = did_you_mean(name, (*_PLAIN, "input.<variable>", "context.1", "tags.<name>", "feedback"))
            problems.append(
                Problem(message="this is no column of a case", place=place, value=shown(name), fix=fix)
            )
        elif name in names[:index]:
            fix = "remove one of the two"
            problems.append(
                Problem(message="this column stands here twice", place=place, value=name, fix=fix)
            )
    if "id" not in names:
        fix = "add a column `id`: a name for each case that never changes"
        problems.append(Problem(message="the column `id` is missing", place=place, fix=fix))
    inputs = [name for name in names if name == "input" or name.startswith("input.")]
    if not inputs or ("input" in inputs and len(inputs) > 1):
        message = (
            "`input` and `input.<variable>` both stand here" if inputs else "the column `input` is missing"
        )
        fix = "have either `input`, or one column `input.<variable>` for each template variable"
        problems.append(Problem(message=message, place=place, fix=fix))
    if problems:
        raise UserError(*problems)
    return names


def _row(record: Sequence[str], columns: Sequence[str], place: Place) -> Row | Problem:
    if len(record) != len(columns):
        message = f"the header has {len(columns)} cells, this row has {len(record)}"
        return Problem(message=message, place=place, fix=_MENDING)
    value: dict[str, Any] = {}
    passages: dict[int, str] = {}
    for column, cell in zip(columns, record, strict=True):
        kind, _, name = column.partition(".")
        if kind == "input" and name:
            value.setdefault("input", {})[name] = cell
        elif kind == "input" or (cell and not name and kind != "context"):
            value[kind] = cell
        elif cell and kind in {"tags", "feedback"}:
            value.setdefault(kind, {})[name] = cell
        elif cell:
            passages[int(name or 0)] = cell
    if passages:
        value["context"] = [passages[number] for number in sorted(passages)]
    return Row(place.line or 1, value)
