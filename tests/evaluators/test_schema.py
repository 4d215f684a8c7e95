import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.schema import JsonSchema, fault
from gate.model.errors import UserError
from gate.model.ports import ScoringError
from tests.evaluators.scoring import make_evaluator, scores, value, values

PERSON = {
    "type": "object",
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "required": ["name"],
    "additionalProperties": False,
}


def found(schema: Any, text: str, extract: str = "whole") -> str | None:
    """As in the child process, without one."""
    return fault({"schema": json.dumps(schema), "text": text, "extract": extract})


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('{"name": "Ann", "age": 3}', None),
        (' {"name": "Ann"}\n', None),
        ('{"name": 3}', "$.name: 3 is not of type 'string'"),
        ("{}", "$: 'name' is a required property"),
        ('{"name": "Ann", "x": 1}', "'x' was unexpected"),
        ('{"name": "Ann"', "not JSON"),
        ("", "not JSON"),
        ("Here you are: {}", "not JSON"),
        ('{"name": "Ann", "age": NaN}', "NaN is no JSON"),
        ("[" * 100_000, "nested too deeply"),
        ("9" * 10_000, "not JSON"),
        ('{"name": "a\0b"}', "not JSON"),
        ('{"name": "\ud800🙂"}', None),
    ],
)
def test_an_output_is_right_where_it_is_json_and_the_schema_accepts_it(text: str, what: str | None) -> None:
    told = found(PERSON, text)
    assert told is None if what is None else what in (told or "")


def test_without_a_fenced_block_the_answer_is_wrong() -> None:
    assert found(PERSON, "{}", "fenced") == "there is no fenced block"
    assert found(PERSON, '```json\n{"name": "Ann"}\n```', "fenced") is None


def test_outputs_are_scored_in_a_child_process(tmp_path: Path) -> None:
    evaluator = make_evaluator(JsonSchema, root=tmp_path, schema=PERSON)
    big = json.dumps({"name": "x" * 1_000_000})
    assert values(evaluator, (None, '{"name": "Ann"}'), (None, "{}"), (None, big)) == [1, 0, 1]


def test_a_wrong_output_says_where(tmp_path: Path) -> None:
    ((score,),) = scores(make_evaluator(JsonSchema, root=tmp_path, schema=PERSON), (None, '{"name": 3}'))
    assert score.explanation == "$.name: 3 is not of type 'string'"


def test_a_schema_whose_pattern_backtracks_is_a_failure_in_time(tmp_path: Path) -> None:
    evaluator = make_evaluator(JsonSchema, root=tmp_path, schema={"pattern": "^(a+)+$"}, time_limit_s=1)
    with pytest.raises(ScoringError, match="patterns") as error:
        scores(evaluator, (None, json.dumps("a" * 40 + "!")))
    assert error.value.kind == "timeout"


def test_a_schema_may_stand_in_a_file_which_is_part_of_the_evaluator(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text(json.dumps(PERSON))
    evaluator = make_evaluator(JsonSchema, root=tmp_path, schema="person.json")
    assert evaluator.files() == ("person.json",)
    assert value(evaluator, output='{"name": "Ann"}') == 1


@pytest.mark.parametrize(
    ("schema", "what"),
    [
        ({"type": "objekt"}, "this is no schema"),
        ({"minimum": "3"}, "this is no schema"),
        ({"$ref": "https://example.com/person.json"}, "leads out of the schema, and nothing is fetched"),
        ({"properties": {"a": {"$ref": "other.json#/b"}}}, "leads out of the schema"),
        ({"properties": {"a": {"$ref": "#/$defs/b"}}}, "leads nowhere"),
        ({"$ref": "file:///etc/passwd"}, "leads out of the schema"),
        ({"$schema": "https://example.com/dialect"}, "is not known"),
        ({"$schema": "http://json-schema.org/draft-07/schema#", "items": 3}, "this is no schema"),
    ],
)
def test_a_schema_that_is_none_or_needs_a_network_is_refused_when_it_is_built(
    tmp_path: Path, schema: dict[str, Any], what: str
) -> None:
    with pytest.raises(UserError, match="schema") as error:
        make_evaluator(JsonSchema, root=tmp_path, schema=schema)
    assert what in str(error.value)
    assert error.value.problems[0].fix


@pytest.mark.parametrize(
    "schema",
    [
        {"$defs": {"b": {"type": "string"}}, "properties": {"a": {"$ref": "#/$defs/b"}}},
        {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "definitions": {"b": {}},
            "$ref": "#/definitions/b",
        },
        {"$id": "https://example.com/a", "$defs": {"b": {"$id": "b"}}, "properties": {"x": {"$ref": "b"}}},
        {"$dynamicAnchor": "node", "items": {"$dynamicRef": "#node"}},
        {},
    ],
)
def test_references_within_the_schema_are_followed(tmp_path: Path, schema: dict[str, Any]) -> None:
    make_evaluator(JsonSchema, root=tmp_path, schema=schema)
    assert found(schema, "{}") is None


@pytest.mark.parametrize(
    ("content", "what"),
    [(None, "cannot be read"), ("{", "not JSON"), ("[]", "a JSON object"), (b"\xff\xfe", "JSON")],
)
def test_a_schema_file_that_is_none_is_refused(
    tmp_path: Path, content: str | bytes | None, what: str
) -> None:
    if content is not None:
        (tmp_path / "s.json").write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(UserError, match=what):
        make_evaluator(JsonSchema, root=tmp_path, schema="s.json")


def test_a_schema_file_outside_the_root_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{}")
    (tmp_path / "inner").mkdir()
    with pytest.raises(UserError, match="outside"):
        make_evaluator(JsonSchema, root=tmp_path / "inner", schema="../s.json")


@pytest.mark.parametrize("options", [{}, {"schema": 3}, {"schema": {}, "extract": "some"}, {"shema": {}}])
def test_options_are_closed(tmp_path: Path, options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(JsonSchema, root=tmp_path, **options)
