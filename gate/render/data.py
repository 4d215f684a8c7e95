"""Report → JSON, and the nouns → the JSON Schemas (draft 2020-12) of all that we write: report, results, baseline."""

import json
import re
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from gate.model.base import Noun
from gate.model.files import BASELINE_VERSION
from gate.model.report import Document, Report
from gate.model.run import RunResult
from gate.model.scorecard import CaseScores, Scorecard

_SURROGATES = re.compile("[\ud800-\udfff]")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


def json_document(report: Report) -> Document:
    """The whole report for programs: keys sorted, one value a line, numbers and texts as they are.

    Only a half of a surrogate pair, which UTF-8 cannot hold, becomes U+FFFD; and `##[`, which a CI runner would obey
    if the document were written to its log, is spelt with an escape.
    """
    return Document(name="report.json", media_type="application/json", text=json_text(report))


def json_text(noun: Noun) -> str:
    """The same of any noun."""
    value = noun.model_dump(mode="json")
    text = json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False)
    return _SURROGATES.sub("\ufffd", text).replace("##[", "#\\u0023[") + "\n"


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def report_schema() -> Schema:
    """The report, as `json_document` writes it."""
    return {"$schema": DIALECT, **_schema(Report, mode="serialization"), "title": "gate report"}


def results_schema() -> Schema:
    """A results file, as `gate run -o` writes it: `gate_results` stands in the place of `version`."""
    made = _schema(RunResult, mode="validation")
    del made["properties"]["version"]
    properties = {"gate_results": {"const": 1}, **made["properties"]}
    required = ["gate_results", *made["required"]]
    return {
        "$schema": DIALECT,
        **made,
        "properties": properties,
        "required": required,
        "title": "gate results",
    }


def baseline_schema() -> Schema:
    """A baseline file, as `gate accept` writes it: cases one a line with their ids, and `null` as the last entry."""
    made, case = _schema(Scorecard, mode="validation"), _schema(CaseScores, mode="validation")
    defs = {**made.pop("$defs"), **case.pop("$defs", {})}
    metric = defs["Metric"]
    defs["Metric"] = {**metric, "required": [name for name in metric["required"] if name != "name"]}
    defs["CaseScores"] = {
        **case,
        "properties": {"id": {"type": "string"}, **case["properties"]},
        "required": ["id", *case["required"]],
    }
    properties = {
        "gate_baseline": {"const": BASELINE_VERSION},
        **made["properties"],
        "cases": {"type": "array", "items": {"anyOf": [{"$ref": "#/$defs/CaseScores"}, {"type": "null"}]}},
    }
    return {
        "$schema": DIALECT,
        **made,
        "$defs": defs,
        "properties": properties,
        "required": ["gate_baseline", *made["required"]],
        "title": "gate baseline",
    }


# Name of the file in `schemas/` → what makes it.
SCHEMAS = {
    "report.schema.json": report_schema,
    "results.schema.json": results_schema,
    "baseline.schema.json": baseline_schema,
}


def schema_text(schema: Schema) -> str:
    """The text of a schema's file."""
    return json.dumps(schema, indent=2, ensure_ascii=False) + "\n"


def _schema(noun: type[Noun], *, mode: Any) -> Schema:
    made = noun.model_json_schema(mode=mode, schema_generator=_Plain)
    for block in (made, *made.get("$defs", {}).values()):
        if "description" in block:
            block["description"] = " ".join(block["description"].split())
    return made
