from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators.arguments import Fit

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


@given(value=JSON, subset=st.booleans(), ignore_case=st.booleans())
def test_every_value_fits_itself(value: Any, subset: bool, ignore_case: bool) -> None:  # noqa: FBT001 - hypothesis names them
    assert Fit(subset=subset, ignore_case=ignore_case)(value, value)


@pytest.mark.parametrize(
    ("options", "expected", "found", "fits"),
    [
        ({}, {"a": 1}, {"a": 1}, True),
        ({}, {"a": 1}, {"a": 1.0}, True),
        ({}, {"a": 1}, {"a": 2}, False),
        ({}, {"a": 1}, {"a": True}, False),
        ({}, {"a": True}, {"a": 1}, False),
        ({}, {"a": None}, {"a": None}, True),
        ({}, {"a": None}, {}, False),
        ({}, {"a": None}, {"a": 0}, False),
        ({}, {"a": "1"}, {"a": 1}, False),
        ({}, {"a": 1}, {"a": "1"}, False),
        ({}, {"a": 1}, {"a": 1, "b": 2}, False),
        ({"subset": True}, {"a": 1}, {"a": 1, "b": 2}, True),
        ({"subset": True}, {"a": {"x": 1}}, {"a": {"x": 1, "y": 2}}, True),
        ({"subset": True}, {"a": [1]}, {"a": [1, 2]}, False),
        ({}, {"a": [1, 2]}, {"a": [2, 1]}, False),
        ({}, {"a": [1, 2]}, {"a": "12"}, False),
        ({}, {"a": "Rome"}, {"a": "rome"}, False),
        ({"ignore_case": True}, {"a": "Rome"}, {"a": "rome"}, True),
        ({"ignore_case": True}, {"A": 1}, {"a": 1}, False),
        ({"absolute": 0.5}, {"a": 10}, {"a": 10.5}, True),
        ({"absolute": 0.5}, {"a": 10}, {"a": 10.6}, False),
        ({"relative": 0.1}, {"a": -10}, {"a": -11}, True),
        ({"relative": 0.1}, {"a": 10}, {"a": 8.9}, False),
        ({"absolute": 0.3}, {"a": 0.0}, {"a": 0.1 + 0.2}, True),
        ({"absolute": 1.0}, {"a": 1}, {"a": 10**400}, False),
    ],
)
def test_values_fit_as_the_options_say(
    options: dict[str, Any], expected: Any, found: Any, *, fits: bool
) -> None:
    assert Fit(**options)(expected, found) is fits
