"""Hearing: what a target may ask about the spans that the application tells of itself. Kept by `gate.telemetry.arrivals`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

from gate.model.case import Context


class Heard(Protocol):
    """What was told of one call so far."""

    def contexts(self) -> tuple[Context, ...] | None:
        """The passages that were retrieved; None where no step of retrieval was told."""
        ...

    def lacking(self) -> str:
        """Why no passages are known, in a sentence for the person; from here on it is counted."""
        ...

    def when_told(self, callback: Callable[[float], None]) -> None:
        """Call back once, from any thread, when the step around the whole call was told, and a step of retrieval.

        Also without the latter, where none is to be expected; what is under way may then come within the seconds that
        the callback is handed, which are 0 where all is told.
        """
        ...


class Hearing(Protocol):
    """How an application is told where it stands in the trace, and how what it tells of itself is heard."""

    def call(self) -> AbstractContextManager[Heard]:
        """Around one call of the application, whose spans are heard."""
        ...

    def inside(self) -> AbstractContextManager[Heard]:
        """The same for one in this process: the step that is open here is OpenTelemetry's active one in the block."""
        ...

    def headers(self) -> Mapping[str, str]:
        """What goes along with a request; nothing where nothing is traced."""
        ...

    def environment(self, given: Mapping[str, str]) -> Mapping[str, str]:
        """What is laid over the environment `given` to a program; nothing where nothing is traced."""
        ...

    def receive(self, port: int) -> None:
        """Take spans at a port of 127.0.0.1 from now on.

        Raises:
            UserError: the port is taken.
        """
        ...


class Deaf:
    """Hears nothing, and hands nothing over: where nothing is traced."""

    def call(self) -> AbstractContextManager[Heard]:
        """Nothing is heard of it."""
        return _unheard()

    def inside(self) -> AbstractContextManager[Heard]:
        """Nothing is heard of it."""
        return _unheard()

    def headers(self) -> Mapping[str, str]:
        """None."""
        return {}

    def environment(self, given: Mapping[str, str]) -> Mapping[str, str]:  # noqa: ARG002 - nothing is added to any
        """Nothing."""
        return {}

    def receive(self, port: int) -> None:
        """Nobody listens."""


class _Nothing:
    def contexts(self) -> tuple[Context, ...] | None:
        return None

    def lacking(self) -> str:
        return "nothing is traced, so no passages can be read from traces"

    def when_told(self, callback: Callable[[float], None]) -> None:
        callback(0)


@contextmanager
def _unheard() -> Iterator[Heard]:
    yield _Nothing()
