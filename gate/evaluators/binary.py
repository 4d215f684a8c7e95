"""Right or wrong → the score of an evaluator that has one metric of its own name. Never anything between 0 and 1."""

from collections.abc import Sequence
from typing import Any

from gate.model.ports import Evaluator, Setting
from gate.model.redaction import shortened
from gate.model.score import Metric, Score

_EXPLANATION = 300  # characters


class BinaryEvaluator(Evaluator):
    """1 is right, 0 is wrong."""

    def __init__(self, name: str, options: Any, setting: Setting) -> None:
        super().__init__(name, options, setting)
        self._metrics = (Metric(name=name, kind="binary"),)

    @property
    def metrics(self) -> Sequence[Metric]:
        """One metric, named like the evaluator."""
        return self._metrics

    def verdict(self, fault: str | None) -> Sequence[Score]:
        """No fault is 1; a fault is 0, and explains it."""
        explanation = None if fault is None else shortened(fault, limit=_EXPLANATION)
        return (Score(metric=self.name, value=float(fault is None), explanation=explanation),)
