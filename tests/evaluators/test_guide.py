"""Every evaluator has a page of one form in docs/guide/evaluators, and what its examples say comes out."""

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

from gate.evaluators.cost import COST
from gate.evaluators.operational import METRICS, Operational
from gate.functions import load_function
from gate.model.case import Case
from gate.model.errors import UserError
from gate.model.files import dump_results
from gate.model.ports import Evaluator
from gate.model.price import Price
from gate.model.reply import Reply, Sample
from gate.model.run import RunResult
from gate.plugins import BUILT_IN, Plugins
from gate.targets.answer import reply_from
from tests.builders import make_case, make_reply, make_run, make_setting, make_trial
from tests.evaluators.judge.judging import Model, verdict
from tests.run.plans import make_instruments

GUIDE = Path(__file__).parents[2] / "docs" / "guide"
PAGES = {page.stem: page.read_text() for page in sorted((GUIDE / "evaluators").glob("*.md"))}
HEADINGS = [
    "What it measures",
    "Inputs",
    "Kind and range",
    "When it abstains",
    "Cost per case",
    "Example",
    "Options",
]
ALWAYS_THERE = "operational"
_BLOCK = re.compile(r"^(`{3,})(yaml|jsonl|python)\n(.*?)^\1$", re.DOTALL | re.MULTILINE)


@dataclass(frozen=True)
class Example:
    page: str
    use: Mapping[str, Any]
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.page}: {self.use.get('name', self.use['use'])}"


def blocks(page: str, language: str) -> list[str]:
    return [text for _, found, text in _BLOCK.findall(PAGES[page]) if found == language]


def examples() -> list[Example]:
    """Each evaluator of a page with the lines that follow it."""
    return [
        Example(page=page, use=yaml.safe_load(text)[0], lines=tuple(lines.splitlines()))
        for page, whole in PAGES.items()
        for (_, language, text), (_, follower, lines) in pairwise(_BLOCK.findall(whole))
        if (language, follower) == ("yaml", "jsonl")
    ]


def asked(fields: Mapping[str, Any]) -> Case:
    """The case of one line."""
    context = [{"text": text} if isinstance(text, str) else text for text in fields.get("context", ())]
    return make_case(
        expected=fields.get("expected"),
        context=context,
        tags=fields.get("tags", {}),
        feedback=fields.get("feedback"),
    )


def recorded(example: Example) -> RunResult:
    """A run that answered the case of each line with what the line has for recorded."""
    lines = [json.loads(line) for line in example.lines]
    cases = [asked(line).model_copy(update={"id": str(number)}) for number, line in enumerate(lines)]
    trials = [
        make_trial(case.id, reply=make_reply(line["recorded"]))
        for case, line in zip(cases, lines, strict=True)
        if "recorded" in line
    ]
    return make_run(trials, cases=tuple(cases))


def build(example: Example, root: Path, *, model: Model) -> Evaluator:
    for source in blocks(example.page, "python"):
        name = source.splitlines()[0].removeprefix("# ")
        (root / name).write_text(source)
    if against := example.use.get("with", {}).get("against"):
        (root / against).write_text(dump_results(recorded(example)))
    use = example.use["use"]
    kind = Operational if use == ALWAYS_THERE else Plugins().evaluator(use)
    options = kind.Options.model_validate(example.use.get("with", {}))
    setting = make_setting(root, load=partial(load_function, root=root), llm=lambda: model)
    return kind(example.use.get("name", use), options, setting)


def outcome(evaluator: Evaluator, case: Case, reply: Reply) -> dict[str, Any]:
    """What becomes of one line: its scores, the refusal of its case, or the kind of its failure."""
    try:
        evaluator.check(case)
    except UserError as error:
        return {"refused": str(error)}

    async def score() -> Any:
        try:
            return await make_instruments([evaluator]).score(Sample(case=case, reply=reply))
        finally:
            await evaluator.aclose()

    scoring = asyncio.run(score())
    if scoring.failures:
        return {"fails": scoring.failures[0].kind}
    return {"scores": {score.metric: score.value for score in scoring.scores}}


@pytest.mark.parametrize("example", examples(), ids=str)
def test_an_example_of_the_guide_comes_out_as_it_says(example: Example, tmp_path: Path) -> None:
    fields: dict[str, Any] = {}
    evaluator = build(example, tmp_path, model=Model(lambda _: verdict(**fields["judge"])))
    assert example.lines
    for line in example.lines:
        fields = json.loads(line)
        case = asked(fields)
        reply = reply_from({"output": fields["output"], **fields.get("reply", {})}, latency_s=0.25)
        assert isinstance(reply, Reply), reply
        found = outcome(evaluator, case, reply)
        if "refused" in fields:
            assert fields["refused"] in found["refused"], line
        else:
            wanted = {key: fields[key] for key in ("scores", "fails") if key in fields}
            assert found.keys() == wanted.keys(), line
            assert found.get("fails") == wanted.get("fails"), line
            assert found.get("scores") == pytest.approx(wanted.get("scores"), abs=5e-4), line


def test_every_built_in_evaluator_has_a_page_that_the_index_names() -> None:
    assert set(PAGES) == {*BUILT_IN["evaluator"], ALWAYS_THERE}
    index = (GUIDE / "evaluators.md").read_text()
    assert set(re.findall(r"^\| \[.*?\]\(evaluators/(\w+)\.md\)", index, re.MULTILINE)) == set(PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_tells_the_same_things_in_the_same_order(page: str) -> None:
    assert PAGES[page].startswith(f"# {page}\n")
    assert re.findall(r"^## (.*)$", PAGES[page], re.MULTILINE) == HEADINGS
    for part in re.split(r"^## .*$", PAGES[page], flags=re.MULTILINE):
        assert part.strip()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_has_an_example_that_is_run(page: str) -> None:
    own = [example for example in examples() if example.page == page]
    assert page in {example.use["use"] for example in own}
    assert len(own) == len(blocks(page, "jsonl"))


@pytest.mark.parametrize("page", PAGES)
def test_every_link_of_a_page_leads_to_a_file(page: str) -> None:
    for link in re.findall(r"\]\(([\w./-]+\.md)", PAGES[page]):
        assert (GUIDE / "evaluators" / link).resolve().is_file(), link


def option_table(use: str) -> str:
    """The options of an evaluator as its page lists them."""
    fields = Plugins().options("evaluator", use).model_fields
    if not fields:
        return "None."
    rows = ["| option | default | |", "|---|---|---|"]
    for name, field in fields.items():
        default = "**required**" if field.is_required() else _written(field.default)
        rows.append(f"| `{field.alias or name}` | {default} | {field.description} |")
    return "\n".join(rows)


def _written(default: Any) -> str:
    return f"`{json.dumps(default)}`" if default not in {None, ()} else ""


@pytest.mark.parametrize("use", sorted(BUILT_IN["evaluator"]))
def test_a_page_lists_every_option_in_the_words_of_the_model(use: str) -> None:
    table = option_table(use)
    assert "None |" not in table
    assert PAGES[use].endswith(f"## Options\n\n{table}\n"), f"put this at the end of {use}.md:\n{table}"


def test_the_page_of_what_is_always_recorded_names_every_metric() -> None:
    rows = "".join(re.findall(r"^\| `.*?\|", PAGES[ALWAYS_THERE], re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows)) == {metric.name for metric in (*METRICS, COST)}


def test_the_prices_on_the_page_are_prices() -> None:
    (text,) = (text for text in blocks(ALWAYS_THERE, "yaml") if "prices:" in text)
    assert all(Price.model_validate(price) for price in yaml.safe_load(text)["prices"].values())
