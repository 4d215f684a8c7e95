"""Two JSON values → whether one is the other, within tolerances: what a tool was given and what it had to be given."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Fit:
    """How values are compared, at every depth.

    `subset`: an object may hold keys that are not expected. Numbers may lie apart by the wider of `absolute` and
    `relative` times the expected one; `ignore_case` is for texts, never for keys. `true` is not 1.
    """

    subset: bool = False
    absolute: float = 0.0
    relative: float = 0.0
    ignore_case: bool = False

    def __call__(self, expected: Any, found: Any) -> bool:
        """Whether what was found is what was expected."""
        if isinstance(expected, Mapping):
            return isinstance(found, Mapping) and self._objects(expected, found)
        if isinstance(expected, str):
            return isinstance(found, str) and self._texts(expected, found)
        if isinstance(expected, Sequence):
            alike = isinstance(found, Sequence) and not isinstance(found, str)
            return alike and len(expected) == len(found) and all(map(self.__call__, expected, found))
        if isinstance(expected, bool) or expected is None:
            return expected is found
        return self._numbers(expected, found)

    def _objects(self, expected: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
        if not expected.keys() <= found.keys() or (not self.subset and len(found) > len(expected)):
            return False
        return all(self(value, found[key]) for key, value in expected.items())

    def _texts(self, expected: str, found: str) -> bool:
        return expected == found or (self.ignore_case and expected.casefold() == found.casefold())

    def _numbers(self, expected: float, found: Any) -> bool:
        if isinstance(found, bool) or not isinstance(found, int | float):
            return False
        if expected == found:
            return True
        try:
            distance, tolerance = abs(found - expected), max(self.absolute, self.relative * abs(expected))
            # A sum like 0.1 + 0.2 must not fail by the last bit of a float.
            return distance <= tolerance or math.isclose(distance, tolerance, rel_tol=1e-9, abs_tol=0)
        except OverflowError:  # an integer beyond every float
            return False
