"""Who may what: a token writes what its permissions allow, and what is refused leaves nothing."""

import pytest

from tests.fakes.conftest import Asks
from tests.fakes.github import FakeGitHub, Pull, Repository
from tests.fakes.github.state import Role

NOT_ACCESSIBLE = "Resource not accessible by integration"


def test_a_forks_token_writes_nothing(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks, commit_on_branch: Asks
) -> None:
    reader = fake.job_token(repo, contents="read", pull_requests="read", statuses="read", actions="read")
    comment, run = repo.comment(1, "theirs"), repo.run(pull)
    before = pull.head_sha
    for method, path, body in (
        ("POST", "issues/1/comments", {"body": "x"}),
        ("PATCH", f"issues/comments/{comment.id}", {"body": "x"}),
        ("DELETE", f"issues/comments/{comment.id}", None),
        ("POST", f"issues/comments/{comment.id}/reactions", {"content": "eyes"}),
        ("POST", f"statuses/{pull.head_sha}", {"state": "success"}),
        ("POST", "check-runs", {"name": "gate", "head_sha": pull.head_sha}),
        ("POST", f"actions/runs/{run.id}/rerun", None),
        ("POST", "actions/workflows/gate.yml/dispatches", {"ref": "main"}),
    ):
        refused = ask(method, path, by=reader, json=body) if body else ask(method, path, by=reader)
        assert (refused.status_code, refused.json()["message"]) == (403, NOT_ACCESSIBLE), path
    answer = commit_on_branch(before, by=reader)
    assert answer.json()["errors"][0] | {"locations": 0} == {
        "type": "FORBIDDEN",
        "path": ["createCommitOnBranch"],
        "locations": 0,
        "message": NOT_ACCESSIBLE,
    }
    assert [c.body for c in repo.comments.values()] == ["theirs"]
    assert (repo.statuses, repo.reactions, repo.check_runs, repo.dispatches) == ([], [], {}, [])
    assert (pull.head_sha, run.attempt) == (before, 1)
    assert fake.journal.writes == []


