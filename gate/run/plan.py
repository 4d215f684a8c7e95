"""What one run is to do, and the keys under which what it did is kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gate.model.base import digest
from gate.model.batch import Batching
from gate.model.ports import Target
from gate.model.suite import Suite
from gate.run.scoring import Instruments

_VERSION = 2  # of what a kept trial means


@dataclass(frozen=True, kw_only=True)
class RunPlan:
    """One run of one suite: `draws` trials of every case, counted from `first_index`.

    `target_fingerprint` is what `gate.run.fingerprint` made of the target. `paid` are trials of the same walk that
    were done before (the first look): the budget counts them too. `resume` may take up an interrupted run.

    shelf:
        where later runs find the trials, too; see `shelf`. None: they are kept only until the walk has ended well.
    fresh:
        take nothing from the shelf; what is done takes the place of what stands there once the walk has ended well.
    batching:
        asks in batches, where there is one.
    """

    suite: Suite
    target: Target
    target_fingerprint: Mapping[str, str]
    instruments: Instruments
    purpose: Literal["accept", "check", "run"] = "run"
    draws: int = 1
    first_index: int = 0
    resume: bool = True
    shelf: str | None = None
    fresh: bool = False
    batching: Batching | None = None

    @property
    def key(self) -> str:
        """The hash by which an interrupted run is taken up: another prompt or purpose never goes on with this one.

        The cases and the evaluators stay out, so that a changed one costs only its own trials or scores: each trial
        is kept with the keys of both. A part of the cases (a shard) is another run, which may go on beside this one.
        """
        batch = {} if self.batching is None else {"batch": True}
        return digest(
            {
                **batch,
                "version": _VERSION,
                "suite": self.suite.name,
                "purpose": self.purpose,
                "target": dict(self.target_fingerprint),
                "draws": [self.first_index, self.draws],
                "shelf": self.shelf,
                "fresh": self.fresh,
                "shard": str(self.suite.shard or ""),
            }
        )


def shelf(target_fingerprint: Mapping[str, str], *, sha: str | None = None, batch: bool = False) -> str:
    """The shelf of a target: any suite, check or run that asks the same application finds its trials here.

    With a `sha` it is the shelf of that commit alone. What was asked in a `batch` has one of its own: it has no latency,
    and another cost. An accept never takes from a shelf, nor puts anything there.
    """
    asked = {"batch": True} if batch else {}
    return digest({**asked, "version": _VERSION, "target": dict(target_fingerprint), "sha": sha})
