"""What one run is to do, and the key under which what it did is kept."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from gate.model.base import digest
from gate.model.ports import Target
from gate.model.run import Trial
from gate.model.suite import Suite
from gate.run.scoring import Instruments

_VERSION = 1  # of what a kept trial means


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """One run of one suite: `draws` trials of every case, counted from `first_index`.

    `target_fingerprint` is what `gate.run.fingerprint` made of the target. `paid` are trials of the same walk that
    were done before (the first look): the budget counts them too. `resume` may take up an interrupted run.
    """

    suite: Suite
    target: Target
    target_fingerprint: Mapping[str, str]
    instruments: Instruments
    purpose: Literal["accept", "check", "run"] = "run"
    draws: int = 1
    first_index: int = 0
    paid: Sequence[Trial] = ()
    resume: bool = True

    @property
    def key(self) -> str:
        """The hash of all but the cases: another prompt, evaluator or purpose never takes up what this one did.

        The cases stay out, so that a changed case costs only its own trials: each trial is kept with its case's key.
        """
        return digest(
            {
                "version": _VERSION,
                "suite": self.suite.name,
                "purpose": self.purpose,
                "target": dict(self.target_fingerprint),
                "evaluators": dict(self.instruments.fingerprints),
                "draws": [self.first_index, self.draws],
            }
        )
