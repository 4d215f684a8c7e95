"""Payloads are real ones about what is here; a job's environment names what GitHub names for each event."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.conftest import Asks
from tests.fakes.github import FakeGitHub, Pull, Repository, Token
from tests.fakes.github.events import About, overlay

PULL_ACTIONS = ["opened", "synchronize", "reopened", "ready_for_review", "edited"]


@pytest.fixture
def forks(fake: FakeGitHub, repo: Repository, pull: Pull) -> Pull:
    """The second pull request, from a fork."""
    assert pull.number == 1
    fork = fake.fork(repo, owner="mallory")
    fork.commit("patch", {"x.md": "x"}, author="mallory")
    return repo.pull("patch", fork=fork, author="mallory")


def hosts(payload: Any) -> set[str]:
    return set(re.findall(r"https?://([^/\"{]+)", json.dumps(payload)))


@pytest.mark.parametrize("action", PULL_ACTIONS)
@pytest.mark.parametrize("name", ["pull_request", "pull_request_target"])
def test_a_pull_requests_payload_is_about_it(
    fake: FakeGitHub, repo: Repository, pull: Pull, name: str, action: str
) -> None:
    told = fake.payload(f"{name}.{action}", repo, pull=pull, actor="maria", before="1" * 40)
    assert (told["action"], told["number"], told["sender"]["login"]) == (action, 1, "maria")
    shown = told["pull_request"]
    assert (shown["head"]["sha"], shown["base"]["sha"]) == (pull.head_sha, pull.base_sha)
    assert shown["head"]["repo"]["full_name"] == "acme/shop"
    assert shown["url"] == f"{fake.api_url}/repos/acme/shop/pulls/1"
    assert ("before" in told, "changes" in told) == (action == "synchronize", action == "edited")
    assert "installation" not in told


def test_a_closed_one_must_be_closed(fake: FakeGitHub, repo: Repository, pull: Pull) -> None:
    with pytest.raises(AssertionError, match="pull_request/state"):
        fake.payload("pull_request.closed", repo, pull=pull)
    pull.merge()
    assert fake.payload("pull_request.closed", repo, pull=pull)["pull_request"]["merged"] is True


@pytest.mark.parametrize("action", PULL_ACTIONS)
def test_one_from_a_fork_names_the_fork(fake: FakeGitHub, repo: Repository, forks: Pull, action: str) -> None:
    head = fake.payload(f"pull_request.{action}", repo, pull=forks)["pull_request"]["head"]
    assert (head["repo"]["full_name"], head["repo"]["fork"], head["user"]["login"]) == (
        "mallory/shop",
        True,
        "mallory",
    )
    assert head["repo"]["trees_url"] == f"{fake.api_url}/repos/mallory/shop/git/trees{{/sha}}"
    assert head["label"] == "mallory:patch"


@pytest.mark.parametrize("action", ["created", "edited"])
def test_a_comment_on_a_pull_request_says_so_and_one_on_an_issue_does_not(
    fake: FakeGitHub, repo: Repository, pull: Pull, action: str
) -> None:
    issue = repo.issue()
    on_pull, on_issue = repo.comment(1, "/gate accept"), repo.comment(issue.number, "hm")
    told = fake.payload(f"issue_comment.{action}", repo, pull=pull, comment=on_pull)
    assert told["issue"]["pull_request"]["url"] == f"{fake.api_url}/repos/acme/shop/pulls/1"
    assert (told["comment"]["body"], told["comment"]["user"]["login"]) == ("/gate accept", "alice")
    other = fake.payload(f"issue_comment.{action}", repo, issue=issue, comment=on_issue)
    assert (other["issue"]["number"], "pull_request" in other["issue"]) == (2, False)


def test_the_others_are_about_their_branch_or_run(fake: FakeGitHub, repo: Repository, forks: Pull) -> None:
    branch, run = repo.queue(forks), repo.run(forks, actor="mallory")
    push = fake.payload("push", repo, branch="feature", before=repo.head)
    assert (push["ref"], push["after"]) == ("refs/heads/feature", repo.branches["feature"])
    group = fake.payload("merge_group.checks_requested", repo, pull=forks, branch=branch)["merge_group"]
    assert (group["head_sha"], group["base_sha"]) == (repo.branches[branch], repo.head)
    done = fake.payload("workflow_run.completed", repo, run=run)["workflow_run"]
    assert (done["head_sha"], done["pull_requests"]) == (forks.head_sha, [])
    assert done["head_repository"]["full_name"] == "mallory/shop"
    given = fake.payload("workflow_dispatch", repo, branch="main", inputs={"suites": "a"})
    assert (given["ref"], given["inputs"]) == ("refs/heads/main", {"suites": "a"})
    assert fake.payload("schedule", repo)["schedule"] == "0 6 * * 1"


def test_nothing_of_the_example_remains(fake: FakeGitHub, repo: Repository, forks: Pull) -> None:
    fake.world.person("acme").kind = "Organization"
    here = fake.url.removeprefix("http://")
    comment = repo.comment(forks.number, "hi")
    for name, about in (
        ("pull_request.opened", {"pull": forks}),
        ("issue_comment.created", {"pull": forks, "comment": comment}),
        ("workflow_run.completed", {"run": repo.run(forks)}),
        ("push", {}),
    ):
        told = fake.payload(name, repo, **about)
        assert not re.search(r"Codertocat|Hello-World|octo", json.dumps(told)), name
        assert {h for h in hosts(told) if "avatars" not in h} == {here}, name


def test_an_organization_is_named_where_the_owner_is_one(
    fake: FakeGitHub, repo: Repository, pull: Pull
) -> None:
    assert "organization" not in fake.payload("pull_request.opened", repo, pull=pull)
    fake.team("acme", "prompts")
    assert fake.payload("pull_request.opened", repo, pull=pull)["organization"]["login"] == "acme"


def test_an_example_keeps_its_shape() -> None:
    example = {"a": 1, "b": {"c": 2, "d": 3}, "e": [{"f": 1}]}
    ours = {"b": {"c": 5, "new": 6}, "e": [{"f": 7, "g": 8}, {"f": 9}], "new": 1}
    assert overlay(example, ours) == {"a": 1, "b": {"c": 5, "d": 3}, "e": [{"f": 7}, {"f": 9}]}


def test_an_event_that_lacks_its_subject_says_so(fake: FakeGitHub, repo: Repository) -> None:
    with pytest.raises(AssertionError, match=r"about a comment: comment="):
        fake.payload("issue_comment.created", repo)
    with pytest.raises(AssertionError, match=r"about a pull request: pull="):
        _ = About(world=fake.world, repo=repo).the_pull


def test_a_job_finds_its_event_and_what_github_names_for_it(
    fake: FakeGitHub, repo: Repository, forks: Pull, token: Token, tmp_path: Path
) -> None:
    merge = forks.test_merge()
    assert merge is not None
    queue = repo.queue(forks)
    comment = repo.comment(forks.number, "/gate run")
    main = (repo.head, "refs/heads/main")
    for event, about, expected in (
        ("pull_request.opened", {"pull": forks}, (merge.sha, "refs/pull/2/merge")),
        ("pull_request_target.opened", {"pull": forks}, main),
        ("issue_comment.created", {"pull": forks, "comment": comment}, main),
        ("workflow_run.completed", {"run": repo.run(forks)}, main),
        ("schedule", {}, main),
        ("push", {"branch": "feature"}, (repo.branches["feature"], "refs/heads/feature")),
        ("workflow_dispatch", {"branch": "feature"}, (repo.branches["feature"], "refs/heads/feature")),
        ("merge_group.checks_requested", {"pull": forks, "branch": queue}, (repo.branches[queue], f"refs/heads/{queue}")),
    ):  # fmt: skip
        told = fake.job(event, token, repo=repo, folder=tmp_path, **about)
        assert (told["GITHUB_SHA"], told["GITHUB_REF"]) == expected, event
        assert told["GITHUB_EVENT_NAME"] == event.partition(".")[0]
        payload = json.loads(Path(told["GITHUB_EVENT_PATH"]).read_text())
        assert payload["repository"]["full_name"] == told["GITHUB_REPOSITORY"] == "acme/shop"
        assert Path(told["GITHUB_STEP_SUMMARY"]).read_text() == Path(told["GITHUB_OUTPUT"]).read_text() == ""
        run = repo.runs[int(told["GITHUB_RUN_ID"])]
        assert (run.event, run.status) == (told["GITHUB_EVENT_NAME"], "in_progress")
        assert bool(told["GITHUB_HEAD_REF"]) == event.startswith("pull_request")


def test_another_attempt_belongs_to_the_same_run(
    fake: FakeGitHub, pull: Pull, token: Token, ask: Asks, tmp_path: Path
) -> None:
    repo = pull.repository
    first = fake.job("pull_request.opened", token, repo=repo, folder=tmp_path, pull=pull)
    run = repo.runs[int(first["GITHUB_RUN_ID"])]
    run.status, run.conclusion = "completed", "failure"
    assert ask("POST", f"actions/runs/{run.id}/rerun").status_code == 201
    again = fake.job("pull_request.opened", token, repo=repo, folder=tmp_path, pull=pull, within=run)
    assert again["GITHUB_RUN_ID"] == first["GITHUB_RUN_ID"]
    assert (first["GITHUB_RUN_ATTEMPT"], again["GITHUB_RUN_ATTEMPT"]) == ("1", "2")
    assert len(repo.runs) == 1
