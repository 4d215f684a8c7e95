"""Finished trials → disk, and back after an interruption, so that nothing is paid twice.

It is no cache: what a walk that ended well has done is removed, so that the next walk takes draws of its own. Where it
cannot be written, it says so once, and the walk goes on without it.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from gate.model.run import Trial
from gate.run.claim import Claim, Keyed
from gate.run.store import FILE, Row, Store, StoreError

FOLDER = ".gate"
_AGAIN = "if this run is interrupted, what it does from here on is asked again"


@contextlib.contextmanager
def open_journal(root: Path, *, warn: Callable[[str], None]) -> Iterator["Journal"]:
    """The journal under `root`, for one walk. Leave it normally only when what the walk found is written down.

    Left normally, it forgets the runs that are complete; left by an exception, it keeps all for the next walk. `warn`
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
    """The runs that are not over. Use `open_journal`."""

    def __init__(self, root: Path, *, warn: Callable[[str], None]) -> None:
        self._file, self._warn = root / FOLDER / FILE, warn
        self._store: Store | None = None
        self._broken = False
        self._claims: list[tuple[int, Claim]] = []
        try:
            self._store = Store(root / FOLDER)
        except StoreError as error:
            self._give_up(error)
            return
        if self._store.set_aside:
            self._warn(f"the journal {self._file}: {self._store.set_aside}; what it held is asked again")

    def claim(self, key: str, *, resume: bool = True) -> Claim:
        """The place of a run: with what was done under this key before an interruption, or empty.

        With `resume` false what was interrupted is forgotten.
        """
        if self._store is not None and not self._broken:
            try:
                run, rows = self._store.take(key, resume=resume)
            except StoreError as error:
                self._give_up(error)
            else:
                claim = Claim(kept=self._read(rows), write=partial(self._write, self._store, run))
                self._claims.append((run, claim))
                return claim
        return Claim(kept={}, write=_nowhere)

    def close(self, *, well: bool) -> None:
        """Let go of everything; after a walk that ended `well`, forget what is complete."""
        if self._store is None:
            return
        try:
            if well:
                self._store.forget([run for run, claim in self._claims if claim.complete])
        except StoreError as error:
            self._warn(
                f"the journal {self._file} cannot be written ({error}) and still holds a run that is over; "
                "remove the file, or the next run takes that for its own"
            )
        self._store.close()
        self._store = None

    def _read(self, rows: Sequence[Row]) -> dict[tuple[str, int], Keyed]:
        kept: dict[tuple[str, int], Keyed] = {}
        for case_id, draw, key, text in rows:
            try:
                kept[case_id, draw] = (key, Trial.model_validate(json.loads(text)))
            except (ValidationError, ValueError, TypeError):
                place = f"draw {draw} of case {case_id!r}"
                self._warn(f"the journal {self._file}: {place} is not readable, and asked again")
        return kept

    def _write(self, store: Store, run: int, batch: Sequence[Keyed]) -> bool:
        if self._broken:
            return False
        try:
            store.write(run, [(trial.case_id, trial.index, key, _dumped(trial)) for key, trial in batch])
        except StoreError as error:
            self._give_up(error)
        return not self._broken

    def _give_up(self, error: StoreError) -> None:
        if not self._broken:
            self._broken = True
            self._warn(f"the journal {self._file} cannot be written ({error}): {_AGAIN}")


def _dumped(trial: Trial) -> str:
    try:
        return trial.model_dump_json(exclude_defaults=True)
    except PydanticSerializationError:  # half of a surrogate pair, which is no UTF-8: escaped, it is JSON
        return json.dumps(trial.model_dump(mode="json", exclude_defaults=True))


def _nowhere(batch: Sequence[Keyed]) -> bool:
    """Where there is no journal, nothing is kept."""
    return not batch
