"""Scorecard, RunResult and Calibration ↔ the bytes on disk. Never reads or writes a file itself.

A baseline file is made for git: cases sorted by id, one a line, an unchanged (blank) line between every two, because
git calls changes of neighboring lines a conflict, and a last entry `null`, so that a case added at the end changes no
other line. It holds no time, no run id and no sum over cases. The same Scorecard always gives the same bytes.
"""

import json
from collections.abc import Iterable, Iterator
from typing import Any, TypeVar

from pydantic import ValidationError

from gate.model.base import Noun, canonical_json
from gate.model.calibration import Calibration
from gate.model.case import Place
from gate.model.errors import Problem, UserError
from gate.model.run import RunResult
from gate.model.scorecard import Scorecard

BASELINE_VERSION = 1
_N = TypeVar("_N", bound=Noun)
_FILES = {  # by their marks: what they are, and what writes them
    "gate_baseline": ("a baseline", "`gate accept` writes it, to baselines/ unless gate.yaml says otherwise"),
    "gate_results": ("a results file", "`gate run -o FILE` writes it"),
    "gate_calibration": ("a calibration", "`gate calibrate` writes it, beside the baseline"),
}
_ACCEPT = "restore the file from git, or write it anew with `gate accept`"


def round_value(value: float) -> float:
    """Six significant digits: what a scorecard stores, so that a value survives its way through the file."""
    rounded = float(f"{value:.6g}")
    return rounded or 0.0


def dump_baseline(card: Scorecard) -> str:
    """Scorecard → the text of its baseline file, ending in a newline."""
    metrics = [f"{_json(name)}: {_row(card.metrics[name])}" for name in sorted(card.metrics)]
    target = [f"{_json(part)}: {_json(card.target[part])}" for part in sorted(card.target)]
    cases = [_compact({"id": case_id, **_plain(card.cases[case_id])}) for case_id in sorted(card.cases)]
    parts = (
        f'{{\n"gate_baseline": {BASELINE_VERSION},\n"suite": {_json(card.suite)},\n"metrics": {{\n',
        ",\n\n".join(metrics),
        '\n},\n"target": {\n',
        ",\n\n".join(target),
        '\n},\n"cases": [\n',
        "".join(f"{line},\n\n" for line in cases),
        "null\n]\n}\n",
    )
    return "".join(parts)


def load_baseline(text: str, place: str) -> Scorecard:
    """The text of a baseline file → Scorecard.

    Raises:
        UserError: conflict markers, broken JSON, another version, duplicate ids, a wrong or missing field.
    """
    raw = _load(text, place, marker="gate_baseline", version=BASELINE_VERSION, fix=_ACCEPT)
    cases = raw.get("cases")
    if not isinstance(cases, list) or not cases or cases[-1] is not None:
        raise _problem(place, "the list of cases is cut off: its last entry must be null", fix=_ACCEPT)
    by_id: dict[str, Any] = {}
    for case in cases[:-1]:
        if not isinstance(case, dict) or not isinstance(case.get("id"), str):
            raise _problem(place, "every entry of `cases` must be an object with an id", fix=_ACCEPT)
        case_id = case.pop("id")
        if case_id in by_id:
            raise _problem(place, f"case {case_id!r} stands here twice", fix=_ACCEPT)
        by_id[case_id] = case
    raw["cases"] = by_id
    raw["metrics"] = _named(raw.get("metrics"))
    return _validated(Scorecard, raw, place, fix=_ACCEPT)


def dump_results(result: RunResult) -> str:
    """RunResult → the text of a results file: self-contained, one case and one trial a line."""
    return "".join(results_lines(result))


def results_lines(result: RunResult) -> Iterator[str]:
    """The text of a results file, line by line: a large one is written without being held."""
    told = {"cases", "trials", "version", "duration_s"} | ({"shard"} if result.shard is None else set())
    head = result.model_dump(mode="json", exclude=told)
    lines = [f"{_json(key)}: {canonical_json(value)}" for key, value in sorted(head.items())]
    body = ",\n".join([f'"gate_results": {result.version}', *lines])
    yield f'{{\n{body},\n"cases": [\n'
    yield from _rows(result.cases)
    yield '\n],\n"trials": [\n'
    yield from _rows(result.trials)
    yield "\n]\n}\n"


def load_results(text: str, place: str) -> RunResult:
    """The text of a results file → RunResult.

    Raises:
        UserError: not a results file, broken JSON, another version, a non-finite number, a wrong or missing field.
    """
    fix = "write it anew with `gate run -o FILE`"
    raw = _load(text, place, marker="gate_results", version=1, fix=fix)
    return _validated(RunResult, raw, place, fix=fix)


