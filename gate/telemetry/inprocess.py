"""An application in this process → its spans, out of the provider that it has set up itself. Never sets one up for it.

Without OpenTelemetry in the process nothing is imported for it.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from weakref import WeakKeyDictionary

from pydantic import JsonValue

from gate.telemetry.bounds import LONGEST, MOST_ATTRIBUTES, MOST_EVENTS, plain_value
from gate.telemetry.trail import ForeignSpan, Kind

Take = Callable[[Sequence[ForeignSpan]], object]
_DEEPEST = 20  # lists within lists
_KINDS: Mapping[str, Kind] = {
    "SERVER": "server",
    "CLIENT": "client",
    "PRODUCER": "producer",
    "CONSUMER": "consumer",
}


@contextmanager
def application_context(trace_id: int, span_id: int) -> Iterator[None]:
    """Make a step of ours the active span of OpenTelemetry: what the application begins stands below it."""
    if "opentelemetry" not in sys.modules:
        yield
        return
    from opentelemetry import context, trace  # noqa: PLC0415 - only where the application uses it

    here = trace.SpanContext(
        trace_id, span_id, is_remote=False, trace_flags=trace.TraceFlags(trace.TraceFlags.SAMPLED)
    )
    token = context.attach(trace.set_span_in_context(trace.NonRecordingSpan(here)))
    try:
        yield
    finally:
        context.detach(token)


def listen(take: Take) -> bool:
    """Hear every span that ends in this process from now on; whether there is a provider to hear it from.

    A provider is listened to once, also over several walks in one process: the last one that asked hears.
    """
    if "opentelemetry.sdk.trace" not in sys.modules:
        return False
    from opentelemetry import trace  # noqa: PLC0415 - only where the application uses it

    provider: Any = trace.get_tracer_provider()
    add = getattr(provider, "add_span_processor", None)
    if add is None:
        return False
    listener = _LISTENERS.get(provider)
    if listener is None:
        listener = _LISTENERS[provider] = _Listener()
        add(listener)
    listener.take = take
    return True


class _Listener:
    """A span processor, as the SDK knows it, that only looks."""

    def __init__(self) -> None:
        self.take: Take = len

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        """Nothing is done before its end."""

    def _on_ending(self, span: Any) -> None:
        """Nor just before that."""

    def on_end(self, span: Any) -> None:
        """Hear it. The application must not fail of what we make of its span."""
        with suppress(Exception):
            self.take([_foreign(span)])

    def shutdown(self) -> None:
        """Hold nothing back."""

    def force_flush(self, timeout_millis: int = 0) -> bool:  # noqa: ARG002 - the signature is the SDK's
        """Nothing is held back."""
        return True


_LISTENERS: "WeakKeyDictionary[Any, _Listener]" = WeakKeyDictionary()


def _foreign(span: Any) -> ForeignSpan:
    attributes = _attributes(span.attributes)
    word = attributes.get("error.type") or span.status.description or "error"
    start_ns = span.start_time or 0
    return ForeignSpan(
        trace_id=span.context.trace_id,
        span_id=span.context.span_id,
        parent_id=span.parent.span_id if span.parent is not None else None,
        name=str(span.name)[:LONGEST],
        kind=_KINDS.get(span.kind.name, "internal"),
        start_ns=start_ns,
        end_ns=max(span.end_time or 0, start_ns),
        attributes=attributes,
        error=str(word)[:LONGEST] if span.status.status_code.name == "ERROR" else None,
        events=tuple(
            (event.timestamp, event.name[:LONGEST], _attributes(event.attributes))
            for event in span.events[:MOST_EVENTS]
        ),
        resource=_attributes(span.resource.attributes),
        scope=span.instrumentation_scope.name[:LONGEST] if span.instrumentation_scope else "",
    )


def _attributes(given: Mapping[str, Any] | None) -> dict[str, JsonValue]:
    pairs = list((given or {}).items())[:MOST_ATTRIBUTES]
    return {str(name)[:LONGEST]: _value(value) for name, value in pairs}


def _value(value: Any, depth: int = 0) -> JsonValue:
    if value is None or depth > _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {str(name)[:LONGEST]: _value(part, depth + 1) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_value(part, depth + 1) for part in value[:MOST_ATTRIBUTES]]
    return plain_value(value)
