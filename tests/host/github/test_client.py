"""Connecting: the repository and the addresses of the environment, a token that can be one, and nothing loaded before."""

import subprocess
import sys

import pytest

from gate.host.github import GitHub, HostError, Tempo
from gate.model.effect import CommitStatus
from gate.model.errors import UserError
from gate.model.hosting import NewCommit
from tests.fakes.github import Fault
from tests.host.github.hub import Hub

TOKEN, NOBODYS = "t", "ghp_not_a_token_of_anybody"
ENVIRONMENT = {"GITHUB_REPOSITORY": "acme/shop"}


def test_a_connection_asks_nothing_and_knows_where_it_is(here: Hub) -> None:
    client = here.client()
    assert (client.repository, client.server_url, client.calls) == ("acme/shop", here.fake.url, 0)
    assert here.asked == []


def test_without_addresses_it_is_github_com() -> None:
    assert GitHub.connect(ENVIRONMENT, token=TOKEN).server_url == "https://github.com"


@pytest.mark.parametrize(
    "name", ["", "shop", "acme/", "acme/shop/x", "acme/..", "../shop", "a b/c", "acme/shop?x"]
)
def test_a_repository_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(UserError, match="GITHUB_REPOSITORY: it names no repository"):
        GitHub.connect({"GITHUB_REPOSITORY": name}, token=TOKEN)


@pytest.mark.parametrize("token", ["", " ", "two words", "a\nb", "ünique"])
def test_a_token_that_can_be_none_is_refused_and_not_shown(token: str) -> None:
    with pytest.raises(UserError, match="GitHub cannot be asked") as caught:
        GitHub.connect(ENVIRONMENT, token=token)
    assert not token.strip() or token not in str(caught.value)


def test_the_line_break_after_a_pasted_token_does_no_harm(here: Hub) -> None:
    token = here.token()
    client = GitHub.connect(
        here.fake.environment(token), token=f"{token.secret}\n", tempo=Tempo(between_requests_s=0)
    )
    assert client.permission("acme").role == "admin"


@pytest.mark.parametrize(
    "address", ["ftp://x", "github.example", "https://", "https://me:secret@x", "https://x?y"]
)
def test_an_address_that_is_none_or_holds_credentials_is_refused_and_not_shown(address: str) -> None:
    with pytest.raises(UserError, match="GITHUB_API_URL: this is no address") as caught:
        GitHub.connect({**ENVIRONMENT, "GITHUB_API_URL": address}, token=TOKEN)
    assert "secret" not in str(caught.value)


def test_a_graphql_address_that_is_not_told_is_the_one_of_the_server(here: Hub) -> None:
    token = here.token()
    environment = here.fake.environment(token)
    del environment["GITHUB_GRAPHQL_URL"]
    client = GitHub.connect(environment, token=token.secret, tempo=Tempo(between_requests_s=0))
    made = client.commit_on_branch("topic", expected_head=here.pull.head_sha, files={"a": "b"}, message="m")
    assert isinstance(made, NewCommit)


def test_a_server_that_is_not_there_is_told_within_the_bound() -> None:
    waits: list[float] = []
    environment = {**ENVIRONMENT, "GITHUB_API_URL": "http://127.0.0.1:9"}
    client = GitHub.connect(environment, token=TOKEN, tempo=Tempo(between_requests_s=0, sleep=waits.append))
    with pytest.raises(HostError, match="the connection failed") as caught:
        client.pull_request(1)
    assert not caught.value.unsure
    assert waits == [1, 2, 4]


def test_a_token_that_is_refused_is_told_and_never_shown(here: Hub) -> None:
    environment = here.fake.environment(here.token())
    client = GitHub.connect(environment, token=NOBODYS, tempo=Tempo(between_requests_s=0))
    with pytest.raises(HostError, match="Bad credentials") as caught:
        client.pull_request(1)
    assert "ghp_" not in str(caught.value)
    assert "the token is not valid" in str(caught.value)


