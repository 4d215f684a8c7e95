"""A real Phoenix server on loopback receives the spans and the scores of the example's run."""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from tests.walks.project import Project
from tests.walks.test_traced_applications import CASES, IN_PROCESS, project

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-bot"
START_S, ARRIVAL_S, PAUSE_S = 120, 60, 0.5
CASES_OF_EXAMPLE = sum(
    1 for line in (EXAMPLE / "cases" / "support.jsonl").read_text().splitlines() if line.strip()
)


def free_port() -> int:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def answer(url: str) -> Any:
    with urlopen(url, timeout=20) as response:  # noqa: S310 - the server that this test has started
        return json.load(response)


@pytest.fixture(scope="module")
def phoenix(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of its own, with a database of its own."""
    folder, port = tmp_path_factory.mktemp("phoenix"), free_port()
    environment = {
        **os.environ,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "PHOENIX_TELEMETRY_ENABLED": "false",
    }
    with (folder / "log").open("w") as log:
        command = [os.environ["GATE_PHOENIX"], "serve"]
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
        try:
            url = f"http://127.0.0.1:{port}"
            over_s = time.monotonic() + START_S
            while not healthy(url):
                assert server.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < over_s, (folder / "log").read_text()
                time.sleep(PAUSE_S)
            yield url
        finally:
            server.terminate()
            server.wait(30)


def healthy(url: str) -> bool:
    try:
        with urlopen(f"{url}/healthz", timeout=5):  # noqa: S310 - the server that this test has started
            return True
    except (URLError, OSError):
        return False


def pages(url: str) -> list[Any]:
    """All pages of a list."""
    found, cursor = [], ""
    while True:
        page = answer(f"{url}&cursor={quote(cursor)}" if cursor else url)
        found += page["data"]
        cursor = page["next_cursor"]
        if not cursor:
            return found


def received(phoenix: str, name: str, *, spans: int, scores: int) -> tuple[list[Any], list[Any]]:
    """The spans and the annotations of a project, once there are so many: the server takes them in at its leisure."""
    home = f"{phoenix}/v1/projects/{quote(name)}"
    over_s = time.monotonic() + ARRIVAL_S
    while True:
        told, given = list[Any](), list[Any]()
        try:
            told = pages(f"{home}/spans?limit=1000")
            for first in range(0, len(told), 100):
                ids = "&".join(f"span_ids={each['context']['span_id']}" for each in told[first : first + 100])
                given += pages(f"{home}/span_annotations?limit=1000&{ids}")
        except URLError:
            pass  # the project is not there before its first span
        if len(told) >= spans and len(given) >= scores:
            return told, given
        assert time.monotonic() < over_s, f"{len(told)} spans and {len(given)} annotations arrived"
        time.sleep(PAUSE_S)


def test_spans_and_scores_of_a_run_of_the_example_arrive(phoenix: str, tmp_path: Path) -> None:
    shutil.copytree(
        EXAMPLE, tmp_path, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".gate", "__pycache__")
    )
    env = {
        "GATE_TELEMETRY": "phoenix",
        "PHOENIX_COLLECTOR_ENDPOINT": phoenix,
        "PHOENIX_PROJECT_NAME": "the example",
    }
    ended = Project(tmp_path).gate("run", "support", "-o", "results.json", "--fresh", env=env)
    assert ended.code == 0, ended.text
    assert "telemetry:" not in ended.text
    result = json.loads((tmp_path / "results.json").read_text())
    shown = {name for name, metric in result["metrics"].items() if not metric.get("operational")}
    numbers = sorted(
        (score["metric"], score["value"])
        for trial in result["trials"]
        for score in trial["scores"]
        if score["metric"] in shown and score.get("value") is not None
    )
    spans, annotations = received(phoenix, "the example", spans=2 * CASES_OF_EXAMPLE, scores=len(numbers))
    trials = [span for span in spans if span["name"] == "trial support"]
    assert len(trials) == CASES_OF_EXAMPLE
    assert len({span["context"]["trace_id"] for span in trials}) == CASES_OF_EXAMPLE
    assert {span["span_kind"] for span in trials} == {"CHAIN"}
    assert sorted((each["name"], each["result"]["score"]) for each in annotations) == numbers
    assert {each["annotator_kind"] for each in annotations} == {"CODE", "LLM"}


def test_the_applications_own_spans_stand_in_the_same_trace(phoenix: str, tmp_path: Path) -> None:
    made = project(tmp_path, {"use": "python", "with": {"function": "app.py:ask", "contexts": "traces"}})
    made.write("app.py", IN_PROCESS)
    env = {"GATE_TELEMETRY": "phoenix", "PHOENIX_COLLECTOR_ENDPOINT": phoenix, "PHOENIX_PROJECT_NAME": "rag"}
    ended = made.gate("run", "-o", "results.json", env=env)
    assert ended.code == 0, ended.text
    spans, annotations = received(phoenix, "rag", spans=3 * len(CASES), scores=len(CASES))
    kinds = {span["context"]["span_id"]: span["span_kind"] for span in spans}
    searches = [span for span in spans if span["name"] == "search"]
    assert [kinds[span["parent_id"]] for span in searches] == ["AGENT"] * len(CASES)
    assert [(each["name"], each["result"]["score"]) for each in annotations] == [("search.hit@1", 1.0)] * len(
        CASES
    )
