"""What each event asks of us, by real payloads; nothing that cannot be judged ends in green where a check is waited for."""

import json
from pathlib import Path
from typing import Any

import pytest

from gate.host.event import Check, Command, Nothing, Publish, asked
from gate.host.payload import read_event
from gate.model.errors import UserError

PAYLOADS = Path(__file__).parents[1] / "fakes" / "github" / "payloads"
ZEROS, ONES, TWOS = "0" * 40, "1" * 40, "2" * 40
ENVIRONMENT = {
    "GITHUB_REPOSITORY": "Codertocat/Hello-World",
    "GITHUB_SHA": ONES,
    "GITHUB_RUN_ID": "7",
    "GITHUB_SERVER_URL": "https://github.example.com",
}


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def ask(
    name: str, given: Any, *, trusts_forks: bool = False, repository: str = "Codertocat/Hello-World"
) -> Any:
    environment = {**ENVIRONMENT, "GITHUB_EVENT_NAME": name, "GITHUB_REPOSITORY": repository}
    return asked(read_event(environment, given), trusts_forks=trusts_forks)


def of_a_fork(given: Any) -> Any:
    given["pull_request"]["head"]["repo"]["full_name"] = "mallory/Hello-World"
    return given


@pytest.mark.parametrize("action", ["opened", "synchronize", "reopened", "ready_for_review", "labeled"])
def test_a_pull_request_is_checked_by_the_shas_of_its_payload(action: str) -> None:
    given = payload("pull_request.opened") | {"action": action}
    check = ask("pull_request", given)
    assert isinstance(check, Check)
    assert check.head_sha == given["pull_request"]["head"]["sha"] != ONES
    assert check.base_sha == given["pull_request"]["base"]["sha"]
    assert check.may_write
    assert not check.only_text


def test_a_closed_pull_request_asks_nothing() -> None:
    assert ask("pull_request", payload("pull_request.closed")) == Nothing(reason="the pull request is closed")


@pytest.mark.parametrize(("changes", "only_text"), [({"title": {"from": "x"}}, True), ({"base": {}}, False)])
def test_an_edit_is_told_apart_from_another_base(changes: Any, only_text: bool) -> None:  # noqa: FBT001 - a row
    given = payload("pull_request.opened") | {"action": "edited", "changes": changes}
    assert ask("pull_request", given).only_text is only_text


def test_a_forks_pull_request_may_not_write_and_a_deleted_fork_is_one() -> None:
    assert not ask("pull_request", of_a_fork(payload("pull_request.opened"))).may_write
    given = payload("pull_request.opened")
    given["pull_request"]["head"]["repo"] = None
    assert not ask("pull_request", given).may_write


def test_a_forks_code_is_refused_in_a_privileged_event_unless_trusted() -> None:
    given = of_a_fork(payload("pull_request.opened"))
    refused = ask("pull_request_target", given)
    assert isinstance(refused, Nothing)
    assert (refused.exit_code, refused.head_sha) == (2, given["pull_request"]["head"]["sha"])
    allowed = ask("pull_request_target", given, trusts_forks=True)
    assert isinstance(allowed, Check)
    assert allowed.may_write
    assert isinstance(ask("pull_request_target", payload("pull_request.opened")), Check)


def test_a_merge_group_is_held_against_the_base_of_its_queue_and_has_no_pull_request() -> None:
    given = payload("merge_group.checks_requested")
    check = ask("merge_group", given)
    assert (check.head_sha, check.base_sha) == (
        given["merge_group"]["head_sha"],
        given["merge_group"]["base_sha"],
    )
    assert check.pull is None
    assert isinstance(ask("merge_group", given | {"action": "destroyed"}), Nothing)


@pytest.mark.parametrize(
    ("fields", "base", "said"),
    [
        ({"before": TWOS}, TWOS, "before the push"),
        ({"before": TWOS, "forced": True}, TWOS, "forced push"),
        ({"before": ZEROS}, None, "is new"),
    ],
)
def test_a_push_is_held_against_what_was_there_before(fields: Any, base: str | None, said: str) -> None:
    given = payload("push") | {"created": False} | fields
    check = ask("push", given)
    assert (check.head_sha, check.base_sha) == (given["after"], base or given["after"])
    assert said in check.compared


