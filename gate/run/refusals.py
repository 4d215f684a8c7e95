"""Trials → whether the target refuses every call, for a reason that another call will not change."""

from collections.abc import Collection

from gate.model.reply import Failure
from gate.model.run import Trial

_LASTING = frozenset({"auth", "payment", "permission", "unknown_model", "not_found"})
_OF_ONE_CASE = frozenset({"not_found"})  # after an answer, such a refusal says something of its case only
_UNREACHABLE = "connection"  # may pass, but nothing that never answered is worth asking for ever
_AT_FIRST, _LATER = 3, 10


class Refusals:
    """Counts lasting refusals since the last answer: three are enough before the first answer, ten after it.

    Ten calls that found no connection are enough, too, as long as there was no answer at all.
    """

    def __init__(self, *, total: int) -> None:
        self._at_first = min(_AT_FIRST, max(1, total))
        self._answered = False
        self._count = 0
        self._unreached = 0

    def hear(self, trial: Trial) -> str | None:
        """One more trial; the sentence that says why to stop, where it is time."""
        if trial.reply is not None:
            self._answered, self._count = True, 0
            return None
        unreached = None if self._answered else _failed(trial, {_UNREACHABLE})
        if unreached is not None:
            self._unreached += 1
            if self._unreached >= _LATER:
                return f"the target is out of reach: none of {self._unreached} calls got a connection: {unreached.message}"
        failure = _failed(trial, _LASTING)
        if failure is None or (self._answered and failure.kind in _OF_ONE_CASE):
            return None
        self._count += 1
        if self._count < (_LATER if self._answered else self._at_first):
            return None
        times = "call was" if self._count == 1 else f"{self._count} calls in a row were"
        since = " since the last answer" if self._answered else ""
        return f"the target is out of reach: {times} refused{since} ({failure.kind}): {failure.message}"


def _failed(trial: Trial, kinds: Collection[str]) -> Failure | None:
    return next((f for f in trial.failures if f.stage == "target" and f.kind in kinds), None)
