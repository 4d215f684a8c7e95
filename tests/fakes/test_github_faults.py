"""Faults come when they are ordered, once for each order, and the journal tells what happened all the same."""

import threading

import httpx2
import pytest

from tests.fakes.conftest import Asks, browser
from tests.fakes.github import FakeGitHub, Fault, Pull, Repository

COMMENT = "issues/create-comment"


@pytest.mark.parametrize("status", [401, 403, 404, 409, 410, 422, 429, 500, 502, 503, 504])
def test_an_ordered_status_comes_once_and_nothing_is_written(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks, status: int
) -> None:
    fake.fail(Fault.status(status, retry_after=7), operation=COMMENT)
    told = [ask("POST", f"issues/{pull.number}/comments", json={"body": str(n)}) for n in range(2)]
    assert [answer.status_code for answer in told] == [status, 201]
    assert told[0].headers["Retry-After"] == "7"
    assert "Retry-After" not in told[1].headers
    assert told[0].json()["message"]
    assert [c.body for c in repo.comments.values()] == ["1"]
    assert [(c.status, c.wrote, c.fault) for c in fake.journal] == [
        (status, False, f"status {status}"),
        (201, True, ""),
    ]


def test_limits_come_with_their_words_and_headers(fake: FakeGitHub, ask: Asks) -> None:
    fake.fail(Fault.secondary_limit())
    fake.fail(Fault.rate_limit(reset=1_900_000_000), nth=2)
    fake.fail(Fault.status(429), nth=3)
    second, first, many = (ask("GET", "") for _ in range(3))
    assert "secondary rate limit" in second.json()["message"]
    assert (second.status_code, second.headers["Retry-After"]) == (403, "60")
    assert first.json()["message"].startswith("API rate limit exceeded")
    assert (first.headers["X-RateLimit-Remaining"], first.headers["X-RateLimit-Reset"]) == ("0", "1900000000")
    assert "Retry-After" not in many.headers


@pytest.mark.parametrize("nth", [1, 2, 3])
def test_any_call_can_be_the_one_that_fails(fake: FakeGitHub, pull: Pull, ask: Asks, nth: int) -> None:
    fake.fail(Fault.status(500), nth=nth)
    told = [ask("GET", path).status_code for path in ("", f"pulls/{pull.number}", "issues/1/comments")]
    assert told == [500 if index == nth else 200 for index in (1, 2, 3)]


def test_an_order_may_hold_for_some_calls_or_for_ever(fake: FakeGitHub, pull: Pull, ask: Asks) -> None:
    fake.fail(Fault.status(503), operation="pulls/get", nth=2, times=2)
    fake.fail(Fault.status(404), operation="repos/get", times=None)
    assert [ask("GET", f"pulls/{pull.number}").status_code for _ in range(4)] == [200, 503, 503, 200]
    assert {ask("GET", "").status_code for _ in range(4)} == {404}


def test_a_lost_answer_leaves_the_write(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    fake.fail(Fault.lost(), operation=COMMENT)
    fake.fail(Fault.lost(502), operation=COMMENT, nth=2)
    with pytest.raises(httpx2.NetworkError):
        ask("POST", f"issues/{pull.number}/comments", json={"body": "one"})
    assert ask("POST", "issues/1/comments", json={"body": "two"}).status_code == 502
    assert [c.body for c in repo.comments.values()] == ["one", "two"]
    assert [(c.status, c.wrote) for c in fake.journal] == [(0, True), (502, True)]


def test_a_reset_connection_leaves_nothing(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    fake.fail(Fault.reset(), operation=COMMENT)
    with pytest.raises(httpx2.NetworkError):
        ask("POST", f"issues/{pull.number}/comments", json={"body": "one"})
    assert repo.comments == {}
    assert [(c.status, c.wrote) for c in fake.journal] == [(0, False)]


def test_broken_json_and_a_proxys_page_are_no_json(fake: FakeGitHub, ask: Asks) -> None:
    fake.fail(Fault.broken_json())
    fake.fail(Fault.page(502), nth=2)
    broken, page = ask("GET", ""), ask("GET", "")
    assert (broken.status_code, page.status_code, page.headers["Content-Type"]) == (200, 502, "text/html")
    for answer in (broken, page):
        with pytest.raises(ValueError, match=r"Expecting|Unterminated"):
            answer.json()


def test_an_answer_that_is_late_is_not_waited_for_when_the_test_ends() -> None:
    with FakeGitHub() as github:
        github.repository("acme/shop")
        github.fail(Fault.late(3600.0))
        with pytest.raises(httpx2.ReadTimeout):
            browser().get(f"{github.api_url}/repos/acme/shop", timeout=httpx2.Timeout(20, read=0.2))


def test_an_answer_in_the_operations_place_is_what_comes(fake: FakeGitHub, pull: Pull, ask: Asks) -> None:
    fake.fail(Fault.says([]), operation="pulls/list")
    assert ask("GET", "pulls").json() == []
    assert [p["number"] for p in ask("GET", "pulls").json()] == [pull.number]


def test_a_hook_may_push_between_two_calls(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    fake.before("pulls/get", lambda _call: repo.commit("feature", {"pushed.md": "x"}))
    old = pull.head_sha
    told = [ask("GET", f"pulls/{pull.number}").json()["head"]["sha"] for _ in range(2)]
    assert told[0] == told[1] == pull.head_sha != old


def test_a_hook_after_a_call_sees_what_it_wrote_before_its_answer_is_sent(
    fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks
) -> None:
    seen: list[list[str]] = []
    fake.after(COMMENT, lambda _call: seen.append([c.body for c in repo.comments.values()]), times=None)
    for body in "ab":
        ask("POST", f"issues/{pull.number}/comments", json={"body": body})
    assert seen == [["a"], ["a", "b"]]


def test_a_hook_may_call_github_itself(fake: FakeGitHub, pull: Pull, ask: Asks) -> None:
    fake.before("pulls/get", lambda _call: ask("GET", "issues/1/comments"))
    ask("GET", f"pulls/{pull.number}")
    assert fake.journal.operations == ["pulls/get", "issues/list-comments"]
    assert [call.sequence for call in fake.journal] == [1, 2]


def test_calls_at_the_same_time_all_count(fake: FakeGitHub, repo: Repository, pull: Pull, ask: Asks) -> None:
    def write(body: str) -> None:
        ask("POST", f"issues/{pull.number}/comments", json={"body": body})

    threads = [threading.Thread(target=write, args=(str(n),)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(c.body for c in repo.comments.values()) == [str(n) for n in range(8)]
    assert len(fake.journal.writes) == 8
