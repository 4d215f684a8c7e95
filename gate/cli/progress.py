"""Trials done → what the waiting person sees on stderr: a bar with an estimate, or a quiet line now and then."""

import time
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress

from gate.cli.output import say
from gate.model.quantity import counted
from gate.model.run import Trial

_LINE_EVERY_S = 15.0


@dataclass
class _Count:
    """How a run stands."""

    suite: str = ""
    total: int = 0
    done: int = 0
    resumed: int = 0
    failed: int = 0

    def add(self, trial: Trial) -> None:
        self.done += 1
        self.failed += bool(trial.failures)

    @property
    def failures(self) -> str:
        return f"{self.failed} failed" if self.failed else ""


@dataclass
class Lines:
    """One line at the start, one every 15 seconds, one at the end: for a log that is read later."""

    count: _Count = field(default_factory=_Count)
    started_at: float = 0
    said_at: float = 0

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        """Say how much there is to do."""
        self.count = _Count(suite=suite, total=total, done=resumed, resumed=resumed)
        self.started_at = self.said_at = time.monotonic()
        again = f", {resumed} of them kept from before" if resumed else ""
        say(f"{suite}: {counted(total, 'trial')}{again}")

    def finished(self, trial: Trial) -> None:
        """Count; say so now and then."""
        self.count.add(trial)
        now = time.monotonic()
        if now - self.said_at >= _LINE_EVERY_S and self.count.done < self.count.total:
            self.said_at = now
            pace = (now - self.started_at) / (self.count.done - self.count.resumed)
            self._say(f"about {pace * (self.count.total - self.count.done):.0f} s left")

    def ended(self) -> None:
        """Say how it ended."""
        self._say(f"{time.monotonic() - self.started_at:.1f} s")

    def _say(self, when: str) -> None:
        parts = [f"{self.count.done}/{counted(self.count.total, 'trial')}", self.count.failures, when]
        say(f"{self.count.suite}: {', '.join(part for part in parts if part)}")


class Bar:
    """A bar that fills, with an estimate of the time that is left."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.count = _Count()
        self.bar: RichProgress | None = None
        self.task = TaskID(0)

    def started(self, suite: str, *, total: int, resumed: int) -> None:
        """Show the bar."""
        self.count = _Count(suite=suite, total=total, done=resumed, resumed=resumed)
        self.bar = RichProgress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failures]}", style="red"),
            TimeRemainingColumn(),
            console=Console(file=self.stream),
            transient=True,
        )
        self.task = self.bar.add_task(suite, total=total, completed=resumed, failures="")
        self.bar.start()

    def finished(self, trial: Trial) -> None:
        """Fill it by one."""
        self.count.add(trial)
        if self.bar is not None:
            self.bar.update(self.task, completed=self.count.done, failures=self.count.failures)

    def ended(self) -> None:
        """Take it away: the report says the rest."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None
