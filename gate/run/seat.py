"""A trial that is to be done, and the same once it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gate.model.case import Case
from gate.model.reply import Reply
from gate.model.run import Trial
from gate.run.claim import Kept


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A trial that is to be done; with a reply that was kept, only the scores that it lacks are."""

    case: Case
    index: int
    kept: Kept | None = None

    @property
    def reply(self) -> Reply | None:
        """The reply that was kept."""
        return self.kept.trial.reply if self.kept is not None else None


@dataclass(frozen=True, kw_only=True)
class Done:
    """A trial that is done, and how many of its scores each evaluator gave."""

    trial: Trial
    shares: Mapping[str, int] = field(default_factory=dict)
