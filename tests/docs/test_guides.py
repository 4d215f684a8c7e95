"""The guides for targets and plug-ins cannot drift: their tables come from the models, and their code runs."""

import asyncio
import json
import re
import tomllib
from pathlib import Path
from typing import Any, Literal

import pytest
import yaml
from pydantic import BaseModel

from gate.config.file import parse
from gate.functions import load_function
from gate.llm import failures
from gate.model.files import load_results
from gate.model.reply import FAILURE_KINDS, Failure, Reply
from gate.plugins import Plugins
from gate.targets.answer import reply_from
from gate.targets.http_options import ContextPlaces
from gate.targets.python import PythonOptions, PythonTarget
from gate.targets.question import question
from gate.targets.replay import ReplayOptions, ReplayTarget
from gate.targets.template import PromptTemplate
from tests.builders import make_case, make_setting
from tests.walks.project import Project

ROOT = Path(__file__).parents[2]
GUIDE = ROOT / "docs" / "guide"
TARGETS, PLUGINS = (GUIDE / "targets.md").read_text(), (GUIDE / "plugins.md").read_text()


def blocks(page: str, language: str) -> list[str]:
    """The texts of all code blocks of one language."""
    return re.findall(rf"^```{language}\n(.*?)^```$", page, re.DOTALL | re.MULTILINE)


def named(page: str) -> dict[str, str]:
    """The code blocks that open with the name of a file in a comment."""
    found = {}
    for text in re.findall(r"^```\w+\n(# \S+\.\w+\n.*?)^```$", page, re.DOTALL | re.MULTILINE):
        found[text.split("\n", 1)[0][2:]] = text
    return found


# --- every page ---------------------------------------------------------------------------------------------------------

PAGES = sorted(
    {path for path in GUIDE.rglob("*.md") if "\nversion: 1\n" in path.read_text()} | {ROOT / "README.md"}
)


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_whole_config_on_a_page_has_keys_and_options_that_exist(page: Path) -> None:
    configs = [
        text for text in blocks(page.read_text(), "yaml") if "version: 1\n" in text and "suites:\n" in text
    ]
    assert configs
    for text in configs:
        parse(text, "gate.yaml")
        for suite in yaml.safe_load(text)["suites"].values():
            uses: list[tuple[Literal["target", "evaluator"], Any]] = [("target", suite["target"])]
            uses += [("evaluator", use) for use in suite["evaluators"]]
            for kind, use in uses:
                name, options = (use, {}) if isinstance(use, str) else (use["use"], use.get("with", {}))
                if not name.startswith("acme"):  # installed by the page on plug-ins alone
                    Plugins().options(kind, name).model_validate(options)


# --- targets.md ---------------------------------------------------------------------------------------------------------


def table(model: type[BaseModel]) -> str:
    """The table of a model's options."""
    lines = ["| Option | Default | Meaning |\n|---|---|---|\n"]
    for name, option in model.model_fields.items():
        value = None if option.is_required() else option.get_default(call_default_factory=True)
        shown = "" if value in (None, {}) else f"`{json.dumps(value)}`"
        lines.append(
            f"| `{name}` | {'**required**' if option.is_required() else shown} | {option.description} |\n"
        )
    return "".join(lines)


@pytest.mark.parametrize("use", ["prompt", "python", "command", "http", "replay"])
def test_the_guide_tells_every_option_of_a_target(use: str) -> None:
    section = TARGETS.split(f"\n## `{use}`\n")[1].split("\n## ")[0]
    assert table(Plugins().options("target", use)) in section


def test_the_guide_tells_where_contexts_may_stand() -> None:
    assert table(ContextPlaces) in TARGETS


def test_the_guide_tells_everything_that_may_travel_with_a_reply() -> None:
    section = TARGETS.split("\n## What travels with a reply\n")[1].split("\n## ")[0]
    assert re.findall(r"^\| `(\w+)`", section, re.MULTILINE) != []
    assert set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE)) == set(Reply.model_fields)


def test_the_guide_tells_every_kind_of_failure_of_a_target() -> None:
    files = [*(ROOT / "gate" / "targets").glob("*.py"), ROOT / "gate" / "run" / "failures.py"]
    sources = "".join(path.read_text() for path in files)
    kinds = set(re.findall(r'(?:kind=|failure\(\s*)"(\w+)"', sources)) - {"bad_score"}
    kinds |= set(failures._BY_STATUS.values()) | set(failures._BY_TYPE.values())
    assert {"exit_status", "http_status", "exception", "rate_limit"} <= kinds
    section = TARGETS.split("\n## When it goes wrong\n")[1].split("\n## ")[0]
    assert kinds <= set(re.findall(r"`(\w+)`", section))


def test_every_target_in_the_guide_has_options_that_exist() -> None:
    seen = set()
    for text in blocks(TARGETS, "yaml"):
        shown: dict[str, Any] = yaml.safe_load(text)
        target = shown.get("target") or shown["suites"]["support"]["target"]
        Plugins().options("target", target["use"]).model_validate(target["with"])
        seen.add(target["use"])
    assert seen == {"prompt", "python", "command", "http", "replay"}


def test_the_template_in_the_guide_can_be_filled_in(tmp_path: Path) -> None:
    (text,) = blocks(TARGETS, "jinja")
    (tmp_path / "answer.txt").write_text(text)
    template = PromptTemplate("answer.txt", root=tmp_path, key="template")
    filled = template.render({"input": "why?", "context": [{"id": "d", "text": "t"}]})
    assert "[d] t" in filled
    assert "Question: why?" in filled


