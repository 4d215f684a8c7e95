import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.cases import case_of
from gate.config.csv_table import csv_table
from gate.config.rows import Row
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.feedback import Feedback


def rows(text: str | bytes) -> list[Row | Problem]:
    return list(csv_table(io.BytesIO(text if isinstance(text, bytes) else text.encode()), "c.csv"))


def test_columns_become_the_fields_of_a_case() -> None:
    text = "id,input,expected,context.2,context.1,tags.category,tags.level\na,hi,yes,two,one,x,3\n"
    value = {
        "id": "a", "input": "hi", "expected": "yes", "context": ["one", "two"], "tags": {"category": "x", "level": "3"},
    }  # fmt: skip
    assert rows(text) == [Row(2, value)]


def test_variables_stand_in_columns_of_their_own() -> None:
    text = "id,input.question,input.tone,context\na,why?,,passage\n"
    assert rows(text) == [
        Row(2, {"id": "a", "input": {"question": "why?", "tone": ""}, "context": ["passage"]})
    ]


def test_an_empty_cell_is_not_given_except_under_input() -> None:
    text = "id,input,expected,context,tags.a\na,,,,\n"
    assert rows(text) == [Row(2, {"id": "a", "input": ""})]


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_lines_are_right_where_a_quoted_cell_holds_line_breaks(end: str) -> None:
    text = end.join(["\ufeffid,input", 'a,"one', "two", 'three"', "", "b,x", 'c,"say ""hi"", now"', ""])
    found = rows(text)
    assert [row.line for row in found if isinstance(row, Row)] == [2, 6, 7]
    assert [row.value["input"] for row in found if isinstance(row, Row)] == [
        f"one{end}two{end}three", "x", 'say "hi", now',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("header", "message", "fix"),
    [
        ("idd,input,id", "this is no column of a case", "did you mean `id`?"),
        ("id,input,answer", "this is no column of a case",
         "use one of: id, input, expected, context, input.<variable>, context.1, tags.<name>, feedback"),
        ("id,input,tags.", "this is no column of a case", "did you mean `tags.<name>`?"),
        ("id,input,id", "this column stands here twice", "remove one of the two"),
        ("input", "the column `id` is missing", "add a column `id`: a name for each case that never changes"),
        ("id,expected", "the column `input` is missing",
         "have either `input`, or one column `input.<variable>` for each template variable"),
        ("id,input,input.a", "`input` and `input.<variable>` both stand here",
         "have either `input`, or one column `input.<variable>` for each template variable"),
        ("id;input", "the columns are not separated by commas", "use commas"),
        ("id\tinput", "the columns are not separated by commas", "use commas"),
    ],
)  # fmt: skip
def test_columns_that_are_not_those_of_cases_are_refused(header: str, message: str, fix: str) -> None:
    with pytest.raises(UserError) as caught:
        rows(f"\n{header}\n1,2,3\n")
    (problem,) = caught.value.problems
    assert (str(problem.place), problem.message, problem.fix) == ("c.csv:2", message, fix)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a,b,c\n", 2, "the header has 2 cells, this row has 3"),
        ("a\n", 2, "the header has 2 cells, this row has 1"),
        ('a,b\nc,"never closed\nd,e\n', 3, "this is not CSV: a quote that was opened is never closed"),
        ('a,"b"x\n', 2, "this is not CSV: a closing quote is followed by something else than a comma"),
        ("a,b\rc,d\n", 2, "this is not CSV: a line ends in a lone carriage return"),
    ],
)
def test_a_bad_record_is_told_with_the_line_it_starts_in(text: str, line: int, message: str) -> None:
    problem = next(row for row in rows(f"id,input\n{text}") if isinstance(row, Problem))
    assert (str(problem.place), problem.message) == (f"c.csv:{line}", message)
    assert problem.fix


def test_a_line_that_is_no_utf_8_is_told_and_the_lines_behind_it_stay_right() -> None:
    found = rows(b"id,input\n\xe9,x\nb,y\n")
    assert [str(row.place) for row in found if isinstance(row, Problem)] == ["c.csv:2"]
    assert [row for row in found if isinstance(row, Row)] == [Row(3, {"id": "b", "input": "y"})]


def test_a_cell_beyond_the_usual_limit_of_python_is_read() -> None:
    (row,) = rows(f"id,input\na,{'x' * 200_000}\n")
    assert isinstance(row, Row)


CELLS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1)


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=5))
def test_what_python_writes_as_csv_is_read_back(cells: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    csv.writer(file).writerows([("id", "input"), *cells])
    assert [row.value for row in rows(file.getvalue()) if isinstance(row, Row)] == [
        {"id": first, "input": second} for first, second in cells
    ]


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_problems_or_refused(content: bytes) -> None:
    try:
        found = rows(b"id,input\n" + content) + rows(content)
    except UserError:
        return
    assert all(isinstance(row, Row | Problem) for row in found)


def test_what_users_said_stands_in_columns_and_a_thumb_may_stand_alone() -> None:
    (row,) = rows("id,input,feedback,feedback.rating,feedback.follow_up\na,q,down,2,No\n")
    assert isinstance(row, Row)
    assert row.value["feedback"] == {"thumbs": "down", "rating": "2", "follow_up": "No"}
    case = case_of(row, file="cases.csv")
    assert isinstance(case, Case)
    assert case.feedback == Feedback(thumbs="down", rating=2, follow_up="No")


def test_a_thumb_has_one_column() -> None:
    with pytest.raises(UserError, match="this column stands here twice"):
        rows("id,input,feedback,feedback.thumbs\n")
