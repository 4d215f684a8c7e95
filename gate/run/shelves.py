"""The store as a whole → what it holds, what of it broke, a copy as text, and less of it. Never asks what a trial means."""

import contextlib
import json
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from gate.model.base import canonical_json
from gate.run.connection import FILE, connected
from gate.run.store import StoreError, row_digest

_DAY_S = 86_400.0
# When a trial was made, or last within reach of a run that looked at its shelf.
_USED = "max(made, coalesce((SELECT used FROM shelves WHERE shelves.shelf = trials.shelf), 0))"
_OVER = "run NOT IN (SELECT id FROM runs)"


@dataclass(frozen=True, kw_only=True)
class SuiteStats:
    """What the store holds of one suite: trials, their bytes, and the age of the oldest and the newest in days."""

    suite: str
    trials: int
    bytes: int
    oldest_days: float
    newest_days: float


@dataclass(frozen=True, kw_only=True)
class Checked:
    """How many rows there are, and how many of them are not what was written; `note` is what was wrong with the file."""

    rows: int
    broken: int
    note: str


@dataclass(frozen=True, kw_only=True)
class Draw:
    """One trial that stands on a shelf: by which suite and when it was made, and its body."""

    shelf: str
    draw: int
    suite: str
    made: float
    body: str


class Shelves:
    """The store in a folder, as `gate cache` looks at it. Use as a context manager.

    Raises:
        StoreError: from every method: there is none, or it cannot be used.
    """

    def __init__(self, folder: Path) -> None:
        self.path, self._folder = folder / FILE, folder
        if not self.path.exists():
            raise StoreError("there is none")
        with _told():
            self._db, self.set_aside = connected(self.path)

    def __enter__(self) -> Self:
        """Itself."""
        return self

    def __exit__(self, *exception: object) -> None:
        """Let go of the file."""
        self._db.close()

    @property
    def size(self) -> int:
        """Bytes on disk."""
        files = (self.path, self.path.with_name(f"{FILE}-wal"))
        return sum(file.stat().st_size for file in files if file.exists())

    def stats(self) -> list[SuiteStats]:
        """By suite, in the order of their names."""
        now = time.time()
        question = (
            "SELECT suite, count(*), sum(length(CAST(body AS BLOB))), min(made), max(made) FROM trials "
            "GROUP BY suite ORDER BY suite"
        )
        with _told():
            rows = self._db.execute(question).fetchall()
        return [
            SuiteStats(
                suite=suite,
                trials=count,
                bytes=size,
                oldest_days=max(0.0, now - oldest) / _DAY_S,
                newest_days=max(0.0, now - newest) / _DAY_S,
            )
            for suite, count, size, oldest, newest in rows
        ]

    def verify(self) -> Checked:
        """Read every row, and hold it against its digest."""
        rows = broken = 0
        with _told():
            for shelf, question, draw, body, said in self._db.execute(
                "SELECT shelf, question, draw, body, digest FROM trials"
            ):
                rows += 1
                broken += not isinstance(body, str) or row_digest(shelf, question, draw, body) != said
        return Checked(rows=rows, broken=broken, note=self.set_aside)

    def export(self) -> Iterator[str]:
        """Every readable trial as a line of JSON, in a fixed order."""
        with _told():
            for shelf, question, draw, suite, made, body, said in self._db.execute(
                "SELECT shelf, question, draw, suite, made, body, digest FROM trials ORDER BY shelf, question, draw"
            ):
                if isinstance(body, str) and row_digest(shelf, question, draw, body) == said:
                    where = {"shelf": shelf, "question": question, "draw": draw, "suite": suite, "made": made}
                    yield canonical_json({**where, "trial": json.loads(body)}) + "\n"

    def bodies(self, shelf: str) -> Iterator[tuple[str, int, str]]:
        """The question, the draw and the body of every readable trial of a shelf that was answered."""
        with _told():
            for question, draw, body, said in self._db.execute(
                "SELECT question, draw, body, digest FROM trials WHERE shelf = ? AND answered", (shelf,)
            ):
                if isinstance(body, str) and row_digest(shelf, question, draw, body) == said:
                    yield question, draw, body

    def answered(self, question: str) -> Iterator[Draw]:
        """The readable trials of a question that have a reply, on all shelves."""
        statement = (
            "SELECT shelf, draw, suite, made, body, digest FROM trials WHERE question = ? AND answered"
        )
        with _told():
            for shelf, draw, suite, made, body, said in self._db.execute(statement, (question,)):
                if isinstance(body, str) and row_digest(shelf, question, draw, body) == said:
                    yield Draw(shelf=shelf, draw=draw, suite=suite, made=made, body=body)

    def prune(self, *, older_than_s: float | None, keep_bytes: int | None) -> int:
        """Remove trials that no run has looked for in so long, and then the longest unused until the rest takes no more.

        Returns how many. Those of a run that is not over are left alone: somebody may be at work on it.

        Raises:
            StoreError: besides, where another run is at work and the file cannot be written.
        """
        removed = 0
        with _told():
            if older_than_s is not None:
                statement = f"DELETE FROM trials WHERE {_USED} < ? AND {_OVER}"  # noqa: S608 - ours
                removed += self._db.execute(statement, (time.time() - older_than_s,)).rowcount
            if keep_bytes is not None:
                removed += self._shorten(keep_bytes)
            removed += self._drop_broken()
            self._db.execute("DELETE FROM shelves WHERE shelf NOT IN (SELECT shelf FROM trials)")
            self._shrink()
        return removed

    def _shorten(self, keep_bytes: int) -> int:
        """Keep the latest used trials whose bodies take so many bytes together."""
        kept, doomed = 0, []
        question = (
            f"SELECT rowid, length(CAST(body AS BLOB)) FROM trials WHERE {_OVER} "  # noqa: S608 - ours
            f"ORDER BY {_USED} DESC, made DESC, rowid DESC"
        )
        for row, size in self._db.execute(question):
            kept += size
            if kept > keep_bytes:
                doomed.append((row,))
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("DELETE FROM trials WHERE rowid = ?", doomed)
        self._db.execute("COMMIT")
        return len(doomed)

    def _drop_broken(self) -> int:
        """Remove the rows that no run would take for a trial."""
        broken = [
            (row,)
            for row, shelf, question, draw, body, said in self._db.execute(
                "SELECT rowid, shelf, question, draw, body, digest FROM trials"
            )
            if not isinstance(body, str) or row_digest(shelf, question, draw, body) != said
        ]
        self._db.execute("BEGIN IMMEDIATE")
        self._db.executemany("DELETE FROM trials WHERE rowid = ?", broken)
        self._db.execute("COMMIT")
        return len(broken)

    def _shrink(self) -> None:
        """Give the space back; while another run is at work that has to wait."""
        with contextlib.suppress(sqlite3.OperationalError):
            self._db.execute("VACUUM")
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What sqlite says, in our words."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise StoreError(str(error)) from error
