"""Trials → whether the target refuses every call, for a reason that another call will not change."""

from gate.model.reply import Failure
from gate.model.run import Trial

_LASTING = frozenset({"auth", "payment", "permission", "unknown_model", "not_found"})
_OF_ONE_CASE = frozenset({"not_found"})  # after an answer, such a refusal says something of its case only
_AT_FIRST, _LATER = 3, 10


class Refusals:
    """Counts lasting refusals since the last answer: three are enough before the first answer, ten after it."""

    def __init__(self, *, total: int) -> None:
        self._at_first = min(_AT_FIRST, max(1, total))
        self._answered = False
        self._count = 0

    def hear(self, trial: Trial) -> str | None:
        """One more trial; the sentence that says why to stop, where it is time."""
        if trial.reply is not None:
            self._answered, self._count = True, 0
            return None
        failure = _lasting(trial)
        if failure is None or (self._answered and failure.kind in _OF_ONE_CASE):
            return None
        self._count += 1
        if self._count < (_LATER if self._answered else self._at_first):
            return None
        times = "call was" if self._count == 1 else f"{self._count} calls in a row were"
        since = " since the last answer" if self._answered else ""
        return f"the target is out of reach: {times} refused{since} ({failure.kind}): {failure.message}"


def _lasting(trial: Trial) -> Failure | None:
    return next((f for f in trial.failures if f.stage == "target" and f.kind in _LASTING), None)
