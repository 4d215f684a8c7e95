import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.llm.retry import asked_wait_s, wait_s

NOW = 1_792_584_000.0  # Wed, 21 Oct 2026 12:00:00 GMT


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after-ms": "soon", "retry-after": "7"}, 7.0),
        ({"retry-after": "Wed, 21 Oct 2026 12:00:30 GMT"}, 30.0),
        ({"retry-after": "Wed, 21 Oct 2026 11:00:00 GMT"}, None),
        ({"retry-after": "0"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "tomorrow"}, None),
        ({"retry-after": "inf"}, math.inf),
    ],
)
def test_the_wait_that_was_asked_for_is_read_in_seconds(
    headers: dict[str, str], seconds: float | None
) -> None:
    assert asked_wait_s(headers, now=NOW) == seconds


@given(
    st.integers(min_value=0, max_value=50),
    st.floats(min_value=0, max_value=1, exclude_max=True),
    st.floats(1, 1e9),
)
def test_what_was_asked_is_waited_and_else_never_more_than_eight_seconds(
    attempt: int, chance: float, asked: float
) -> None:
    assert wait_s(attempt, asked_s=asked, chance=chance) == asked
    assert 0.375 <= wait_s(attempt, asked_s=None, chance=chance) <= 8.0


def test_waits_double() -> None:
    assert [wait_s(n, asked_s=None, chance=0.0) for n in range(6)] == [0.5, 1.0, 2.0, 4.0, 8.0, 8.0]
