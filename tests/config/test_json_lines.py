import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.json_lines import json_lines
from gate.config.rows import Row
from gate.model.errors import Problem


def rows(content: bytes) -> list[Row | Problem]:
    return list(json_lines(io.BytesIO(content), "c.jsonl"))


def test_each_line_is_a_row_and_blank_lines_are_passed_over() -> None:
    content = b'\xef\xbb\xbf{"id": 1}\r\n\r\n   \n{"id": "\xc3\xa9"}'
    assert rows(content) == [Row(1, {"id": 1}), Row(4, {"id": "é"})]


def test_a_line_ends_only_where_a_line_feed_stands() -> None:
    content = '{"a": "x\u2028y\u0085z"}\n{"b": 1}\n'.encode()
    assert [row.line for row in rows(content) if isinstance(row, Row)] == [1, 2]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "this line is not JSON: expecting property name enclosed in double quotes at column 2"),
        ('{"a": 1},', "this line is not JSON: extra data at column 9"),
        ("nope", "this line is not JSON: expecting value at column 1"),
        ('{"a": NaN}', "NaN is no number that can be compared"),
        ('{"a": [-Infinity]}', "-Infinity is no number that can be compared"),
        ('{"a": 1e999}', "the number 1e999 is too large"),
        (f'{{"a": {"9" * 5000}}}', "a number of 5000 digits is not read"),
        ('{"a": 1, "b": 2, "a": 3}', 'the key "a" stands twice in one object'),
        ('{"a": "\\ud83d"}', "half of a surrogate pair (`\\ud800` to `\\udfff`) is no character"),
        ('{"\\uDC00": 1}', "half of a surrogate pair (`\\ud800` to `\\udfff`) is no character"),
        ("[" * 65 + "]" * 65, "values nest deeper than 64 levels here"),
        ("[" * 100_000, "values nest deeper than 64 levels here"),
        ('{"a": \x01}', "this line is not JSON: expecting value at column 7"),
    ],
)
def test_a_bad_line_is_told_with_its_place_and_the_next_one_is_read(line: str, message: str) -> None:
    first, problem, last = rows(f'{{"a": 1}}\n{line}\n{{"b": 2}}\n'.encode())
    assert isinstance(problem, Problem)
    assert (str(problem.place), problem.message) == ("c.jsonl:2", message)
    assert problem.fix
    assert (first, last) == (Row(1, {"a": 1}), Row(3, {"b": 2}))


def test_the_deepest_nesting_that_is_allowed_is_read() -> None:
    (row,) = rows(("[" * 64 + "]" * 64).encode())
    assert isinstance(row, Row)


def test_brackets_inside_texts_are_no_nesting() -> None:
    (row,) = rows(json.dumps({"a": "[{" * 100}).encode())
    assert isinstance(row, Row)


def test_a_whole_pair_of_surrogates_is_a_character() -> None:
    assert rows(b'{"a": "\\ud83d\\ude00"}') == [Row(1, {"a": "😀"})]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(JSON, max_size=4), st.booleans())
def test_any_json_values_come_out_as_they_went_in(values: list[Any], ascii_only: bool) -> None:  # noqa: FBT001
    text = "\n".join(json.dumps(value, ensure_ascii=ascii_only) for value in values)
    assert [row.value if isinstance(row, Row) else row for row in rows(text.encode())] == values


@given(st.binary(max_size=60))
def test_any_bytes_are_rows_or_problems(content: bytes) -> None:
    assert all(isinstance(row, Row | Problem) for row in rows(content))
