"""What departs from GitHub's API description fails the test that caused it, loudly and by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.conftest import Asks, browser
from tests.fakes.github import DepartureError, FakeGitHub, Fault, Pull
from tests.fakes.github import description as held
from tests.fakes.github.access import NEEDS
from tests.fakes.github.calls import Answer
from tests.fakes.github.contract import answer_problems, complete
from tests.fakes.github.desk import OPERATIONS

FOLDER = Path(held.__file__).parent


def caused(
    method: str, path: str, *, fault: Fault | None = None, operation: str = "", **more: Any
) -> pytest.ExceptionInfo[DepartureError]:
    """What one request to a fake of its own raises when the block ends."""
    with pytest.raises(DepartureError) as raised, FakeGitHub() as github:  # noqa: PT012  # raised by leaving it
        repo = github.repository("acme/shop")
        repo.pull("main")
        token = github.job_token(repo, pull_requests="write")
        if fault:
            github.fail(fault, operation=operation)
        headers = {"Authorization": f"Bearer {token.secret}"}
        browser().request(method, f"{github.url}{path}", headers=headers, **more)
    return raised


PULL = "/api/v3/repos/acme/shop"


@pytest.mark.parametrize(
    ("method", "path", "more", "said"),
    [
        ("GET", f"{PULL}/secret-scanning/alerts", {}, "no operation"),
        ("GET", "/repos/acme/shop", {}, "no operation"),
        ("PUT", f"{PULL}/issues/1/comments", {"json": {"body": "x"}}, "no operation"),
        ("GET", f"{PULL}/issues/one/comments", {}, "path issue_number"),
        ("GET", f"{PULL}/issues/1/comments?per_page=many", {}, "query per_page"),
        ("GET", f"{PULL}/issues/1/comments?size=3", {}, "query size"),
        ("GET", f"{PULL}/pulls?sort=updated", {}, "the fake would ignore it"),
        ("GET", f"{PULL}/pulls?state=merged", {}, "query state"),
        ("POST", f"{PULL}/issues/1/comments", {}, "needs a body"),
        ("POST", f"{PULL}/issues/1/comments", {"json": {"text": "x"}}, "'body' is a required property"),
        ("POST", f"{PULL}/issues/1/comments", {"json": {"body": "x", "draft": 1}}, "/draft: no such field"),
        ("POST", f"{PULL}/issues/1/comments", {"json": {"body": 3}}, "at body"),
        ("POST", f"{PULL}/issues/1/comments", {"content": b"{"}, "no JSON"),
        ("POST", f"{PULL}/statuses/{'0' * 40}", {"json": {"state": "green"}}, "'green' is not one of"),
        ("POST", f"{PULL}/check-runs", {"json": {"name": "gate", "head_sha": "0" * 40, "output": {"title": "t", "summary": "x" * 65_536}}}, "is too long"),
        ("POST", "/api/graphql", {"json": {"query": "{ licenses { name } }"}}, "Cannot query field 'licenses'"),
        ("POST", "/api/graphql", {"json": {"query": "{ oops"}}, "Syntax Error"),
        ("POST", "/api/graphql", {"json": {"q": ""}}, "an object with a query"),
        ("POST", "/api/graphql", {"json": {"query": "mutation($i: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $i) { clientMutationId } }", "variables": {"i": {}}}}, "include required field"),
    ],
)  # fmt: skip
def test_a_request_that_departs_fails_the_test(
    method: str, path: str, more: dict[str, Any], said: str
) -> None:
    assert said in str(caused(method, path, **more).value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"id": "seven"}, "'seven' is not of type 'integer'"),
        ({}, "is a required property"),
        ([], "is not of type 'object'"),
        (None, "None is not of type 'object'"),
    ],
)
def test_an_answer_that_departs_fails_the_test(value: Any, said: str) -> None:
    fault = Fault.says(value)
    raised = caused("GET", f"{PULL}/pulls/1", fault=fault, operation="pulls/get")
    assert said in str(raised.value)


def shown_comment(fake: FakeGitHub, pull: Pull) -> Answer:
    value = fake.world.show_comment(pull.repository, pull.repository.comment(1, "x"))
    return complete("issues/create-comment", Answer(value=value, status=201))


def test_a_field_that_github_does_not_have_is_a_departure(pull: Pull, fake: FakeGitHub) -> None:
    good = shown_comment(fake, pull)
    bad = Answer(value={**good.value, "verified": True}, status=201)
    assert list(answer_problems("issues/create-comment", good)) == []
    assert list(answer_problems("issues/create-comment", bad)) == ["at /verified: no such field"]


@pytest.mark.parametrize(("field", "value"), [("created_at", "yesterday"), ("html_url", "comment 1")])
def test_dates_and_addresses_have_their_form(pull: Pull, fake: FakeGitHub, field: str, value: str) -> None:
    bad = Answer(value={**shown_comment(fake, pull).value, field: value}, status=201)
    problems = list(answer_problems("issues/create-comment", bad))
    assert len(problems) == 1
    assert field in problems[0]


def test_a_status_that_the_description_does_not_name_is_a_departure() -> None:
    assert list(answer_problems("issues/create-comment", Answer(status=202, value={}))) == [
        "issues/create-comment never answers 202"
    ]


def test_a_departure_is_added_to_the_failure_that_it_caused() -> None:
    def fail(github: FakeGitHub) -> None:
        with github:
            browser().get(f"{github.api_url}/nowhere")
            raise ValueError("the test's own")

    with pytest.raises(ValueError, match="the test's own") as raised:
        fail(FakeGitHub())
    assert "no operation" in raised.value.__notes__[0]


def test_a_mistake_in_a_hook_fails_the_test_too() -> None:
    def wrong(_call: object) -> None:
        raise KeyError("never")

    with pytest.raises(DepartureError, match="the fake broke"), FakeGitHub() as github:  # noqa: PT012  # the same
        github.repository("acme/shop")
        github.before("repos/get", wrong)
        browser().get(f"{github.api_url}/repos/acme/shop")


def test_what_is_described_is_served_and_what_it_needs_is_known() -> None:
    described = held.document("description").content["operations"].keys()
    assert described == OPERATIONS.keys()
    free = {
        "rate-limit/get",
        "repos/get",
        "repos/get-collaborator-permission-level",
        "users/get-authenticated",
    }
    assert {name for name in NEEDS if not name.startswith("graphql/")} == described - free


def test_the_descriptions_are_small_and_name_their_source() -> None:
    for name in ("description", "webhooks"):
        text = (FOLDER / f"{name}.json").read_text()
        assert len(text) < 500_000
        assert json.loads(text)["source"].startswith("@octokit/")
    assert "Permission is hereby granted" in (FOLDER / "LICENSE.octokit").read_text()


def test_an_unserved_operation_cannot_be_made_to_fail(fake: FakeGitHub) -> None:
    with pytest.raises(AssertionError, match="serves no operation"):
        fake.fail(Fault.reset(), operation="issues/lock")


def test_one_who_reads_everything_meets_no_departure(fake: FakeGitHub, pull: Pull, ask: Asks) -> None:
    repo = pull.repository
    comment, sha = repo.comment(1, "hm"), pull.head_sha
    run = repo.run(pull)
    artifact = repo.artifact(run, "gate-results", {"results.json": "{}"})
    fork = fake.fork(repo)
    fork.commit("evil", {"c.md": "x"}, author="mallory")
    other = repo.pull("evil", fork=fork, author="mallory")
    fork.deleted = True
    for path in (
        "", "branches/feature", f"commits/{sha}", f"commits/{sha}/pulls", f"commits/{sha}/status", "commits?sha=feature",
        f"commits/{sha}/statuses", f"commits/{sha}/check-runs", "compare/main...feature", "contents/", "contents/prompts",
        "contents/gate.yaml?ref=feature", "git/ref/heads/feature", f"git/commits/{sha}", f"git/trees/{sha}?recursive=1",
        "issues/1", "issues/1/comments", f"issues/comments/{comment.id}", f"issues/comments/{comment.id}/reactions",
        "pulls", "pulls/1", "pulls/1/files", "pulls/1/commits", f"pulls/{other.number}", "actions/runs",
        f"actions/runs/{run.id}", f"actions/runs/{run.id}/artifacts", f"actions/runs/{run.id}/jobs", "actions/artifacts",
        f"actions/artifacts/{artifact.id}", "actions/workflows/gate.yml/runs", "collaborators/maria/permission",
        "/rate_limit",
    ):  # fmt: skip
        assert ask("GET", path).status_code == 200, path
