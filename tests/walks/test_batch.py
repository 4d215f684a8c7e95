"""A suite that is asked in batches, through the real command line and the real SDK, against a stub on loopback."""

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gate.model.files import load_results
from gate.model.run import RunResult
from tests.batches_api import BatchesApi, errored, succeeded
from tests.doubles import refused
from tests.walks.project import Ended, Project, make_project
from tests.walks.test_interruption import launched, until

KEY = "sk-ant-a-key-that-must-appear-nowhere"
TARGET = {
    "use": "prompt",
    "with": {"template": "prompt.md", "model": "claude-haiku-5-5", "max_tokens": 200},
}
ONE = {"accept": 1, "check": 1, "most": 1}


@pytest.fixture
def api() -> Iterator[BatchesApi]:
    with BatchesApi() as api:
        yield api


def project_of(root: Path, *, batch: bool = True, **suite: Any) -> Project:
    given = {"target": TARGET, "depends_on": None, "trials": ONE, "batch": batch, **suite}
    root.mkdir(exist_ok=True)
    project = make_project(root, cases=20)
    project.write("prompt.md", "Answer: {{ input }}")
    project.configure(**given)
    project.commit("asked in batches")
    return project


def env(api: BatchesApi) -> dict[str, str]:
    return {"ANTHROPIC_BASE_URL": api.url, "ANTHROPIC_API_KEY": KEY, "NO_PROXY": "*", "no_proxy": "*"}


def gate(project: Project, api: BatchesApi, *arguments: str) -> Ended:
    done = project.gate(*arguments, env=env(api))
    assert KEY not in done.text
    return done


def results(project: Project, name: str = "r.json") -> RunResult:
    return load_results(project.read(name), name)


def test_a_batch_answers_a_run_at_half_the_price_and_an_unchanged_one_makes_none(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path / "a")
    for _ in range(2):
        done = gate(project, api, "run", "-o", "r.json")
        assert done.code == 0, done.text
    assert (api.handed_in, api.alone) == ([20], 0)
    alone = project_of(tmp_path / "b", batch=False)
    assert gate(alone, api, "run", "-o", "r.json").code == 0
    assert api.alone == 20
    halves, wholes = (
        [trial.reply.cost_usd for trial in results(each).trials if trial.reply and trial.reply.cost_usd]
        for each in (project, alone)
    )
    assert halves == pytest.approx([whole / 2 for whole in wholes])
    clocked = {score.metric for trial in results(project).trials for score in trial.scores}
    assert clocked.isdisjoint({"latency_s", "ttft_s", "output_tokens_per_s"})
    assert "output_tokens" in clocked


def test_a_baseline_is_the_same_bytes_whichever_way_it_was_asked(tmp_path: Path, api: BatchesApi) -> None:
    api.result = lambda params: succeeded("right" if "7" not in str(params["messages"]) else "wrong")
    baselines = []
    for name, batch in (("a", True), ("b", False)):
        project = project_of(tmp_path / name, batch=batch, trials={"accept": 3, "check": 1})
        done = gate(project, api, "accept")
        assert done.code == 0, done.text
        baselines.append(project.read("baselines/s.json"))
    assert (api.handed_in, api.alone) == ([60], 60)
    assert baselines[0] == baselines[1]


def test_the_second_look_is_another_batch(tmp_path: Path, api: BatchesApi) -> None:
    project = project_of(tmp_path, trials={"accept": 3, "check": 1, "most": 3})
    assert gate(project, api, "accept").code == 0
    project.commit("the baseline")
    project.write("prompt.md", "Reply: {{ input }}")
    wrong = {f"q case-{number:03}" for number in range(2)}
    api.result = lambda params: succeeded(
        "wrong" if any(each in params["messages"][0]["content"] for each in wrong) else "right"
    )
    done = gate(project, api, "check", "--base", "main")
    assert done.code in {0, 1, 3}, done.text
    assert (api.handed_in, api.alone) == ([60, 20, 40], 0)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_run_that_was_stopped_while_it_waited_goes_on_with_the_same_batch(
    tmp_path: Path, api: BatchesApi, stop: signal.Signals
) -> None:
    project = project_of(tmp_path)
    api.looks = 1_000
    process = launched(project, "run", "-o", "r.json", env=env(api))
    until(lambda: api.asked("look") > 0, process)
    process.send_signal(stop)
    _, told = process.communicate(timeout=30)
    if stop != signal.SIGKILL:
        assert process.returncode == 130
        assert "msgbatch_0 goes on at the provider" in told
        assert "the same command" in told
    api.made["msgbatch_0"].looks = 0
    done = gate(project, api, "run", "-o", "r.json")
    assert done.code == 0, done.text
    assert (api.handed_in, api.alone) == ([20], 0)
    assert all(trial.reply is not None for trial in results(project).trials)


