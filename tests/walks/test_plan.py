"""What a run takes is told before it, and held while it lasts."""

import json
from pathlib import Path

import pytest

from tests.doubles import MessagesApi, refused, said
from tests.walks.project import Project, accepted, make_project

PROMPT = {"use": "prompt", "with": {"template": "prompt.txt", "model": "claude-haiku-5-5", "max_tokens": 100}}


def prompting(root: Path, **suite: object) -> Project:
    project = make_project(root, cases=10, target=PROMPT, depends_on=None, **suite)
    project.write("prompt.txt", "x" * 350 + "{{ input }}")
    return project


def test_a_plan_needs_no_key_and_asks_nothing(tmp_path: Path) -> None:
    project = prompting(tmp_path, budget={"calls": 20, "cost_usd": 0.001})
    done = project.gate("plan", env={"ANTHROPIC_API_KEY": ""})
    assert done.code == 0, done.text
    assert "s: 10 cases, target prompt (claude-haiku-5-5)" in done.out
    rows = {line.split("  ")[1]: line.split() for line in done.out.splitlines() if line.startswith("  ")}
    assert rows["check"][1:4] == ["10", "0", "10"]
    assert "an accept may not fit into the budget: it would take about 50 calls" in " ".join(done.out.split())
    assert not (tmp_path / ".gate").exists()


def test_a_plan_says_what_the_store_holds(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=10, trials={"accept": 2, "check": 1, "most": 1})
    assert project.gate("check").code in {0, 3}
    done = project.gate("plan")
    (check,) = (line for line in done.out.splitlines() if line.startswith("  check"))
    assert check.split()[1:4] == ["10", "10", "0"]


def test_a_run_begins_with_what_it_is_going_to_take_and_which_model_is_about_to_end(tmp_path: Path) -> None:
    target = {"use": "prompt", "with": {**PROMPT["with"], "model": "claude-sonnet-4-5"}}  # type: ignore[dict-item]
    with MessagesApi(said("right")) as api:
        project = make_project(tmp_path, cases=10, target=target, depends_on=None, concurrency=2)
        project.write("prompt.txt", "x" * 350 + "{{ input }}")
        done = project.gate("run", env={"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": api.url})
    assert done.code == 0, done.text
    assert "s: 10 trials, about 1.0k tokens in, at most 1.0k out, at most $" in done.err
    assert done.err.count("the model 'claude-sonnet-4-5' ends on November 30th, 2026") == 1


@pytest.mark.parametrize("status", [401, 402, 403, 404])
def test_what_is_permanent_ends_the_run_with_one_message(tmp_path: Path, status: int) -> None:
    with MessagesApi(refused(status, "some_error", "no and never")) as api:
        project = prompting(tmp_path)
        done = project.gate("run", env={"ANTHROPIC_API_KEY": "none", "ANTHROPIC_BASE_URL": api.url})
    assert done.code == 4, done.text
    assert len(api.requests) <= 10
    assert "the target is out of reach: 3 calls in a row were refused" in " ".join(done.out.split())


def test_a_budget_over_all_suites_holds_over_all_suites(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=10, reuse=False)
    config = json.loads(project.read("gate.yaml"))
    config["suites"]["t"] = config["suites"]["s"]
    config["budget"] = {"calls": 15}
    project.write("gate.yaml", json.dumps(config))
    (tmp_path / "out").mkdir()
    done = project.gate("run", "-o", "out")
    assert done.code == 4, done.text
    first, second = (json.loads(project.read(f"out/{name}.json")) for name in ("s", "t"))
    assert (len(first["trials"]), len(second["trials"])) == (10, 5)
    assert "`budget.calls: 15` is reached over all suites" in second["stopped"]["message"]


def test_a_second_look_that_the_budget_has_no_room_for_is_not_taken_and_the_report_says_why(
    tmp_path: Path,
) -> None:
    project = accepted(tmp_path, cases=30, trials={"accept": 5, "check": 1, "most": 3})
    project.configure(trials={"accept": 5, "check": 1, "most": 3}, budget={"calls": 40})
    project.answer([f"case-{number:03}" for number in range(1)], "wrong")
    done = project.gate("check")
    text = " ".join(done.text.split())
    assert "the first look can't tell, and the second is not taken: it would take about 60 calls" in text
    assert "the second look was not taken: it would take about 60 calls" in " ".join(done.out.split())
    assert "CAN'T TELL" in done.out
