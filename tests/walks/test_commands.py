"""Slash commands through the real entry point: what was recorded for a head is accepted, by those who may, and nothing else."""

import json

from gate.host.acceptance import acceptance_of
from tests.fakes.github import Fault
from tests.walks.commanding import MAY, Case, opened
from tests.walks.stage import WRITES, Stage

BOT = "github-actions[bot]"


def ours(case: Case) -> str:
    """Our comment, as it stands now."""
    return str(next(each.body for each in case.repo.comments.values() if each.author == BOT))


def test_a_maintainer_accepts_what_the_run_of_that_head_recorded(case: Case) -> None:
    before = case.head
    acted = case.say(f"/gate accept {case.sha} because the tone changed")
    assert acted.code == 0, acted.log
    assert case.head != before
    commit = case.repo.commits[case.head]
    assert (commit.parents, commit.verified) == ((before,), True)
    acceptance = acceptance_of(commit.message)
    assert acceptance is not None
    assert (acceptance.by, acceptance.evaluated, acceptance.comment) == ("maria", before, case.command.id)
    assert "Reason: because the tone changed" in commit.message
    changed = {path for path in commit.files if commit.files[path] != case.repo.files_at(before).get(path)}
    assert changed == {"baselines/s.json"}
    scores = {entry["id"]: entry["scores"]["exact_match"] for entry in case.baseline["cases"] if entry}
    assert (scores["case-000"], scores["case-012"]) == ([0], [1])
    (status,) = case.repo.statuses_of(case.head)
    assert (status.state, status.context, status.author) == ("success", "gate", BOT)
    told = f"Accepted by maria · evaluated at {before[:7]}; only the baseline differs"
    assert status.description == told
    assert case.reactions == ["eyes", "rocket"]
    assert not case.replies


def test_not_even_a_workspace_full_of_the_heads_files_is_looked_at(case: Case) -> None:
    case.stage.checkout(case.head)
    assert case.say(f"/gate accept {case.sha}").code == 0
    assert case.reactions == ["eyes", "rocket"]


def test_a_whole_accept_takes_twelve_calls_and_one_a_suite_and_asks_for_the_permission_first(
    case: Case,
) -> None:
    assert case.say("/gate accept").code == 0
    asked = [
        each for each in case.stage.fake.journal.operations if each != "blob/download"
    ]  # the storage is no API
    assert len(asked) <= 12 + 1, " ".join(asked)
    assert asked[:2] == ["repos/get-collaborator-permission-level", "reactions/create-for-issue-comment"]
    assert case.reactions == ["eyes", "rocket"]


def test_an_accept_is_told_on_top_of_our_comment_and_the_report_below_stays(case: Case) -> None:
    before, seen = case.head, ours(case)
    assert case.say(f"/gate accept {before[:7]}").code == 0
    first, told, *rest = ours(case).split("\n")
    assert first == seen.split("\n")[0]
    assert told.startswith(f"✅ **Accepted** by `maria` as `{case.head[:7]}`: the new baseline of `s`.")
    assert "\n".join(rest).strip() == seen.partition("\n")[2].strip()
    assert len([each for each in case.repo.comments.values() if each.author == BOT]) == 1


def test_an_accept_whose_word_cannot_be_written_stands_and_is_answered(case: Case) -> None:
    seen = ours(case)
    case.stage.fake.fail(Fault.status(502), operation="graphql/updateIssueComment", times=None)
    acted = case.say(f"/gate accept {case.sha}")
    assert (acted.code, ours(case)) == (0, seen), acted.log
    assert case.repo.statuses_of(case.head)[0].state == "success"
    assert case.reactions == ["eyes", "rocket"]
    assert "updating our comment failed" in acted.log


def test_an_accept_without_a_comment_of_ours_writes_none(case: Case) -> None:
    for number in [each.id for each in case.repo.comments.values() if each.author == BOT]:
        del case.repo.comments[number]
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.reactions == ["eyes", "rocket"]
    assert not case.replies


def test_a_stranger_is_told_who_may(case: Case) -> None:
    acted = case.say(f"/gate accept {case.sha}", by="mallory")
    assert acted.code == 0, acted.log
    assert case.reactions == ["confused"]
    assert "`write`, `maintain` or `admin`" in case.replies[0]
    assert json.dumps(case.baseline) == json.dumps(json.loads(case.repo.files_at("main")["baselines/s.json"]))


def test_the_run_after_an_accept_compares_with_it(case: Case) -> None:
    assert case.say(f"/gate accept {case.sha}").code == 0
    acted = case.stage.act("pull_request.synchronize", pull=case.pull)
    assert (acted.code, acted.states[-1]) == (0, "success"), acted.log
    assert "accepted by maria at" in acted.comments[0]


