"""The place of a call in its trace → what a program is told of it, and where its spans are taken.

Only two random ids and a flag are told, nothing of the case, the suite or the repository.
"""

from collections.abc import Mapping

_TRACES = "OTEL_EXPORTER_OTLP_TRACES_"


def propagates(environment: Mapping[str, str]) -> bool:
    """Whether OTEL_PROPAGATORS, which says `tracecontext,baggage` where it is not set, holds `tracecontext`."""
    names = environment.get("OTEL_PROPAGATORS", "").strip() or "tracecontext"
    return "tracecontext" in {name.strip().lower() for name in names.split(",")}


def variables(traceparent: str, given: Mapping[str, str], *, endpoint: str) -> Mapping[str, str]:
    """What is laid over the environment `given` to a program.

    Its traces go to the `endpoint` of ours, who pass them on; its metrics and logs go where it was said that they go.
    """
    return {
        "TRACEPARENT": traceparent,
        "OTEL_TRACES_EXPORTER": "otlp",
        f"{_TRACES}ENDPOINT": f"{endpoint}/v1/traces",
        f"{_TRACES}PROTOCOL": "http/protobuf",
        f"{_TRACES}HEADERS": "",  # the key of a backend is none of ours
        "OTEL_EXPORTER_OTLP_ENDPOINT": given.get("OTEL_EXPORTER_OTLP_ENDPOINT") or endpoint,
        "OTEL_EXPORTER_OTLP_PROTOCOL": given.get("OTEL_EXPORTER_OTLP_PROTOCOL") or "http/protobuf",
    }
