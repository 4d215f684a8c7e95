"""Finished trials → the store, and back: nothing is paid twice, after an interruption or on a later run.

What a plan puts on a shelf is there for every later run with the same application, question and draw. What it may not
share is kept until its walk has ended well. Where the store cannot be written, it says so once, and the walk goes on.
"""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from gate.model.case import Case
from gate.run.claim import Claim, Entry, Record, Slot
from gate.run.connection import FILE
from gate.run.outbox import Outbox
from gate.run.plan import RunPlan
from gate.run.rows import dumped, loaded
from gate.run.store import Row, RowError, Store, StoreError, own_shelf

FOLDER = ".gate"
_NOBODY = -1  # no run has this id
_AGAIN = "what this run does from here on is not kept, and is asked again another time"


@contextlib.contextmanager
def open_journal(root: Path, *, warn: Callable[[str], None]) -> Iterator["Journal"]:
    """The journal under `root`, for one walk. Leave it normally only when what the walk found is written down.

    Left normally, the runs that are complete are over; left by an exception, the next walk goes on with them. `warn`
    takes a sentence for the person.
    """
    journal = Journal(root, warn=warn)
    well = False
    try:
        yield journal
        well = True
    finally:
        journal.close(well=well)


class Journal:
    """The runs of one walk in the store. Use `open_journal`."""

    def __init__(self, root: Path, *, warn: Callable[[str], None]) -> None:
        self._file, self._warn = root / FOLDER / FILE, warn
        self._store: Store | None = None
        self._broken = self._unreadable = False
        self._claims: list[tuple[int, Claim]] = []
        try:
            self._store = Store(root / FOLDER)
        except StoreError as error:
            self._give_up(error)
            return
        if self._store.set_aside:
            self._warn(f"the store {self._file}: {self._store.set_aside}; what it held is asked again")

    def claim(self, plan: RunPlan) -> Claim:
        """The place of a run: with what was done before that it may use, or empty."""
        if self._store is not None and not self._broken:
            try:
                run = self._store.take(plan.key, resume=plan.resume, shelf=plan.shelf)
            except StoreError as error:
                self._give_up(error)
            else:
                slot, outbox = self._slot(self._store, plan, run), Outbox(self._store, run)
                claim = Claim(plan=plan, slot=slot, outbox=outbox)
                self._claims.append((run, claim))
                return claim
        return Claim(plan=plan, slot=Slot(read=_nothing, write=_nowhere))

    def saved(self, plan: RunPlan) -> int:
        """How many trials of a plan need not be asked, because they stand on its shelf. Nothing is claimed."""
        return sum(self._found(plan))

    def holds(self, plan: RunPlan) -> bool:
        """Whether not one trial of a plan need be asked."""
        return all(self._found(plan))

    def close(self, *, well: bool) -> None:
        """Let go of everything; after a walk that ended `well`, the runs that are complete are over."""
        if self._store is None:
            return
        try:
            over = {run: claim.plan for run, claim in self._claims if well and claim.complete}
            self._store.finish({run: plan.shelf if plan.fresh else None for run, plan in over.items()})
        except StoreError as error:
            self._warn(
                f"the store {self._file} cannot be written ({error}) and still holds a run that is over; "
                "remove the file, or the next run takes that for its own"
            )
        self._store.close()
        self._store = None

    def _found(self, plan: RunPlan) -> Iterator[bool]:
        """Of every draw of every case, whether its reply stands on the shelf."""
        store = None if plan.shelf is None or plan.fresh else self._store
        slot = self._slot(store, plan, _NOBODY) if store is not None else Slot(read=_nothing, write=_nowhere)
        for index in range(plan.first_index, plan.first_index + plan.draws):
            for case in plan.suite.cases:
                found = slot.read(case, index)
                yield found is not None and found[1].reply is not None

    def _slot(self, store: Store, plan: RunPlan, run: int) -> Slot:
        shelf = own_shelf(run) if plan.shelf is None or plan.fresh else plan.shelf
        row = partial(_row, shelf=shelf, run=run, suite=plan.suite.name)
        return Slot(read=partial(self._read, store, shelf, run), write=partial(self._write, store, row))

    def _read(self, store: Store, shelf: str, run: int, case: Case, index: int) -> tuple[bool, Record] | None:
        if self._broken:
            return None
        try:
            found = store.read(shelf, case.asked_key, index)
            return None if found is None else (found[0] == run, loaded(Record, found[1]))
        except StoreError as error:
            self._give_up(error)
        except (RowError, ValueError, TypeError):
            self._drop(store, shelf, case, index)
        return None

    def _drop(self, store: Store, shelf: str, case: Case, index: int) -> None:
        """Make room for another answer in the place of one that is not readable; one word is enough for all."""
        if not self._unreadable:
            self._unreadable = True
            place = f"draw {index} of case {case.id!r}"
            self._warn(f"the store {self._file}: {place} is not readable, and asked again")
        try:
            store.drop(shelf, case.asked_key, index)
        except StoreError as error:
            self._give_up(error)

    def _write(self, store: Store, row: Callable[[Entry], Row], batch: Sequence[Entry]) -> bool:
        if self._broken:
            return False
        try:
            store.write(
                [row(entry) for entry in batch if not entry.again],
                again=[row(entry) for entry in batch if entry.again],
            )
        except StoreError as error:
            self._give_up(error)
        return not self._broken

    def _give_up(self, error: StoreError) -> None:
        if not self._broken:
            self._broken = True
            self._warn(f"the store {self._file} cannot be used ({error}): {_AGAIN}")


def _row(entry: Entry, *, shelf: str, run: int, suite: str) -> Row:
    return Row(
        shelf=shelf,
        question=entry.question,
        draw=entry.index,
        run=run,
        suite=suite,
        answered=entry.record.reply is not None,
        body=dumped(entry.record),
    )


def _nothing(case: Case, index: int) -> None:
    """Where there is no store, nothing was kept."""


def _nowhere(batch: Sequence[Entry]) -> bool:
    """Where there is no store, nothing is kept."""
    return not batch
