"""Spans, events and metrics → a collector, by OpenTelemetry's own exporters, in a thread of their own.

A collector that is slow, dead, or refuses costs a run a few seconds at its end, and one sentence. What waits is bounded;
what finds no room is counted, not kept.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from gate.model.quantity import counted
from gate.model.redaction import redact, shortened
from gate.telemetry.scored import Scored
from gate.telemetry.settings import Settings, Signal
from gate.telemetry.sums import Metric
from gate.telemetry.trail import ForeignSpan, Step
from gate.threads import beside

if TYPE_CHECKING:
    from gate.telemetry.otlp import Senders

END_S = 3.0  # without a batch being taken: what a dead collector costs at the end of a run
LONGEST_END_S = 10.0  # with batches being taken
HURRIED_S = 0.5  # after an interruption: a cancelled job has seconds to live
_FAILED_S = 0.5  # where the batch before was not taken either
_LABELS = {"traces": "span", "logs": "event", "metrics": "metric"}
_LATE = "there was no more time"
Item = Step | ForeignSpan | Scored


class Exporter:
    """Sends what it is given. `put` never waits."""

    def __init__(self, settings: Settings, *, resource: dict[str, str], version: str) -> None:
        self._settings, self._resource, self._version = settings, resource, version
        self._queues: dict[Signal, deque[Item]] = {"traces": deque(), "logs": deque()}
        self._metrics: Sequence[Metric] = ()
        self._lost: dict[Signal, int] = {}
        self._reason = ""
        self._changed = threading.Condition()
        self._closing = self._stopped = self._failing = False
        self._taken_at = 0.0
        self._under_way: tuple[Signal, int] | None = None
        self._thread: threading.Thread | None = None
        self._senders: Senders | None = None

    def start(self) -> None:
        """Load what sends, while the run goes on."""
        if self._thread is None:
            self._thread = beside(self._work, name="gate-telemetry")

    def put(self, signal: Signal, items: Sequence[Item]) -> None:
        """Spans or events that are to be sent."""
        items = [item for item in items if self._settings.sends(item.trace_id)]
        if signal not in self._settings.ways or not items:
            return
        with self._changed:
            queue = self._queues[signal]
            room = max(self._settings.queue - len(queue), 0)
            queue.extend(items[:room])
            self._lose(signal, len(items) - room, why="they came faster than they were taken")
            self._changed.notify()
        self.start()

    def close(self, metrics: Sequence[Metric], *, hurried: bool) -> str | None:
        """Send what is left, within a limit; a sentence where something was not taken."""
        if "metrics" in self._settings.ways and metrics:
            self._metrics = metrics
            self.start()
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._wait(hurried=hurried)
        with self._changed:
            self._stopped = True
            why = (
                _LATE if self._under_way is None or self._senders is None else self._senders.trouble or _LATE
            )
        if self._senders is not None:
            self._senders.close()
        with self._changed:
            left: dict[Signal, int] = {signal: len(queue) for signal, queue in self._queues.items()}
            left["metrics"] = len(self._metrics)
            if self._under_way is not None:
                left[self._under_way[0]] += self._under_way[1]
                self._under_way = None
            for signal, number in left.items():
                self._lose(signal, number, why=why)
            return self._sentence()

    def _wait(self, *, hurried: bool) -> None:
        """Until all is sent, or the limit is reached; a batch that is taken moves it."""
        if self._thread is None:
            return
        begin = time.monotonic()
        grace_s = HURRIED_S if hurried else _FAILED_S if self._failing else END_S
        longest_s = HURRIED_S if hurried else LONGEST_END_S
        while self._thread.is_alive():
            # To load what sends is no sign of a dead collector, and takes a while on a busy machine.
            moved = max(begin, self._taken_at) if self._senders is not None else time.monotonic()
            left_s = min(moved + grace_s, begin + longest_s) - time.monotonic()
            if left_s <= 0:
                return
            self._thread.join(left_s)

    def _work(self) -> None:
        try:
            from gate.telemetry.otlp import Senders, unobserved  # noqa: PLC0415 - OpenTelemetry, for those who send

            with unobserved():
                senders = Senders(self._settings, resource=self._resource, version=self._version)
                self._senders, self._taken_at = senders, time.monotonic()
                while (batch := self._next()) is not None:
                    self._send(senders, *batch)
                senders.close()
        except Exception as error:  # noqa: BLE001 - an address that is none, a certificate that is not there
            with self._changed:
                self._reason = (
                    self._reason or f"{type(error).__name__}: {shortened(redact(str(error)), limit=100)}"
                )

    def _next(self) -> tuple[Signal, Sequence[Item] | Sequence[Metric]] | None:
        """The next batch; None when all is sent and no more is to come. Metrics come last."""
        with self._changed:
            while not self._stopped:
                for signal, queue in self._queues.items():
                    if queue:
                        count = min(len(queue), self._settings.batch)
                        self._under_way = signal, count
                        return signal, [queue.popleft() for _ in range(count)]
                if self._closing:
                    metrics, self._metrics = self._metrics, ()
                    self._under_way = ("metrics", len(metrics)) if metrics else None
                    return ("metrics", metrics) if metrics else None
                self._changed.wait()
        return None

    def _send(self, senders: "Senders", signal: Signal, batch: Sequence[Item] | Sequence[Metric]) -> None:
        reason = senders.send(signal, batch)
        with self._changed:
            if self._under_way is None:
                return  # it was given up meanwhile, and counted
            self._under_way = None
            self._failing = reason is not None
            if reason is None:
                self._taken_at = time.monotonic()
            else:
                self._lose(signal, len(batch), why=reason)

    def _lose(self, signal: Signal, number: int, *, why: str) -> None:
        if number > 0:
            self._lost[signal] = self._lost.get(signal, 0) + number
            self._reason = self._reason or why

    def _sentence(self) -> str | None:
        if not self._lost:
            return None
        lost = " and ".join(counted(number, _LABELS[signal]) for signal, number in self._lost.items())
        hosts = sorted(
            {
                urlsplit(self._settings.ways[signal].endpoint).netloc.rpartition("@")[2]
                for signal in self._lost
            }
        )
        return (
            f"telemetry: {lost} did not reach {', '.join(hosts)} ({self._reason}); nothing else depends on it"
        )
