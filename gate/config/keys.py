"""A model and a key path → the keys that may stand there, and where else a key would belong. Reads JSON Schema only."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema

Schema = Mapping[str, Any]

# Nothing that we read nests deeper; a plug-in's options may hold themselves.
_DEEPEST = 8


def keys_at(model: type[BaseModel], path: Sequence[str | int]) -> dict[str, Any]:
    """The keys of the mapping at a path, each with its JSON Schema; {} where that cannot be told."""
    schema, definitions = _schema(model)
    here = _branches(schema, definitions)
    for part in path:
        steps = (_step(one, part) for one in here)
        inner = [branch for step in steps for branch in _branches(step, definitions)]
        here = inner or here  # a union's branch is part of pydantic's path and of no schema's
    return {key: value for one in here for key, value in one.get("properties", {}).items()}


def homes_of(key: str, model: type[BaseModel]) -> list[str]:
    """The mappings of a model in which a key is known, as `suites.<name>.gates.<name>`."""
    schema, definitions = _schema(model)
    return [f"`{home}`" if home else "the top of the file" for home in _homes(schema, definitions, key, ())]


def _homes(schema: Any, definitions: Schema, key: str, path: tuple[str, ...]) -> Iterator[str]:
    if len(path) > _DEEPEST:
        return
    for one in _branches(schema, definitions):
        properties = one.get("properties", {})
        if key in properties:
            yield ".".join(path)
        inner = {**properties, "<name>": one.get("additionalProperties")}
        for name, value in inner.items():
            yield from _homes(value, definitions, key, (*path, name))


@cache  # a file may hold many unknown keys
def _schema(model: type[BaseModel]) -> tuple[Schema, Schema]:
    try:
        schema = model.model_json_schema()
    except PydanticInvalidForJsonSchema:  # an installed plug-in's options may hold what JSON cannot say
        return {"properties": {field.alias or name: {} for name, field in model.model_fields.items()}}, {}
    return schema, schema.get("$defs", {})


def _branches(schema: Any, definitions: Schema) -> list[Schema]:
    """A schema with its references followed and its unions taken apart."""
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return _branches(definitions.get(schema["$ref"].rpartition("/")[2]), definitions)
    unions = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    return [schema, *(branch for one in unions for branch in _branches(one, definitions))]


def _step(schema: Schema, part: str | int) -> Any:
    if isinstance(part, int):
        return schema.get("items")
    return schema.get("properties", {}).get(part) or schema.get("additionalProperties")
