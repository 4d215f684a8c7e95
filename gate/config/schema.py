"""The models of gate.yaml → its JSON Schema, for editors and for checks without us. Reads and writes nothing."""

import json
from importlib.metadata import version
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from gate.config.shape import GateFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
SCHEMA_URL = (
    f"https://raw.githubusercontent.com/llm-regression-gate/gate/v{version('llm-regression-gate')}"
    "/schemas/gate.schema.json"
)
# The comment by which the YAML language server of most editors finds the schema.
EDITOR_LINE = f"# yaml-language-server: $schema={SCHEMA_URL}"


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names: editors show the key and its description."""

    def field_title_should_be_set(self, schema: Any) -> bool:  # noqa: ARG002 - pydantic's signature
        return False


def schema() -> dict[str, Any]:
    """The JSON Schema of gate.yaml (draft 2020-12)."""
    made = GateFile.model_json_schema(schema_generator=_Plain)
    for block in (made, *made["$defs"].values()):
        if "description" in block:
            block["description"] = first_sentence(block["description"])
        for key in block.get("properties", {}).values():
            # "Nothing" and a block of defaults are no text that an editor should fill in.
            if "default" in key and isinstance(key["default"], dict | list | None):
                del key["default"]
    return {"$schema": DIALECT, "$id": SCHEMA_URL, **made, "title": "gate.yaml"}


def schema_text() -> str:
    """The text of `schemas/gate.schema.json`."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def first_sentence(text: str) -> str:
    """The first sentence of a docstring: what follows speaks to programmers."""
    head, stop, _ = " ".join(text.split("\n\n", maxsplit=1)[0].split()).partition(". ")
    return head + ("." if stop else "")
