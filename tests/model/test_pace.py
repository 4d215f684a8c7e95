import math

import pytest

from gate.model.pace import asked_wait_s

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
