"""What the tests of the fake GitHub share: the fake, a repository with one pull request, and a plain client."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import httpx2
import pytest

from tests.fakes.github import FakeGitHub, Pull, Repository, Token

Asks = Callable[..., httpx2.Response]


@cache
def browser() -> httpx2.Client:
    """One for all tests: making one reads all certificates of the machine, a tenth of a second each time."""
    return httpx2.Client(timeout=20, limits=httpx2.Limits(max_keepalive_connections=0))


@pytest.fixture
def fake() -> Iterator[FakeGitHub]:
    with FakeGitHub() as github:
        yield github


@pytest.fixture
def repo(fake: FakeGitHub) -> Repository:
    made = fake.repository("acme/shop")
    made.collaborators["maria"] = "maintain"
    made.commit(
        "main", {"gate.yaml": "version: 1\n", "prompts/a.md": "hello\n", "prompts/b.md": "a\nb\nc\nd\n"}
    )
    made.commit("feature", {"prompts/a.md": "hello there\n", "docs/x/y.md": "new\n"}, author="alice")
    return made


@pytest.fixture
def pull(repo: Repository) -> Pull:
    return repo.pull("feature")


@pytest.fixture
def token(fake: FakeGitHub, repo: Repository) -> Token:
    return fake.job_token(
        repo, contents="write", pull_requests="write", statuses="write", actions="write", checks="write"
    )


@pytest.fixture
def ask(fake: FakeGitHub, token: Token) -> Asks:
    """One request: ask("GET", "pulls/1", token=…, json=…); a path without a leading slash is below the repository."""

    def send(method: str, path: str, *, by: Token | None = token, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {by.secret}"} if by else {}
        headers |= more.pop("headers", {})
        if not path.startswith("http"):
            below = f"/{path}" if path else ""
            path = fake.api_url + (path if path.startswith("/") else f"/repos/acme/shop{below}")
        return browser().request(method, path, headers=headers, **more)

    return send


@pytest.fixture
def commit_on_branch(fake: FakeGitHub, ask: Asks, repo: Repository) -> Asks:
    """createCommitOnBranch, on `feature` of acme/shop unless told otherwise."""

    def send(
        expected: str,
        *,
        files: dict[str, str] | None = None,
        where: str = "acme/shop",
        branch: str = "feature",
        **more: Any,
    ) -> httpx2.Response:
        given = {
            "branch": {"repositoryNameWithOwner": where, "branchName": branch},
            "expectedHeadOid": expected,
            "message": {"headline": "Accept", "body": "By maria."},
            "fileChanges": {
                "additions": [{"path": p, "contents": c} for p, c in (files or {"b.json": "e30="}).items()]
            },
        }
        query = (
            "mutation($input: CreateCommitOnBranchInput!) "
            "{ createCommitOnBranch(input: $input) { commit { oid url } } }"
        )
        body = {"query": query, "variables": {"input": given}}
        return ask("POST", f"{fake.url}/api/graphql", json=body, **more)

    assert "feature" in repo.branches
    return send
