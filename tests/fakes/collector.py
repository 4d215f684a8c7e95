"""An OTLP/HTTP collector of our own on loopback, which reads what arrives by OpenTelemetry's messages and nothing of ours."""

import gzip
from collections.abc import Iterator, Mapping
from typing import Any

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue

from tests.doubles import Answer, Loopback, Request

KINDS: Mapping[str, Any] = {
    "/v1/traces": ExportTraceServiceRequest,
    "/v1/logs": ExportLogsServiceRequest,
    "/v1/metrics": ExportMetricsServiceRequest,
}


class Collector(Loopback):
    """Answers everything with `answer`."""

    def __init__(self, answer: Answer | None = None) -> None:
        taken = Answer(headers={"content-type": "application/x-protobuf"}) if answer is None else answer
        super().__init__(lambda _: taken)

    @property
    def environment(self) -> dict[str, str]:
        """What sends to it."""
        return {"OTEL_EXPORTER_OTLP_ENDPOINT": self.url}

    def spans(self) -> list[Any]:
        """Every span, in the order of arrival."""
        groups = (group for request in self._read("/v1/traces") for group in request.resource_spans)
        return [span for group in groups for scope in group.scope_spans for span in scope.spans]

    def events(self) -> list[Any]:
        """Every log record."""
        groups = (group for request in self._read("/v1/logs") for group in request.resource_logs)
        return [record for group in groups for scope in group.scope_logs for record in scope.log_records]

    def metrics(self) -> dict[str, Any]:
        """Metrics by name."""
        groups = (group for request in self._read("/v1/metrics") for group in request.resource_metrics)
        return {
            metric.name: metric
            for group in groups
            for scope in group.scope_metrics
            for metric in scope.metrics
        }

    def _read(self, path: str) -> Iterator[Any]:
        for request in self.requests:
            if request.path == path:
                assert request.headers["content-type"] == "application/x-protobuf"
                yield KINDS[path].FromString(_body(request))


def attributes(told: Any) -> dict[str, Any]:
    """The attributes of a span, an event or a point as plain values."""
    return {pair.key: _value(pair.value) for pair in told.attributes}


def _value(value: AnyValue) -> Any:
    name = value.WhichOneof("value")
    if name == "array_value":
        return [_value(item) for item in value.array_value.values]
    if name == "kvlist_value":
        return {pair.key: _value(pair.value) for pair in value.kvlist_value.values}
    return getattr(value, name) if name else None


def _body(request: Request) -> bytes:
    return (
        gzip.decompress(request.body) if request.headers.get("content-encoding") == "gzip" else request.body
    )


def by_name(metric: Any) -> Mapping[str, Any]:
    """The points of a metric by the values of their labels, in one word."""
    points = metric.histogram.data_points or metric.sum.data_points
    return {" ".join(str(value) for value in attributes(point).values()): point for point in points}
