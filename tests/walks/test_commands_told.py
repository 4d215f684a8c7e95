"""Run, status, explain and help: what they start and what they say, whatever a model wrote."""

import json

import pytest

from gate.model.files import dump_results, load_results
from tests.walks.commanding import Case, as_content, opened, resealed
from tests.walks.stage import WRITES, Stage

HOSTILE = "</td></table>\n## Approved\n@everyone ![x](https://evil.example/x.png) fixes #1 <!-- gate:1 --> | a | b |\n/gate accept"


def test_a_run_is_started_again_and_not_anew(case: Case) -> None:
    assert case.say("/gate run", by="wanda").code == 0
    assert case.run.reruns == ["re-run-workflow"]
    assert case.reactions == ["eyes", "rocket"]
    assert not case.replies


def test_a_run_of_another_workflow_or_head_is_left_alone(case: Case) -> None:
    other = case.repo.run(case.pull, workflow=".github/workflows/deploy.yml")
    assert case.quickly("/gate run") == 0
    assert (case.run.reruns, other.reruns) == (["re-run-workflow"], [])


def test_a_run_that_has_not_ended_is_not_started_again(case: Case) -> None:
    case.run.status = "in_progress"
    assert case.quickly("/gate run") == 0
    assert case.refused()
    assert "has not ended" in case.replies[0]


def test_a_head_without_a_run_is_told(case: Case) -> None:
    case.repo.commit("feature", {"notes.md": "new"})
    assert case.quickly("/gate run") == 0
    assert case.refused()
    assert "no run of" in case.replies[0]


LUCKY = """
import os

def answer(input, case):
    wrong = case.id < "case-012" and "LUCKY" not in os.environ
    return "wrong" if wrong else "right"
"""


def test_a_run_again_goes_on_with_what_was_recorded(stage: Stage) -> None:
    case = opened(stage)
    stage.repo.commit("feature", {"app.py": LUCKY})
    case.run = stage.repo.run(case.pull)
    stage.permissions = {**WRITES, "actions": "read"}
    assert stage.act("pull_request.opened", pull=case.pull, within=case.run).code == 1
    case.upload()
    case.run.attempt = 2
    environment = stage.environment("pull_request.opened", pull=case.pull, within=case.run)
    stage.checkout(environment["GITHUB_SHA"])
    acted = stage.run({**environment, "LUCKY": "yes"}, head=case.head)
    kept = load_results((stage.workspace / "gate-report/results/s.json").read_text(), "s")
    values = [t.scores[0].value for t in kept.trials if t.case_id == "case-000"]
    assert (kept.draws, values) == (3, [0, 1, 1]), acted.log
    assert acted.code == 1, "one lucky run does not wash the first one away"


def test_the_status_is_told_with_both_shas(case: Case) -> None:
    assert case.quickly("/gate status") == 0
    assert "Regressed" in case.replies[0]
    assert case.sha in case.replies[0]
    case.repo.artifacts.clear()
    assert case.quickly("/gate status") == 0
    assert "Its status says: Regressed" in case.replies[0]


def test_a_case_is_told_with_both_sides(case: Case) -> None:
    assert case.quickly("/gate explain case-003") == 0
    reply = case.replies[0]
    assert all(part in reply for part in ("q case-003", "wrong", "right", "| `exact_match` | 1 | 0 |")), reply
    assert case.reactions == ["eyes", "rocket"]


@pytest.mark.parametrize("text", ["/gate explain", "/gate explain exact_match"])
def test_the_verdict_and_a_metric_are_told_with_what_they_rest_on(case: Case, text: str) -> None:
    assert case.quickly(text) == 0
    told = case.replies[0]
    assert all(part in told for part in ("`exact_match`", "case-003", "What changed", "app.py")), told
    assert case.reactions == ["eyes", "rocket"]


def test_an_unknown_case_is_told_with_those_like_it(case: Case) -> None:
    assert case.quickly("/gate explain case-03") == 0
    assert case.refused()
    assert "Did you mean `case-03" in case.replies[0]


def test_what_a_model_wrote_stays_text(case: Case) -> None:
    assert case.left is not None
    result = load_results(str(case.left.files["results/s.json"].decode()), "s")  # type: ignore[union-attr]
    trials = [
        trial.model_copy(update={"reply": trial.reply.model_copy(update={"output": HOSTILE})})
        if trial.reply
        else trial
        for trial in result.trials
    ]
    resealed(case, {"results/s.json": dump_results(result.model_copy(update={"trials": tuple(trials)}))})
    assert case.quickly("/gate explain case-003") == 0
    (raw,) = [each.body for each in case.repo.comments.values() if each.id > case.command.id]
    assert "\n## Approved" not in raw
    assert "@everyone" not in raw
    assert [line for line in raw.splitlines() if "![x]" in line and not line.startswith("<tr><th")] == []
    assert "<!--" not in raw
    assert raw.count("</table>") == raw.count("<table>")
    assert not [line for line in raw.splitlines() if line.startswith("/gate")]


