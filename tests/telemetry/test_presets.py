"""`GATE_TELEMETRY` → the variables that reach a backend, proved by OpenTelemetry's own exporter."""

import gzip
from base64 import b64encode
from collections.abc import Iterator, Mapping

import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor

from gate.telemetry.presets import BACKENDS, preset
from tests.fakes.backend import Backend, Received, backend

BASIC = b64encode(b"public:secret, with=signs").decode()
# by backend: what its user sets, the path, and the headers that it asks for
ASKED: Mapping[str, tuple[Mapping[str, str], str, Mapping[str, str]]] = {
    "langfuse": (
        {"LANGFUSE_PUBLIC_KEY": "public", "LANGFUSE_SECRET_KEY": "secret, with=signs\n"},
        "/api/public/otel/v1/traces",
        {"authorization": f"Basic {BASIC}", "x-langfuse-ingestion-version": "4"},
    ),
    "phoenix": (
        {"PHOENIX_API_KEY": "secret", "PHOENIX_PROJECT_NAME": "our bot"},
        "/v1/traces",
        {"authorization": "Bearer secret", "x-project-name": "our bot"},
    ),
    "langsmith": (
        {"LANGSMITH_API_KEY": "secret", "LANGSMITH_PROJECT": "our bot"},
        "/otel/v1/traces",
        {"x-api-key": "secret", "langsmith-project": "our bot"},
    ),
    "braintrust": (
        {"BRAINTRUST_API_KEY": "secret", "BRAINTRUST_PARENT": "project_name:our bot"},
        "/otel/v1/traces",
        {"authorization": "Bearer secret", "x-bt-parent": "project_name:our bot"},
    ),
    "honeycomb": ({"HONEYCOMB_API_KEY": "secret"}, "/v1/traces", {"x-honeycomb-team": "secret"}),
    "grafana": (
        {"GRAFANA_CLOUD_INSTANCE_ID": "public", "GRAFANA_CLOUD_API_KEY": "secret, with=signs"},
        "/v1/traces",
        {"authorization": f"Basic {BASIC}"},
    ),
}
BASES = {
    "langfuse": "https://cloud.langfuse.com/api/public/otel/v1/traces",
    "phoenix": "http://127.0.0.1:6006/v1/traces",
    "langsmith": "https://api.smith.langchain.com/otel/v1/traces",
    "braintrust": "https://api.braintrust.dev/otel/v1/traces",
    "honeycomb": "https://api.honeycomb.io/v1/traces",
}
ENDPOINT = "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


def environment(name: str, **more: str) -> dict[str, str]:
    return {"GATE_TELEMETRY": name, **ASKED[name][0], **more}


@pytest.fixture
def loopback() -> Iterator[Backend]:
    with backend() as kept:
        yield kept


