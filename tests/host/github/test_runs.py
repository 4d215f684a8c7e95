"""Runs and their artifacts: bound to their sha, called a fork's where they are, downloaded within a limit and untouched."""

from pathlib import Path

import pytest

from gate.host.github import HostError
from gate.host.github.runs import workflow_run
from tests.fakes.github import Fault
from tests.fakes.github.state import Run
from tests.host.github.hub import Hub

MUCH = 1_000_000


def forks_run(here: Hub) -> Run:
    fork = here.fake.fork(here.repo)
    fork.commit("theirs", {"a": "b"})
    return here.repo.run(here.repo.pull("theirs", fork=fork))


def test_a_run_tells_its_sha_and_its_event(here: Hub) -> None:
    run = here.repo.run(here.pull)
    found = here.client().workflow_run(run.id)
    assert (found.head_sha, found.event) == (here.pull.head_sha, "pull_request")
    assert (found.path, found.status, found.conclusion) == (
        ".github/workflows/gate.yml",
        "completed",
        "success",
    )
    assert (found.fork, found.attempt) == (False, 1)


def test_a_forks_run_is_called_so(here: Hub) -> None:
    found = here.client().workflow_run(forks_run(here).id)
    assert (found.fork, found.head_repository) == (True, "mallory/shop")


def test_the_run_of_an_event_is_read_by_the_same_words(here: Hub) -> None:
    run = forks_run(here)
    payload = here.fake.payload("workflow_run.completed", here.repo, run=run)
    assert workflow_run(payload["workflow_run"], "acme/shop") == here.client().workflow_run(run.id)


def test_a_run_whose_head_repository_was_deleted_is_a_forks(here: Hub) -> None:
    data = here.fake.world.show_run(here.repo, here.repo.run(here.pull))
    assert workflow_run({**data, "head_repository": None}, "acme/shop").fork


def test_the_runs_of_a_commit_come_newest_first_and_of_one_event_only(here: Hub) -> None:
    first, second = here.repo.run(here.pull), here.repo.run(here.pull)
    here.repo.run(here.pull, event="pull_request_target")
    found = here.client().workflow_runs(here.pull.head_sha, event="pull_request")
    assert [run.id for run in found] == [second.id, first.id]
    assert len(here.client().workflow_runs(here.pull.head_sha)) == 3
    assert here.client().workflow_runs("0" * 40) == ()


def test_artifacts_are_found_by_run_and_by_name_and_name_their_sha(here: Hub) -> None:
    run, other = here.repo.run(here.pull), forks_run(here)
    mine = here.repo.artifact(run, "gate-results", {"a.json": "{}"})
    here.repo.artifact(run, "logs", {"a": "b"})
    theirs = here.repo.artifact(other, "gate-results", {"a.json": "forged"})
    client = here.client()
    for made, of in ((mine, run), (theirs, other)):
        (found,) = client.artifacts(of.id, name="gate-results")
        assert (found.id, found.run_id, found.head_sha) == (made.id, of.id, of.head_sha)


def test_an_artifact_is_downloaded_as_it_is_without_the_token_for_the_storage_host(here: Hub) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    assert client.download(artifact, limit_bytes=len(made.content)) == made.content
    assert here.asked[-2:] == ["actions/download-artifact", "blob/download"]
    assert "authorization" not in here.fake.journal[-1].headers
    assert client.calls == 2


def test_no_credentials_of_the_machine_go_to_the_storage_host(
    here: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login somebody password hunter2\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    assert client.download(artifact, limit_bytes=MUCH) == made.content


def test_a_large_artifact_is_refused_before_it_is_all_there(here: Hub) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", b"x" * 300_000)
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    with pytest.raises(HostError, match="larger than 299999 bytes"):
        client.download(artifact, limit_bytes=len(made.content) - 1)
    assert "actions/download-artifact" not in here.asked
    smaller = artifact.model_copy(update={"size_bytes": 1})
    with pytest.raises(HostError, match="larger than 299999 bytes"):
        client.download(smaller, limit_bytes=len(made.content) - 1)
    assert here.asked[-1] == "blob/download"


def test_an_expired_artifact_is_told_so(here: Hub) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (fresh,) = client.artifacts(made.run, name="res")
    made.expired = True
    (artifact,) = client.artifacts(made.run, name="res")
    with pytest.raises(HostError, match="it has expired"):
        client.download(artifact, limit_bytes=MUCH)
    with pytest.raises(HostError, match="status 410"):
        client.download(fresh, limit_bytes=MUCH)


def test_an_artifact_that_was_exchanged_on_the_way_is_refused(here: Hub) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    made.content = b"something else"
    with pytest.raises(HostError, match="not the archive whose digest GitHub tells"):
        client.download(artifact, limit_bytes=MUCH)


@pytest.mark.parametrize(
    "fault", [Fault.status(500), Fault.reset(), Fault.broken_json()], ids=lambda fault: fault.name
)
def test_a_storage_host_that_stumbles_is_asked_again(here: Hub, fault: Fault) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    here.fake.fail(fault, operation="blob/download")
    if fault.wire == "broken":
        with pytest.raises(HostError, match="digest"):
            client.download(artifact, limit_bytes=MUCH)
    else:
        assert client.download(artifact, limit_bytes=MUCH) == made.content


def test_a_storage_host_that_refuses_is_told_without_the_signed_address(here: Hub) -> None:
    made = here.repo.artifact(here.repo.run(here.pull), "res", {"a.json": "{}"})
    client = here.client()
    (artifact,) = client.artifacts(made.run, name="res")
    here.fake.fail(Fault.status(403), operation="blob/download", times=None)
    with pytest.raises(HostError, match="its host answered 403") as caught:
        client.download(artifact, limit_bytes=MUCH)
    assert "http" not in str(caught.value)


def test_a_run_that_is_running_still_is_not_run_again_and_that_is_told(here: Hub) -> None:
    run = here.repo.run(here.pull)
    found = here.client().workflow_run(run.id)
    run.status = "in_progress"
    with pytest.raises(HostError, match="already running"):
        here.client().rerun(found)
