"""The batches of one run that are under way, in the store: whoever takes the run up goes on with them.

A batch stands here before it is handed in, without a name, since what happens in between may never be heard of.
"""

import hashlib
import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gate.model.case import Case
from gate.run.store import Store


@dataclass(frozen=True, kw_only=True)
class Pending:
    """A batch of `count` questions; `batch` is the provider's name of it, empty where it was never heard.

    `since` is when it was about to be handed in, in Unix time. `mark` makes the names of its questions its own: no other
    run, and no other machine, that asks the same takes its answers.
    """

    mark: str
    batch: str
    count: int
    since: float

    def name(self, case: Case, index: int) -> str:
        """What a draw of a case is called in this batch: 32 hex digits."""
        text = f"{self.mark}\n{case.asked_key}\n{index}".encode()
        return hashlib.blake2b(text, digest_size=16).hexdigest()


class Outbox:
    """What one run has handed in.

    Raises:
        StoreError: from every method.
    """

    def __init__(self, store: Store, run: int) -> None:
        self._store, self._run = store, run

    def pending(self) -> list[Pending]:
        """All that was not read to its end yet, in the order in which it was handed in."""
        question = "SELECT mark, batch, count, since FROM batches WHERE run = ? ORDER BY since, batch"
        with self._store.transaction() as db:
            rows = db.execute(question, (self._run,)).fetchall()
        return [
            Pending(mark=mark, batch=batch, count=count, since=since) for mark, batch, count, since in rows
        ]

    def announce(self, *, count: int) -> Pending:
        """A batch is about to be handed in. What runs left that are gone is forgotten."""
        pending = Pending(mark=secrets.token_hex(8), batch="", count=count, since=time.time())
        with self._store.transaction() as db:
            db.execute("DELETE FROM batches WHERE run NOT IN (SELECT id FROM runs)")
            db.executemany("INSERT INTO batches VALUES (?, ?, ?, ?, ?)", self._rows(pending, [""]))
        return pending

    def named(self, pending: Pending, batches: Sequence[str]) -> None:
        """What it is called; several where it may be any one of them."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM batches WHERE mark = ? AND batch = ''", (pending.mark,))
            db.executemany(
                "INSERT OR IGNORE INTO batches VALUES (?, ?, ?, ?, ?)", self._rows(pending, batches)
            )

    def over(self, pending: Pending) -> None:
        """It was read to its end, or there is no such batch."""
        with self._store.transaction() as db:
            db.execute("DELETE FROM batches WHERE mark = ? AND batch = ?", (pending.mark, pending.batch))

    def _rows(self, pending: Pending, batches: Sequence[str]) -> Iterator[tuple[object, ...]]:
        return ((self._run, pending.mark, batch, pending.count, pending.since) for batch in batches)
