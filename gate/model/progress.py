"""Progress: who wants to know how a run is getting on."""

from typing import Protocol

from gate.model.run import Trial


class Progress(Protocol):
    """Who wants to know how a run is getting on."""

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        """`total` trials are to be done, of which `resumed` were on disk already."""
        ...

    def finished(self, trial: Trial) -> None:
        """One trial is done and on disk."""
        ...

    def ended(self) -> None:
        """The run is over, for whatever reason."""
        ...
