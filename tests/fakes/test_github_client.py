"""A real client, PyGithub, reads and writes against the fake."""

from collections.abc import Iterator

import pytest
from github import Auth, Github, GithubException

from tests.fakes.github import FakeGitHub, Pull, Repository, Token


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        yield github


@pytest.fixture
def repo(fake: FakeGitHub) -> Repository:
    made = fake.repository("acme/shop")
    made.commit("feature", {"prompts/a.md": "hello\n", "docs/x/y.md": "x"})
    return made


@pytest.fixture
def pull(repo: Repository) -> Pull:
    return repo.pull("feature")


@pytest.fixture
def token(fake: FakeGitHub, repo: Repository) -> Token:
    return fake.job_token(
        repo, contents="write", pull_requests="write", statuses="write", actions="write", checks="write"
    )


def client(fake: FakeGitHub, token: Token) -> Github:
    return Github(
        base_url=fake.api_url,
        auth=Auth.Token(token.secret),
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
    )


def test_what_a_client_writes_is_there_to_be_read(fake: FakeGitHub, pull: Pull, token: Token) -> None:
    with client(fake, token) as g:
        repo = g.get_repo("acme/shop")
        seen = repo.get_pull(pull.number)
        seen.create_issue_comment("first").edit("second")
        assert [c.body for c in seen.get_issue_comments()] == ["second"]
        assert seen.get_issue_comments()[0].user.login == "github-actions[bot]"
        commit = repo.get_commit(seen.head.sha)
        commit.create_status("pending", context="gate", description="waits")
        commit.create_status("success", context="gate")
        assert [s.state for s in commit.get_statuses()] == ["success", "pending"]
        assert commit.get_combined_status().state == "success"
    assert [c.operation for c in fake.journal.writes] == [
        "issues/create-comment",
        "issues/update-comment",
        "repos/create-commit-status",
        "repos/create-commit-status",
    ]


def test_a_stranger_is_refused_and_leaves_nothing(fake: FakeGitHub, repo: Repository, pull: Pull) -> None:
    reader = fake.job_token(repo, contents="read", pull_requests="read")
    with client(fake, reader) as g, pytest.raises(GithubException, match="not accessible by integration"):
        g.get_repo("acme/shop").get_pull(pull.number).create_issue_comment("hello")
    assert repo.comments == {}
    assert fake.journal.writes == []