def test_a_deleted_branch_asks_nothing() -> None:
    assert isinstance(ask("push", payload("push") | {"deleted": True, "after": ZEROS}), Nothing)


@pytest.mark.parametrize("name", ["schedule", "workflow_dispatch", "repository_dispatch"])
def test_what_names_no_commit_is_held_against_the_baseline_at_its_own(name: str) -> None:
    check = ask(name, {})
    assert (check.head_sha, check.base_sha) == (ONES, ONES)
    assert check.compared == "the baseline at the same commit"


def test_a_finished_run_is_published_only_if_it_was_a_forks_pull_request() -> None:
    given = payload("workflow_run.completed")
    repository = given["repository"]["full_name"]
    given["workflow_run"]["event"] = "pull_request"
    assert isinstance(ask("workflow_run", given, repository=repository), Nothing)
    given["workflow_run"]["head_repository"]["full_name"] = "mallory/octo-repo"
    published = ask("workflow_run", given, repository=repository)
    assert isinstance(published, Publish)
    assert published.run.head_sha == given["workflow_run"]["head_sha"]
    given["workflow_run"]["event"] = "push"
    assert isinstance(ask("workflow_run", given, repository=repository), Nothing)


def comment(body: str, *, on: str = "pull_request", by: str = "User", action: str = "created") -> Any:
    given = payload("issue_comment.created") | {"action": action}
    given["comment"]["body"] = body
    given["comment"]["user"]["type"] = by
    given["issue"]["pull_request"] = {"url": ""} if on == "pull_request" else None
    return given


@pytest.mark.parametrize("body", ["/gate accept", "/gate", "  /gate run 1a2b3c4\nplease"])
def test_a_slash_command_arrives_with_its_text(body: str) -> None:
    command = ask("issue_comment", comment(body))
    assert isinstance(command, Command)
    assert command.comment.text == body


@pytest.mark.parametrize(
    "given",
    [
        comment("thank you /gate accept"),
        comment("/gateway"),
        comment("looks good\n/gate accept"),
        comment("\n/gate accept"),
        comment("/gate accept", on="issue"),
        comment("/gate accept", by="Bot"),
        comment("/gate accept", action="edited"),
    ],
    ids=[
        "in-a-sentence",
        "another-word",
        "second-line",
        "behind-an-empty-line",
        "on-an-issue",
        "by-a-bot",
        "edited",
    ],
)
def test_other_comments_give_no_command_and_end_in_green(given: Any) -> None:
    found = ask("issue_comment", given)
    assert isinstance(found, Nothing)
    assert found.exit_code == 0


@pytest.mark.parametrize("name", ["issues", "release", "check_run", "discussion"])
def test_an_unknown_event_is_nothing_and_not_green(name: str) -> None:
    found = ask(name, {})
    assert isinstance(found, Nothing)
    assert found.exit_code == 2
    assert name in found.reason


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("pull_request", {}),
        ("pull_request", {"pull_request": None}),
        ("push", {"ref": "refs/heads/main", "before": ZEROS, "after": "../../x"}),
        ("merge_group", {"merge_group": {"head_sha": "abc", "base_sha": ONES}}),
        ("workflow_run", {"workflow_run": {"id": "x"}}),
        ("issue_comment", {"comment": {}}),
    ],
)
def test_a_payload_that_is_not_as_github_sends_it_is_an_error_of_the_user(name: str, given: Any) -> None:
    with pytest.raises(UserError):
        ask(name, given)


def test_outside_of_github_the_local_command_is_named() -> None:
    with pytest.raises(UserError, match="gate check --base main"):
        read_event({}, {})


def test_the_address_of_the_run_is_on_the_server_of_the_environment() -> None:
    event = read_event({**ENVIRONMENT, "GITHUB_EVENT_NAME": "schedule"}, {})
    assert event.run_url == "https://github.example.com/Codertocat/Hello-World/actions/runs/7"
