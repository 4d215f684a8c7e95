"""A request or an answer → what in it departs from GitHub's own API description. It never repairs anything but gaps.

`complete` fills the required fields that the fake's operations leave out (a user has thirty URLs that no gate reads)
with the plainest value that the description allows; what an operation does say is never touched.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

HERE = Path(__file__).parent
# These parameters hold slashes ("heads/main", "docs/guide.md"); the description says so in words only.
WITH_SLASHES = {"path", "ref", "basehead", "branch"}
NAMES = {dict: "object", list: "array", str: "string", bool: "boolean", type(None): "null"}
MEDIA = "application/json"

FORMATS = FormatChecker(formats=())


@FORMATS.checks("date-time")
def is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value)
    )


@FORMATS.checks("uri")
def is_uri(value: object) -> bool:
    return not isinstance(value, str) or bool(re.match(r"[a-z]+:", value))


@dataclass(frozen=True, kw_only=True)
class Document:
    """One committed JSON document of schemas, whose references point into itself."""

    name: str
    content: Mapping[str, Any]

    @cached_property
    def registry(self) -> Registry[Any]:
        resource: Resource[Any] = DRAFT202012.create_resource(self.content)
        return Registry().with_resource(self.urn, resource)  # type: ignore[no-any-return]

    @property
    def urn(self) -> str:
        return f"urn:{self.name}"

    def at(self, pointer: str) -> Any:
        value: Any = self.content
        for part in pointer.removeprefix("#/").split("/"):
            key = part.replace("~1", "/").replace("~0", "~")
            value = value[int(key)] if isinstance(value, list) else value[key]
        return value

    def pointer(self, schema: Mapping[str, Any], *, default: str) -> str:
        """Where a part stands that is written in its place or only referred to."""
        return str(schema.get("$ref", default)).removeprefix(self.urn)

    def resolve(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in schema:
            schema = self.at(schema["$ref"].removeprefix(self.urn))
        return schema

    def problems(self, pointer: str, value: Any, *, closed: bool = True) -> Iterator[str]:
        """What in the value departs from the schema at the pointer; with `closed`, names it doesn't know as well."""
        for error in _validator(self.name, pointer).iter_errors(value):
            where = "/".join(str(part) for part in error.absolute_path)
            yield f"at {where or 'the top'}: {_shortened(error.message)}"
        if closed:
            yield from (
                f"at {path}: no such field" for path in self.unknown([{"$ref": pointer}], value, at="")
            )

    def variants(self, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """The schema and all that it is put together from."""
        schema = self.resolve(schema)
        yield schema
        for key in ("allOf", "anyOf", "oneOf"):
            for inner in schema.get(key, ()):
                yield from self.variants(inner)

    def unknown(self, schemas: list[Mapping[str, Any]], value: Any, *, at: str) -> Iterator[str]:
        parts = [part for schema in schemas for part in self.variants(schema)]
        if isinstance(value, list):
            items = [part["items"] for part in parts if "items" in part]
            for index, item in enumerate(value):
                yield from self.unknown(items, item, at=f"{at}/{index}")
        if isinstance(value, dict) and any("properties" in part for part in parts):
            is_open = any(part.get("additionalProperties", False) not in (False, None) for part in parts)
            for key, inner in value.items():
                known = [part["properties"][key] for part in parts if key in part.get("properties", ())]
                if known:
                    yield from self.unknown(known, inner, at=f"{at}/{key}")
                elif not is_open:
                    yield f"{at}/{key}"

    def complete(self, schema: Mapping[str, Any], value: Any, *, name: str = "") -> Any:
        """The value, with the required fields that it lacks."""
        schema = self.resolve(schema)
        for key in ("anyOf", "oneOf"):
            if key in schema:
                return self._complete_one_of(schema[key], value, name=name)
        for inner in schema.get("allOf", ()):
            value = self.complete(inner, value, name=name)
        if isinstance(value, list) and "items" in schema:
            return [self.complete(schema["items"], item, name=name) for item in value]
        if not isinstance(value, dict):
            return value
        properties = schema.get("properties", {})
        out = {
            key: self.complete(properties[key], inner, name=key) if key in properties else inner
            for key, inner in value.items()
        }
        for key in schema.get("required", ()):
            if key not in out:
                out[key] = self.blank(properties.get(key, {}), name=key)
        return out

    def _complete_one_of(self, variants: list[Mapping[str, Any]], value: Any, *, name: str) -> Any:
        if not isinstance(value, dict | list):
            return value
        tried = []
        for variant in variants:
            tried.append(self.complete(variant, value, name=name))
            if Draft202012Validator(variant, registry=self.registry).is_valid(tried[-1]):
                return tried[-1]
        return tried[0]

    def blank(self, schema: Mapping[str, Any], *, name: str) -> Any:
        """The plainest value of this kind."""
        schema = self.resolve(schema)
        for key in ("allOf", "anyOf", "oneOf"):
            if key in schema and "type" not in schema:
                nulls = any(self.resolve(inner).get("type") == "null" for inner in schema[key])
                return None if nulls else self.blank(schema[key][0], name=name)
        kind = schema.get("type", "null")
        kinds = kind if isinstance(kind, list) else [kind]
        if "null" in kinds:
            return None
        if "enum" in schema:
            return schema["enum"][0]
        if kinds[0] == "object":
            return self.complete(schema, {}, name=name)
        if kinds[0] == "string":
            return _blank_text(schema.get("format", ""), name=name)
        return {"array": [], "boolean": False, "integer": 0, "number": 0}[kinds[0]]


def _shortened(text: str) -> str:
    """What is wrong stands at the end, after the value that may be long."""
    return text if len(text) <= 400 else f"{text[:150]} … {text[-200:]}"


def _blank_text(kind: str, *, name: str) -> str:
    if kind == "date-time" or name.endswith("_at"):
        return "2026-01-05T09:00:00Z"
    if kind == "uri" or name.endswith("url"):
        return "http://127.0.0.1/not-served"
    return ""


@cache
def document(name: str) -> Document:
    # References are made absolute, so that any part of the document can be checked against on its own.
    text = (HERE / f"{name}.json").read_text().replace('"$ref":"#/', f'"$ref":"urn:{name}#/')
    return Document(name=name, content=json.loads(text))


@cache
def _validator(name: str, pointer: str) -> Draft202012Validator:
    held = document(name)
    return Draft202012Validator(
        {"$ref": f"{held.urn}{pointer}"}, registry=held.registry, format_checker=FORMATS
    )


def escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