def test_a_refusal_names_what_was_missing(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    reader = fake.job_token(repo)
    refused = ask("POST", f"issues/{pull.number}/comments", by=reader, json={"body": "x"})
    assert refused.headers["X-Accepted-GitHub-Permissions"] == "issues=write; pull_requests=write"


def test_either_permission_writes_on_a_pull_request_but_only_one_on_an_issue(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    issue = repo.issue()
    pulls, issues = fake.job_token(repo, pull_requests="write"), fake.job_token(repo, issues="write")
    wrote = {
        (number, name): ask("POST", f"issues/{number}/comments", by=by, json={"body": "x"}).status_code
        for number in (pull.number, issue.number)
        for name, by in (("pulls", pulls), ("issues", issues))
    }
    assert wrote == {(1, "pulls"): 201, (1, "issues"): 201, (2, "pulls"): 403, (2, "issues"): 201}


def test_a_job_writes_in_no_other_repository(
    fake: FakeGitHub, repo: Repository, ask: Asks, commit_on_branch: Asks
) -> None:
    fork = fake.fork(repo)
    sha = fork.branches["feature"]
    where = f"{fake.api_url}/repos/{fork.full_name}"
    assert ask("POST", f"{where}/statuses/{sha}", json={"state": "success"}).status_code == 403
    answer = commit_on_branch(sha, where=fork.full_name).json()
    assert answer["errors"][0]["type"] == "FORBIDDEN"
    assert fork.branches["feature"] == sha


def test_a_private_repository_shows_a_job_only_what_it_may_read(fake: FakeGitHub, ask: Asks) -> None:
    repo = fake.repository("acme/secret", private=True)
    where = f"{fake.api_url}/repos/acme/secret"
    none, reader = fake.job_token(repo), fake.job_token(repo, contents="read")
    assert ask("GET", f"{where}/contents/README.md", by=none).status_code == 403
    assert ask("GET", f"{where}/contents/README.md", by=reader).status_code == 200
    assert ask("GET", f"{where}/pulls", by=reader).status_code == 403
    assert ask("GET", where, by=None).status_code == 404
    assert ask("GET", where, by=fake.person_token("stranger")).status_code == 404
    assert ask("GET", where).status_code == 404


def test_nobodys_token_is_refused_and_no_token_reads_what_is_public(
    fake: FakeGitHub, pull: Pull, ask: Asks
) -> None:
    bad = {"Authorization": "Bearer ghs_wrong"}
    answer = ask("GET", "pulls/1", by=None, headers=bad)
    assert (answer.status_code, answer.json()["message"]) == (401, "Bad credentials")
    assert ask("POST", f"{fake.url}/api/graphql", by=None, headers=bad, json={"query": "{ rateLimit { cost } }"}).status_code == 401  # fmt: skip
    assert ask("GET", f"pulls/{pull.number}", by=None).status_code == 200
    assert ask("POST", "issues/1/comments", by=None, json={"body": "x"}).status_code == 401


def test_a_job_is_nobody(fake: FakeGitHub, ask: Asks) -> None:
    assert ask("GET", "/user", by=None).status_code == 401
    assert ask("GET", "/rate_limit", by=None).json()["rate"]["limit"] == 60
    assert ask("GET", "/user").status_code == 403
    assert ask("GET", "/user", by=fake.person_token("maria")).json()["login"] == "maria"


@pytest.mark.parametrize(
    ("role", "permission", "name"),
    [
        ("admin", "admin", "admin"),
        ("maintain", "write", "maintain"),
        ("write", "write", "write"),
        ("triage", "read", "triage"),
        ("read", "read", "read"),
    ],
)
def test_the_permission_endpoint_knows_four_words_and_names_the_role(
    repo: Repository, ask: Asks, role: Role, permission: str, name: str
) -> None:
    repo.collaborators["alice"] = role
    told = ask("GET", "collaborators/alice/permission").json()
    assert (told["permission"], told["role_name"], told["user"]["login"]) == (permission, name, "alice")


def test_a_role_of_an_organizations_own_is_named(repo: Repository, ask: Asks) -> None:
    repo.collaborators["alice"], repo.role_names["alice"] = "write", "release-captain"
    told = ask("GET", "collaborators/alice/permission").json()
    assert (told["permission"], told["role_name"]) == ("write", "release-captain")


def test_a_login_that_nobody_bears_is_not_found_and_a_stranger_reads_what_is_public(
    fake: FakeGitHub, ask: Asks
) -> None:
    assert ask("GET", "collaborators/nobody/permission").status_code == 404
    fake.world.person("stranger")
    assert ask("GET", "collaborators/stranger/permission").json()["permission"] == "read"


def test_a_team_tells_its_members_to_who_may_ask(fake: FakeGitHub, repo: Repository, ask: Asks) -> None:
    fake.team("acme", "prompts", members=("maria",))
    fake.world.teams["acme/prompts"]["invited"] = "pending"
    path = "/orgs/acme/teams/prompts/memberships/"
    app = fake.app_token(repo, login="gate-app[bot]", members="read")
    assert ask("GET", f"{path}maria").status_code == 403
    assert ask("GET", f"{path}maria", by=app).json()["state"] == "active"
    assert ask("GET", f"{path}invited", by=app).json()["state"] == "pending"
    assert ask("GET", f"{path}alice", by=app).status_code == 404


def test_a_person_writes_by_their_role(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    maria, stranger = fake.person_token("maria"), fake.person_token("stranger")
    status = {"json": {"state": "success"}}
    assert ask("POST", f"statuses/{pull.head_sha}", by=stranger, **status).status_code == 403
    assert ask("POST", f"statuses/{pull.head_sha}", by=maria, **status).status_code == 201
    assert ask("POST", "issues/1/comments", by=stranger, json={"body": "hi"}).status_code == 201
    pull.locked = True
    assert ask("POST", "issues/1/comments", by=stranger, json={"body": "hi"}).status_code == 403
    assert [s.author for s in repo.statuses] == ["maria"]


def test_the_hours_requests_are_counted_and_end(fake: FakeGitHub, repo: Repository, ask: Asks) -> None:
    poor = fake.job_token(repo)
    poor.limit = 2
    told = [ask("GET", "", by=poor) for _ in range(3)]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in told] == ["1", "0", "0"]
    assert [answer.status_code for answer in told] == [200, 200, 403]
    assert told[2].json()["message"].startswith("API rate limit exceeded")
    assert ask("GET", "").headers["X-RateLimit-Limit"] == "1000"