def exported(variables: Mapping[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Export one span, as any program does that is configured by the standard variables alone."""
    for name, value in variables.items():
        if name.startswith("OTEL_"):
            monkeypatch.setenv(name, value)
    provider = TracerProvider(resource=Resource.create(), shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(OTLPSpanExporter()))
    with provider.get_tracer("tests").start_as_current_span("trial"):
        pass
    provider.shutdown()


def decoded(received: Received) -> ExportTraceServiceRequest:
    zipped = received.headers.get("content-encoding") == "gzip"
    request = ExportTraceServiceRequest()
    request.ParseFromString(gzip.decompress(received.body) if zipped else received.body)
    return request


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_preset_sends_protobuf_to_the_path_with_the_headers_that_its_backend_asks_for(
    name: str, loopback: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment(name, **{BACKENDS[name].elsewhere[0]: f"{loopback.url}/"})
    exported(preset(given).laid_under(given), monkeypatch)
    (received,) = loopback.received
    _, path, headers = ASKED[name]
    assert received.path == path
    assert received.headers["content-type"] == "application/x-protobuf"
    assert {key: received.headers.get(key) for key in headers} == headers
    assert decoded(received).resource_spans[0].scope_spans[0].spans[0].name == "trial"


def test_there_is_a_preset_for_each_of_the_six() -> None:
    assert set(BACKENDS) == set(ASKED)


@pytest.mark.parametrize("name", sorted(BASES))
def test_without_another_address_it_is_that_of_the_cloud(name: str) -> None:
    assert preset(environment(name)).variables[ENDPOINT] == BASES[name]


def test_a_project_of_phoenix_goes_along_with_what_is_said_of_the_resource(
    loopback: Backend, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = environment(
        "phoenix", PHOENIX_COLLECTOR_ENDPOINT=loopback.url, OTEL_RESOURCE_ATTRIBUTES="team=search"
    )
    exported(preset(given).laid_under(given), monkeypatch)
    (received,) = loopback.received
    told = {
        pair.key: pair.value.string_value for pair in decoded(received).resource_spans[0].resource.attributes
    }
    assert (told["openinference.project.name"], told["team"]) == ("our bot", "search")


def test_an_address_of_phoenix_that_ends_in_its_path_is_taken_as_well() -> None:
    given = environment("phoenix", PHOENIX_COLLECTOR_ENDPOINT="http://phoenix:6006/v1/traces")
    assert preset(given).variables[ENDPOINT] == "http://phoenix:6006/v1/traces"
    assert preset(given).base == "http://phoenix:6006"


@pytest.mark.parametrize("variable", ["OTEL_EXPORTER_OTLP_ENDPOINT", ENDPOINT])
def test_a_key_never_goes_to_an_address_that_somebody_else_named(variable: str) -> None:
    given = environment("langfuse", **{variable: "http://collector:4318"})
    chosen = preset(given)
    assert chosen.variables == {}
    assert chosen.laid_under(given) == given
    assert chosen.base == "https://cloud.langfuse.com"


def test_a_variable_that_is_set_but_empty_is_not_said() -> None:
    given = environment("honeycomb", OTEL_EXPORTER_OTLP_TRACES_ENDPOINT="", OTEL_EXPORTER_OTLP_ENDPOINT=" ")
    assert preset(given).laid_under(given)[ENDPOINT] == BASES["honeycomb"]


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_missing_key_is_a_warning_that_names_it_and_shows_no_value(name: str) -> None:
    for missing in BACKENDS[name].needs:
        given = environment(name, GRAFANA_CLOUD_OTLP_ENDPOINT="https://otlp.example/otlp")
        del given[missing]
        chosen = preset(given)
        assert missing in chosen.warning
        assert "secret" not in chosen.warning
        assert chosen.variables == {}
        assert chosen.backend is None


def test_an_unknown_name_is_a_warning_that_lists_the_known_and_does_not_repeat_it() -> None:
    warning = preset({"GATE_TELEMETRY": "sk-ant-oops-a-key"}).warning
    assert all(name in warning for name in BACKENDS)
    assert "sk-ant" not in warning


@pytest.mark.parametrize(
    "address", ["cloud.langfuse.com", "ftp://langfuse", "http://[::1", "file:///etc/passwd"]
)
def test_what_is_no_address_is_a_warning_without_its_text(address: str) -> None:
    chosen = preset(environment("langfuse", LANGFUSE_BASE_URL=address))
    assert "LANGFUSE_BASE_URL" in chosen.warning
    assert address not in chosen.warning
    assert chosen.variables == {}


@pytest.mark.parametrize(
    "given", [{}, {"GATE_TELEMETRY": " "}, {**environment("phoenix"), "OTEL_SDK_DISABLED": "TRUE"}]
)
def test_where_none_is_chosen_or_telemetry_is_off_nothing_is_added(given: dict[str, str]) -> None:
    chosen = preset(given)
    assert (chosen.backend, chosen.variables, chosen.warning) == (None, {}, "")
    assert chosen.laid_under(given) == {name: value for name, value in given.items() if value.strip()}


def test_a_preset_shows_no_key_when_it_is_printed() -> None:
    chosen = preset(environment("langfuse"))
    assert BASIC not in repr(chosen)
    assert "secret" not in repr(chosen)
