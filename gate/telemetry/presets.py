"""`GATE_TELEMETRY=langfuse` + the backend's own variables → the standard `OTEL_*` variables that reach it.

Reads no environment but the one it is given, never overrules what that says itself, and never shows a value of it.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from urllib.parse import quote, urlsplit

VARIABLE = "GATE_TELEMETRY"
_TRACES = "OTEL_EXPORTER_OTLP_TRACES_"
_NAMED = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
_PATH = "/v1/traces"
_NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, kw_only=True)
class Backend:
    """What reaches one backend: `endpoint` is its base, to which OTLP's `/v1/traces` is added.

    `path` leads to its OTLP. `needs` are the variables without which nothing is sent; `elsewhere` those that name another
    address, of which the first that is set counts. `signals` are what it takes besides traces.
    """

    name: str
    endpoint: str
    path: str = ""
    elsewhere: Sequence[str] = ()
    needs: Sequence[str] = ()
    headers: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda _: _NOTHING
    resource: Callable[[Mapping[str, str]], Mapping[str, str]] = lambda _: _NOTHING
    signals: Sequence[str] = ()

    def base(self, environment: Mapping[str, str]) -> str:
        """The address of the backend itself, without a `/` at its end: of its region, or of one's own installation."""
        given = next((value for name in self.elsewhere if (value := environment.get(name, "").strip())), "")
        return (given or self.endpoint).rstrip("/").removesuffix(_PATH)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """What a chosen backend comes to: variables that are to be added, or why there are none.

    `backend` is None where none was chosen, or it cannot be reached; `base` is its address.
    """

    backend: Backend | None = None
    base: str = ""
    variables: Mapping[str, str] = field(default_factory=dict, repr=False)
    warning: str = ""

    def laid_under(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The environment with what it does not say itself."""
        own = {name: value for name, value in environment.items() if value.strip()}
        together = {"OTEL_RESOURCE_ATTRIBUTES"} & self.variables.keys()  # holds what was said there, too
        return {**self.variables, **own, **{name: self.variables[name] for name in together}}


def preset(environment: Mapping[str, str]) -> Preset:
    """The preset that `GATE_TELEMETRY` names. What is missing is a warning: a fork's pull request has no secrets."""
    chosen = environment.get(VARIABLE, "").strip().lower()
    if not chosen or environment.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return Preset()
    backend = BACKENDS.get(chosen)
    if backend is None:
        known = ", ".join(BACKENDS)
        return Preset(warning=f"{VARIABLE} names no backend that is known ({known}): no trace is sent")
    missing = [name for name in backend.needs if not environment.get(name, "").strip()]
    if missing:
        lacks = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not set"
        return Preset(warning=f"{VARIABLE}={chosen}, and {lacks}: no trace is sent")
    base = backend.base(environment)
    if not _is_address(base):
        where = " or ".join(backend.elsewhere)
        return Preset(warning=f"{VARIABLE}={chosen}, and {where} is no address: no trace is sent")
    if any(environment.get(name, "").strip() for name in _NAMED):
        # Traces go to another address, a collector's say: the key of this backend is none of its business.
        return Preset(backend=backend, base=base)
    return Preset(backend=backend, base=base, variables=_variables(backend, base, environment))


def _is_address(base: str) -> bool:
    try:
        parts = urlsplit(base)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


def basic(user: str, password: str) -> str:
    """The value of an `Authorization` header, as RFC 7617 has it."""
    return f"Basic {b64encode(f'{user.strip()}:{password.strip()}'.encode()).decode()}"


def _variables(backend: Backend, base: str, environment: Mapping[str, str]) -> dict[str, str]:
    headers, resource = backend.headers(environment), backend.resource(environment)
    endpoint = base + backend.path
    variables = {
        f"{_TRACES}ENDPOINT": endpoint + _PATH,
        f"{_TRACES}PROTOCOL": "http/protobuf",
        f"{_TRACES}HEADERS": _listed(headers),
    }
    for signal in backend.signals:
        own = f"OTEL_EXPORTER_OTLP_{signal.upper()}_"
        variables |= {f"{own}ENDPOINT": f"{endpoint}/v1/{signal}", f"{own}PROTOCOL": "http/protobuf"}
        variables[f"{own}HEADERS"] = _listed(headers)
    if resource:
        given = environment.get("OTEL_RESOURCE_ATTRIBUTES", "").strip(", ")
        variables["OTEL_RESOURCE_ATTRIBUTES"] = ",".join(part for part in (_listed(resource), given) if part)
    return variables


def _listed(pairs: Mapping[str, str]) -> str:
    """As OTEL_EXPORTER_OTLP_HEADERS is written: `a=b,c=d`, the values percent-encoded as in W3C Baggage."""
    return ",".join(f"{name}={quote(value.strip(), safe='')}" for name, value in pairs.items())


def _langfuse(given: Mapping[str, str]) -> Mapping[str, str]:
    keys = basic(given["LANGFUSE_PUBLIC_KEY"], given["LANGFUSE_SECRET_KEY"])
    # Version 4 is what their own SDKs send, and what makes a trace visible at once.
    return {"Authorization": keys, "x-langfuse-ingestion-version": "4"}


def _phoenix(given: Mapping[str, str]) -> Mapping[str, str]:
    key, project = given.get("PHOENIX_API_KEY", "").strip(), given.get("PHOENIX_PROJECT_NAME", "").strip()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    # A trace belongs to the project of its first span, and that may be one of the application's, which names none.
    return {**headers, "x-project-name": project} if project else headers


def _langsmith(given: Mapping[str, str]) -> Mapping[str, str]:
    project = given.get("LANGSMITH_PROJECT", "").strip()
    return {"x-api-key": given["LANGSMITH_API_KEY"], **({"Langsmith-Project": project} if project else {})}


def _braintrust(given: Mapping[str, str]) -> Mapping[str, str]:
    key = given["BRAINTRUST_API_KEY"].strip()
    return {"Authorization": f"Bearer {key}", "x-bt-parent": given["BRAINTRUST_PARENT"]}


def _honeycomb(given: Mapping[str, str]) -> Mapping[str, str]:
    return {"x-honeycomb-team": given["HONEYCOMB_API_KEY"]}


def _grafana(given: Mapping[str, str]) -> Mapping[str, str]:
    return {"Authorization": basic(given["GRAFANA_CLOUD_INSTANCE_ID"], given["GRAFANA_CLOUD_API_KEY"])}


def _phoenix_project(given: Mapping[str, str]) -> Mapping[str, str]:
    project = given.get("PHOENIX_PROJECT_NAME", "").strip()
    return {"openinference.project.name": project} if project else _NOTHING


_ALL = (
    Backend(
        name="langfuse",
        endpoint="https://cloud.langfuse.com",
        path="/api/public/otel",
        elsewhere=("LANGFUSE_BASE_URL", "LANGFUSE_HOST"),
        needs=("LANGFUSE_PUBLIC_KEY", "LANGFUSE_SECRET_KEY"),
        headers=_langfuse,
    ),
    Backend(
        name="phoenix",
        endpoint="http://127.0.0.1:6006",
        elsewhere=("PHOENIX_COLLECTOR_ENDPOINT",),
        headers=_phoenix,
        resource=_phoenix_project,
    ),
    Backend(
        name="langsmith",
        endpoint="https://api.smith.langchain.com",
        path="/otel",
        elsewhere=("LANGSMITH_ENDPOINT",),
        needs=("LANGSMITH_API_KEY",),
        headers=_langsmith,
    ),
    Backend(
        name="braintrust",
        endpoint="https://api.braintrust.dev",
        path="/otel",
        elsewhere=("BRAINTRUST_API_URL",),
        needs=("BRAINTRUST_API_KEY", "BRAINTRUST_PARENT"),
        headers=_braintrust,
    ),
    Backend(
        name="honeycomb",
        endpoint="https://api.honeycomb.io",
        elsewhere=("HONEYCOMB_API_ENDPOINT",),
        needs=("HONEYCOMB_API_KEY",),
        headers=_honeycomb,
        signals=("metrics", "logs"),
    ),
    Backend(
        name="grafana",
        endpoint="",
        elsewhere=("GRAFANA_CLOUD_OTLP_ENDPOINT",),
        needs=("GRAFANA_CLOUD_INSTANCE_ID", "GRAFANA_CLOUD_API_KEY", "GRAFANA_CLOUD_OTLP_ENDPOINT"),
        headers=_grafana,
        signals=("metrics", "logs"),
    ),
)
BACKENDS: Mapping[str, Backend] = {backend.name: backend for backend in _ALL}
