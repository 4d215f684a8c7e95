"""What OpenTelemetry's exporters log → why they failed, in a word. Never a text of theirs: it may hold a key."""

import logging
import threading
from typing import Self

_LOGGERS = (
    "opentelemetry.exporter.otlp.proto.http.trace_exporter",
    "opentelemetry.exporter.otlp.proto.http._log_exporter",
    "opentelemetry.exporter.otlp.proto.http.metric_exporter",
    "opentelemetry.exporter.otlp.proto.http._common",
    "opentelemetry.exporter.otlp.common.http",
    "opentelemetry.util.re",  # shows headers, which hold keys, where they are not well formed
    "opentelemetry.attributes",
)


class Said(logging.Filter):
    """What the exporters log in this thread. It goes no further: a person reads one sentence of ours.

    `reason` is why they failed.
    """

    def __init__(self, reason: str = "no answer") -> None:
        super().__init__()
        self.reason = reason
        self._thread = threading.get_ident()
        self._loggers = [logging.getLogger(name) for name in _LOGGERS]

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it may be shown."""
        if record.thread != self._thread:
            return True
        said = record.args if isinstance(record.args, tuple) else ()
        status = next((word for word in said if isinstance(word, int) and not isinstance(word, bool)), None)
        broken = next((type(word).__name__ for word in said if isinstance(word, Exception)), self.reason)
        self.reason = broken if status is None else f"status {status}"
        return False

    def __enter__(self) -> Self:
        for logger in self._loggers:
            logger.addFilter(self)
        return self

    def __exit__(self, *_: object) -> None:
        for logger in self._loggers:
            logger.removeFilter(self)
