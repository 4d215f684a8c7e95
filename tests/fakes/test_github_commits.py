"""createCommitOnBranch: one commit by compare-and-swap, signed, by the token's owner; a refusal writes nothing."""

import base64

import pytest

from tests.fakes.conftest import Asks
from tests.fakes.github import FakeGitHub, Fault, Pull, Repository

BOT = "github-actions[bot]"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_commit_lands_on_the_head_that_was_expected(
    repo: Repository, pull: Pull, commit_on_branch: Asks
) -> None:
    before = pull.head_sha
    told = commit_on_branch(before, files={"baselines/support.json": encoded("{}\n")}).json()
    made = repo.commits[told["data"]["createCommitOnBranch"]["commit"]["oid"]]
    assert (pull.head_sha, made.parents, made.author, made.verified) == (made.sha, (before,), BOT, True)
    assert made.message == "Accept\n\nBy maria."
    assert made.files == {**repo.commits[before].files, "baselines/support.json": b"{}\n"}


def test_only_a_commit_of_githubs_own_is_signed_whoever_it_says_it_is_by(
    repo: Repository, pull: Pull, commit_on_branch: Asks, ask: Asks
) -> None:
    commit_on_branch(pull.head_sha)
    repo.commit("feature", {"b.json": "forged"}, author=BOT)
    forged, signed = (ask("GET", f"commits/{sha}").json() for sha in repo.history(pull.head_sha)[:2])
    assert forged["author"]["login"] == signed["author"]["login"] == BOT
    assert [c["commit"]["verification"]["verified"] for c in (forged, signed)] == [False, True]
    assert [c["committer"]["login"] for c in (forged, signed)] == [BOT, "web-flow"]


def test_a_stale_head_writes_nothing_and_is_told_as_github_tells_it(
    fake: FakeGitHub, repo: Repository, pull: Pull, commit_on_branch: Asks
) -> None:
    stale = pull.head_sha
    repo.commit("feature", {"pushed.md": "x"})
    moved, commits = pull.head_sha, len(repo.commits)
    answer = commit_on_branch(stale)
    assert answer.status_code == 200
    assert answer.json()["data"] == {"createCommitOnBranch": None}
    error = answer.json()["errors"][0]
    assert (error["type"], error["path"]) == ("STALE_DATA", ["createCommitOnBranch"])
    assert error["message"] == f'Expected branch to point to "{stale}" but it did not.  Pull and try again.'
    assert (pull.head_sha, len(repo.commits), fake.journal.writes) == (moved, commits, [])


def test_a_push_during_the_call_makes_the_head_stale(
    fake: FakeGitHub, repo: Repository, pull: Pull, commit_on_branch: Asks
) -> None:
    fake.before("graphql/createCommitOnBranch", lambda _call: repo.commit("feature", {"pushed.md": "x"}))
    answer = commit_on_branch(pull.head_sha)
    assert answer.json()["errors"][0]["type"] == "STALE_DATA"
    assert "b.json" not in repo.files_at("feature")


def test_of_two_at_once_one_lands(repo: Repository, pull: Pull, commit_on_branch: Asks) -> None:
    seen = pull.head_sha
    told = [commit_on_branch(seen, files={f"{n}.json": encoded("{}")}).json() for n in range(2)]
    assert ["errors" in answer for answer in told] == [False, True]
    assert {"0.json"} == repo.files_at("feature").keys() & {"0.json", "1.json"}


def test_a_lost_answer_leaves_the_commit(
    fake: FakeGitHub, repo: Repository, pull: Pull, commit_on_branch: Asks
) -> None:
    before = pull.head_sha
    fake.fail(Fault.lost(502), operation="graphql/createCommitOnBranch")
    assert commit_on_branch(before).status_code == 502
    assert repo.commits[pull.head_sha].parents == (before,)


@pytest.mark.parametrize(
    ("where", "kind"),
    [
        ({"where": "acme/none"}, "NOT_FOUND"),
        ({"branch": "none"}, "NOT_FOUND"),
        ({"files": {"a": "no base64!"}}, "UNPROCESSABLE"),
    ],
)
def test_what_cannot_be_committed_is_refused(
    fake: FakeGitHub, pull: Pull, commit_on_branch: Asks, where: dict[str, str], kind: str
) -> None:
    before = pull.head_sha
    assert commit_on_branch(before, **where).json()["errors"][0]["type"] == kind
    assert (pull.head_sha, fake.journal.writes) == (before, [])


def test_the_head_can_be_asked_for_in_graphql(fake: FakeGitHub, pull: Pull, ask: Asks) -> None:
    query = (
        '{ repository(owner: "acme", name: "shop") '
        '{ ref(qualifiedName: "refs/heads/feature") { target { oid } } none: ref(qualifiedName: "x") { id } } }'
    )
    told = ask("POST", f"{fake.url}/api/graphql", json={"query": query}).json()
    assert told == {"data": {"repository": {"ref": {"target": {"oid": pull.head_sha}}, "none": None}}}
    assert fake.journal.operations == ["graphql/repository"]


def test_a_comment_can_be_minimized_by_who_may_write(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    node = ask("GET", f"issues/comments/{repo.comment(pull.number, 'old').id}").json()["node_id"]
    query = (
        "mutation($s: ID!) { minimizeComment(input: {subjectId: $s, classifier: OUTDATED}) "
        "{ minimizedComment { isMinimized minimizedReason } } }"
    )
    body = {"query": query, "variables": {"s": node}}
    refused = ask("POST", f"{fake.url}/api/graphql", json=body, by=fake.job_token(repo)).json()
    assert refused["errors"][0]["type"] == "FORBIDDEN"
    told = ask("POST", f"{fake.url}/api/graphql", json=body).json()["data"]["minimizeComment"]
    assert told == {"minimizedComment": {"isMinimized": True, "minimizedReason": "outdated"}}
