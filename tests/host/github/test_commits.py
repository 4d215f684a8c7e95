"""Commits: what lies between two, and one more on a branch that has not moved."""

from collections.abc import Callable
from typing import Any

import pytest

from gate.host.github import HostError
from gate.model.hosting import NewCommit, StaleHead
from tests.fakes.github import Fault
from tests.host.github.hub import Hub

FILES = {"baselines/support.json": '{"a": "ü"}\n', "baselines/chat.json": ""}


def moves(here: Hub) -> Callable[[Any], None]:
    def push(_call: Any) -> None:
        here.repo.commit("topic", {"b": "c"})

    return push


def test_a_commit_lands_on_the_branch_with_its_files_and_message(here: Hub) -> None:
    before = here.pull.head_sha
    made = here.client().commit_on_branch(
        "topic", expected_head=before, files=FILES, message="Accept support\n\nsha: 1\nreason: wanted"
    )
    assert made == NewCommit(sha=here.pull.head_sha, parents=(before,), changed=len(FILES))
    assert here.pull.head_sha != before
    commit = here.repo.commits[here.pull.head_sha]
    assert commit.parents == (before,)
    assert commit.message == "Accept support\n\nsha: 1\nreason: wanted"
    assert {path: commit.files[path].decode() for path in FILES} == FILES
    assert commit.files["prompts/a.txt"] == b"hello\n"


def test_a_branch_that_has_moved_is_not_written_to(here: Hub) -> None:
    seen = here.pull.head_sha
    moved = here.repo.commit("topic", {"prompts/a.txt": "evil\n"})
    done = here.client().commit_on_branch("topic", expected_head=seen, files=FILES, message="Accept")
    assert done == StaleHead(expected=seen)
    assert here.pull.head_sha == moved
    assert not here.fake.journal.writes


def test_a_branch_that_moves_while_we_ask_is_not_written_to(here: Hub) -> None:
    seen = here.pull.head_sha
    here.fake.before("graphql/createCommitOnBranch", moves(here))
    done = here.client().commit_on_branch("topic", expected_head=seen, files=FILES, message="Accept")
    assert done == StaleHead(expected=seen)


@pytest.mark.parametrize("fault", [Fault.lost(), Fault.lost(502), Fault.broken_json()], ids=lambda f: f.name)
def test_a_commit_whose_answer_was_lost_is_found_on_the_branch(here: Hub, fault: Fault) -> None:
    seen = here.pull.head_sha
    here.fake.fail(fault, operation="graphql/createCommitOnBranch", times=None)
    done = here.client().commit_on_branch("topic", expected_head=seen, files=FILES, message="Accept\n\nwhy")
    assert done == NewCommit(sha=here.pull.head_sha, parents=(seen,))
    assert here.repo.commits[here.pull.head_sha].parents == (seen,)


def test_a_commit_that_landed_later_than_we_looked_is_ours_all_the_same(here: Hub) -> None:
    seen = here.pull.head_sha
    message = "Accept\nwhy"
    here.fake.fail(Fault.reset(), operation="graphql/createCommitOnBranch")
    other = here.client()

    def lands(_call: Any) -> None:
        here.repo.push("topic", dict(here.repo.files_at(seen)), message="Accept\n\nwhy", author="x")

    here.fake.after("repos/get-branch", lands)
    done = other.commit_on_branch("topic", expected_head=seen, files=FILES, message=message)
    assert done == NewCommit(sha=here.pull.head_sha, parents=(seen,))
    assert here.repo.commits[here.pull.head_sha].parents == (seen,)


def test_somebody_elses_commit_is_not_taken_for_the_one_that_was_lost(here: Hub) -> None:
    seen = here.pull.head_sha
    here.fake.fail(Fault.reset(), operation="graphql/createCommitOnBranch")
    here.fake.before("repos/get-branch", moves(here))
    done = here.client().commit_on_branch("topic", expected_head=seen, files=FILES, message="Accept")
    assert done == StaleHead(expected=seen, found=here.pull.head_sha)


def test_a_token_that_may_not_write_is_told_the_line_that_grants_it(here: Hub) -> None:
    client = here.client(here.token(contents="read"))
    with pytest.raises(HostError, match="committing to topic failed") as caught:
        client.commit_on_branch("topic", expected_head=here.pull.head_sha, files=FILES, message="Accept")
    assert caught.value.kind == "FORBIDDEN"
    assert "`contents: write`" in str(caught.value)


def test_a_branch_that_is_not_there_is_told(here: Hub) -> None:
    with pytest.raises(HostError, match="committing to gone failed"):
        here.client().commit_on_branch("gone", expected_head="0" * 40, files=FILES, message="Accept")


def test_a_commit_tells_who_is_behind_it_and_whether_that_is_sure(here: Hub) -> None:
    client = here.client()
    plain = client.commit(here.repo.commit("topic", {"c": "1"}, author="mallory"))
    assert (plain.author, plain.committer, plain.verified) == ("mallory", "mallory", False)
    made = client.commit_on_branch("topic", expected_head=plain.sha, files=FILES, message="Accept\n\nwhy")
    assert isinstance(made, NewCommit)
    ours = client.commit(made.sha)
    assert (ours.author, ours.committer, ours.verified) == ("github-actions[bot]", "web-flow", True)
    assert (ours.parents, ours.message) == ((plain.sha,), "Accept\n\nwhy")


def test_the_commits_that_changed_a_file_come_newest_first(here: Hub) -> None:
    first = here.repo.commit("topic", {"b.json": "1"})
    here.repo.commit("topic", {"other": "1"})
    second = here.repo.commit("topic", {"b.json": "2"})
    found = here.client().commits_of("b.json", at="topic")
    assert [commit.sha for commit in found] == [second, first]
    assert [commit.sha for commit in here.client().commits_of("b.json", at="topic", most=1)] == [second]


def test_a_comparison_starts_at_the_merge_base(here: Hub) -> None:
    start = here.repo.head
    here.repo.commit("main", {"main-only": "1"})
    found = here.client().compare("main", head="topic")
    assert found.merge_base == start
    assert found.changes.paths == ("prompts/a.txt",)
    assert here.client().merge_base("main", head=here.pull.head_sha) == start


def test_a_comparison_with_a_fork_names_its_owner(here: Hub) -> None:
    fork = here.fake.fork(here.repo)
    fork.commit("theirs/one", {"a": "b"})
    assert here.client().compare("main", head="mallory:theirs/one").changes.paths == ("a",)


def test_a_comparison_as_long_as_githubs_limit_may_lack_some(here: Hub) -> None:
    here.repo.commit("wide", {f"{number:03}": "x" for number in range(301)}, start="main")
    assert not here.client().compare("main", head="wide").changes.complete
    here.repo.commit("wide", delete=["299", "300"])
    assert here.client().compare("main", head="wide").changes.complete
