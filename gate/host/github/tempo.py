"""Tempo: how fast GitHub is asked and how long it is waited for. All in seconds; it never measures anything itself."""

import time
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tempo:
    """The pauses between calls that GitHub asks for, and the bounds on what a bad day may cost.

    `call_s` bounds one call from its start to its last byte, `quiet_s` (whole seconds) the silence within it, `waits_s`
    all waiting before another attempt together: it lets one secondary limit pass, for which GitHub asks a minute.
    `sleep` waits that many seconds.
    """

    between_requests_s: float = 0.25
    between_writes_s: float = 1
    quiet_s: int = 15
    call_s: float = 60
    waits_s: float = 90
    sleep: Callable[[float], None] = time.sleep
