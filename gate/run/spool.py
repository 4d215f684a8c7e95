"""Trials → the same trials in their order, of which only the first few thousand are held in memory.

A trial takes 5 KB in memory and one on disk. What is beyond is in a file without a name, which is gone with the process;
where the disk is full, it is held after all.
"""

import tempfile
from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import overload

from gate.model.run import Trial
from gate.run.rows import dumped, loaded

HELD = 5_000  # trials in memory
_SIZE = 8  # bytes of the length of an entry


class Spool:
    """Where the trials of a run are put as they finish. `order` is the number of each case, by its id."""

    def __init__(self, order: Mapping[str, int], *, held: int = HELD) -> None:
        self._order, self._most = order, held
        self._held: list[Trial] = []
        self._file: _File | None = None
        self._numbers, self._draws, self._starts = array("q"), array("q"), array("q")

    def __len__(self) -> int:
        return len(self._numbers)

    def append(self, trial: Trial) -> None:
        """Take one more."""
        start = self._spilled(trial) if len(self._held) >= self._most else None
        if start is None:
            self._held.append(trial)
            start = -len(self._held)
        self._numbers.append(self._order[trial.case_id])
        self._draws.append(trial.index)
        self._starts.append(start)

    def trials(self) -> Sequence[Trial]:
        """All of them, by the order of the cases and then by index. Nothing more is taken."""
        places = sorted(range(len(self)), key=lambda place: (self._numbers[place], self._draws[place]))
        starts = array("q", (self._starts[place] for place in places))
        if self._file is None:
            return tuple(self._held[-1 - start] for start in starts)
        return SpooledTrials(self._held, self._file, starts)

    def _spilled(self, trial: Trial) -> int | None:
        """Where in the file a trial was put; None where it could not be."""
        try:
            if self._file is None:
                self._file = _File()
            return self._file.put(dumped(trial).encode())
        except OSError:
            return None


class SpooledTrials(Sequence[Trial]):
    """Trials of which most are in a file; each is read when it is asked for. Equal to any sequence of the same trials."""

    def __init__(self, held: Sequence[Trial], file: "_File", starts: Sequence[int]) -> None:
        self._held, self._file, self._starts = held, file, starts

    def __len__(self) -> int:
        return len(self._starts)

    @overload
    def __getitem__(self, place: int) -> Trial: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Trial]: ...
    def __getitem__(self, place: int | slice) -> Trial | Sequence[Trial]:
        if isinstance(place, slice):
            return SpooledTrials(self._held, self._file, self._starts[place])
        return self._at(self._starts[place])

    def __iter__(self) -> Iterator[Trial]:
        return map(self._at, self._starts)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or len(self) != len(other):
            return False
        return all(one == two for one, two in zip(self, other, strict=True))

    def __hash__(self) -> int:
        return hash(tuple(self))

    def _at(self, start: int) -> Trial:
        if start < 0:
            return self._held[-1 - start]
        return loaded(Trial, self._file.at(start))


class _File:
    """A file without a name, which is closed when nobody looks at it any more."""

    def __init__(self) -> None:
        # Unbuffered: what a full disk did not take must not lie in wait for the next read.
        self._io = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - see `__del__`

    def put(self, content: bytes) -> int:
        """Write at the end; where that is.

        Raises:
            OSError: there is no room.
        """
        start = self._io.seek(0, 2)
        entry = len(content).to_bytes(_SIZE) + content
        if self._io.write(entry) != len(entry):
            raise OSError("the disk is full")
        return start

    def at(self, start: int) -> bytes:
        """What was written there."""
        self._io.seek(start)
        return self._io.read(int.from_bytes(self._io.read(_SIZE)))

    def __del__(self) -> None:
        self._io.close()
