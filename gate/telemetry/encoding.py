"""Steps, scores and sums → lines of OTLP JSON, written by hand: a library takes several times as long for every span.

Format: OTLP 1.x, JSON encoding (ids hexadecimal, 64-bit integers as texts), one export request a line, as the file
exporter of OpenTelemetry writes it. Text in it is plain: whatever an application or a model said cannot break a line.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from pydantic import JsonValue

from gate.telemetry import names
from gate.telemetry.content import plain
from gate.telemetry.scored import Scored
from gate.telemetry.sums import Histogram, Metric
from gate.telemetry.trail import ForeignSpan, Step

_KINDS = {"internal": "1", "server": "2", "client": "3", "producer": "4", "consumer": "5"}
_NAME = lru_cache(maxsize=2_000)(quoted)  # names of attributes and spans: the same few, over and over
_SHORT = 100  # characters of a text that may be the same in every trial
_INFO, _ERROR = "9", "17"  # severities of OpenTelemetry's log data model
CUMULATIVE = "2"


def attributes_json(attributes: Mapping[str, JsonValue]) -> str:
    """Attributes as the members of a JSON list. None is no value, and is left out."""
    return ",".join(
        [
            _word(key, value)
            if type(value) is str and len(value) < _SHORT
            else f'{{"key":{_NAME(key)},"value":{_value(value)}}}'
            for key, value in attributes.items()
            if value is not None
        ]
    )


@lru_cache(maxsize=2_000)
def _word(key: str, value: str) -> str:
    """A text under its name: most of them are the same in every trial."""
    return f'{{"key":{_NAME(key)},"value":{_text(value)}}}'


def span_json(span: Step | ForeignSpan) -> str:
    """One span. What failed has `error.type` beside its status."""
    told = attributes_json(span.attributes)
    if span.error is not None:
        error = quoted(plain(span.error))
        if names.ERROR_TYPE not in span.attributes:
            told += f'{"," if told else ""}{{"key":"error.type","value":{{"stringValue":{error}}}}}'
        status = f',"status":{{"code":2,"message":{error}}}'
    else:
        status = ""
    parent = f'"parentSpanId":"{span.parent_id:016x}",' if span.parent_id else ""
    return (
        f'{{"traceId":"{span.trace_id:032x}","spanId":"{span.span_id:016x}",{parent}"flags":257,'
        f'"name":{_NAME(plain(span.name))},"kind":{_KINDS[span.kind]},"startTimeUnixNano":"{span.start_ns}",'
        f'"endTimeUnixNano":"{span.end_ns}","attributes":[{told}]{_beside(span)}{status}}}'
    )


def spans_line(resource: str, scope: str, spans: Sequence[str], *, ours: bool = True) -> str:
    """Spans that share a resource and a scope, as one request. Those that are not `ours` keep to conventions of their own."""
    words = ("resourceSpans", "scopeSpans", "spans")
    return _request(words, resource, scope, ",".join(spans), ours=ours)


def event_json(event: Scored) -> str:
    """One score, as an event."""
    severity = _ERROR if names.ERROR_TYPE in event.attributes else _INFO
    return (
        f'{{"timeUnixNano":"{event.time_ns}","observedTimeUnixNano":"{event.time_ns}","severityNumber":{severity},'
        f'"eventName":"{names.EVALUATION_EVENT}","attributes":[{attributes_json(event.attributes)}],'
        f'"flags":1,"traceId":"{event.trace_id:032x}","spanId":"{event.span_id:016x}"}}'
    )


def events_line(resource: str, scope: str, events: Sequence[str]) -> str:
    """Events, as one request."""
    return _request(("resourceLogs", "scopeLogs", "logRecords"), resource, scope, ",".join(events))


def metrics_line(resource: str, scope: str, metrics: Iterable[Metric]) -> str:
    """The metrics of a run, as one request."""
    told = ",".join(_metric(metric) for metric in metrics)
    return _request(("resourceMetrics", "scopeMetrics", "metrics"), resource, scope, told)


def _request(words: tuple[str, str, str], resource: str, scope: str, items: str, *, ours: bool = True) -> str:
    of_resource, of_scope, of_items = words
    schema = f',"schemaUrl":"{names.SCHEMA_URL}"' if ours else ""
    return (
        f'{{"{of_resource}":[{{"resource":{{"attributes":[{resource}]}},"{of_scope}":[{{"scope":{scope},'
        f'"{of_items}":[{items}]{schema}}}]}}]}}\n'
    )


def scope_json(name: str, version: str = "") -> str:
    """Who told it."""
    told = f',"version":{quoted(version)}' if version else ""
    return f'{{"name":{quoted(plain(name))}{told}}}'


def _beside(span: Step | ForeignSpan) -> str:
    """The links of a step of ours, the events of a foreign span."""
    if isinstance(span, Step):
        if span.link is None:
            return ""
        trace_id, span_id = span.link
        return f',"links":[{{"traceId":"{trace_id:032x}","spanId":"{span_id:016x}"}}]'
    told = ",".join(
        f'{{"timeUnixNano":"{at}","name":{quoted(plain(name))},"attributes":[{attributes_json(attributes)}]}}'
        for at, name, attributes in span.events
    )
    return f',"events":[{told}]' if told else ""


def _value(value: JsonValue) -> str:
    return _SPELLED[type(value)](value)


def _text(value: str) -> str:
    return f'{{"stringValue":{quoted(value if value.isprintable() else plain(value))}}}'


def _number(value: float) -> str:
    return f'{{"doubleValue":{value!r}}}' if math.isfinite(value) else f'{{"stringValue":"{value}"}}'


_SPELLED: Mapping[type, Callable[[Any], str]] = {
    str: _text,
    bool: lambda value: f'{{"boolValue":{"true" if value else "false"}}}',
    int: lambda value: f'{{"intValue":"{value}"}}',
    float: _number,
    list: lambda value: f'{{"arrayValue":{{"values":[{",".join(map(_value, value))}]}}}}',
    dict: lambda value: f'{{"kvlistValue":{{"values":[{attributes_json(value)}]}}}}',
    type(None): lambda _: "{}",
}


def _metric(metric: Metric) -> str:
    points = ",".join(_point(metric, attributes, told) for attributes, told in metric.points.items())
    temporality = f'"aggregationTemporality":{CUMULATIVE}'
    if metric.bounds:
        data = f'"histogram":{{{temporality},"dataPoints":[{points}]}}'
    else:
        data = f'"sum":{{{temporality},"isMonotonic":true,"dataPoints":[{points}]}}'
    return f'{{"name":"{metric.name}","unit":"{metric.unit}","description":{quoted(metric.about)},{data}}}'


def _point(metric: Metric, attributes: tuple[tuple[str, str | int], ...], told: int | Histogram) -> str:
    own = attributes_json(dict(attributes))
    when = f'"startTimeUnixNano":"{metric.start_ns}","timeUnixNano":"{metric.end_ns}","attributes":[{own}]'
    if isinstance(told, Histogram):
        counts = ",".join(f'"{count}"' for count in told.counts)
        bounds = ",".join(map(repr, metric.bounds))
        return (
            f'{{{when},"count":"{sum(told.counts)}","sum":{told.total!r},"min":{told.least!r},"max":{told.most!r},'
            f'"bucketCounts":[{counts}],"explicitBounds":[{bounds}]}}'
        )
    return f'{{{when},"asInt":"{told}"}}'
