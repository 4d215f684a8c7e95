"""A run through the real command line → what an independent collector receives, and what stands in `.gate/traces`."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gate.model.redaction import texts
from gate.telemetry.reading import files_of, spans_of
from tests.doubles import USAGE, Answer, MessagesApi, Request, json_answer, said, streamed
from tests.fakes.collector import Collector, attributes
from tests.telemetry.conventions import require_well_formed, tokens
from tests.walks.project import Project, accepted, make_project

EXAMPLE = Path(__file__).parents[2] / "examples" / "support-bot"
SECRET = "sk-ant-abcdefghijklmnop"
HOSTILE = f"\x1b[31mred\x00 {SECRET} \u202e"
SENT = USAGE["input_tokens"] + USAGE["cache_read_input_tokens"] + USAGE["cache_creation_input_tokens"]
CONTENT = {"OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": "true"}


@pytest.fixture
def example(tmp_path: Path) -> Project:
    """A copy of the example, without what its runs left."""
    left = shutil.ignore_patterns(".gate", "__pycache__")
    shutil.copytree(EXAMPLE, tmp_path / "bot", ignore=left)
    return Project(tmp_path / "bot")


class Model(MessagesApi):
    """Answers with control characters and a key, and streams; its judge says that all is well."""

    def __init__(self) -> None:
        super().__init__()
        self.respond = self._said

    def _said(self, request: Request) -> Answer:
        if "output_config" in request.json:
            return json_answer(said(json.dumps({"critique": f"It is kind. {HOSTILE}", "verdict": "pass"})))
        return streamed(said(f"an answer {HOSTILE}"))


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Project, dict[str, str]]]:
    """Two questions to a model, and a judge; and the environment in which they are asked."""
    judge = {"use": "judge", "name": "kind", "with": {"rubric": "helpfulness", "model": "claude-sonnet-5-5"}}
    target = {"use": "prompt", "with": {"template": "p.txt", "model": "claude-haiku-5-5"}}
    project = make_project(
        tmp_path_factory.mktemp("asked"), cases=2, target=target, evaluators=["contains", judge]
    )
    project.write("p.txt", f"Answer politely: {{{{ input }}}} {SECRET}")
    with Model() as model:
        yield project, {"ANTHROPIC_BASE_URL": model.url, "ANTHROPIC_API_KEY": "k" * 20, "NO_PROXY": "*"}


def inner(text: str) -> list[str]:
    """A text, and the texts in the JSON that it may be."""
    try:
        return [text, *texts(json.loads(text))]
    except ValueError:
        return [text]


def test_a_run_of_the_example_is_received_and_well_formed(example: Project) -> None:
    with Collector() as collector:
        done = example.gate("check", "--json", "report.json", env=collector.environment)
        assert done.code == 0, done.text
        assert "telemetry" not in done.err
        spans, events, metrics = collector.spans(), collector.events(), collector.metrics()
    require_well_formed(spans)
    report = json.loads(example.read("report.json"))
    run = report["runs"][0]
    trials = [span for span in spans if span.name == "trial support"]
    assert len(trials) == run["trials"] == 85
    assert len({attributes(span)["test.case.name"] for span in trials}) == 85
    (root,) = (span for span in spans if span.name == "gate check")
    assert attributes(root)["gate.verdict"] == "pass"
    assert tokens(spans, "gen_ai.usage.input_tokens") == (run["input_tokens"] or 0)
    assert len(events) == 85 * 7
    assert {event.event_name for event in events} == {"gen_ai.evaluation.result"}
    told = {(span.trace_id, span.span_id) for span in spans}
    assert all((event.trace_id, event.span_id) in told for event in events)
    trial_counts = metrics["gate.trial.count"].sum.data_points
    assert sum(point.as_int for point in trial_counts) == 85
    # The same stands in the files, also where it is sent, and is read back by trial.
    (file,) = files_of(example.root)
    read = spans_of(file.read_text().splitlines())
    assert len(read) == 85
    assert sum(len(each) for each in read.values()) == len(spans) - 2
    first = read["support", "refunds-02", 0]
    assert [span.name for span in first][:2] == ["trial support", "invoke_agent support"]
    assert first[0].start_s == 0
    assert all(span.start_s >= 0 for span in first)


def test_tokens_stand_on_the_calls_they_were_paid_for_and_sum_up_to_the_report(
    judged: tuple[Project, dict[str, str]],
) -> None:
    project, environment = judged
    with Collector() as collector:
        env = {**environment, **collector.environment}
        done = project.gate("check", "--fresh", "--json", "report.json", env=env)
        assert done.code == 2, done.text  # there is no baseline
        spans, metrics = collector.spans(), collector.metrics()
        raw = b"".join(request.body for request in collector.requests)
    require_well_formed(spans)
    run = json.loads(project.read("report.json"))["runs"][0]
    judges = run["judged"]["usage"]
    judged_in = sum(value for name, value in judges.items() if name != "output_tokens")
    assert tokens(spans, "gen_ai.usage.input_tokens") == run["input_tokens"] + judged_in
    assert tokens(spans, "gen_ai.usage.output_tokens") == run["output_tokens"] + judges["output_tokens"]
    asked = 2 + run["judged"]["calls"]
    counted = metrics["gen_ai.client.inference.usage.input_tokens"].sum.data_points
    assert sum(point.as_int for point in counted) == asked * SENT
    durations = metrics["gen_ai.client.inference.duration"].histogram.data_points
    assert sum(point.count for point in durations) == asked
    assert len(durations[0].explicit_bounds) == 14
    calls = [attributes(span) for span in spans if span.name == "chat claude-haiku-5-5"]
    assert all(call["gen_ai.response.time_to_first_chunk"] > 0 for call in calls)
    # Nobody opted in: nothing that was asked or answered is told, here or in the files.
    kept = raw + b"".join(path.read_bytes() for path in files_of(project.root)[0].parent.iterdir())
    assert b"politely" not in kept
    assert b"an answer" not in kept
    assert b"It is kind" not in kept


def test_content_that_was_opted_in_holds_no_secret_and_no_control_character(
    judged: tuple[Project, dict[str, str]],
) -> None:
    project, environment = judged
    with Collector() as collector:
        env = {**environment, **collector.environment, **CONTENT}
        project.gate("run", "--fresh", env=env)
        spans, events = collector.spans(), collector.events()
        raw = b"".join(request.body for request in collector.requests)
    (newest, *_) = files_of(project.root)
    kept = b"".join(path.read_bytes() for path in newest.parent.iterdir())
    for told in (raw, kept):
        assert b"politely" in told
        assert b"an answer" in told
        assert b"It is kind" in told
        assert SECRET.encode() not in told
        assert b"\x1b[31m" not in told
    for told in (*spans, *events):
        for text in texts(attributes(told)):
            assert not {"\x1b", "\0", "\u202e"} & set("".join(inner(text)))
    call = next(attributes(span) for span in spans if span.name == "chat claude-haiku-5-5")
    (message,) = json.loads(call["gen_ai.output.messages"])
    assert message["parts"][0]["content"].startswith("an answer \ufffd[31mred\ufffd [redacted]")
    assert any("gen_ai.evaluation.explanation" in attributes(event) for event in events)


def test_what_was_kept_is_not_called_again_and_the_run_says_how_much_it_was(
    judged: tuple[Project, dict[str, str]],
) -> None:
    project, environment = judged
    project.gate("run", env=environment)
    with Collector() as collector:
        project.gate("run", env={**environment, **collector.environment})
        spans = collector.spans()
    assert [span.name for span in spans] == ["gate run", "suite s"]
    assert attributes(spans[1])["gate.trials.resumed"] == 2


@pytest.mark.parametrize("status", [401, 500])
def test_a_collector_that_refuses_costs_one_line_and_changes_nothing(tmp_path: Path, status: int) -> None:
    project = accepted(tmp_path, cases=4, trials={"accept": 2, "check": 1, "most": 1})
    quiet = project.gate("check", "--json", "a.json", env={"OTEL_SDK_DISABLED": "true"})
    assert len(files_of(project.root)) == 1  # of the accept
    with Collector(Answer(status=status)) as collector:
        done = project.gate("check", "--json", "b.json", env=collector.environment)
    said = [line for line in done.err.splitlines() if "telemetry" in line]
    assert len(said) == 1
    assert f"status {status}" in said[0]
    assert done.code == quiet.code == 0
    first, second = (json.loads(project.read(name)) for name in ("a.json", "b.json"))
    assert first["verdict"] == second["verdict"]


def test_two_runs_at_once_keep_their_traces_apart(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=30)
    with ThreadPoolExecutor() as pool:
        ended = list(pool.map(lambda _: project.gate("run", "--fresh"), range(2)))
    assert [done.code for done in ended] == [0, 0]
    files = files_of(project.root)
    assert len(files) == 2
    for file in files:
        assert len(spans_of(file.read_text().splitlines())) == 30
