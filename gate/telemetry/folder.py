"""Spans, events and metrics → files of OTLP JSON lines below `.gate/traces/`, a folder a run. Never more than a bound.

A full disk, or a folder that cannot be written, ends the telling with one sentence, and nothing else.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from gate.telemetry.reading import FILE, FOLDER

EVENTS, METRICS = "events.jsonl", "metrics.jsonl"


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """How much is kept: so many runs, bytes of one file, and bytes of all runs together."""

    runs: int = 20
    file_bytes: int = 256_000_000  # some 100,000 trials
    all_bytes: int = 512_000_000


USUAL = Bounds()


class Folder:
    """The files of one run. They are made when there is something to write; `told` takes a sentence for the person."""

    def __init__(self, home: Path, name: str, *, told: Callable[[str], None], bounds: Bounds = USUAL) -> None:
        self.path = home / FOLDER / name
        self._told, self._bounds = told, bounds
        self._files: dict[str, TextIO] = {}
        self._bytes: dict[str, int] = {}
        self._broken = False
        self._lock = threading.Lock()

    def write(self, name: str, line: str) -> None:
        """Add a line to one of the files, from any thread."""
        with self._lock:
            self._write(name, line)

    def close(self) -> None:
        """Close the files. What comes after that is not written."""
        with self._lock:
            self._broken = True
            for file in self._files.values():
                with suppress(OSError):
                    file.close()
            self._files = {}

    def _write(self, name: str, line: str) -> None:
        size = self._bytes.get(name, 0) + len(line)  # the lines are ASCII
        if self._broken or size > self._bounds.file_bytes:
            self._full(name)
            return
        try:
            if name not in self._files:
                self._files[name] = self._opened(name)
            self._files[name].write(line)
            self._files[name].flush()
        except OSError as error:
            self._broken = True
            self._told(f"traces are kept no more: {self.path} cannot be written ({error.strerror or error})")
        self._bytes[name] = size

    def _opened(self, name: str) -> TextIO:
        if not self._files:
            prune(self.path.parent, spare=self.path.name, bounds=self._bounds)
            self.path.mkdir(parents=True, exist_ok=True)
        return (self.path / name).open("a", encoding="ascii", newline="\n")

    def _full(self, name: str) -> None:
        most = self._bounds.file_bytes
        if not self._broken and self._bytes.get(name, 0) <= most:
            self._bytes[name] = most + 1
            self._told(f"traces are kept no more: {self.path / name} has {most:,} bytes")


def prune(folder: Path, *, spare: str = "", bounds: Bounds = USUAL) -> None:
    """Remove the oldest runs: those beyond the bound, and so many that all together leave room for one more.

    A run that another process is writing is among the newest.
    """
    runs = sorted(_runs(folder), key=lambda path: path.name, reverse=True)
    total = 0
    for number, run in enumerate(runs):
        total += sum(_sizes(run))
        if run.name != spare and (number >= bounds.runs - 1 or total > bounds.all_bytes - bounds.file_bytes):
            _remove(run)


def _runs(folder: Path) -> Sequence[Path]:
    with suppress(OSError):
        return [path for path in folder.iterdir() if path.is_dir() and not path.is_symlink()]
    return ()


def _remove(run: Path) -> None:
    """Our files, and the folder where nothing else is in it: a link in a repository can make any folder look like a run."""
    with suppress(OSError):
        for name in (FILE, EVENTS, METRICS):
            (run / name).unlink(missing_ok=True)
        run.rmdir()


def _sizes(run: Path) -> Iterator[int]:
    for name in (FILE, EVENTS, METRICS):
        with suppress(OSError):
            yield os.lstat(run / name).st_size
