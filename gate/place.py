"""Place: where a walk is taken, and who hears of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gate.host.local import WorkingTree
from gate.model.progress import Progress


@dataclass(frozen=True, kw_only=True)
class Place:
    """The tree, the config's name in it, who follows the progress, and who takes one-line notices.

    `home` is the folder in which the store lies, where that is not the tree's: the tree may be another commit's.
    """

    tree: WorkingTree
    config: str
    progress: Progress
    notice: Callable[[str], None]
    home: Path | None = None
