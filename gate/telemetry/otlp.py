"""Our values → OpenTelemetry's, sent by its exporters over OTLP/HTTP. The one place that imports its SDK to send.

Touches none of its global providers: an application in this process may have its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from opentelemetry import context as contexts
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.exporter.otlp.proto.http._log_exporter import OTLPLogExporter
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk._logs import ReadableLogRecord
from opentelemetry.sdk._logs.export import LogRecordExportResult
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    HistogramDataPoint,
    MetricExportResult,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.metrics.export import Histogram as OtlpHistogram
from opentelemetry.sdk.metrics.export import Metric as OtlpMetric
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, TraceFlags, set_span_in_context
from opentelemetry.trace.status import Status, StatusCode
from pydantic import JsonValue
from requests import Response, Session

from gate.telemetry import names
from gate.telemetry.content import plain
from gate.telemetry.said import Said
from gate.telemetry.scored import Scored
from gate.telemetry.settings import Settings, Signal
from gate.telemetry.sums import Histogram, Metric
from gate.telemetry.trail import ForeignSpan, Step

_KINDS = {kind.name.lower(): kind for kind in SpanKind}
_SAMPLED = TraceFlags(TraceFlags.SAMPLED)
_TAKEN = {SpanExportResult.SUCCESS, LogRecordExportResult.SUCCESS, MetricExportResult.SUCCESS}


class RedirectedError(Exception):
    """The address leads to another one, as to a page where somebody is to log in: nothing was taken."""


class WebPageError(Exception):
    """A page for people came back: there is no collector at this address."""


class Senders:
    """The exporters of the signals that are sent."""

    def __init__(self, settings: Settings, *, resource: Mapping[str, str], version: str) -> None:
        self._resource = Resource(dict(resource), names.SCHEMA_URL)
        self._scope = InstrumentationScope(names.SCOPE, version, names.SCHEMA_URL)
        self._delta = settings.delta
        self._said: Said | None = None
        kinds: dict[Signal, Any] = {
            "traces": OTLPSpanExporter,
            "logs": OTLPLogExporter,
            "metrics": OTLPMetricExporter,
        }
        with Said():
            self._exporters: dict[Signal, Any] = {
                signal: kinds[signal](
                    endpoint=way.endpoint,
                    headers=dict(way.headers),
                    timeout=way.timeout_s,
                    session=_straight(),
                )
                for signal, way in settings.ways.items()
            }

    def send(self, signal: Signal, batch: Sequence[Any]) -> str | None:
        """Send a batch; why it was not taken, or None."""
        with Said() as said:
            self._said = said
            try:
                told = getattr(self, f"_{signal}")(batch)
                if self._exporters[signal].export(told) in _TAKEN:
                    return None
            except Exception as error:  # noqa: BLE001 - whatever breaks in there is no matter of the run
                return type(error).__name__
        return said.reason

    @property
    def trouble(self) -> str | None:
        """What stands in the way of the batch that is under way, as far as that is known."""
        return None if self._said is None else self._said.reason

    def close(self) -> None:
        """Close the connections."""
        exporters, self._exporters = self._exporters, {}
        with Said():
            for exporter in exporters.values():
                exporter.shutdown()

    def _traces(self, spans: Sequence[Step | ForeignSpan]) -> list[ReadableSpan]:
        return [self._span(span) for span in spans]

    def _logs(self, events: Sequence[Scored]) -> list[ReadableLogRecord]:
        return [
            ReadableLogRecord(
                log_record=LogRecord(
                    timestamp=event.time_ns,
                    observed_timestamp=event.time_ns,
                    context=set_span_in_context(NonRecordingSpan(_context(event.trace_id, event.span_id))),
                    severity_number=SeverityNumber.ERROR
                    if names.ERROR_TYPE in event.attributes
                    else SeverityNumber.INFO,
                    attributes=_attributes(event.attributes),
                    event_name=names.EVALUATION_EVENT,
                ),
                resource=self._resource,
                instrumentation_scope=self._scope,
            )
            for event in events
        ]

    def _metrics(self, metrics: Sequence[Metric]) -> MetricsData:
        told = [self._metric(metric) for metric in metrics]
        scoped = ScopeMetrics(self._scope, told, names.SCHEMA_URL)
        return MetricsData([ResourceMetrics(self._resource, [scoped], names.SCHEMA_URL)])

    def _span(self, span: Step | ForeignSpan) -> ReadableSpan:
        attributes = _attributes(span.attributes)
        if span.error is not None:
            attributes.setdefault(names.ERROR_TYPE, plain(span.error))
        return ReadableSpan(
            name=plain(span.name),
            context=_context(span.trace_id, span.span_id),
            parent=_context(span.trace_id, span.parent_id) if span.parent_id else None,
            attributes=attributes,
            kind=_KINDS[span.kind],
            status=Status() if span.error is None else Status(StatusCode.ERROR, plain(span.error)),
            start_time=span.start_ns,
            end_time=span.end_ns,
            **self._beside(span),
        )

    def _beside(self, span: Step | ForeignSpan) -> dict[str, Any]:
        """Who told it, and what hangs on it."""
        if isinstance(span, ForeignSpan):
            return {
                "resource": Resource(_attributes(span.resource)),
                "instrumentation_scope": InstrumentationScope(plain(span.scope)),
                "events": _events(span),
            }
        return {
            "resource": self._resource,
            "instrumentation_scope": self._scope,
            "links": () if span.link is None else (Link(_context(*span.link)),),
        }

    def _metric(self, metric: Metric) -> OtlpMetric:
        temporality = AggregationTemporality.DELTA if self._delta else AggregationTemporality.CUMULATIVE
        points: list[Any] = []
        for labels, told in metric.points.items():
            when: dict[str, Any] = {
                "attributes": dict(labels),
                "start_time_unix_nano": metric.start_ns,
                "time_unix_nano": metric.end_ns,
            }
            if isinstance(told, Histogram):
                points.append(
                    HistogramDataPoint(
                        **when,
                        count=sum(told.counts),
                        sum=told.total,
                        bucket_counts=told.counts,
                        explicit_bounds=metric.bounds,
                        min=told.least,
                        max=told.most,
                    )
                )
            else:
                points.append(NumberDataPoint(**when, value=told))
        data: Any = (
            OtlpHistogram(points, temporality)
            if metric.bounds
            else Sum(points, temporality, is_monotonic=True)
        )
        return OtlpMetric(metric.name, metric.about, metric.unit, data)


@contextmanager
def unobserved() -> Iterator[None]:
    """Around everything that is done to send: no instrumentation of an application's may make spans of our requests."""
    key, told = contexts._SUPPRESS_INSTRUMENTATION_KEY, True  # noqa: SLF001 - as OpenTelemetry's own processors do
    token = contexts.attach(contexts.set_value(key, told))
    try:
        yield
    finally:
        contexts.detach(token)


def _context(trace_id: int, span_id: int) -> SpanContext:
    return SpanContext(trace_id, span_id, is_remote=False, trace_flags=_SAMPLED)


def _events(span: ForeignSpan) -> list[Event]:
    return [Event(plain(name), _attributes(attributes), at) for at, name, attributes in span.events]


def _attributes(attributes: Mapping[str, JsonValue]) -> dict[str, Any]:
    return {plain(key): _clean(value) for key, value in attributes.items() if value is not None}


def _clean(value: JsonValue) -> Any:
    match value:
        case str():
            return plain(value)
        case list():
            return [_clean(item) for item in value if item is not None]
        case dict():
            return _attributes(value)
    return value


def _straight() -> Session:
    """A session that takes no redirect and no web page for a success, as the exporters would."""
    session = Session()
    session.hooks["response"] = [_require_collector]
    return session


def _require_collector(response: Response, **_: Any) -> None:
    error: type[Exception] | None = None
    if 300 <= response.status_code < 400:  # noqa: PLR2004 - the class of status codes that redirect
        error = RedirectedError
    elif response.ok and response.headers.get("content-type", "").startswith("text/html"):
        error = WebPageError
    if error is not None:
        response.close()  # what is not read would hold its connection
        raise error
