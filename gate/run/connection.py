"""A path → an open store, read through and in our format; what is not readable is set aside with a word."""

import contextlib
import sqlite3
from pathlib import Path

FILE = "store.sqlite"
BUSY_S = 20.0

_VERSION = 1
_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS runs (id INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL, started REAL NOT NULL);
CREATE TABLE IF NOT EXISTS trials (
    shelf TEXT NOT NULL, question TEXT NOT NULL, draw INTEGER NOT NULL, run INTEGER NOT NULL, suite TEXT NOT NULL,
    made REAL NOT NULL, answered INTEGER NOT NULL, body TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (shelf, question, draw)
);
CREATE TABLE IF NOT EXISTS shelves (shelf TEXT PRIMARY KEY, used REAL NOT NULL);
CREATE TABLE IF NOT EXISTS batches (
    run INTEGER NOT NULL, mark TEXT NOT NULL, batch TEXT NOT NULL, count INTEGER NOT NULL, since REAL NOT NULL,
    PRIMARY KEY (mark, batch)
);
CREATE INDEX IF NOT EXISTS trials_run ON trials (run);
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


def connected(path: Path) -> tuple[sqlite3.Connection, str]:
    """An open store, and what was wrong with the file that stood there and was set aside; empty where nothing was.

    Raises:
        OSError, sqlite3.Error: the place cannot be used.
    """
    try:
        return _connect(path), ""
    except sqlite3.DatabaseError as error:
        if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF in _PLACE:
            raise
        number = 1 + len(list(path.parent.glob(f"{path.name}.unreadable-*[0-9]")))
        aside = path.with_name(f"{path.name}.unreadable-{number}")
        for suffix in ("-wal", "-shm", ""):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(aside.with_name(aside.name + suffix))
        return _connect(path), f"it was not readable ({error}) and is now {aside.name}"


def lock(path: Path, *, wait_s: float) -> sqlite3.Connection:
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


def _connect(path: Path) -> sqlite3.Connection:
    """Open the store, and look through all of it: half a page of nonsense must not be taken for a trial."""
    db = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
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
