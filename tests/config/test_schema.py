import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gate.config.file import parse
from gate.config.reference import reference
from gate.config.schema import EDITOR_LINE, SCHEMA_URL, schema, schema_text
from gate.config.tree import read_yaml
from gate.model.errors import UserError
from tests.builders import config_text
from tests.config.test_file import INSIDE, SUITE, WHOLE

ROOT = Path(__file__).parents[2]
CONFIGS = sorted(path for path in ROOT.glob("examples/**/gate*.yaml"))


def complaints(text: str) -> list[str]:
    root, _ = read_yaml(text, file="f")
    assert root is not None
    return [error.message for error in Draft202012Validator(schema()).iter_errors(root.plain())]


def test_the_committed_schema_is_the_one_that_the_models_make() -> None:
    assert (ROOT / "schemas/gate.schema.json").read_text() == schema_text(), "run `make schemas`"


def test_the_schema_is_itself_valid() -> None:
    Draft202012Validator.check_schema(schema())
    command = [
        sys.executable,
        "-m",
        "check_jsonschema",
        "--check-metaschema",
        str(ROOT / "schemas/gate.schema.json"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=60)


def test_the_schema_is_named_by_the_version_that_it_belongs_to() -> None:
    assert re.fullmatch(
        r"https://raw\.githubusercontent\.com/.+/v\d+\.\d+\.\d+/schemas/gate\.schema\.json", SCHEMA_URL
    )
    assert schema()["$id"] == SCHEMA_URL
    assert f"# yaml-language-server: $schema={SCHEMA_URL}" == EDITOR_LINE


@pytest.mark.parametrize("path", CONFIGS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_every_example_is_read_and_fits_the_schema(path: Path) -> None:
    parse(path.read_text(), str(path))
    assert complaints(path.read_text()) == []


def test_a_whole_file_fits_the_schema() -> None:
    assert complaints(WHOLE) == []
    assert complaints(SUITE) == []
    assert (
        complaints(config_text({"trials": 2, "gates": {"a": None}}, defaults={"gate": {"max_drop": "5%"}}))
        == []
    )


SEEN_BY_US_ONLY = (
    "depends_on",
    "baseline",
    "must_catch",
    "check: 4",
    "slices: [a",
    "cluster: ' x'",
    "max: 1",
    "x: y",
)


@pytest.mark.parametrize(
    "last", [row[0] for row in INSIDE if not any(word in row[0] for word in SEEN_BY_US_ONLY)]
)
def test_an_editor_sees_the_same_mistakes_as_we_do(last: str) -> None:
    assert complaints(f"{SUITE}    {last}\n")


def objects(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [one for inner in value for one in objects(inner)]
    if not isinstance(value, dict):
        return []
    here = [value] if "properties" in value else []
    return here + [one for inner in value.values() for one in objects(inner)]


def test_every_mapping_of_the_schema_is_closed_and_every_key_is_described() -> None:
    made = schema()
    blocks = objects(made)
    assert len(blocks) >= 10
    for block in blocks:
        assert block["additionalProperties"] is False
        for key, value in block["properties"].items():
            referred = made["$defs"].get(value.get("$ref", "").rpartition("/")[2], {})
            assert value.get("description") or referred.get("description"), key


def test_the_committed_reference_is_the_one_that_the_models_make() -> None:
    assert (ROOT / "docs/reference/config.md").read_text() == reference(), "run `make schemas`"


def test_the_reference_tells_every_key_of_the_schema() -> None:
    page = reference()
    for block in objects(schema()):
        for key in block["properties"]:
            assert f"\n| `{key}` | " in page


def test_the_links_of_the_reference_lead_to_its_headings() -> None:
    page = reference()
    headings = {
        re.sub(r"[^\w -]", "", line.strip("# ").lower()).replace(" ", "-")
        for line in page.splitlines()
        if line[:1] == "#"
    }
    assert set(re.findall(r"\(#([^)]+)\)", page)) <= headings


def test_the_example_in_the_reference_is_read_and_fits_the_schema() -> None:
    (text,) = re.findall(r"```yaml\n(version.*?)```", reference(), re.DOTALL)
    parse(text, "f")
    assert complaints(text) == []


def test_the_schema_is_plain_json() -> None:
    assert json.loads(schema_text()) == schema()


def test_a_mistake_that_only_we_see_is_still_refused() -> None:
    with pytest.raises(UserError):
        parse(f"{SUITE}    depends_on: [../x]\n", "f")
