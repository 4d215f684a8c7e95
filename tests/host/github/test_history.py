"""Files at commits through the API: what git would show, a missing file told from a missing commit, each asked for once."""

import pytest

from gate.host.github import HostError
from gate.model.errors import UserError
from tests.fakes.github import Fault
from tests.host.github.hub import Hub

NOWHERE = "0" * 40


def test_a_file_is_read_as_it_was_at_a_commit_below_the_folder_of_the_config(here: Hub) -> None:
    old = here.repo.commit("main", {"sub/dir/gate.yaml": "one\r\nzwei é 二\n"})
    here.repo.commit("main", {"sub/dir/gate.yaml": "two\n"})
    history = here.client().history("sub/dir/")
    assert history.read_at(old, "gate.yaml") == "one\r\nzwei é 二\n"
    assert history.read_at(here.repo.head, "gate.yaml") == "two\n"


def test_a_file_that_is_not_there_is_none_and_a_commit_that_is_not_there_is_an_error(here: Hub) -> None:
    history = here.client().history()
    assert history.read_at(here.repo.head, "absent.json") is None
    with pytest.raises(HostError, match="reading commit 000000000000 failed"):
        history.read_at(NOWHERE, "gate.yaml")


def test_a_file_that_may_not_be_read_is_an_error_and_not_a_missing_file(here: Hub) -> None:
    here.repo.private = True
    history = here.client(here.token(statuses="write")).history()
    with pytest.raises(HostError, match="contents: read"):
        history.read_at(here.repo.head, "gate.yaml")


def test_each_file_at_a_commit_is_asked_for_once_whether_it_is_there_or_not(here: Hub) -> None:
    client = here.client()
    history = client.history()
    sha = history.resolve("main").sha or ""
    for _ in range(3):
        history.read_at(sha, "gate.yaml")
        history.read_at(sha, "absent.json")
    assert client.calls == 3


def test_a_file_that_the_contents_api_sends_without_content_is_read_as_a_blob(here: Hub) -> None:
    here.fake.limits.content_with_body = 10
    large = "x" * 11
    sha = here.repo.commit("main", {"baselines/large.json": large, "ten.json": "y" * 10, "empty": ""})
    history = here.client().history()
    assert history.read_at(sha, "baselines/large.json") == large
    assert history.read_at(sha, "ten.json") == "y" * 10
    assert history.read_at(sha, "empty") == ""
    assert here.asked.count("git/get-blob") == 1


def test_a_file_that_is_no_text_is_the_users_to_mend(here: Hub) -> None:
    sha = here.repo.commit("main", {"cases.jsonl": b"ok\xff"})
    with pytest.raises(UserError, match=r"cases\.jsonl at .* is not UTF-8 \(byte 2\)"):
        here.client().history().read_at(sha, "cases.jsonl")


def test_a_folder_is_no_file(here: Hub) -> None:
    sha = here.repo.commit("main", {"baselines/a.json": "{}"})
    with pytest.raises(UserError, match="is a folder"):
        here.client().history().read_at(sha, "baselines")


@pytest.mark.parametrize(("kind", "said"), [("symlink", "symbolic link"), ("submodule", "is a submodule")])
def test_a_link_and_a_submodule_are_no_files(here: Hub, kind: str, said: str) -> None:
    more = {"target": "../secret"} if kind == "symlink" else {"submodule_git_url": "https://x.example/y.git"}
    url = f"{here.fake.api_url}/repos/acme/shop/contents/link"
    entry = {
        "type": kind, "name": "link", "path": "link", "sha": NOWHERE, "size": 9, "url": url, "git_url": url,
        "html_url": url, "download_url": None, "_links": {"git": url, "html": url, "self": url}, **more,
    }  # fmt: skip
    if kind == "symlink":
        entry["download_url"] = url
    here.fake.fail(Fault.says(entry), operation="repos/get-content")
    with pytest.raises(UserError, match=said):
        here.client().history().read_at(here.repo.head, "link")


@pytest.mark.parametrize("ref", ["main", "feature/one#2?x", "sha"])
def test_a_branch_or_a_sha_names_its_commit(here: Hub, ref: str) -> None:
    sha = here.repo.commit("feature/one#2?x", {"a": "b"})
    wanted = here.repo.head if ref == "main" else sha
    found = here.client().history().resolve(sha if ref == "sha" else ref)
    assert found.sha == wanted


@pytest.mark.parametrize("ref", ["no-such-branch", NOWHERE, "main:sub", "--help"])
def test_a_base_that_github_does_not_know_is_an_error_that_names_it(here: Hub, ref: str) -> None:
    with pytest.raises(UserError, match="GitHub knows no commit of that name") as caught:
        here.client().history().resolve(ref)
    assert ref in str(caught.value)


def test_a_repository_without_a_commit_is_called_that(here: Hub) -> None:
    here.fake.fail(Fault.status(409, message="Git Repository is empty."), operation="repos/get-commit")
    with pytest.raises(UserError, match="has no commit yet") as caught:
        here.client().history().resolve("main")
    assert "push a first commit" in caught.value.problems[0].fix


def test_what_can_be_no_name_of_a_commit_is_called_unknown(here: Hub) -> None:
    here.fake.fail(Fault.status(422, message="No commit found for SHA: 123"), operation="repos/get-commit")
    with pytest.raises(UserError, match="GitHub knows no commit of that name"):
        here.client().history().resolve("123")


@pytest.mark.parametrize("name", ["", ".", "..", "../../../user", "a/../b", "a//b", "/a"])
def test_a_name_never_leads_to_another_place_of_the_api(here: Hub, name: str) -> None:
    history = here.client().history()
    with pytest.raises(UserError, match="names nothing"):
        history.read_at(here.repo.head, name)
    with pytest.raises(UserError, match="names nothing"):
        history.resolve(name)
    assert here.asked == []


def test_a_base_that_cannot_be_asked_for_is_not_called_unknown(here: Hub) -> None:
    here.fake.fail(Fault.status(500), times=None)
    with pytest.raises(HostError, match="finding the commit main failed"):
        here.client().history().resolve("main")
