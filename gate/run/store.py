"""Rows of unfinished runs ↔ a file. The one door to sqlite3; never knows what a row means.

Every run holds a lock on a file beside the store, which the system lets go of in whatever way the process ends. A run
whose lock is free was interrupted and may be taken up; one whose lock is held is somebody else's. (A process id would
not tell: it is given anew, and means something else on the other side of a container.)
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

FILE = "journal.sqlite"
KEPT_DAYS = 7  # an interrupted run that is older is forgotten: what it asked may have changed unseen

Row = tuple[str, int, str, str]  # case id, draw, case key, trial

_VERSION = 1
_BUSY_S = 20.0
_MANY_PAGES = 1000
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, started REAL NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    run INTEGER NOT NULL, case_id TEXT NOT NULL, draw INTEGER NOT NULL, case_key TEXT NOT NULL, trial TEXT NOT NULL,
    PRIMARY KEY (run, case_id, draw)
);
PRAGMA user_version = {_VERSION};
"""
# These say that the place cannot be used, and nothing against what stands in the file.
_PLACE = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_PROTOCOL,
    }
)


class StoreError(Exception):
    """The store cannot be used, or not any more: a read-only folder, a full disk, a file that broke."""


class Store:
    """The store in a folder, which is made where it is missing. Belongs to the thread that made it.

    `set_aside` says what was wrong with a file that could not be read and was renamed; empty where nothing was.

    Raises:
        StoreError: from every method.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._locks: dict[int, sqlite3.Connection] = {}
        self.set_aside = ""
        try:
            folder.mkdir(exist_ok=True)
            if not (folder / ".gitignore").exists():  # what was asked and answered is not for git
                (folder / ".gitignore").write_text("*\n", encoding="utf-8")
            with contextlib.closing(_lock(folder / "open.lock", wait_s=_BUSY_S)):
                self._connection = self._connected()
        except (OSError, sqlite3.Error) as error:
            raise StoreError(str(error)) from error
        try:
            self._forget_old()
        except StoreError:
            self.close()
            raise

    def take(self, key: str, *, resume: bool) -> tuple[int, list[Row]]:
        """Lock a run: one of that key that was interrupted, with its rows, or a new one.

        With `resume` false what was interrupted under the key is forgotten.
        """
        with self._transaction() as db:
            for run in self._free(db, "key = ?", key):
                if resume:
                    rows = db.execute(
                        "SELECT case_id, draw, case_key, trial FROM trials WHERE run = ?", (run,)
                    )
                    return run, rows.fetchall()
                self._forget(db, run)
            (run,) = db.execute(
                "INSERT INTO runs (key, started) VALUES (?, ?) RETURNING id", (key, time.time())
            ).fetchone()
            self._locks[run] = _lock(self._lock_file(run), wait_s=_BUSY_S)
            return run, []

    def write(self, run: int, rows: Sequence[Row]) -> None:
        """Put rows of a run on disk, in the place of older ones of the same case and draw."""
        with self._transaction() as db:
            statement = "INSERT OR REPLACE INTO trials VALUES (?, ?, ?, ?, ?)"
            db.executemany(statement, [(run, *row) for row in rows])

    def forget(self, runs: Sequence[int]) -> None:
        """Remove runs that this store has locked."""
        with self._transaction() as db:
            for run in runs:
                self._forget(db, run)
        self._shrink()

    def close(self) -> None:
        """Let go of the file, and of every run that is still locked."""
        with contextlib.suppress(sqlite3.Error):
            for lock in self._locks.values():
                lock.close()
            self._locks = {}
            self._connection.close()

    def _connected(self) -> sqlite3.Connection:
        path = self._folder / FILE
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _PLACE:
                raise
            number = 1 + len(list(self._folder.glob(f"{FILE}.unreadable-*[0-9]")))
            aside = path.with_name(f"{FILE}.unreadable-{number}")
            for suffix in ("-wal", "-shm", ""):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(FILE + suffix).rename(aside.with_name(aside.name + suffix))
            self.set_aside = f"it was not readable ({error}) and is now {aside.name}"
            return _connect(path)

    def _free(self, db: sqlite3.Connection, where: str, value: object) -> Iterator[int]:
        """The interrupted runs among some, each locked; the one that did most first."""
        found = db.execute(
            f"SELECT id FROM runs WHERE {where} "  # noqa: S608 - a literal of ours
            "ORDER BY (SELECT count(*) FROM trials WHERE run = id) DESC, id",
            (value,),
        )
        for (run,) in found.fetchall():
            try:
                self._locks[run] = _lock(self._lock_file(run), wait_s=0)
            except sqlite3.OperationalError:  # somebody's who is alive
                continue
            yield run

    def _forget(self, db: sqlite3.Connection, run: int) -> None:
        db.execute("DELETE FROM trials WHERE run = ?", (run,))
        db.execute("DELETE FROM runs WHERE id = ?", (run,))
        self._locks.pop(run).close()
        self._lock_file(run).unlink(missing_ok=True)

    def _forget_old(self) -> None:
        with self._transaction() as db:
            for run in self._free(db, "started < ?", time.time() - KEPT_DAYS * 86_400):
                self._forget(db, run)

    def _shrink(self) -> None:
        """Give the space of a large run back, where nobody else is at work."""
        db = self._connection
        with contextlib.suppress(sqlite3.Error):
            (pages,), (runs,) = (
                db.execute(question).fetchone()
                for question in ("PRAGMA page_count", "SELECT count(*) FROM runs")
            )
            if pages > _MANY_PAGES and not runs:
                db.execute("VACUUM")

    def _lock_file(self, run: int) -> Path:
        return self._folder / f"run-{run}.lock"

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
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


def _connect(path: Path) -> sqlite3.Connection:
    """Open the store, and look through all of it: half a page of nonsense must not be taken for a trial."""
    db = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        db.execute("PRAGMA journal_mode = WAL")
        # A commit survives the death of the process, though perhaps not a power cut; and nothing waits for the disk
        # until the end: that would stop the clocks of the trials in flight.
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA wal_autocheckpoint = 0")
        _check(db)
        db.executescript(_SCHEMA)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection) -> None:
    (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if found != "ok" or version not in {0, _VERSION}:
        raise sqlite3.DatabaseError(found if found != "ok" else f"its format is version {version}")


def _lock(path: Path, *, wait_s: float) -> sqlite3.Connection:
    """Hold a file until the connection is closed, or the process is gone.

    Raises:
        sqlite3.OperationalError: somebody else holds it.
    """
    held = sqlite3.connect(path, timeout=wait_s, isolation_level=None)
    try:
        held.execute("PRAGMA journal_mode = MEMORY")  # no second file beside it
        held.execute("BEGIN EXCLUSIVE")
    except BaseException:
        held.close()
        raise
    return held
