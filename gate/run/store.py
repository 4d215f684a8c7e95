"""Finished trials ↔ a file. The one door to sqlite3; never knows what a trial means.

A trial stands on a shelf, under its question and its draw. A shelf is shared by all runs that may use the same trials,
or belongs to one run alone, and goes with it. Each row carries a digest: one that broke is never taken for a trial.

Every run holds a lock on a file beside the store, which the system lets go of in whatever way the process ends. A run
whose lock is free was interrupted and may be taken up; one whose lock is held is somebody else's. (A process id would
not tell: it is given anew, and means something else on the other side of a container.)
"""

import contextlib
import hashlib
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gate.run.connection import BUSY_S, FILE, connected, lock

KEPT_DAYS = 7  # an interrupted run that is older is forgotten: what it asked may have changed unseen

_MANY_PAGES = 1000
_FIND = "SELECT run, body, digest FROM trials WHERE shelf = ? AND question = ? AND draw = ?"
_PUT = """
INSERT INTO trials VALUES (:shelf, :question, :draw, :run, :suite, :made, :answered, :body, :digest)
ON CONFLICT (shelf, question, draw) DO UPDATE
SET run = excluded.run, suite = excluded.suite, made = excluded.made, answered = excluded.answered,
    body = excluded.body, digest = excluded.digest
WHERE NOT trials.answered OR trials.run = excluded.run
"""
# A reply that stands there keeps its age and the run that paid for it.
_SCORE_AGAIN = """
UPDATE trials SET body = :body, digest = :digest WHERE shelf = :shelf AND question = :question AND draw = :draw
"""


class StoreError(Exception):
    """The store cannot be used, or not any more: a read-only folder, a full disk, a file that broke."""


class RowError(Exception):
    """A row is not what was written."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A trial as it stands in the file. `run` made it; `answered` says that there is a reply in `body`."""

    shelf: str
    question: str
    draw: int
    run: int
    suite: str
    answered: bool
    body: str

    @property
    def digest(self) -> str:
        """The hash of where it stands and what it says."""
        return row_digest(self.shelf, self.question, self.draw, self.body)