def test_a_baseline_that_was_edited_by_hand_stays_a_proposal(case: Case) -> None:
    assert case.say(f"/gate accept {case.sha}").code == 0
    text = case.repo.files_at("feature")["baselines/s.json"].decode()
    message = case.repo.commits[case.head].message
    case.repo.branches["feature"] = case.repo.commits[case.head].parents[0]
    files = {**case.repo.files_at("feature"), "baselines/s.json": text.encode()}
    case.repo.push("feature", files, message=message, author=BOT)
    acted = case.stage.act("pull_request.synchronize", pull=case.pull)
    assert (acted.code, acted.states[-1]) == (1, "failure"), acted.log
    assert "only a proposal" in acted.log


def test_a_run_that_is_asked_for_the_draws_of_an_accept_takes_them_and_can_be_accepted(stage: Stage) -> None:
    case = opened(stage, draws=3)
    first = stage.act("pull_request.opened", pull=case.pull, within=case.run)
    case.upload()
    case.run.status, case.run.conclusion = "completed", "failure"
    assert "  ```\n  /gate explain\n  ```" in first.comments[0]
    assert "  ```\n  /gate run accept\n  ```" in first.comments[0]
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert "takes 3 draws" in case.replies[0]
    assert "/gate run accept" in case.replies[0]
    assert case.quickly("/gate run accept") == 0
    assert case.run.reruns == ["re-run-workflow"]
    stage.permissions = {**WRITES, "actions": "read"}
    again = stage.act("pull_request.opened", pull=case.pull, within=case.run)
    assert (first.code, again.code) == (1, 1), again.log
    assert f"  ```\n  /gate accept {case.sha}\n  ```" in again.comments[0]
    case.upload()
    case.run.status, case.run.conclusion = "completed", "failure"
    assert case.quickly("/gate accept") == 0
    assert case.reactions == ["eyes", "rocket"], case.replies
    assert {len(entry["scores"]["exact_match"]) for entry in case.baseline["cases"] if entry} == {3}


def test_the_merge_queue_compares_with_what_was_accepted(case: Case) -> None:
    assert case.quickly(f"/gate accept {case.sha}") == 0
    branch = case.repo.queue(case.pull)
    acted = case.stage.act("merge_group.checks_requested", pull=case.pull, branch=branch)
    assert acted.code == 0, acted.log


def test_a_crash_of_ours_leaves_nobody_waiting_and_tells_no_token(case: Case) -> None:
    environment = case.environment(f"/gate accept {case.sha}")
    crash = (
        "import os, sys; import gate.flows.github.commands as walk\n"
        "def crash(*_args, **_more): raise ZeroDivisionError(os.environ['INPUT_TOKEN'])\n"
        "walk._answered = crash\n"
        "from gate.cli import main; sys.argv[1:] = ['action']; main()"
    )
    acted = case.stage.run(environment, head=case.head, entry=("-P", "-c", crash))
    assert acted.code == 70
    assert "This is a bug in gate" in acted.log
    assert environment["INPUT_TOKEN"] not in acted.log
    assert case.refused()


def test_no_line_of_a_comment_is_obeyed_by_the_runner(case: Case) -> None:
    acted = case.say("/gate explain ::error::obeyed")
    assert acted.code == 0
    assert not [line for line in acted.log.splitlines() if line.lstrip().startswith("::")]
    acted = case.say("/gate accept suport\n::error::obeyed")
    assert acted.code == 0
    assert not [line for line in acted.log.splitlines() if line.lstrip().startswith("::")]


def test_results_that_are_the_baseline_already_need_no_commit(stage: Stage) -> None:
    baseline = json.loads(stage.repo.files_at("main")["baselines/s.json"])
    draws = len(baseline["cases"][0]["scores"]["exact_match"])
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["trials"] = {"accept": draws, "check": draws, "most": draws}
    stage.repo.collaborators.update(MAY)
    stage.repo.commit("main", {"gate.yaml": json.dumps(config)})
    stage.repo.branches["feature"] = stage.repo.head
    stage.repo.commit("feature", {"gate.yaml": json.dumps({**config, "policy": {"alpha": 0.04}})})
    pull = stage.pull()
    case = Case(stage=stage, pull=pull, run=stage.repo.run(pull))
    acted = stage.act("pull_request.opened", pull=pull, within=case.run)
    assert acted.code == 0, acted.log
    case.upload()
    case.run.status, case.run.conclusion = "completed", "success"
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.refused(), case.replies
    assert "Nothing has to be accepted" in case.replies[0]


def test_a_suite_that_is_taken_out_is_not_accepted_and_the_reply_says_what_to_do(stage: Stage) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    other = {**config["suites"]["s"], "baseline": "baselines/t.json"}
    case = opened(stage)
    stage.repo.commit("feature", {"gate.yaml": json.dumps({**config, "suites": {"t": other}})})
    acted = stage.act("pull_request.synchronize", pull=case.pull, within=case.run)
    assert "the head has it no more" in acted.log
    case.upload()
    case.run.head_sha = case.head
    case.run.status, case.run.conclusion = "completed", "failure"
    assert case.quickly(f"/gate accept {case.sha} s") == 0
    assert case.refused(), case.replies
    assert "There are no results of `s` that could be accepted." in case.replies[0]
    assert "`mode: record`" in case.replies[0]