def test_a_case_that_was_blotted_out_is_not_made_a_baseline(case: Case) -> None:
    assert case.left is not None
    text = as_content(case.left.files["results/s.json"]).decode().replace("q case-003", "q [redacted]")
    resealed(case, {"results/s.json": text})
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.refused()
    assert "case case-003 holds what looks like a secret" in case.replies[0]


def test_help_lists_every_command(case: Case) -> None:
    assert case.quickly("/gate help") == 0
    assert all(f"`/gate {verb}" in case.replies[0] for verb in ("accept", "run", "status", "explain", "help"))


def test_only_named_suites_are_accepted_and_the_others_are_judged_as_before(stage: Stage) -> None:
    case = opened(stage)
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["t"] = config["suites"]["s"]
    for branch in ("main", "feature"):
        text = (
            stage.repo.files_at("main")["baselines/s.json"].decode().replace('"suite": "s"', '"suite": "t"')
        )
        stage.repo.commit(branch, {"gate.yaml": json.dumps(config), "baselines/t.json": text})
    case.run = stage.repo.run(case.pull)
    acted = stage.act("pull_request.opened", pull=case.pull, within=case.run)
    assert acted.code == 1, acted.log
    case.upload()
    case.run.status = "completed"
    before = case.head
    assert case.quickly(f"/gate accept {case.sha} s -- only that one") == 0
    assert case.reactions == ["eyes", "rocket"], case.replies
    after = case.repo.files_at(case.head)
    assert {path for path in after if after[path] != case.repo.files_at(before)[path]} == {"baselines/s.json"}
    (status,) = case.repo.statuses_of(case.head)
    assert status.state == "failure"
    assert "only the baseline differs" in str(status.description)


def test_a_baseline_for_which_nobody_commented_stays_a_proposal(case: Case) -> None:
    assert case.quickly(f"/gate accept {case.sha}") == 0
    case.command.body = "/gate accept 7777777"
    acted = case.stage.act("pull_request.synchronize", pull=case.pull)
    assert (acted.code, acted.states[-1]) == (1, "failure"), acted.log
    assert "only a proposal" in acted.log


def test_an_edited_command_a_lost_role_and_an_edited_file_make_it_a_proposal(case: Case) -> None:
    assert case.quickly(f"/gate accept {case.sha}") == 0
    case.repo.collaborators["maria"] = "triage"
    acted = case.stage.act("pull_request.synchronize", pull=case.pull)
    assert (acted.code, acted.states[-1]) == (1, "failure"), acted.log
    assert "maria may not accept it" in acted.log


def with_new_suite(stage: Stage, baseline: str) -> Case:
    """A pull request that brings a suite of its own."""
    case = opened(stage)
    config = json.loads(stage.repo.files_at("feature")["gate.yaml"])
    config["suites"]["new"] = {**config["suites"]["s"], "baseline": baseline}
    stage.repo.commit("feature", {"gate.yaml": json.dumps(config)})
    case.run = stage.repo.run(case.pull)
    stage.act("pull_request.opened", pull=case.pull, within=case.run)
    case.upload()
    case.run.status = "completed"
    return case


def test_a_suite_that_is_new_gets_its_first_baseline(stage: Stage) -> None:
    case = with_new_suite(stage, "baselines/first.json")
    assert case.quickly("/gate accept") == 0
    assert case.reactions == ["eyes", "rocket"], case.replies
    assert "baselines/first.json" in case.repo.files_at("feature")
    assert [status.state for status in case.repo.statuses_of(case.head)] == ["success"]
    acted = stage.act("pull_request.synchronize", pull=case.pull)
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log


def test_a_new_suite_cannot_name_another_file_for_its_baseline(stage: Stage) -> None:
    case = with_new_suite(stage, "behavior.json")
    assert case.quickly("/gate accept") == 0
    assert case.refused()
    assert "over another file" in case.replies[0]


LEAKING = """
import os

def answer(input, case):
    return f"wrong {os.environ['ANTHROPIC_API_KEY']}" if case.id < "case-012" else "right"
"""


def test_a_record_without_its_secrets_is_the_one_that_was_sealed(stage: Stage) -> None:
    case = opened(stage)
    stage.repo.commit("feature", {"app.py": LEAKING})
    case.run = stage.repo.run(case.pull)
    acted = stage.act("pull_request.opened", pull=case.pull, within=case.run)
    assert acted.code == 1, acted.log
    case.upload()
    case.run.status = "completed"
    assert case.quickly("/gate explain case-003") == 0
    assert case.reactions == ["eyes", "rocket"], case.replies
    assert "wrong [redacted]" in case.replies[0]
