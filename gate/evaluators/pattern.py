"""Pattern + text → what was found, in a child process: a pattern that backtracks must not hang the gate."""

import re
import warnings
from collections.abc import Sequence
from typing import Literal

from gate.evaluators.worker import Worker
from gate.model.ports import ScoringError
from gate.model.redaction import shortened

Flag = Literal["ignore_case", "multiline", "dotall", "ascii"]
_FLAGS: dict[Flag, re.RegexFlag] = {
    "ignore_case": re.IGNORECASE,
    "multiline": re.MULTILINE,
    "dotall": re.DOTALL,
    "ascii": re.ASCII,
}


def checked_pattern(pattern: str, *, flags: Sequence[Flag] = ()) -> str:
    """The pattern, if it is one.

    Raises:
        ValueError: with what `re` has against it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # FutureWarning for `[[`: it is read as it always was
            re.compile(pattern, _value(flags))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"this is not a valid pattern: {error}") from None
    return pattern


class Pattern:
    """Searches texts; `full` asks for a match of the whole text, `limit_s` bounds one search in seconds."""

    def __init__(self, *, flags: Sequence[Flag] = (), full: bool = False, limit_s: float = 2) -> None:
        self._flags, self._full = _value(flags), full
        self._worker = Worker("pattern", limit_s=limit_s)

    async def find(self, pattern: str, text: str) -> str | None:
        """What the pattern found (its first group, where it has one), at most 200 characters; None for no match.

        Raises:
            ScoringError: it took too long.
        """
        request = {"pattern": pattern, "flags": self._flags, "full": self._full, "text": text}
        try:
            found: str | None = await self._worker.ask(request)
        except ScoringError as error:
            if error.kind != "timeout":
                raise
            shown = shortened(pattern, limit=80)
            raise ScoringError(
                "timeout",
                f"the pattern {shown} was not done within {self._worker.limit_s:g} s with a text of "
                f"{len(text):,} characters; it backtracks: avoid a repeat inside a repeat, such as (a+)+",
            ) from None
        return found

    async def aclose(self) -> None:
        """End the child process."""
        await self._worker.aclose()


def _value(flags: Sequence[Flag]) -> int:
    value = 0
    for flag in flags:
        value |= int(_FLAGS[flag])
    return value
