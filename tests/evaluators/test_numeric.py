import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.evaluators.numeric import Numeric, numbers_in, parsed
from gate.model.errors import UserError
from tests.builders import make_case
from tests.evaluators.scoring import make_evaluator, scores, value, values


@pytest.mark.parametrize(
    ("options", "expected", "output", "is_right"),
    [
        ({}, 42, "The answer is 42.", True),
        ({}, 42, "The answer is 43.", False),
        ({}, "42", "42", True),
        ({}, "1,234", "it costs $1,234", True),
        ({}, 0, "no number here", False),
        ({}, 0, "", False),
        ({}, -7, "it is \u22127", True),
        ({}, 3, "5-3", True),
        ({}, 42, "from 41 to 42", True),
        ({"take": "first"}, 41, "from 41 to 42", True),
        ({"take": "only"}, 42, "from 41 to 42", False),
        ({"take": "only"}, 42, "exactly 42", True),
        ({"absolute": 0.5}, 10, "10.5", True),
        ({"absolute": 0.5}, 10, "10.51", False),
        ({"absolute": 0.1}, 0.3, "0.2", True),
        ({"relative": 0.01}, 200, "202", True),
        ({"relative": 0.01}, 200, "202.1", False),
        ({"relative": 0.01}, -200, "-198", True),
        ({"relative": 0.1}, 0, "0.001", False),
        ({"absolute": 1, "relative": 0.01}, 10, "11", True),
        ({"commas": "decimal"}, 1234.5, "1.234,5", True),
        ({"commas": "decimal"}, "3,14", "rund 3,14", True),
        ({"pattern": r"total: (\S+)"}, 7, "total: 7 of 9", True),
        ({"pattern": r"total: (\S+)"}, 9, "total: 7 of 9", False),
        ({"pattern": r"total: (\S+)"}, 7, "sum: 7", False),
        ({"pattern": r"total: (\S+)"}, 7, "total: seven", False),
        ({}, 1e300, "1e300", True),
        ({}, 5, "9" * 1_000_000, False),
        ({}, 5, "\0" + "🙂" * 1000 + "5", True),
    ],
)
def test_a_number_is_right_within_the_wider_tolerance(
    options: dict[str, Any], expected: Any, output: str, *, is_right: bool
) -> None:
    assert value(make_evaluator(Numeric, **options), expected=expected, output=output) == float(is_right)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("on 2024-05-01", [2024, 5, 1]),
        ("(3,4)", [3, 4]),
        ("5kg of .5 and 1e3", [5, 0.5, 1000]),
        ("B2B, GPT4, x_1", []),
        ("答案是42", [42]),
        ("12,3456", [12, 3456]),
        ("1,000,000.25!", [1_000_000.25]),
        ("+7 or -7", [7, -7]),
        ("50%", [50]),
        ("1e9999", []),
        ("nan inf -Infinity", []),
    ],
)
def test_numbers_are_found_where_a_reader_sees_them(text: str, numbers: list[float]) -> None:
    assert numbers_in(text, commas="thousands") == numbers


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_survives_being_written_and_read(number: float) -> None:
    assert parsed(json.dumps(number), commas="thousands") == number
    assert numbers_in(f"so {number!r}.", commas="thousands") == [number]


@given(st.text(alphabet="0123456789.,-+eE \u2212x"))
def test_whatever_is_found_is_a_finite_number(text: str) -> None:
    for commas in ("thousands", "decimal"):
        assert all(map(math.isfinite, numbers_in(text, commas=commas)))


@pytest.mark.parametrize("expected", [None, True, "seven", "", "1 2", [1], {"a": 1}, 10**400])
def test_a_case_whose_expected_is_no_number_is_refused_before_anything_runs(expected: Any) -> None:
    with pytest.raises(UserError, match="case-1"):
        make_evaluator(Numeric).check(make_case(expected=expected))


@pytest.mark.parametrize(
    "options", [{"absolute": -1}, {"pattern": "("}, {"commas": "spaces"}, {"relative": math.nan}]
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Numeric, **options)


def test_a_wrong_number_says_which_it_was() -> None:
    evaluator = make_evaluator(Numeric, absolute=0.5)
    explanations = [given[0].explanation for given in scores(evaluator, (10, "12"), (10, "many"))]
    assert explanations == ["12 is not 10 within 0.5", "there is no number"]


def test_a_text_made_to_slow_the_search_is_read_in_one_pass() -> None:
    texts = ["1," * 200_000, "1,111" * 100_000, "-" * 500_000, "1e" * 200_000, ".1" * 200_000]
    assert len(values(make_evaluator(Numeric), *((5, text) for text in texts))) == len(texts)