class Store:
    """The store in a folder, which is made where it is missing. Belongs to the thread that made it.

    `set_aside` says what was wrong with a file that could not be read and was renamed; empty where nothing was.

    Raises:
        StoreError: from every method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[int, sqlite3.Connection] = {}
        try:
            folder.mkdir(exist_ok=True)
            if not (folder / ".gitignore").exists():  # what was asked and answered is not for git
                (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            with contextlib.closing(lock(folder / "open.lock", wait_s=BUSY_S)):
                self._connection, self.set_aside = connected(folder / FILE)
        except (OSError, sqlite3.Error) as error:
            raise StoreError(str(error)) from error
        try:
            self._forget_old()
        except StoreError:
            self.close()
            raise

    def take(self, key: str, *, resume: bool, shelf: str | None = None) -> int:
        """Lock a run: one of that key that was interrupted, or a new one. The `shelf` that it looks at is in use.

        With `resume` false what was interrupted under the key is forgotten.
        """
        with self.transaction() as db:
            if shelf is not None:
                db.execute("INSERT OR REPLACE INTO shelves VALUES (?, ?)", (shelf, time.time()))
            for run in self._free(db, "key = ?", key):
                if resume:
                    return run
                self._forget(db, run)
            statement = "INSERT INTO runs (key, started) VALUES (?, ?) RETURNING id"
            (run,) = db.execute(statement, (key, time.time())).fetchone()
            self._locks[run] = lock(self._lock_file(run), wait_s=BUSY_S)
            return int(run)

    def read(self, shelf: str, question: str, draw: int) -> tuple[int, str] | None:
        """The run that made a trial, and its body; None where there is none.

        Raises:
            RowError: it is not what was written.
        """
        try:
            found = self._connection.execute(_FIND, (shelf, question, draw)).fetchone()
        except sqlite3.Error as error:
            raise StoreError(str(error)) from error
        if found is None:
            return None
        run, body, said = found
        if not isinstance(body, str) or row_digest(shelf, question, draw, body) != said:
            raise RowError
        return run, body

    def write(self, rows: Sequence[Row], *, again: Sequence[Row] = ()) -> None:
        """Put rows on disk. One stays as it is where another run already put a reply.

        The bodies of `again` take the place of those that stand there.
        """
        with self.transaction() as db:
            db.executemany(_PUT, [_fields(row) for row in rows])
            db.executemany(_SCORE_AGAIN, [_fields(row) for row in again])

    def finish(self, over: Mapping[int, str | None]) -> None:
        """Runs that this store has locked are over: forget their failures, and all that stands on their own shelves.

        Where one is given another shelf, what stands on its own first takes the place of the same questions there.
        """
        moving = {run: shelf for run, shelf in over.items() if shelf is not None}
        with self.transaction() as db:
            for run, shelf in moving.items():
                _clear(db, run, shelf)
            for run, shelf in moving.items():
                _move(db, run, shelf)
            for run in over:
                self._forget(db, run)
        self._shrink()

    def drop(self, shelf: str, question: str, draw: int) -> None:
        """Remove one row, so that another can take its place."""
        statement = "DELETE FROM trials WHERE shelf = ? AND question = ? AND draw = ?"
        with self.transaction() as db:
            db.execute(statement, (shelf, question, draw))

    def close(self) -> None:
        """Let go of the file, and of every run that is still locked."""
        with contextlib.suppress(sqlite3.Error):
            for held in self._locks.values():
                held.close()
            self._locks = {}
            self._connection.close()

    def _free(self, db: sqlite3.Connection, where: str, value: object) -> Iterator[int]:
        """The interrupted runs among some, each locked; the one that did most first."""
        found = db.execute(
            f"SELECT id FROM runs WHERE {where} "  # noqa: S608 - a literal of ours
            "ORDER BY (SELECT count(*) FROM trials WHERE run = id) DESC, id",
            (value,),
        )
        for (run,) in found.fetchall():
            try:
                self._locks[run] = lock(self._lock_file(run), wait_s=0)
            except sqlite3.OperationalError:  # somebody's who is alive
                continue
            yield run

    def _forget(self, db: sqlite3.Connection, run: int) -> None:
        db.execute("DELETE FROM trials WHERE shelf = ?", (own_shelf(run),))
        db.execute("DELETE FROM trials WHERE run = ? AND NOT answered", (run,))
        db.execute("DELETE FROM runs WHERE id = ?", (run,))
        self._locks.pop(run).close()
        self._lock_file(run).unlink(missing_ok=True)

    def _forget_old(self) -> None:
        with self.transaction() as db:
            for run in self._free(db, "started < ?", time.time() - KEPT_DAYS * 86_400):
                self._forget(db, run)

    def _shrink(self) -> None:
        """Give the space of a large run back, where most of the file is empty and nobody else is at work."""
        db = self._connection
        with contextlib.suppress(sqlite3.Error):
            (pages,), (free,), (runs,) = (
                db.execute(question).fetchone()
                for question in ("PRAGMA page_count", "PRAGMA freelist_count", "SELECT count(*) FROM runs")
            )
            if pages > _MANY_PAGES and free > pages // 2 and not runs:
                db.execute("VACUUM")

    def _lock_file(self, run: int) -> Path:
        return self._folder / f"run-{run}.lock"

    @contextlib.contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of what is done in it, or nothing."""
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            yield self._connection
            self._connection.execute("COMMIT")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            if isinstance(error, sqlite3.Error | OSError):
                raise StoreError(str(error)) from error
            raise


def own_shelf(run: int) -> str:
    """The shelf of one run alone."""
    return f"run-{run}"


def row_digest(shelf: str, question: str, draw: int, body: str) -> str:
    """The hash of where a trial stands and what it says."""
    text = f"{shelf}\n{question}\n{draw}\n{body}".encode()
    return hashlib.blake2b(text, digest_size=16).hexdigest()


def _fields(row: Row) -> dict[str, object]:
    return {**vars(row), "made": time.time(), "digest": row.digest}


def _clear(db: sqlite3.Connection, run: int, shelf: str) -> None:
    """Remove all draws of the questions that a run has answered."""
    answered = "SELECT question FROM trials WHERE shelf = ? AND answered"
    statement = f"DELETE FROM trials WHERE shelf = ? AND question IN ({answered})"  # noqa: S608 - ours
    db.execute(statement, (shelf, own_shelf(run)))


def _move(db: sqlite3.Connection, run: int, shelf: str) -> None:
    """Put what a run was answered on another shelf."""
    own = own_shelf(run)
    rows = db.execute(
        "SELECT question, draw, suite, made, body FROM trials WHERE shelf = ? AND answered", (own,)
    )
    for question, draw, suite, made, body in rows:
        mark = row_digest(shelf, question, draw, body)
        db.execute(
            "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)",
            (shelf, question, draw, run, suite, made, body, mark),
        )
