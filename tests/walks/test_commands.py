"""Slash commands through the real entry point: what was recorded for a head is accepted, by those who may, and nothing else."""

import json

from gate.host.acceptance import acceptance_of
from tests.walks.commanding import Case

BOT = "github-actions[bot]"


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


def test_a_whole_accept_takes_twelve_calls_and_asks_for_the_permission_first(case: Case) -> None:
    assert case.say("/gate accept").code == 0
    asked = [each for each in case.stage.fake.journal.operations if not each.startswith("storage")]
    assert len(asked) <= 12, " ".join(asked)
    assert asked[:2] == ["repos/get-collaborator-permission-level", "reactions/create-for-issue-comment"]
    assert case.reactions == ["eyes", "rocket"]


def test_a_stranger_is_told_who_may(case: Case) -> None:
    acted = case.say(f"/gate accept {case.sha}", by="mallory")
    assert acted.code == 0, acted.log
    assert case.reactions == ["confused"]
    assert "`write`, `maintain` or `admin`" in case.replies[0]
    assert json.dumps(case.baseline) == json.dumps(json.loads(case.repo.files_at("main")["baselines/s.json"]))
