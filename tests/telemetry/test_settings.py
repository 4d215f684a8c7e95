"""The standard OTEL_* variables → what is told, and where it is sent."""

import pytest

from gate.telemetry.settings import LONGEST_S, Way, settings

BASE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://h:4318/"}
ALL = {"traces", "metrics", "logs"}


def test_without_a_word_all_is_kept_and_nothing_sent() -> None:
    found = settings({})
    assert found.kept == ALL
    assert (dict(found.ways), found.content, found.warnings) == ({}, False, ())
    assert found.resource == {"service.name": "gate"}


def test_a_base_address_serves_all_signals_and_one_of_its_own_stands_as_it_is() -> None:
    found = settings({**BASE, "OTEL_EXPORTER_OTLP_LOGS_ENDPOINT": "https://logs.example/x"})
    assert {signal: way.endpoint for signal, way in found.ways.items()} == {
        "traces": "http://h:4318/v1/traces",
        "metrics": "http://h:4318/v1/metrics",
        "logs": "https://logs.example/x",
    }


def test_headers_are_decoded_and_those_of_a_signal_take_the_place_of_the_shared_ones() -> None:
    headers = {
        "OTEL_EXPORTER_OTLP_HEADERS": "Authorization=Basic%20a%3D, x-b = c ,broken",
        "OTEL_EXPORTER_OTLP_LOGS_HEADERS": "d=e",
    }
    found = settings({**BASE, **headers})
    assert found.ways["traces"].headers == {"authorization": "Basic a=", "x-b": "c"}
    assert found.ways["logs"].headers == {"d": "e"}
    assert "Basic" not in repr(found)


@pytest.mark.parametrize("value", ["true", " TRUE "])
def test_disabled_is_disabled(value: str) -> None:
    found = settings({**BASE, "OTEL_SDK_DISABLED": value})
    assert not found.kept
    assert not found.ways


def test_a_signal_whose_exporter_is_none_is_neither_kept_nor_sent() -> None:
    found = settings({**BASE, "OTEL_TRACES_EXPORTER": "none"})
    assert found.kept == found.ways.keys() == {"metrics", "logs"}


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"OTEL_TRACES_EXPORTER": "zipkin"}, "OTEL_TRACES_EXPORTER=zipkin"),
        ({"OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, "grpc"),
        ({"OTEL_TRACES_SAMPLER": "jaeger_remote"}, "OTEL_TRACES_SAMPLER=jaeger_remote"),
        ({"OTEL_BSP_MAX_QUEUE_SIZE": "many"}, "OTEL_BSP_MAX_QUEUE_SIZE"),
        ({"OTEL_EXPORTER_OTLP_TIMEOUT": "-1"}, "OTEL_EXPORTER_OTLP_TIMEOUT"),
    ],
)
def test_what_is_set_and_cannot_be_obeyed_is_said(environment: dict[str, str], word: str) -> None:
    assert any(word in warning for warning in settings({**BASE, **environment}).warnings)


def test_another_protocol_sends_nothing_rather_than_something_else() -> None:
    assert settings({**BASE, "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL": "grpc"}).ways.keys() == {"metrics", "logs"}


def test_no_request_may_take_longer_than_a_run_can_spare() -> None:
    assert settings({**BASE, "OTEL_EXPORTER_OTLP_TIMEOUT": "600"}).ways["traces"].timeout_s == LONGEST_S
    assert settings({**BASE, "OTEL_EXPORTER_OTLP_TRACES_TIMEOUT": "2"}).ways["traces"].timeout_s == 2


@pytest.mark.parametrize(
    ("sampler", "argument", "share"),
    [
        ("always_on", "", 1.0),
        ("parentbased_always_off", "", 0.0),
        ("traceidratio", "0.25", 0.25),
        ("parentbased_traceidratio", "7", 1.0),
    ],
)
def test_the_sampler_says_which_share_is_sent(sampler: str, argument: str, share: float) -> None:
    environment = {"OTEL_TRACES_SAMPLER": sampler, "OTEL_TRACES_SAMPLER_ARG": argument}
    assert settings(environment).share == share


def test_the_name_of_the_service_comes_first_and_other_attributes_stay() -> None:
    attributes = {"OTEL_RESOURCE_ATTRIBUTES": "service.name=other,team=a%20b"}
    assert settings(attributes).resource == {"service.name": "other", "team": "a b"}
    assert settings({**attributes, "OTEL_SERVICE_NAME": "mine"}).resource["service.name"] == "mine"


@pytest.mark.parametrize(
    ("value", "told"), [("true", True), ("SPAN_ONLY", True), ("false", False), ("no", False)]
)
def test_content_is_told_only_by_the_word_that_is_documented(value: str, told: bool) -> None:  # noqa: FBT001 - a table
    assert settings({"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": value}).content is told


def test_a_way_shows_no_key() -> None:
    assert "secret" not in repr(Way(endpoint="http://h", headers={"a": "secret"}))


@pytest.mark.parametrize(
    "endpoint",
    ["nonsense", "http://", "http://[::1", "http://joe:canary@h:x", "http://h:99999", "file:///etc/passwd"],
)
def test_an_endpoint_that_leads_nowhere_is_said_without_it_and_nothing_is_sent(endpoint: str) -> None:
    found = settings({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": endpoint})
    assert not found.ways
    assert found.kept == ALL
    (warning,) = found.warnings
    assert "no traces are sent" in warning
    assert "canary" not in warning


@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e400", "-1", "many"])
def test_a_number_that_is_none_is_said_and_the_usual_one_taken(value: str) -> None:
    names = (
        "OTEL_BSP_MAX_QUEUE_SIZE",
        "OTEL_BSP_MAX_EXPORT_BATCH_SIZE",
        "OTEL_EXPORTER_OTLP_TIMEOUT",
        "OTEL_TRACES_SAMPLER_ARG",
    )
    found = settings({**BASE, "OTEL_TRACES_SAMPLER": "traceidratio", **dict.fromkeys(names, value)})
    usual = settings(BASE)
    assert (found.queue, found.batch, found.share) == (usual.queue, usual.batch, usual.share)
    assert found.ways["traces"].timeout_s == LONGEST_S
    assert {warning.split()[0] for warning in found.warnings} == {*names}
