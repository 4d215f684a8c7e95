"""A folder of small files, each a finished step of a search → how many, how large, how old; the older ones taken away."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_DAY_S = 86_400.0
NAME = "bisect"


@dataclass(frozen=True, kw_only=True)
class DiaryStats:
    """How many steps are kept, their bytes, and the age of the oldest and the newest in days."""

    steps: int
    bytes: int
    oldest_days: float
    newest_days: float


class Diary:
    """The steps that searches kept in a folder, as `gate cache` looks at them."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / NAME

    def stats(self) -> DiaryStats:
        """All of them together; ages are 0 where there is none."""
        steps, now = self._steps(), time.time()
        ages = [max(0.0, now - used) / _DAY_S for used, _, _ in steps]
        size = sum(size for _, size, _ in steps)
        oldest, newest = max(ages, default=0.0), min(ages, default=0.0)
        return DiaryStats(steps=len(steps), bytes=size, oldest_days=oldest, newest_days=newest)

    def prune(self, *, older_than_s: float | None, keep_bytes: int | None) -> int:
        """Take away what was written so long ago, then the oldest until the rest takes no more. Returns how many."""
        kept, removed, now = 0, 0, time.time()
        for written, size, path in sorted(self._steps(), reverse=True):
            kept += size
            old = older_than_s is not None and now - written > older_than_s
            if old or (keep_bytes is not None and kept > keep_bytes):
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _steps(self) -> list[tuple[float, int, Path]]:
        """(when it was written, its bytes, the file) of each."""
        found = []
        for path in self.path.glob("*.json"):
            with suppress(FileNotFoundError):  # a search takes its own away where nothing may be kept
                about = path.stat()
                found.append((about.st_mtime, about.st_size, path))
        return found
