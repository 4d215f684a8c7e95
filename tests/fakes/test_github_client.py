"""A real client, PyGithub, reads and writes against the fake."""

import pytest
from github import Auth, Github, GithubException

from tests.fakes.github import FakeGitHub, Pull, Repository, Token


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


def test_a_client_reads_files_runs_and_people(
    fake: FakeGitHub, repo: Repository, pull: Pull, token: Token
) -> None:
    run = repo.run(pull)
    repo.artifact(run, "gate-results", {"results.json": "{}"})
    with client(fake, token) as g:
        seen = g.get_repo("acme/shop")
        files = seen.get_contents("prompts", ref="feature")
        assert isinstance(files, list)
        assert [f.path for f in files] == ["prompts/a.md", "prompts/b.md"]
        assert files[0].decoded_content == b"hello there\n"
        assert [f.filename for f in seen.get_pull(1).get_files()] == ["docs/x/y.md", "prompts/a.md"]
        assert [c.sha for c in seen.get_pull(1).get_commits()] == [pull.head_sha]
        assert seen.compare("main", "feature").ahead_by == 1
        assert len(seen.get_git_tree("feature", recursive=True).tree) == 8
        assert seen.get_branch("feature").commit.sha == seen.get_git_ref("heads/feature").object.sha
        assert seen.get_collaborator_role_name("maria") == "maintain"
        assert [a.name for a in seen.get_workflow_run(run.id).get_artifacts()] == ["gate-results"]
        assert [p.number for p in seen.get_commit(pull.head_sha).get_pulls()] == [1]
        assert g.get_rate_limit().rate.limit == 1000


def test_a_client_follows_all_pages(fake: FakeGitHub, repo: Repository, pull: Pull, token: Token) -> None:
    for index in range(70):
        repo.comment(pull.number, str(index))
    with client(fake, token) as g:
        listed = g.get_repo("acme/shop").get_pull(1).get_issue_comments()
        assert [c.body for c in listed] == [str(index) for index in range(70)]
    assert len(fake.journal.of("issues/list-comments")) == 3


def test_a_client_commits_and_is_told_of_a_stale_head(
    fake: FakeGitHub, repo: Repository, pull: Pull, token: Token
) -> None:
    given = {
        "branch": {"repositoryNameWithOwner": repo.full_name, "branchName": "feature"},
        "message": {"headline": "Accept"},
        "expectedHeadOid": pull.head_sha,
        "fileChanges": {"additions": [{"path": "b.json", "contents": "e30="}]},
    }
    with client(fake, token) as g:
        _, told = g.requester.graphql_named_mutation("createCommitOnBranch", given, "commit { oid }")
        assert told["commit"]["oid"] == pull.head_sha
        with pytest.raises(GithubException, match="STALE_DATA"):
            g.requester.graphql_named_mutation("createCommitOnBranch", given, "commit { oid }")


def test_a_client_reacts_and_concludes(fake: FakeGitHub, repo: Repository, pull: Pull, token: Token) -> None:
    with client(fake, token) as g:
        seen = g.get_repo("acme/shop")
        comment = seen.get_pull(pull.number).create_issue_comment("/gate run")
        assert comment.create_reaction("eyes").content == "eyes"
        made = seen.create_check_run("gate", pull.head_sha, conclusion="success")
        assert made.status == "completed"
        run = repo.run(pull)
        assert seen.get_workflow_run(run.id).rerun()
    assert run.attempt == 2


def test_a_stranger_is_refused_and_leaves_nothing(fake: FakeGitHub, repo: Repository, pull: Pull) -> None:
    reader = fake.job_token(repo, contents="read", pull_requests="read")
    with client(fake, reader) as g, pytest.raises(GithubException, match="not accessible by integration"):
        g.get_repo("acme/shop").get_pull(pull.number).create_issue_comment("hello")
    assert repo.comments == {}
    assert fake.journal.writes == []
