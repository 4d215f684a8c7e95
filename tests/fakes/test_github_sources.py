"""Contents, trees, commits, comparisons, statuses, runs and artifacts, as they are read and written over HTTP."""

import base64
import hashlib
import io
import zipfile

import httpx2
import pytest

from tests.fakes.conftest import Asks, browser
from tests.fakes.github import DepartureError, FakeGitHub, Fault, Pull, Repository

RAW = {"Accept": "application/vnd.github.raw+json"}


def test_a_file_comes_from_the_ref_that_was_asked_for(repo: Repository, pull: Pull, ask: Asks) -> None:
    told = ask("GET", "contents/prompts/a.md").json()
    assert base64.b64decode(told["content"]) == b"hello\n"
    at_head = ask("GET", f"contents/prompts/a.md?ref={pull.head_sha}", headers=RAW)
    assert at_head.content == b"hello there\n"
    assert ask("GET", f"git/blobs/{told['sha']}").json()["size"] == 6
    assert ask("GET", "contents/prompts/a.md?ref=none").status_code == 404
    assert ask("GET", "contents/none.md").status_code == 404
    assert ask("GET", f"contents/prompts/a.md?ref=refs/pull/{pull.number}/merge").status_code == 200
    assert repo.files_at("refs/pull/1/head") == repo.files_at("feature")


def test_a_folder_is_a_list_with_and_without_a_slash(ask: Asks) -> None:
    names = ["README.md", "gate.yaml", "prompts"]
    for path in ("contents", "contents/"):
        assert [entry["name"] for entry in ask("GET", path).json()] == names
    inner = ask("GET", "contents/prompts").json()
    assert [(e["path"], e["type"]) for e in inner] == [("prompts/a.md", "file"), ("prompts/b.md", "file")]


def test_a_large_file_comes_without_content_but_raw_and_a_huge_one_not_at_all(
    fake: FakeGitHub, repo: Repository, ask: Asks
) -> None:
    large = b"x" * 1_000_001
    repo.commit("main", {"large.json": large})
    told = ask("GET", "contents/large.json").json()
    assert (told["encoding"], told["content"], told["size"]) == ("none", "", len(large))
    assert ask("GET", "contents/large.json", headers=RAW).content == large
    assert fake.limits.content == 100_000_000
    fake.limits.content = 1_000_000
    refused = ask("GET", "contents/large.json", headers=RAW)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (403, "too_large")


def test_a_tree_is_listed_flat_or_whole_and_says_when_it_is_cut(
    fake: FakeGitHub, repo: Repository, ask: Asks
) -> None:
    flat, whole = ask("GET", "git/trees/main").json(), ask("GET", "git/trees/main?recursive=1").json()
    assert [entry["path"] for entry in flat["tree"]] == ["README.md", "gate.yaml", "prompts"]
    assert len(whole["tree"]) == 5
    prompts = next(entry["sha"] for entry in flat["tree"] if entry["type"] == "tree")
    inner = ask("GET", f"git/trees/{prompts}").json()
    assert [entry["path"] for entry in inner["tree"]] == ["a.md", "b.md"]
    fake.limits.tree = 2
    assert ask("GET", f"git/trees/{repo.head}").json()["truncated"] is True


def test_a_comparison_counts_from_where_the_two_parted(repo: Repository, pull: Pull, ask: Asks) -> None:
    repo.commit("main", {"elsewhere.md": "x"})
    told = ask("GET", "compare/main...feature").json()
    assert (told["status"], told["ahead_by"], told["behind_by"]) == ("diverged", 1, 1)
    assert [f["filename"] for f in told["files"]] == ["docs/x/y.md", "prompts/a.md"]
    assert ask("GET", "compare/main...main").json()["status"] == "identical"
    parent = repo.commits[pull.head_sha].parents[0]
    assert ask("GET", f"compare/{parent}...{pull.head_sha}").json()["status"] == "ahead"
    assert ask("GET", "compare/main...none").status_code == 404


