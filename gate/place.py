"""Place: where a walk is taken, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gate.host.local import WorkingTree
from gate.model.progress import Progress
from gate.model.run import Trial


@dataclass(frozen=True, kw_only=True)
class Place:
    """The tree, the config's name in it, who follows the progress, and who takes one-line notices.

    `home` is the folder in which the store lies, where that is not the tree's: the tree may be another commit's. `traces`
    is the folder of the traces, where that is not the store's. `results` is the file, or the folder, in which the results
    are kept; None: they are not.
    """

    tree: WorkingTree
    config: str
    progress: Progress
    notice: Callable[[str], None]
    home: Path | None = None
    traces: Path | None = None
    results: Path | None = None


class Heard:
    """Passes the progress on, and remembers how much of it was on disk already."""

    def __init__(self, listener: Progress) -> None:
        self._listener = listener
        self.resumed: dict[str, int] = {}

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        """A run of the walk begins."""
        self.resumed[suite] = self.resumed.get(suite, 0) + resumed
        self._listener.started(suite, total=total, resumed=resumed)

    def finished(self, trial: Trial) -> None:
        """A trial is done."""
        self._listener.finished(trial)

    def ended(self) -> None:
        """The run is over."""
        self._listener.ended()