def dump_calibration(calibration: Calibration) -> str:
    """Calibration → the text of its file: one metric a line, six significant digits."""
    parts = [f'{{\n"gate_calibration": 1,\n"suite": {_json(calibration.suite)}']
    for kind in ("judges", "noise"):
        measured: dict[str, Noun] = getattr(calibration, kind)
        rows = ",\n\n".join(f"{_json(name)}: {_row(measured[name])}" for name in sorted(measured))
        parts.append(f"{_json(kind)}: {{\n{rows}\n}}" if rows else f"{_json(kind)}: {{}}")
    return ",\n".join(parts) + "\n}\n"


def load_calibration(text: str, place: str) -> Calibration:
    """The text of a calibration file → Calibration.

    Raises:
        UserError: conflict markers, broken JSON, another version, a wrong or missing field.
    """
    fix = "restore the file from git, or measure anew with `gate calibrate`"
    raw = _load(text, place, marker="gate_calibration", version=1, fix=fix)
    return _validated(Calibration, raw, place, fix=fix)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _compact(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _rows(nouns: Iterable[Noun]) -> Iterator[str]:
    for number, noun in enumerate(nouns):
        yield f",\n{_row(noun)}" if number else _row(noun)


def _row(noun: Noun) -> str:
    return canonical_json(noun.model_dump(mode="json", exclude_defaults=True))


def _plain(case: Any) -> dict[str, Any]:
    """CaseScores → its fields in a fixed order, names sorted, whole numbers without a point, empty parts left out."""
    fields: dict[str, Any] = {"key": case.key, "trials": case.trials}
    if case.errors:
        fields["errors"] = case.errors
    if case.failures:
        fields["failures"] = dict(sorted(case.failures.items()))
    if case.tags:
        fields["tags"] = dict(sorted(case.tags.items()))
    fields["scores"] = {name: _numbers(values) for name, values in sorted(case.scores.items())}
    if case.abstentions:
        fields["abstentions"] = dict(sorted(case.abstentions.items()))
    return fields


def _numbers(values: Iterable[float]) -> list[float]:
    return [int(value) if value == int(value) else value for value in map(round_value, values)]


def _named(metrics: Any) -> Any:
    """Give each metric the name it is filed under, where the file leaves it out."""
    if not isinstance(metrics, dict):
        return metrics
    return {
        name: {"name": name, **metric} if isinstance(metric, dict) else metric
        for name, metric in metrics.items()
    }


def _load(text: str, place: str, *, marker: str, version: int, fix: str) -> dict[str, Any]:
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise _problem(place, "the file is empty", fix=fix)
    if "\n<<<<<<< " in text or text.startswith("<<<<<<< "):
        raise _problem(place, "the file holds git's conflict markers", fix=fix)
    try:
        raw = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _problem(place, f"this is not JSON: {error.msg}", line=error.lineno, fix=fix) from None
    except RecursionError:
        raise _problem(place, "it is nested too deeply", fix=fix) from None
    except ValueError as error:
        raise _problem(place, str(error), fix=fix) from None
    if not isinstance(raw, dict) or marker not in raw:
        raise _other_file(raw, place, marker=marker, fix=fix)
    found = raw.pop(marker)
    if found != version:
        message = f"version {found!r} of this format is not known here (known: {version})"
        raise _problem(place, message, fix="use the version of gate that wrote it, or write it anew")
    return raw


def _other_file(raw: Any, place: str, *, marker: str, fix: str) -> UserError:
    """The two files that people mistake for each other are called by their names."""
    other = next((each for each in _FILES if isinstance(raw, dict) and each in raw and each != marker), None)
    if other is None:
        return _problem(place, f"this is not such a file: it has no {marker!r}", fix=fix)
    (found, _), (wanted, written) = _FILES[other], _FILES[marker]
    return _problem(place, f"this is {found}, not {wanted}", fix=f"name {wanted}: {written}")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    unique = dict(pairs)
    if len(unique) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return unique


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is not a number that can be compared")


def _validated(noun: type[_N], raw: dict[str, Any], place: str, *, fix: str) -> _N:
    try:
        return noun.model_validate(raw)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        raise UserError(
            Problem(
                message=first["msg"],
                place=Place(file=place),
                key=key,
                value=repr(first["input"])[:80],
                fix=fix,
            )
        ) from None


def _problem(place: str, message: str, *, fix: str, line: int | None = None) -> UserError:
    return UserError(Problem(message=message, place=Place(file=place, line=line), fix=fix))


# Of JSON that must say one thing only: no key twice in one object, and no number that is none.
DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_no_constant)