def test_a_fork_is_compared_by_its_owner(fake: FakeGitHub, repo: Repository, ask: Asks) -> None:
    fork = fake.fork(repo, owner="mallory")
    fork.commit("patch", {"x.md": "x"})
    told = ask("GET", "compare/main...mallory:patch").json()
    assert [f["filename"] for f in told["files"]] == ["x.md"]


def test_a_commit_tells_its_files_and_parents(repo: Repository, pull: Pull, ask: Asks) -> None:
    told = ask("GET", f"commits/{pull.head_sha}").json()
    assert [f["filename"] for f in told["files"]] == ["docs/x/y.md", "prompts/a.md"]
    assert [p["sha"] for p in told["parents"]] == [repo.head]
    assert ask("GET", f"git/commits/{pull.head_sha}").json()["tree"]["sha"] == told["commit"]["tree"]["sha"]
    only = ask("GET", "commits?sha=feature&path=prompts/b.md").json()
    assert [c["sha"] for c in only] == [repo.head]
    assert ask("GET", f"commits/{'0' * 40}").status_code == 422


def test_statuses_are_a_list_newest_first_and_the_newest_of_each_context_counts(
    pull: Pull, ask: Asks
) -> None:
    path = f"commits/{pull.head_sha}"
    assert ask("GET", f"{path}/status").json()["state"] == "pending"
    for state, context in (("pending", "gate"), ("success", "lint"), ("failure", "gate")):
        ask("POST", f"statuses/{pull.head_sha}", json={"state": state, "context": context})
    listed = ask("GET", f"{path}/statuses").json()
    assert [(s["context"], s["state"]) for s in listed] == [
        ("gate", "failure"),
        ("lint", "success"),
        ("gate", "pending"),
    ]
    combined = ask("GET", f"{path}/status").json()
    assert (combined["state"], combined["total_count"]) == ("failure", 2)


def test_a_status_has_its_limits(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    path = f"statuses/{pull.head_sha}"
    fits = {"state": "success", "context": "gate", "description": "x" * 140}
    assert ask("POST", path, json=fits).status_code == 201
    refused = ask("POST", path, json={**fits, "description": "x" * 141})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "description")
    assert ask("POST", f"statuses/{'0' * 40}", json=fits).status_code == 422
    fake.limits.statuses = 1
    assert ask("POST", path, json=fits).status_code == 422
    assert ask("POST", path, json={**fits, "context": "other"}).status_code == 201
    assert len(repo.statuses) == 2