def test_what_github_says_is_told_without_a_secret_that_it_repeats(here: Hub) -> None:
    token = here.token()
    here.fake.fail(Fault.status(422, message=f"no {token.secret}\nat all"))
    with pytest.raises(HostError, match=r"no \[redacted\] at all"):
        here.client(token).pull_request(1)


@pytest.mark.parametrize(
    ("fault", "waits"),
    [
        (Fault.status(429, retry_after=7), [7]),
        (Fault.secondary_limit(retry_after=50), [50]),
        (Fault.secondary_limit(retry_after=None), [60]),
        (Fault.status(429), [60]),
        (Fault.status(503, retry_after=0), [0]),
        (Fault.status(500), [1]),
        (Fault.reset(), [1]),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_one_call_that_is_refused_for_now_is_made_again_after_the_time_that_github_asks_for(
    here: Hub, fault: Fault, waits: list[float]
) -> None:
    here.fake.fail(fault)
    client = here.client()
    assert client.pull_request(here.pull.number).number == here.pull.number
    assert here.waits == waits
    assert client.calls == 2


@pytest.mark.parametrize(
    "fault", [Fault.status(429, retry_after=91), Fault.rate_limit(reset=4_000_000_000)], ids=lambda f: f.name
)
def test_a_wait_beyond_the_bound_is_not_begun(here: Hub, fault: Fault) -> None:
    here.fake.fail(fault, times=None)
    with pytest.raises(HostError, match="1,000 times an hour") as caught:
        here.client().pull_request(1)
    assert here.waits == []
    assert caught.value.exit_code == 4


def test_the_bound_on_waiting_holds_over_all_calls_together(here: Hub) -> None:
    here.fake.fail(Fault.status(429, retry_after=40), times=None)
    client = here.client()
    for _ in range(3):
        with pytest.raises(HostError):
            client.pull_request(1)
    assert here.waits == [40, 40]


def test_a_limit_is_waited_out_before_a_write_too_since_nothing_was_done(here: Hub) -> None:
    here.fake.fail(Fault.secondary_limit(retry_after=30), operation="repos/create-commit-status")
    here.client().perform(CommitStatus(sha=here.pull.head_sha, state="success", description="pass"))
    assert here.waits == [30]


@pytest.mark.parametrize(
    "text", ["", "[]", "null", '"x"', "{}", "[1]", '{"message": 5}', "<html>", "{", "\x00"]
)
@pytest.mark.parametrize("status", [200, 403, 404, 502])
def test_an_answer_of_any_form_is_a_told_error(here: Hub, text: str, status: int) -> None:
    here.fake.fail(Fault.page(status, text=text), times=None)
    with pytest.raises(HostError, match="reading pull request 1 failed"):
        here.client().pull_request(1)


def test_a_late_answer_is_left_behind_and_the_next_call_works(here: Hub) -> None:
    here.fake.fail(Fault.late())
    client = here.client(call_s=0.5, quiet_s=600)
    assert client.pull_request(here.pull.number).number == here.pull.number
    assert client.calls == 2


def test_pygithub_keeps_the_pauses_that_github_asks_for_and_repeats_nothing_by_itself() -> None:
    client = GitHub.connect(ENVIRONMENT, token=TOKEN)
    kept = client._wire._requester.kwargs
    assert (kept["seconds_between_requests"], kept["seconds_between_writes"]) == (0.25, 1)
    assert (kept["retry"], kept["timeout"]) == (None, 15)


def test_nothing_of_pygithub_is_loaded_before_it_is_connected() -> None:
    code = (
        "import sys, gate.host.github\n"
        "assert not {'github', 'requests', 'urllib3'} & {m.split('.')[0] for m in sys.modules}\n"
        "gate.host.github.GitHub.connect({'GITHUB_REPOSITORY': 'a/b'}, token='t')\n"
        "assert 'github' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
