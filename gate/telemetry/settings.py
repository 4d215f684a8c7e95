"""The standard `OTEL_*` variables → what is told, and where it is sent. Reads no environment but the one it is given.

What only the exporters need (certificates, compression) they read themselves. What is set and cannot be obeyed is said.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote, urlsplit

from gate.telemetry import content
from gate.telemetry.trail import MOST_STEPS

Signal = Literal["traces", "metrics", "logs"]
SIGNALS: Sequence[Signal] = ("traces", "metrics", "logs")
PROTOCOL = "http/protobuf"
SERVICE = "gate"
LONGEST_S = 5.0  # for one request: a collector that needs longer is a dead one to a run that is over
_QUEUE = 16_384  # spans that may wait to be sent: what a run does in some seconds
_BATCH = 512
_WHOLE = 2**64
_OPEN = re.compile(
    r"(name|project|parent|version|dataset)$"
)  # a header of such a name says where to, not who


@dataclass(frozen=True, kw_only=True)
class Way:
    """Where one signal is sent: the whole address, and the headers, which hold keys."""

    endpoint: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    timeout_s: float = LONGEST_S

    def credentials(self) -> Iterator[str]:
        """What must be told to nobody else: values of headers but for those that only name a place, and the address's own."""
        for name, value in self.headers.items():
            if not _OPEN.search(name):
                yield from (value, value.rpartition(" ")[2])  # `Bearer …`
        user, _, password = urlsplit(self.endpoint).netloc.rpartition("@")[0].partition(":")
        yield from (user, unquote(user), password, unquote(password))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What is told. `kept` are the signals that are written to files, `ways` those that are sent.

    `share` of the traces is sent, by their ids. `warnings` are for the person.
    """

    kept: frozenset[Signal] = frozenset()
    ways: Mapping[Signal, Way] = field(default_factory=dict)
    content: bool = False
    resource: Mapping[str, str] = field(default_factory=dict)
    share: float = 1.0
    queue: int = _QUEUE
    batch: int = _BATCH
    delta: bool = False
    warnings: Sequence[str] = ()

    def sends(self, trace_id: int) -> bool:
        """Whether a trace is sent: by the lower half of its id, as OpenTelemetry's TraceIdRatioBased decides."""
        return trace_id % _WHOLE < self.share * _WHOLE


def settings(environment: Mapping[str, str]) -> Settings:
    """The settings. Nothing is kept or sent where OTEL_SDK_DISABLED is true."""
    if _word(environment, "OTEL_SDK_DISABLED") == "true":
        return Settings()
    warnings: list[str] = []
    told = [signal for signal in SIGNALS if _told(environment, signal, warnings)]
    ways = {signal: way for signal in told if (way := _way(environment, signal, warnings)) is not None}
    batch = max(_number(environment, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", _BATCH, warnings), 1)
    return Settings(
        kept=frozenset(told),
        ways=ways,
        content=content.wanted(environment),
        resource=_resource(environment),
        share=_share(environment, warnings),
        queue=int(max(_number(environment, "OTEL_BSP_MAX_QUEUE_SIZE", _QUEUE, warnings), batch, MOST_STEPS)),
        batch=int(batch),
        delta=_word(environment, "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE") == "delta",
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _told(environment: Mapping[str, str], signal: Signal, warnings: list[str]) -> bool:
    name = f"OTEL_{signal.upper()}_EXPORTER"
    wanted = {word.strip() for word in (_word(environment, name) or "otlp").split(",")} - {""}
    if unknown := sorted(wanted - {"otlp", "none"}):
        warnings.append(f"{name}={','.join(unknown)} is not known to gate, which sends by otlp or none")
    return "none" not in wanted


def _way(environment: Mapping[str, str], signal: Signal, warnings: list[str]) -> Way | None:
    own, shared = f"OTEL_EXPORTER_OTLP_{signal.upper()}_", "OTEL_EXPORTER_OTLP_"

    def given(name: str) -> str:
        return environment.get(own + name, "").strip() or environment.get(shared + name, "").strip()

    exporter = _word(environment, f"OTEL_{signal.upper()}_EXPORTER") or "otlp"
    endpoint = environment.get(f"{own}ENDPOINT", "").strip()
    if not endpoint and (base := environment.get(f"{shared}ENDPOINT", "").strip()):
        endpoint = f"{base.rstrip('/')}/v1/{signal}"
    if not endpoint or "otlp" not in exporter:
        return None
    protocol = given("PROTOCOL").lower() or PROTOCOL
    if protocol != PROTOCOL:
        warnings.append(
            f"no {signal} are sent: gate speaks {PROTOCOL}, and the protocol is set to {protocol}"
        )
        return None
    if not _leads_somewhere(endpoint):
        warnings.append(f"no {signal} are sent: their endpoint is no address like http://127.0.0.1:4318")
        return None
    timeout_s = _number(
        {"OTEL_EXPORTER_OTLP_TIMEOUT": given("TIMEOUT")}, "OTEL_EXPORTER_OTLP_TIMEOUT", LONGEST_S, warnings
    )
    headers = _pairs(given("HEADERS"), lower=True)
    return Way(endpoint=endpoint, headers=headers, timeout_s=min(max(timeout_s, 0.1), LONGEST_S))


def _leads_somewhere(endpoint: str) -> bool:
    """Whether it is an address over HTTP. The address itself is shown nowhere: it may hold a password."""
    try:
        parts = urlsplit(endpoint)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:  # brackets that do not close, a port that is none
        return False


def _resource(environment: Mapping[str, str]) -> dict[str, str]:
    """What is said of who tells; the name of the service comes first."""
    given = _pairs(environment.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    name = environment.get("OTEL_SERVICE_NAME", "").strip() or given.get("service.name", "") or SERVICE
    return {**given, "service.name": name}


def _share(environment: Mapping[str, str], warnings: list[str]) -> float:
    """A trial's trace has no parent, so that `parentbased_` samplers are what they say of a root."""
    sampler = _word(environment, "OTEL_TRACES_SAMPLER").removeprefix("parentbased_")
    match sampler:
        case "" | "always_on":
            return 1.0
        case "always_off":
            return 0.0
        case "traceidratio":
            return min(max(_number(environment, "OTEL_TRACES_SAMPLER_ARG", 1.0, warnings), 0.0), 1.0)
    warnings.append(f"OTEL_TRACES_SAMPLER={sampler} is not known to gate: every trace is sent")
    return 1.0


def _pairs(text: str, *, lower: bool = False) -> dict[str, str]:
    """`a=b,c=d`, percent-encoded as in W3C Baggage; what is no pair is passed over."""
    found = (part.partition("=") for part in text.split(",") if "=" in part)
    pairs = {unquote(name).strip(): unquote(value).strip() for name, _, value in found}
    return {(name.lower() if lower else name): value for name, value in pairs.items() if name}


def _number(environment: Mapping[str, str], name: str, usual: float, warnings: list[str]) -> float:
    text = environment.get(name, "").strip()
    try:
        number = float(text) if text else usual
    except ValueError:
        number = -1.0
    if 0 <= number < math.inf:
        return number
    warnings.append(f"{name} is no number: {usual:g} is taken")
    return usual


def _word(environment: Mapping[str, str], name: str) -> str:
    return environment.get(name, "").strip().lower()