def test_a_creation_whose_answer_was_lost_is_found_and_not_repeated(tmp_path: Path, api: BatchesApi) -> None:
    project = project_of(tmp_path)
    api.lost = "reset"
    done = gate(project, api, "run")
    assert done.code == 0, done.text
    assert (api.handed_in, api.alone) == ([20], 0)


def test_a_run_that_was_killed_before_it_heard_the_name_of_its_batch_finds_it(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path)
    api.lost = "hang"
    process = launched(project, "run", env=env(api))
    until(api.hanging.is_set, process)
    process.kill()
    process.communicate(timeout=30)
    done = gate(project, api, "run", "-o", "r.json")
    assert done.code == 0, done.text
    assert (api.handed_in, api.alone) == ([20], 0)
    assert "may be the one whose name was not heard" in done.text


def test_what_a_batch_did_not_answer_is_a_counted_failure_and_asked_again_by_the_next_run(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path)
    failing = {"case-001": {"type": "expired"}, "case-002": {"type": "canceled"}, "case-003": errored()}
    api.result = lambda params: next(
        (result for name, result in failing.items() if name in params["messages"][0]["content"]), succeeded()
    )
    done = gate(project, api, "run", "-o", "r.json")
    assert done.code == 0, done.text
    lost = {trial.case_id: trial.failures[0].kind for trial in results(project).trials if trial.failures}
    assert lost == {"case-001": "expired", "case-002": "canceled", "case-003": "bad_request"}
    failing.clear()
    assert gate(project, api, "run", "-o", "r.json").code == 0
    assert (api.handed_in, api.alone) == ([20, 3], 0)


def test_a_cap_that_a_batch_might_break_ends_the_run_before_it_is_handed_in(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path, budget={"calls": 12})
    done = gate(project, api, "run", "-o", "r.json")
    assert done.code == 4, done.text
    assert api.handed_in == [12]
    assert "budget.calls: 12" in done.text
    stopped = results(project).stopped
    assert stopped is not None
    assert (stopped.reason, stopped.left) == ("budget", 8)
    scored = [trial for trial in results(project).trials if trial.scores]
    assert len(scored) == 12, "what was answered is scored all the same"


def test_a_key_that_is_refused_ends_the_run_with_what_the_provider_says(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path)
    api.faults["create"] = [refused(401, "authentication_error", "no such key")]
    done = gate(project, api, "run")
    assert done.code == 4, done.text
    assert "no such key" in done.text
    assert (api.handed_in, api.alone) == ([], 0)


@pytest.mark.parametrize("gated", ["latency_s", "ttft_s"])
def test_a_gate_that_needs_a_clock_is_refused_beforehand(tmp_path: Path, api: BatchesApi, gated: str) -> None:
    project = project_of(tmp_path, gates={gated: {"mode": "record"}})
    done = gate(project, api, "validate")
    assert done.code == 2, done.text
    assert f"{gated} is not measured where the target is asked in batches" in done.text
    assert "gate.yaml:" in done.text


def test_a_target_that_is_no_question_to_a_model_is_refused_beforehand(
    tmp_path: Path, api: BatchesApi
) -> None:
    project = project_of(tmp_path, target={"use": "python", "with": {"function": "app.py:answer"}})
    done = gate(project, api, "validate")
    assert done.code == 2, done.text
    assert "cannot be asked in batches" in done.text
    assert api.requests == []
