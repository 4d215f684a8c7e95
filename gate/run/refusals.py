"""Calls → whether every one is refused, for a reason that another call will not change."""

from gate.model.quantity import counted
from gate.model.reply import Failure
from gate.run.pace import TOO_LONG
from gate.run.window import OUT_OF_REACH

_LASTING = frozenset({"auth", "payment", "permission", "unknown_model", "not_found", TOO_LONG})
_OF_ONE_CASE = frozenset({"not_found"})  # after an answer, such a refusal says something of its case only
_UNREACHABLE = "connection"  # may pass, but nothing that never answered is worth asking for ever
_AT_FIRST, _LATER = 3, 10


class Refusals:
    """Counts lasting refusals since the last answer: three are enough before the first answer, ten after it.

    Ten calls that found no connection are enough, too, as long as there was no answer at all; and one where the pace
    has given the provider up. `who` is who refuses.
    """

    def __init__(self, *, total: int, who: str = "the target") -> None:
        self._at_first, self._who = min(_AT_FIRST, max(1, total)), who
        self._answered = False
        self._count = 0
        self._unreached = 0

    def hear(self, failure: Failure | None) -> str | None:
        """One more call, None where it was answered; the sentence that says why to stop, where it is time."""
        if failure is None:
            self._answered, self._count = True, 0
            return None
        if failure.kind == OUT_OF_REACH:
            return f"{self._who} is out of reach: {failure.message}"
        if failure.kind == _UNREACHABLE and not self._answered:
            self._unreached += 1
            if self._unreached >= _LATER:
                calls = f"none of {counted(self._unreached, 'call')} got a connection"
                return f"{self._who} is out of reach: {calls}: {failure.message}"
        if failure.kind not in _LASTING or (self._answered and failure.kind in _OF_ONE_CASE):
            return None
        self._count += 1
        if self._count < (_LATER if self._answered else self._at_first):
            return None
        times = "call was" if self._count == 1 else f"{self._count} calls in a row were"
        since = " since the last answer" if self._answered else ""
        return f"{self._who} is out of reach: {times} refused{since} ({failure.kind}): {failure.message}"