def test_a_check_run_gathers_annotations_and_ends_with_a_conclusion(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    note = {"path": "a.md", "start_line": 1, "end_line": 1, "annotation_level": "failure", "message": "m"}
    output = {"title": "t", "summary": "s", "annotations": [note]}
    made = ask("POST", "check-runs", json={"name": "gate", "head_sha": pull.head_sha, "output": output})
    path = f"check-runs/{made.json()['id']}"
    done = ask("PATCH", path, json={"conclusion": "failure", "output": output}).json()
    assert (done["status"], done["conclusion"], done["output"]["annotations_count"]) == (
        "completed",
        "failure",
        2,
    )
    assert len(next(iter(repo.check_runs.values())).annotations) == 2


def test_an_artifact_is_found_by_its_run_and_fetched_from_another_host(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    run = repo.run(pull)
    repo.artifact(run, "other", {"x": "y"})
    made = repo.artifact(run, "gate-results", {"results.json": "{}"})
    listed = ask("GET", f"actions/runs/{run.id}/artifacts?name=gate-results").json()["artifacts"]
    assert [a["id"] for a in listed] == [made.id]
    assert listed[0]["workflow_run"]["head_sha"] == pull.head_sha
    redirect = httpx2.URL(ask("GET", f"actions/artifacts/{made.id}/zip").headers["Location"])
    assert redirect.host != httpx2.URL(listed[0]["url"]).host
    content = browser().get(redirect).content
    assert listed[0]["digest"] == f"sha256:{hashlib.sha256(content).hexdigest()}"
    assert zipfile.ZipFile(io.BytesIO(content)).read("results.json") == b"{}"


def test_an_expired_artifact_is_gone_and_a_corrupt_one_is_as_it_is(
    repo: Repository, pull: Pull, ask: Asks
) -> None:
    made = repo.artifact(repo.run(pull), "gate-results", b"no zip")
    answer = ask("GET", f"actions/artifacts/{made.id}/zip", follow_redirects=True)
    assert answer.content == b"no zip"
    made.expired = True
    gone = ask("GET", f"actions/artifacts/{made.id}/zip")
    assert (gone.status_code, gone.json()["message"]) == (410, "Artifact has expired")


def test_a_token_that_leaves_github_fails_the_test() -> None:
    with pytest.raises(DepartureError, match="sent to the storage host"), FakeGitHub() as github:  # noqa: PT012  # by leaving it
        repo = github.repository("acme/shop")
        made = repo.artifact(repo.run(), "gate-results", {"a": "b"})
        url = github.world.urls.blob(made.id)
        answer = browser().get(url, headers={"Authorization": "Bearer secret"})
        assert answer.status_code == 400


def test_the_storage_fails_as_ordered(fake: FakeGitHub, repo: Repository, ask: Asks) -> None:
    made = repo.artifact(repo.run(), "gate-results", {"a": "b" * 1000})
    fake.fail(Fault.status(404), operation="blob/download")
    fake.fail(Fault.broken_json(), operation="blob/download", nth=2)
    url = f"actions/artifacts/{made.id}/zip"
    assert ask("GET", url, follow_redirects=True).status_code == 404
    cut = ask("GET", url, follow_redirects=True).content
    assert len(cut) == len(made.content) // 2


def test_runs_are_found_by_their_head_and_a_forks_names_no_pull_request(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    fork = fake.fork(repo, owner="mallory")
    fork.commit("patch", {"x.md": "x"}, author="mallory")
    theirs = repo.run(repo.pull("patch", fork=fork, author="mallory"), actor="mallory")
    ours = repo.run(pull)
    found = ask("GET", f"actions/workflows/gate.yml/runs?head_sha={pull.head_sha}").json()["workflow_runs"]
    assert [(r["id"], [p["number"] for p in r["pull_requests"]]) for r in found] == [(ours.id, [1])]
    told = ask("GET", f"actions/runs/{theirs.id}").json()
    assert (told["pull_requests"], told["head_repository"]["full_name"]) == ([], "mallory/shop")


def test_a_run_is_run_again_once_it_has_ended(repo: Repository, pull: Pull, ask: Asks) -> None:
    run = repo.run(pull)
    told = [ask("POST", f"actions/runs/{run.id}/rerun").status_code for _ in range(2)]
    assert told == [201, 403]
    assert (run.attempt, run.status, run.reruns) == (2, "queued", ["re-run-workflow"])


def test_a_workflow_is_dispatched_on_a_branch_that_is_there(repo: Repository, ask: Asks) -> None:
    path = "actions/workflows/gate.yml/dispatches"
    assert ask("POST", path, json={"ref": "feature", "inputs": {"suite": "a"}}).status_code == 204
    assert ask("POST", path, json={"ref": "none"}).status_code == 422
    assert repo.dispatches == [{"workflow": "gate.yml", "ref": "feature", "inputs": {"suite": "a"}}]


def test_the_merge_queues_branch_stands_on_its_base(repo: Repository, pull: Pull, ask: Asks) -> None:
    branch = repo.queue(pull)
    told = ask("GET", f"git/ref/heads/{branch}").json()
    assert told["object"]["sha"] == repo.branches[branch]
    assert repo.commits[repo.branches[branch]].parents == (repo.head, pull.head_sha)