def test_the_function_in_the_guide_answers(tmp_path: Path) -> None:
    (text,) = blocks(TARGETS, "python")
    (tmp_path / "app.py").write_text(text)
    setting = make_setting(tmp_path, load=lambda reference: load_function(reference, tmp_path))
    target = PythonTarget(PythonOptions(function="app.py:answer"), setting)
    reply = asyncio.run(target.ask(make_case(input="why?")))
    assert isinstance(reply, Reply)
    assert reply.output == "You asked: why?"


def test_the_case_and_the_replies_in_the_guide_are_such(tmp_path: Path) -> None:
    case, reply, recordings = blocks(TARGETS, "json")
    shown = json.loads(case)
    assert question(make_case(shown["id"], input=shown["input"], tags=shown["tags"], expected="x")) == shown
    assert not isinstance(reply_from(json.loads(reply), latency_s=1), Failure)
    (tmp_path / "replies.jsonl").write_text(recordings)
    target = ReplayTarget(ReplayOptions(replies="replies.jsonl"), make_setting(tmp_path))
    target.check(make_case("refund-1"))
    target.check(make_case("refund-2"))


# --- both ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", ["targets.md", "plugins.md"])
def test_every_link_to_a_heading_leads_there(page: str) -> None:
    for file, anchor in re.findall(r"\]\(([\w.]*)#([\w-]+)\)", (GUIDE / page).read_text()):
        headings = re.findall(r"^#+ (.*)$", (GUIDE / (file or page)).read_text(), re.MULTILINE)
        anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
        assert anchor in anchors


# --- plugins.md ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The project that the page builds up: its files, and its package as an installed distribution."""
    files = named(PLUGINS)
    assert set(files) == {
        "app/bot.py",
        "gate.yaml",
        "evals.py",
        "acme_gate.py",
        "pyproject.toml",
        "search.yaml",
    }
    site = tmp_path / "site"
    info = site / "acme_gate-1.0.dist-info"
    info.mkdir(parents=True)
    packaged = tomllib.loads(files.pop("pyproject.toml"))["project"]
    groups = packaged["entry-points"].items()
    lines = (f"[{group}]\n" + "".join(f"{k} = {v}\n" for k, v in points.items()) for group, points in groups)
    (info / "entry_points.txt").write_text("\n".join(lines))
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {packaged['name']}\nVersion: 1.0\n")
    (site / "acme_gate.py").write_text(files.pop("acme_gate.py"))
    root = Project(root=tmp_path / "repository")
    for name, text in files.items():
        root.write(name, text)
    return root


def scores(project: Project, config: str) -> dict[tuple[str, str], float | str | None]:
    """Run a config by the real command line → what each case was given: a value, or the reason of an abstention."""
    env = {"PYTHONPATH": f"{ROOT}:{project.root.parent / 'site'}"}
    assert (ended := project.gate("validate", "-c", config, env=env)).code == 0, ended.text
    ended = project.gate("run", "-c", config, "-o", "results.json", env=env)
    assert ended.code == 0, ended.text
    result = load_results((project.root / "results.json").read_text(), "results.json")
    return {
        (trial.case_id, score.metric): score.abstained if score.value is None else score.value
        for trial in result.trials
        for score in trial.scores
        if not result.metrics[score.metric].operational
    }


def test_the_functions_on_the_page_are_a_target_and_two_evaluators(project: Project) -> None:
    cases = [
        {"id": "a", "input": "my refund", "context": ["five days"], "expected": ["five", "days", "card"]},
        {"id": "b", "input": "hello"},
    ]
    project.write("cases.jsonl", "".join(json.dumps(case) + "\n" for case in cases))
    assert scores(project, "gate.yaml") == {
        ("a", "brief"): 1.0,
        ("a", "facts.recall"): pytest.approx(2 / 3),
        ("a", "facts.grounded"): 1.0,
        ("b", "brief"): 1.0,
        ("b", "facts"): "the case names no facts",
    }


def test_the_classes_on_the_page_are_installed_plug_ins(project: Project) -> None:
    project.write("passages.txt", "a refund takes five days\nthe office is closed\n")
    project.write(
        "search.jsonl", json.dumps({"id": "a", "input": "refund", "expected": "a refund in five"}) + "\n"
    )
    assert scores(project, "search.yaml") == {("a", "acme_overlap"): pytest.approx(2 / 3)}


def test_the_class_on_the_page_refuses_a_case_before_the_run(project: Project) -> None:
    project.write("passages.txt", "")
    project.write("search.jsonl", json.dumps({"id": "a", "input": {"q": "x"}, "expected": "y"}) + "\n")
    env = {"PYTHONPATH": f"{ROOT}:{project.root.parent / 'site'}"}
    ended = project.gate("validate", "-c", "search.yaml", env=env)
    assert ended.code == 2
    assert "search.jsonl:1" in ended.text
    assert "write `input` as a text" in ended.text


def test_every_kind_of_failure_in_the_guide_may_be_gated() -> None:
    section = TARGETS.split("\n## When it goes wrong\n")[1].split("\n## ")[0]
    first_cells = re.findall(r"^\| (`.*?) \|", section, re.MULTILINE)
    told = {kind for cell in first_cells for kind in re.findall(r"`(\w+)`", cell)}
    assert told
    assert told <= FAILURE_KINDS
