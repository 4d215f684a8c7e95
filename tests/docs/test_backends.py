"""The guide to backends cannot drift: its variables are those that are read, and its code runs."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from gate.plugins import Plugins
from gate.telemetry.presets import BACKENDS, preset
from gate.telemetry.settings import settings
from tests.docs.test_guides import GUIDE, blocks, named
from tests.walks.project import Project

PAGE = (GUIDE / "backends.md").read_text()
TITLES = {
    "Langfuse": "langfuse",
    "Phoenix": "phoenix",
    "LangSmith": "langsmith",
    "Braintrust": "braintrust",
    "Honeycomb": "honeycomb",
    "Grafana Cloud": "grafana",
}
# read, beside what a backend needs and its address
OPTIONAL = {
    "GATE_TELEMETRY",
    "PHOENIX_PROJECT_NAME",
    "PHOENIX_API_KEY",
    "LANGSMITH_PROJECT",
    "OTEL_SERVICE_NAME",
}
KEYS = {name: "a-key" for backend in BACKENDS.values() for name in backend.needs}


def section(title: str) -> str:
    return PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]


def exported(script: str, given: dict[str, str]) -> dict[str, str]:
    """What a shell makes of a block, on top of what is given."""
    command = ["bash", "-euc", f"{script}\nenv -0"]
    plain = {"PATH": os.environ["PATH"], **given}
    done = subprocess.run(command, env=plain, capture_output=True, check=True)
    pairs = (each.partition("=") for each in done.stdout.decode().split("\0") if "=" in each)
    return {name: value for name, _, value in pairs}


def told(environment: dict[str, str]) -> set[str]:
    return set(environment) - {"PATH", "PWD", "SHLVL", "_"}


def test_there_is_a_section_for_each_backend() -> None:
    assert set(TITLES.values()) == set(BACKENDS)


@pytest.mark.parametrize("title", TITLES)
def test_the_short_way_of_a_section_reaches_its_backend_by_variables_that_are_read(title: str) -> None:
    environment = exported(blocks(section(title), "bash")[0], {})
    backend = BACKENDS[TITLES[title]]
    chosen = preset(environment)
    assert (chosen.backend, chosen.warning) == (backend, "")
    assert told(environment) <= {*backend.needs, *backend.elsewhere, *OPTIONAL}
    assert {"GATE_TELEMETRY", *backend.needs, backend.elsewhere[0]} <= told(environment)
    if backend.endpoint:
        assert chosen.base == backend.endpoint


@pytest.mark.parametrize("title", TITLES)
def test_the_way_by_hand_sends_the_same_headers_to_the_same_address(title: str) -> None:
    short, by_hand = blocks(section(title), "bash")
    given = exported(short, {})
    chosen = settings(preset(given).laid_under(given)).ways["traces"]
    keys = {name: given[name] for name in BACKENDS[TITLES[title]].needs if not name.endswith("_ENDPOINT")}
    own = settings(exported(by_hand, keys)).ways["traces"]
    without = (
        {"authorization"} if title == "Phoenix" else set[str]()
    )  # its block has no key: the server asks for none
    assert own.endpoint == chosen.endpoint
    assert own.headers == {name: value for name, value in chosen.headers.items() if name not in without}


def test_the_example_of_a_workflow_chooses_a_backend() -> None:
    (step,) = next(yaml.safe_load(text) for text in blocks(PAGE, "yaml") if "uses:" in text)
    chosen = preset(dict(step["env"]))
    assert chosen.backend is BACKENDS["langfuse"]


def test_the_targets_of_the_page_have_options_that_exist() -> None:
    seen = set()
    for text in blocks(PAGE, "yaml"):
        shown = yaml.safe_load(text)
        if isinstance(shown, dict) and (target := shown.get("target")):
            Plugins().options("target", target["use"]).model_validate(target["with"])
            seen.add(target["use"])
    assert seen == {"command", "http"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The files of the page, and a case."""
    made = Project(tmp_path)
    files = named(PAGE)
    assert set(files) == {"app/rag.py", "app/main.py", "app/service.py", "gate.yaml"}
    for name, text in files.items():
        made.write(name, text)
    made.write("cases.jsonl", json.dumps({"id": "a", "input": "how long?", "expected": "refunds"}) + "\n")
    return made


def scored(made: Project) -> dict[str, float]:
    ended = made.gate("run", "-o", "results.json")
    assert ended.code == 0, ended.text
    (trial,) = json.loads((made.root / "results.json").read_text())["trials"]
    assert [found["id"] for found in trial["reply"]["contexts"]] == ["refunds"]
    return {
        score["metric"]: score["value"] for score in trial["scores"] if score["metric"].startswith("search.")
    }


def test_the_function_of_the_page_is_scored_by_its_spans(project: Project) -> None:
    assert scored(project) == {"search.hit@3": 1.0, "search.mrr": 1.0}


def test_the_program_of_the_page_is_scored_by_its_spans(project: Project) -> None:
    config = yaml.safe_load((project.root / "gate.yaml").read_text())
    target = next(text for text in blocks(PAGE, "yaml") if "app.main" in text)
    config["suites"]["rag"] |= yaml.safe_load(target.replace("run: python ", f"run: {sys.executable} "))
    project.write("gate.yaml", json.dumps(config))
    assert scored(project) == {"search.hit@3": 1.0, "search.mrr": 1.0}


def test_the_service_of_the_page_goes_on_from_the_headers_of_a_request(project: Project) -> None:
    code = (
        "from app import rag, service\n"
        "class Kept(list):\n"
        "    on_start = _on_ending = shutdown = force_flush = lambda *_, **__: None\n"
        "    on_end = list.append\n"
        "kept = Kept()\n"
        "rag.trace.get_tracer_provider().add_span_processor(kept)\n"
        "headers = {'traceparent': '00-' + 'a' * 32 + '-' + 'b' * 16 + '-01'}\n"
        "assert service.handle(headers, 'why?') == {'output': 'Refunds take five days.'}\n"
        "print(kept[-1].name, format(kept[-1].context.trace_id, 'x'), format(kept[-1].parent.span_id, 'x'), len(kept))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=project.root, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["POST", "/ask", "a" * 32, "b" * 16, "3"]


def test_every_link_of_the_page_leads_somewhere() -> None:
    for link in re.findall(r"\]\((?!https?:)([^)#]+)", PAGE):
        assert (GUIDE / link).exists(), link
