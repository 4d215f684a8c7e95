"""How long to wait before the next attempt. Pure: the clock and the chance are handed in.

The SDK obeys a provider's `retry-after` without an upper bound; here it is obeyed or the attempt is given up, since a
shorter wait would only be refused again.
"""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

MAX_RETRIES = 4
_FIRST_S, _LONGEST_S = 0.5, 8.0  # of the waits that nobody asked for, doubling; the SDK's own numbers
_JITTER = 0.25  # share by which such a wait is shortened at most, so that many do not come back at once


def wait_s(attempt: int, *, asked_s: float | None, chance: float) -> float:
    """Seconds before the attempt after `attempt` (counted from 0): what was asked for, else a doubling wait.

    `chance` lies in [0, 1).
    """
    if asked_s is not None:
        return asked_s
    return min(_FIRST_S * 2.0**attempt, _LONGEST_S) * (1 - _JITTER * chance)


def asked_wait_s(headers: Mapping[str, str], *, now: float) -> float | None:
    """Headers → the seconds that the provider asks to wait (RFC 9110, 10.2.3), or None. `now` is Unix time in seconds."""
    for name, unit in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            asked = float(headers[name]) * unit
        except (KeyError, ValueError):
            continue
        return asked if asked > 0 else None  # a NaN is none either
    try:
        asked = parsedate_to_datetime(headers["retry-after"]).timestamp() - now
    except (KeyError, ValueError, OverflowError):
        return None
    return asked if asked > 0 else None
