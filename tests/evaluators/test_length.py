from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.length import Length
from tests.evaluators.scoring import make_evaluator, value


@pytest.mark.parametrize(
    ("options", "output", "is_right"),
    [
        ({"max": 3}, "one two three", True),
        ({"max": 3}, "one two three four", False),
        ({"min": 3}, "one two", False),
        ({"min": 1}, "", False),
        ({"max": 0}, "", True),
        ({"max": 0}, " \n\t ", True),
        ({"min": 2, "max": 2}, "one\u00a0two", True),
        ({"unit": "characters", "max": 3}, "abc", True),
        ({"unit": "characters", "max": 3}, "abcd", False),
        ({"unit": "characters", "min": 5, "max": 5}, "👩‍👩‍👧", True),
        ({"unit": "characters", "max": 999_999}, "x" * 1_000_000, False),
        ({"unit": "characters", "min": 3, "max": 3}, "a\0b", True),
    ],
)
def test_the_length_must_lie_within_the_bounds_both_included(
    options: dict[str, Any], output: str, *, is_right: bool
) -> None:
    assert value(make_evaluator(Length, **options), output=output) == float(is_right)


@pytest.mark.parametrize("options", [{}, {"min": 3, "max": 2}, {"min": -1}, {"unit": "tokens", "min": 1}])
def test_bounds_that_bound_nothing_or_exclude_each_other_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Length, **options)
