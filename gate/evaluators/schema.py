"""Sample → whether the output is JSON of a given schema. The one door to jsonschema; never fetches a schema.

Drafts 3 to 2020-12, by `$schema`; 2020-12 where the schema names none. `format` says nothing about validity, as the
standard has it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, ClassVar, Literal

import referencing.jsonschema
from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from pydantic import Field, JsonValue
from referencing import Registry, Resource
from referencing.exceptions import Unresolvable

from gate.evaluators.binary import BinaryEvaluator
from gate.evaluators.valid_json import fenced, no_constant
from gate.evaluators.worker import Worker
from gate.model.base import Noun
from gate.model.errors import Problem, UserError
from gate.model.ports import ScoringError, Setting
from gate.model.redaction import shortened
from gate.model.reply import Sample
from gate.model.score import Score

_ERRORS = 50  # of a wrong document, of which the best is told
_DIALECT = "https://json-schema.org/draft/2020-12/schema"


class JsonSchemaOptions(Noun):
    """What stands under `with:` of a `json_schema` evaluator."""

    schema_: str | dict[str, JsonValue] = Field(
        alias="schema", description="The schema itself, or the path of a JSON file that holds it."
    )
    extract: Literal["whole", "fenced"] = Field(
        default="whole",
        description="Where the JSON stands: the `whole` output, or the first `fenced` block (between two ```) in it.",
    )
    time_limit_s: float = Field(
        default=5, gt=0, le=60, description="The most seconds for one output; beyond them it is a failure."
    )


class JsonSchema(BinaryEvaluator):
    """1 where the output is JSON and the schema accepts it."""

    Options: ClassVar = JsonSchemaOptions
    options: JsonSchemaOptions

    def __init__(self, name: str, options: JsonSchemaOptions, setting: Setting) -> None:
        super().__init__(name, options, setting)
        schema = options.schema_ if isinstance(options.schema_, dict) else self._read(options.schema_)
        self._schema = json.dumps(schema)
        for message in islice(_problems(schema), 1):
            fix = "mend the schema; what it refers to must stand in it, under `$defs`"
            raise UserError(Problem(message=message, key="schema", value=self._file or "", fix=fix))
        self._worker = Worker("schema", limit_s=options.time_limit_s)

    def files(self) -> Sequence[str]:
        """The schema's file."""
        return (self._file,) if self._file else ()

    async def score(self, sample: Sample) -> Sequence[Score]:
        """Validate, in a process that can be stopped: a schema's patterns may backtrack."""
        text = sample.reply.output
        request = {"schema": self._schema, "text": text, "extract": self.options.extract}
        try:
            return self.verdict(await self._worker.ask(request))
        except ScoringError as error:
            if error.kind != "timeout":
                raise
            limit = f"{self.options.time_limit_s:g} s"
            message = (
                f"a text of {len(text):,} characters was not validated within {limit}; look at the patterns"
            )
            raise ScoringError("timeout", message) from None

    async def aclose(self) -> None:
        """End that process."""
        await self._worker.aclose()

    @property
    def _file(self) -> str | None:
        return self.options.schema_ if isinstance(self.options.schema_, str) else None

    def _read(self, path: str) -> Any:
        root = self.setting.root.resolve()
        file = (root / path).resolve()
        if not file.is_relative_to(root):
            raise _unreadable(path, "this lies outside the folder of gate.yaml", "move it inside")
        try:
            return json.loads(file.read_text(encoding="utf-8-sig"), parse_constant=no_constant)
        except OSError as error:
            fix = "paths are read from the folder of gate.yaml"
            raise _unreadable(path, f"the schema cannot be read: {error.strerror}", fix) from None
        except (ValueError, RecursionError) as error:
            raise _unreadable(path, f"this is not JSON: {error}", "write the schema as JSON") from None


def fault(request: Mapping[str, str]) -> str | None:
    """`schema` (its JSON), `extract`, `text` → what is wrong with the text, or None."""
    validator = _validator(request["schema"])
    text: str | None = request["text"]
    if request["extract"] == "fenced":
        text = fenced(request["text"])
    if text is None:
        return "there is no fenced block"
    try:
        document = json.loads(text, parse_constant=no_constant)
    except RecursionError:
        return "it is nested too deeply"
    except ValueError as error:
        return f"not JSON: {error}"
    worst = best_match(islice(validator.iter_errors(document), _ERRORS))
    return None if worst is None else f"{worst.json_path}: {shortened(worst.message)}"


@lru_cache(maxsize=1)
def _validator(schema: str) -> Validator:
    document = json.loads(schema)
    # A registry of our own has no way to fetch anything.
    return validator_for(document, default=Draft202012Validator)(document, registry=Registry())


def _problems(schema: Any) -> Iterator[str]:
    """What makes it no schema, or one that cannot be used offline."""
    if not isinstance(schema, dict):
        yield "a schema is a JSON object"
        return
    try:
        dialect = referencing.jsonschema.specification_with(str(schema.get("$schema", _DIALECT)))
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except referencing.jsonschema.UnknownDialect:
        yield f"the dialect {schema['$schema']!r} of `$schema` is not known (known: drafts 3 to 2020-12)"
        return
    except SchemaError as error:
        yield f"this is no schema: {error.json_path}: {shortened(error.message)}"
        return
    except RecursionError:
        yield "it is nested too deeply"
        return
    resource = dialect.create_resource(schema)
    registry: Registry[Any] = Registry()
    yield from _dangling(resource, registry.resolver_with_root(resource))


def _dangling(resource: Resource[Any], resolver: Any) -> Iterator[str]:
    """References that lead nowhere, or out of the schema."""
    for inner in resource.subresources():
        yield from _dangling(inner, resolver.in_subresource(inner))
    contents = resource.contents if isinstance(resource.contents, dict) else {}
    for keyword in ("$ref", "$dynamicRef"):
        reference = contents.get(keyword)
        if not isinstance(reference, str):
            continue
        try:
            resolver.lookup(reference)
        except (Unresolvable, LookupError, ValueError):
            where = "nowhere" if reference.startswith("#") else "out of the schema, and nothing is fetched"
            yield f"`{keyword}: {reference}` leads {where}"


def _unreadable(path: str, message: str, fix: str) -> UserError:
    return UserError(Problem(message=message, key="schema", value=path, fix=fix))
