"""The examples of docs/guide/evaluators.md are run."""

import asyncio
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from gate.functions import load_function
from gate.model.case import Case, Context
from gate.model.errors import UserError
from gate.model.ports import Evaluator
from gate.model.reply import Sample
from gate.plugins import BUILT_IN, Plugins
from tests.builders import make_case, make_reply, make_setting
from tests.run.plans import make_instruments

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "evaluators.md"
_BLOCK = re.compile(r"^(`{3,})(yaml|jsonl|python)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    use: Mapping[str, Any]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return str(self.use.get("name", self.use["use"]))


def blocks(language: str) -> list[str]:
    return [text for _, found, text in _BLOCK.findall(GUIDE.read_text()) if found == language]


def examples() -> list[Example]:
    """Each evaluator of the page with the lines that follow it."""
    found = [(language, text) for _, language, text in _BLOCK.findall(GUIDE.read_text())]
    return [
        Example(use=yaml.safe_load(text)[0], lines=tuple(lines.splitlines()))
        for (language, text), (follower, lines) in pairwise(found)
        if (language, follower) == ("yaml", "jsonl")
    ]


def build(example: Example, root: Path) -> Evaluator:
    for source in blocks("python"):
        name = source.splitlines()[0].removeprefix("# ")
        (root / name).write_text(source)
    kind = Plugins().evaluator(example.use["use"])
    options = kind.Options.model_validate(example.use.get("with", {}))
    setting = make_setting(root, load=partial(load_function, root=root))
    return kind(example.use.get("name", example.use["use"]), options, setting)


def outcome(evaluator: Evaluator, case: Case, output: str) -> dict[str, Any]:
    """What becomes of one line: its scores, the refusal of its case, or the kind of its failure."""
    try:
        evaluator.check(case)
    except UserError as error:
        return {"refused": str(error)}

    async def score() -> Any:
        try:
            return await make_instruments([evaluator]).score(Sample(case=case, reply=make_reply(output)))
        finally:
            await evaluator.aclose()

    scores, failures = asyncio.run(score())
    if failures:
        return {"fails": failures[0].kind}
    return {"scores": {score.metric: score.value for score in scores}}


@pytest.mark.parametrize("example", examples(), ids=str)
def test_an_example_of_the_guide_comes_out_as_it_says(example: Example, tmp_path: Path) -> None:
    evaluator = build(example, tmp_path)
    assert example.lines
    for line in example.lines:
        fields = json.loads(line)
        context = tuple(Context(text=text) for text in fields.get("context", ()))
        found = outcome(
            evaluator, make_case(expected=fields.get("expected"), context=context), fields["output"]
        )
        if "refused" in fields:
            assert fields["refused"] in found["refused"], line
        else:
            assert found == {key: fields[key] for key in ("scores", "fails") if key in fields}, line


def test_every_built_in_evaluator_has_an_example() -> None:
    assert {example.use["use"] for example in examples()} == set(BUILT_IN["evaluator"])
    assert len(examples()) == len(blocks("jsonl"))


def option_table(use: str) -> str:
    """The options of an evaluator as the guide lists them."""
    rows = ["| option | default | |", "|---|---|---|"]
    for name, field in Plugins().options("evaluator", use).model_fields.items():
        default = "**required**" if field.is_required() else _written(field.default)
        rows.append(f"| `{field.alias or name}` | {default} | {field.description} |")
    return "\n".join(rows)


def _written(default: Any) -> str:
    return f"`{json.dumps(default)}`" if default not in {None, ()} else ""


@pytest.mark.parametrize("use", sorted(BUILT_IN["evaluator"]))
def test_the_guide_lists_every_option_in_the_words_of_the_model(use: str) -> None:
    assert "None" not in option_table(use)
    assert option_table(use) in GUIDE.read_text(), f"put this into the guide:\n{option_table(use)}"
