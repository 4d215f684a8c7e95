"""Finished trials → what the backend that a preset chose is told beside OTLP: its own words, and scores at the end."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gate.telemetry.dialects import speak
from gate.telemetry.scored import Scored
from gate.telemetry.trail import Trail

if TYPE_CHECKING:
    from gate.telemetry.scores import Scores


@dataclass(frozen=True, kw_only=True)
class Backend:
    """A chosen backend. Without a name there is none: the conventions of OpenTelemetry are enough."""

    name: str = ""
    scores: "Scores | None" = None

    def finished(self, trail: Trail, events: Sequence[Scored], *, sent: bool) -> None:
        """A trace is complete; `sent` says whether it is among those that are sent, for there are no scores of others."""
        if self.name:
            speak(self.name, trail.steps, events)
        if self.scores is not None and sent:
            self.scores.put(events)

    def close(self) -> str | None:
        """Send the scores; a sentence where some were not taken."""
        return self.scores.close() if self.scores is not None else None


NO_BACKEND = Backend()
