import io

from gate.config.rows import MAX_CASE_BYTES, lines_of
from gate.model.errors import Problem


def test_lines_are_numbered_from_one_without_the_byte_order_mark() -> None:
    found = list(lines_of(io.BytesIO(b"\xef\xbb\xbfa\r\nb\n\nc"), "f"))
    assert found == [(1, "a\r\n"), (2, "b\n"), (3, "\n"), (4, "c")]


def test_a_line_that_is_no_utf_8_is_a_problem_and_the_next_one_is_read() -> None:
    (_, problem), last = lines_of(io.BytesIO(b"caf\xe9\nok\n"), "f")
    assert isinstance(problem, Problem)
    assert str(problem) == "f:1: this is not UTF-8\n    fix: save the file as UTF-8"
    assert last == (2, "ok\n")


def test_a_line_beyond_ten_megabytes_is_a_problem_and_the_next_one_is_read() -> None:
    content = (
        b"x" * MAX_CASE_BYTES + b"\n" + b"y" * (2 * MAX_CASE_BYTES) + b"\nok\n" + b"z" * (MAX_CASE_BYTES + 1)
    )
    found = [
        (line, text if isinstance(text, Problem) else len(text))
        for line, text in lines_of(io.BytesIO(content), "f")
    ]
    assert [line for line, _ in found] == [1, 2, 3, 4]
    assert [isinstance(text, Problem) for _, text in found] == [True, True, False, True]


def test_a_line_of_just_ten_megabytes_is_read() -> None:
    ((_, text),) = lines_of(io.BytesIO(b"x" * MAX_CASE_BYTES), "f")
    assert isinstance(text, str)
