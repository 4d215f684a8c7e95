import json
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.files import dump_baseline, dump_results
from gate.model.report import Report
from gate.render import data
from tests.builders import make_case, make_reply, make_run, make_scorecard, make_trial
from tests.render import reports
from tests.render.golden import assert_golden
from tests.render.hostile import CORPUS

COMMITTED = Path(__file__).parents[2] / "schemas"
VERDICTS: dict[str, Callable[[], Report]] = {
    "pass": reports.passed,
    "regressed": reports.regressed,
    "inconclusive": reports.inconclusive,
    "not_comparable": reports.not_comparable,
    "error": reports.failed,
}


def assert_valid(instance: object, schema: data.Schema) -> None:
    jsonschema.Draft202012Validator(schema).validate(instance)


@pytest.mark.parametrize("name", VERDICTS)
def test_each_verdict_has_its_document(name: str) -> None:
    assert_golden(f"{name}.json", data.json_document(VERDICTS[name]()).text)


@pytest.mark.parametrize("name", VERDICTS)
def test_a_report_keeps_to_its_schema_and_comes_back_as_it_was(name: str) -> None:
    report = VERDICTS[name]()
    read = json.loads(data.json_document(report).text)
    assert_valid(read, data.report_schema())
    assert Report.model_validate(read) == report


@pytest.mark.parametrize("name", sorted(set(CORPUS) - {"lone surrogates"}))
def test_foreign_text_comes_back_as_it_was(name: str) -> None:
    report = reports.foreign(CORPUS[name])
    text = data.json_document(report).text
    assert Report.model_validate(json.loads(text)) == report


@given(st.text(st.characters(exclude_categories=()), min_size=1, max_size=60))
def test_every_text_can_be_written_as_utf_8(text: str) -> None:
    json.loads(data.json_document(reports.foreign(text)).text.encode("utf-8"))


def test_no_line_is_a_command_to_a_runner() -> None:
    text = data.json_document(reports.foreign(CORPUS["workflow command"])).text
    assert "##[" not in text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())


@pytest.mark.parametrize("name", data.SCHEMAS)
def test_the_committed_schemas_are_those_of_the_nouns(name: str) -> None:
    assert (COMMITTED / name).read_text(encoding="utf-8") == data.schema_text(data.SCHEMAS[name]()), (
        f"schemas/{name} is out of date; `make schemas` renews it"
    )


@pytest.mark.parametrize("name", data.SCHEMAS)
def test_every_schema_is_one_and_closes_every_object(name: str) -> None:
    schema = data.SCHEMAS[name]()
    jsonschema.Draft202012Validator.check_schema(schema)
    for block in (schema, *schema["$defs"].values()):
        if "properties" in block:
            assert block["additionalProperties"] is False


def test_a_results_file_keeps_to_its_schema() -> None:
    run = make_run(
        [make_trial("a"), make_trial("b", reply=make_reply("\u00e4", cost_usd=0.01))],
        cases=(make_case("a", tags={"k": "v"}), make_case("b", input={"x": [1, None]})),
    )
    written = json.loads(dump_results(run))
    assert_valid(written, data.results_schema())
    for broken in (
        {**written, "gate_results": 2},
        {**written, "more": 1},
        {**written, "trials": [{"index": -1}]},
    ):
        with pytest.raises(jsonschema.ValidationError):
            assert_valid(broken, data.results_schema())


def test_a_baseline_file_keeps_to_its_schema() -> None:
    written = json.loads(dump_baseline(make_scorecard({"a": (1.0, 0.0), "b": (1.0,)})))
    assert_valid(written, data.baseline_schema())
    for broken in (
        {**written, "gate_baseline": 9},
        {**written, "cases": [{"id": "a"}]},
        {**written, "more": 1},
    ):
        with pytest.raises(jsonschema.ValidationError):
            assert_valid(broken, data.baseline_schema())
