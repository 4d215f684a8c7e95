"""Pull requests and what they change: all pages, both names of a renamed file, and no guess where GitHub cuts off."""

import pytest

from gate.host.github import HostError
from gate.host.github.pulls import changes_of, pull_request
from tests.host.github.hub import Hub


def test_a_pull_request_names_both_shas_and_both_branches(here: Hub) -> None:
    found = here.client().pull_request(here.pull.number)
    assert (found.head_sha, found.head_ref) == (here.pull.head_sha, "topic")
    assert (found.base_sha, found.base_ref) == (here.repo.head, "main")
    assert (found.state, found.fork, found.author) == ("open", False, "alice")


def test_a_pull_request_from_a_fork_is_called_so(here: Hub) -> None:
    fork = here.fake.fork(here.repo)
    fork.commit("theirs", {"a": "b"})
    pull = here.repo.pull("theirs", fork=fork, author="mallory")
    found = here.client().pull_request(pull.number)
    assert (found.fork, found.head_repository) == (True, "mallory/shop")


def test_a_merged_and_a_closed_one_are_told_apart(here: Hub) -> None:
    here.pull.close()
    assert here.client().pull_request(here.pull.number).state == "closed"
    here.pull.reopen()
    here.pull.merge()
    assert here.client().pull_request(here.pull.number).state == "merged"


def test_a_head_whose_repository_was_deleted_is_a_fork(here: Hub) -> None:
    data = here.fake.world.show_pull(here.pull)
    data["head"]["repo"] = None
    assert pull_request(data).fork


def test_an_issue_is_no_pull_request(here: Hub) -> None:
    issue = here.repo.issue()
    with pytest.raises(HostError, match=f"reading pull request {issue.number} failed"):
        here.client().pull_request(issue.number)


def test_files_of_all_pages_are_listed_and_both_names_of_a_renamed_one(here: Hub) -> None:
    text = "\n".join(f"line {number}" for number in range(30))
    here.repo.commit("main", {"prompts/old.txt": text})
    many = {f"cases/{number:03}.txt": str(number) for number in range(205)}
    here.repo.commit("wide", {"prompts/new.txt": text, **many}, delete=["prompts/old.txt"], start="main")
    changes = here.client().changes(here.repo.pull("wide").number)
    assert changes.paths == tuple(sorted([*many, "prompts/new.txt", "prompts/old.txt"]))
    assert changes.complete
    assert len(here.fake.journal.of("pulls/list-files")) == 3


@pytest.mark.parametrize(("count", "complete"), [(0, True), (2_999, True), (3_000, False)])
def test_a_list_as_long_as_githubs_limit_may_lack_some(count: int, *, complete: bool) -> None:
    assert changes_of([(f"{n}",) for n in range(count)], most=3_000).complete is complete


def test_the_pull_request_of_a_commit_is_found(here: Hub) -> None:
    found = here.client().pull_request_of(here.pull.head_sha)
    assert found is not None
    assert found.number == here.pull.number


def test_a_commit_below_the_head_of_a_pull_request_has_none(here: Hub) -> None:
    below = here.pull.head_sha
    here.repo.commit("topic", {"more": "1"})
    assert here.client().pull_request_of(below) is None


def test_the_pull_request_of_a_forks_commit_is_found_by_its_branch(here: Hub) -> None:
    fork = here.fake.fork(here.repo)
    sha = fork.commit("theirs", {"a": "b"})
    older = here.repo.pull("theirs", fork=fork)
    older.close()
    pull = here.repo.pull("theirs", fork=fork)
    client = here.client()
    found = client.pull_request_of(sha, head="mallory:theirs")
    assert found is not None
    assert found.number == pull.number
    pull.close()
    closed = client.pull_request_of(sha, head="mallory:theirs")
    assert closed is not None
    assert closed.state == "closed"
    assert client.pull_request_of("0" * 40, head="mallory:theirs") is None
