"""Comments, reactions, pull requests and their files: paging, limits, and what stands after each write."""

import pytest

from tests.fakes.conftest import Asks
from tests.fakes.github import FakeGitHub, Fault, Pull, Repository


def pages(ask: Asks, path: str, *, key: str = "") -> list[int]:
    """How many items each page holds, following the Link header."""
    sizes = []
    while path:
        answer = ask("GET", path)
        sizes.append(len(answer.json()[key] if key else answer.json()))
        path = answer.links.get("next", {}).get("url", "")
    return sizes


def test_a_list_comes_in_pages_of_thirty_unless_asked_and_never_over_a_hundred(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    for index in range(205):
        repo.comment(pull.number, f"comment {index}")
    assert pages(ask, "issues/1/comments") == [30] * 6 + [25]
    assert pages(ask, "issues/1/comments?per_page=50") == [50] * 4 + [5]
    assert pages(ask, "issues/1/comments?per_page=500") == [100, 100, 5]
    last = ask("GET", "issues/1/comments?per_page=100&page=3")
    assert set(last.links) == {"first", "prev"}
    assert ask("GET", "issues/1/comments?page=99").json() == []


def test_comments_are_listed_from_the_oldest_and_bear_their_authors_kind(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    repo.comment(pull.number, "by a person")
    ask("POST", "issues/1/comments", json={"body": "by the job"})
    told = ask("GET", "issues/1/comments").json()
    assert [(c["user"]["login"], c["user"]["type"]) for c in told] == [
        ("alice", "User"),
        ("github-actions[bot]", "Bot"),
    ]


def test_a_comment_has_a_limit_and_what_is_over_it_is_not_written(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    fits, over = {"body": "ü" * 65_536}, {"body": "x" * 65_537}
    made = ask("POST", f"issues/{pull.number}/comments", json=fits)
    assert made.status_code == 201
    for method, path in (
        ("POST", "issues/1/comments"),
        ("PATCH", f"issues/comments/{made.json()['id']}"),
    ):
        refused = ask(method, path, json=over)
        assert refused.status_code == 422
        assert "maximum is 65536 characters" in refused.json()["errors"][0]["message"]
    assert ask("POST", "issues/1/comments", json={"body": " "}).status_code == 422
    assert [len(c.body) for c in repo.comments.values()] == [65_536]


def test_a_comment_can_be_edited_read_and_deleted(repo: Repository, pull: Pull, ask: Asks) -> None:
    path = f"issues/comments/{repo.comment(pull.number, 'one').id}"
    assert ask("PATCH", path, json={"body": "two"}).json()["body"] == "two"
    told = ask("GET", path).json()
    assert told["updated_at"] > told["created_at"]
    assert ask("GET", f"issues/1/comments?since={told['updated_at']}").json()[0]["id"] == told["id"]
    assert ask("DELETE", path).status_code == 204
    assert ask("GET", path).status_code == 404
    assert ask("PATCH", path, json={"body": "three"}).status_code == 404


def test_a_reaction_is_made_once(repo: Repository, pull: Pull, ask: Asks) -> None:
    path = f"issues/comments/{repo.comment(pull.number, '/gate accept').id}/reactions"
    told = [ask("POST", path, json={"content": "eyes"}).status_code for _ in range(2)]
    assert told == [201, 200]
    eyes = ask("GET", f"{path}?content=eyes").json()
    assert len(eyes) == len(repo.reactions) == 1
    assert ask("DELETE", f"{path}/{eyes[0]['id']}").status_code == 204
    assert ask("DELETE", f"{path}/{eyes[0]['id']}").status_code == 404


def test_an_issue_that_is_no_pull_request_says_so(repo: Repository, pull: Pull, ask: Asks) -> None:
    issue = repo.issue()
    assert "pull_request" not in ask("GET", f"issues/{issue.number}").json()
    assert "pull_request" in ask("GET", f"issues/{pull.number}").json()
    assert ask("GET", f"pulls/{issue.number}").status_code == 404
    assert ask("GET", "issues/99").status_code == 404


def test_a_pull_request_follows_its_branch_until_it_is_closed(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    seen = [ask("GET", "pulls/1").json()["head"]["sha"]]
    repo.commit("feature", {"more.md": "x"})
    seen.append(ask("GET", "pulls/1").json()["head"]["sha"])
    pull.close()
    repo.commit("feature", {"more.md": "y"})
    closed = ask("GET", "pulls/1").json()
    assert seen[0] != seen[1] == closed["head"]["sha"]
    assert (closed["state"], closed["merged"], closed["mergeable"]) == ("closed", False, None)
    assert ask("GET", "pulls").json() == []
    pull.reopen()
    assert ask("GET", "pulls?head=acme:feature&base=main").json()[0]["number"] == 1


def test_a_merged_pull_request_is_on_its_base(repo: Repository, pull: Pull, ask: Asks) -> None:
    sha = pull.merge()
    told = ask("GET", "pulls/1").json()
    assert (told["merged"], told["merge_commit_sha"], repo.head) == (True, sha, sha)
    assert told["commits"] == 1
    assert ask("GET", "contents/docs/x/y.md").status_code == 200
    assert [p["number"] for p in ask("GET", f"commits/{pull.head_sha}/pulls").json()] == [1]


def test_the_base_that_a_pull_request_names_is_that_of_its_last_push(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    before = repo.head
    tip = repo.commit("main", {"gate.yaml": "version: 2\n"})
    assert ask("GET", "pulls/1").json()["base"]["sha"] == before
    made = pull.test_merge()
    assert made is not None
    assert made.parents == (tip, pull.head_sha)
    repo.commit("feature", {"more.md": "x"})
    assert ask("GET", "pulls/1").json()["base"]["sha"] == tip


def test_a_conflict_has_no_merge_commit(repo: Repository, pull: Pull, ask: Asks) -> None:
    assert ask("GET", "pulls/1").json()["mergeable"] is True
    repo.commit("main", {"prompts/a.md": "otherwise\n"})
    told = ask("GET", "pulls/1").json()
    assert (told["mergeable"], told["mergeable_state"], told["merge_commit_sha"]) == (False, "dirty", None)
    assert pull.test_merge() is None


def test_a_forks_pull_request_names_both_repositories(fake: FakeGitHub, repo: Repository, ask: Asks) -> None:
    fork = fake.fork(repo, owner="mallory")
    sha = fork.commit("patch", {"x.md": "x"}, author="mallory")
    made = repo.pull("patch", fork=fork, author="mallory", draft=True)
    told = ask("GET", f"pulls/{made.number}").json()
    assert (told["head"]["repo"]["full_name"], told["base"]["repo"]["full_name"]) == (
        "mallory/shop",
        "acme/shop",
    )
    assert (told["head"]["sha"], told["head"]["repo"]["fork"], told["draft"]) == (sha, True, True)
    assert [c["sha"] for c in ask("GET", f"pulls/{made.number}/commits").json()] == [sha]
    # Its commits are readable in the base repository as well, as on GitHub.
    assert ask("GET", f"contents/x.md?ref={sha}").status_code == 200


def test_the_files_of_a_pull_request_are_what_changed_since_it_left_its_base(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    repo.commit("feature", {"prompts/renamed.md": "a\nb\nc\ne\n"}, delete=["prompts/b.md", "gate.yaml"])
    repo.commit("main", {"elsewhere.md": "not of this pull request"})
    told = {f["filename"]: f for f in ask("GET", f"pulls/{pull.number}/files").json()}
    assert {name: f["status"] for name, f in told.items()} == {
        "docs/x/y.md": "added",
        "gate.yaml": "removed",
        "prompts/a.md": "modified",
        "prompts/renamed.md": "renamed",
    }
    assert told["prompts/renamed.md"]["previous_filename"] == "prompts/b.md"
    assert told["prompts/a.md"]["patch"] == "@@ -1 +1 @@\n-hello\n+hello there"
    assert (told["prompts/a.md"]["additions"], told["prompts/a.md"]["changes"]) == (1, 2)


def test_more_than_three_thousand_files_are_cut_without_a_word(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    assert (fake.limits.pull_files, fake.limits.pull_commits) == (3_000, 250)
    fake.limits.pull_files = 250
    repo.commit("feature", {f"many/{index:04}.md": "" for index in range(300)})
    assert pages(ask, f"pulls/{pull.number}/files?per_page=100") == [100, 100, 50]
    assert ask("GET", "pulls/1").json()["changed_files"] == 302


def test_a_failing_page_in_the_middle_is_only_that_page(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    for index in range(70):
        repo.comment(pull.number, str(index))
    fake.fail(
        Fault.status(502), operation="issues/list-comments", when=lambda call: call.query.get("page") == "2"
    )
    told = [ask("GET", f"issues/1/comments?page={page}").status_code for page in (1, 2, 3, 2)]
    assert told == [200, 502, 200, 200]


@pytest.mark.parametrize("where", ["issues/7/comments", "pulls/7", "pulls/7/files", "issues/comments/7"])
def test_what_is_not_there_is_not_found(ask: Asks, where: str) -> None:
    assert ask("GET", where).json()["message"] == "Not Found"
