"""Lines of OTLP JSON → the spans of each trial. Never trusts a line: a broken, cut or hostile one is passed over.

The files are `.gate/traces/<run>/spans.jsonl`, one folder a run; a folder's name sorts by the time of its run.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from json.encoder import encode_basestring_ascii as quoted
from pathlib import Path
from typing import Any

from pydantic import JsonValue, ValidationError

from gate.model.run import Trial
from gate.model.span import Span
from gate.telemetry import names

FOLDER, FILE = Path(".gate") / "traces", "spans.jsonl"
TrialKey = tuple[str, str, int]  # suite, case id, index

_OWN = (names.SUITE_NAME, names.CASE_NAME, names.TRIAL_INDEX)
_KINDS = ("internal", "internal", "server", "client", "producer", "consumer")
_HEX = re.compile(r"[0-9a-fA-F]+")
_LONGEST = 64_000_000  # characters of a line
_MOST_SPANS = 4_000  # of one trial: more than we write
_NS = 1e9


def files_of(root: Path) -> list[Path]:
    """The files of spans below the folder of gate.yaml, the newest run first."""
    try:
        runs = sorted((root / FOLDER).iterdir(), key=lambda path: path.name, reverse=True)
    except OSError:
        return []
    return [run / FILE for run in runs if (run / FILE).is_file()]


def spans_of(lines: Iterable[str]) -> Mapping[TrialKey, tuple[Span, ...]]:
    """Lines of a file → by (suite, case id, index) the spans of that trial: itself first, then by their start.

    Of a trial that stands there twice the later one is told.
    """
    told: dict[str, list[tuple[int, Span]]] = {}
    trials: dict[TrialKey, str] = {}
    for line in lines:
        for span in _spans(line):
            _take(span, told, trials)
    return {key: _of_trial(key, told[trace]) for key, trace in trials.items()}


def newest_spans(root: Path, suite: str, trial: Trial) -> tuple[Span, ...]:
    """The steps of this very draw: of the newest run that asked for it, else of the newest that scored it; or none."""
    key = (suite, trial.case_id, trial.index)
    scored: tuple[Span, ...] = ()
    for path in files_of(root):
        try:
            found = _of_one(path, key)
        except OSError:
            continue
        if not found or not is_of(found[0], trial):
            continue
        if names.TRIAL_REUSED not in found[0].attributes:
            return found
        scored = scored or found
    return scored


def is_of(span: Span, trial: Trial) -> bool:
    """Whether a trial's span is that of this draw: it bears the latency to the last digit, or the failure."""
    if trial.reply is None:
        return bool(trial.failures) and span.error == trial.failures[0].kind
    return span.attributes.get(names.REPLY_LATENCY) == trial.reply.latency_s


def lines_of(path: Path) -> Iterator[str]:
    """The lines of a file, but for those that are longer than any of ours."""
    with path.open(encoding="utf-8", errors="replace") as file:
        whole = True
        while line := file.readline(_LONGEST):
            ends = line.endswith("\n")
            if whole and (ends or len(line) < _LONGEST):
                yield line
            whole = ends


def _of_one(path: Path, key: TrialKey) -> tuple[Span, ...]:
    """The spans of one trial. Only lines that can hold some are taken apart: a file may have hundreds of megabytes."""
    trace, mark = "", quoted(key[1])
    for line in lines_of(path):
        if mark in line:
            trials: dict[TrialKey, str] = {}
            for span in _spans(line):
                _take(span, {}, trials)
            trace = trials.get(key, trace)
    return spans_of(line for line in lines_of(path) if trace in line).get(key, ()) if trace else ()


def _spans(line: str) -> Iterator[Mapping[str, Any]]:
    """The spans of one line, of which nothing is known but that they are objects."""
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return
    for resource in _objects(request, "resourceSpans"):
        for scope in _objects(resource, "scopeSpans"):
            yield from _objects(scope, "spans")


def _objects(value: object, name: str) -> Iterator[Mapping[str, Any]]:
    items = value.get(name) if isinstance(value, dict) else None
    if isinstance(items, list):
        yield from (item for item in items if isinstance(item, dict))


def _take(
    raw: Mapping[str, Any], told: dict[str, list[tuple[int, Span]]], trials: dict[TrialKey, str]
) -> None:
    """Take one span in, where it is one."""
    trace = raw.get("traceId")
    if not isinstance(trace, str) or not _HEX.fullmatch(trace):
        return
    try:
        start_ns, end_ns = int(raw["startTimeUnixNano"]), int(raw["endTimeUnixNano"])
        attributes = _attributes(raw)
        span = Span(
            name=raw["name"],
            span_id=raw["spanId"],
            parent_id=raw.get("parentSpanId") or None,
            kind=_kind(raw.get("kind")),
            start_s=0,
            duration_s=max(end_ns - start_ns, 0) / _NS,
            attributes=attributes,
            error=_error(raw, attributes),
        )
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError, ValidationError):
        return
    spans = told.setdefault(trace.lower(), [])
    if len(spans) < _MOST_SPANS:
        spans.append((start_ns, span))
    suite, case, index = (attributes.get(name) for name in _OWN)
    if isinstance(suite, str) and isinstance(case, str) and isinstance(index, int) and span.parent_id is None:
        trials[suite, case, index] = trace.lower()


def _of_trial(key: TrialKey, told: list[tuple[int, Span]]) -> tuple[Span, ...]:
    """The trial's own span first, then the others; times count from its start."""
    told = sorted(told, key=lambda each: (not _is_trial(each[1], key), each[0], -each[1].duration_s))
    start_ns = told[0][0]
    return tuple(span.model_copy(update={"start_s": (at - start_ns) / _NS}) for at, span in told)


def _is_trial(span: Span, key: TrialKey) -> bool:
    own = tuple(span.attributes.get(name) for name in _OWN)
    return span.parent_id is None and own == key


def _kind(number: object) -> str:
    return _KINDS[number] if isinstance(number, int) and 0 <= number < len(_KINDS) else "internal"


def _error(raw: Mapping[str, Any], attributes: Mapping[str, JsonValue]) -> str | None:
    """Why it failed: the word of `error.type`, or what its status says."""
    status = raw.get("status")
    if not isinstance(status, dict) or status.get("code") not in {2, "STATUS_CODE_ERROR"}:
        return None
    return str(attributes.get("error.type") or status.get("message") or "error")


def _attributes(raw: Mapping[str, Any]) -> dict[str, JsonValue]:
    return {
        item["key"]: _value(item.get("value"))
        for item in _objects(raw, "attributes")
        if isinstance(item.get("key"), str)
    }


def _value(value: object) -> JsonValue:
    """An `AnyValue` of OTLP JSON → plain JSON; 64-bit integers are texts there."""
    name, plain = next(iter(value.items()), ("", None)) if isinstance(value, dict) else ("", None)
    read = _READERS.get(name)
    return read(plain) if read is not None else None


def _number(plain: Any) -> JsonValue:
    """A double; JSON has no infinity, and OTLP writes it as a text."""
    return float(plain) if math.isfinite(float(plain)) else str(plain)


_READERS: Mapping[str, Callable[[Any], JsonValue]] = {
    "stringValue": str,
    "bytesValue": str,
    "boolValue": bool,
    "intValue": int,
    "doubleValue": _number,
    "arrayValue": lambda plain: [_value(item) for item in _objects(plain, "values")],
    "kvlistValue": lambda plain: {
        str(item.get("key")): _value(item.get("value")) for item in _objects(plain, "values")
    },
}
