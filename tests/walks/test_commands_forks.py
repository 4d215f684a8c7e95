"""A fork's baseline counts where somebody who may accepted that very file at that very commit; its numbers never turn green."""

import json
import re
from collections.abc import Callable, Iterator

import pytest

from gate.flows.github.publish import published
from gate.host.event import Publish, asked
from gate.host.file_acceptance import FileAcceptance, acceptance_at
from tests.fakes.github.faults import Fault
from tests.fakes.github.repository import Pull
from tests.fakes.github.state import Run, Status
from tests.walks.commanding import FAILING, MAY, TRIPWIRE, Case, broken
from tests.walks.project import Project, ids
from tests.walks.stage import Stage

BOT = "github-actions[bot]"
FILE = "baselines/s.json"
PUBLISHER = {"contents": "read", "pull_requests": "write", "statuses": "write", "actions": "read"}


@pytest.fixture(scope="session")
def red_baseline(gated: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> str:
    """What `gate accept` writes on a machine, in a checkout of the fork's branch."""
    project = Project(tmp_path_factory.mktemp("fork"))
    for name, text in gated.items():
        project.write(name, text)
    project.answer(ids(12), "wrong")
    assert project.gate("accept").code == 0
    return project.read(FILE)


@pytest.fixture
def fork(stage: Stage, results: dict[str, str], red_baseline: str) -> Iterator[Case]:
    """A stranger's pull request that breaks twelve cases and brings the baseline that says so; its run has ended."""
    stage.repo.collaborators.update(MAY)
    theirs = stage.fake.fork(stage.repo, owner="mallory")
    app = TRIPWIRE + stage.repo.files_at("main")["app.py"].decode()
    theirs.commit("feature", {"app.py": app, "behavior.json": broken(), "sitecustomize.py": FAILING})
    theirs.commit("feature", {FILE: red_baseline}, author="mallory")
    pull = stage.repo.pull("feature", fork=theirs, author="mallory")
    case = Case(stage=stage, pull=pull, run=ran(stage, pull, results["red"]))
    yield case
    assert not case.tripped.exists(), "the fork's code was run"


def ran(stage: Stage, pull: Pull, text: str) -> Run:
    """A finished run of the fork's head, which left these results."""
    run = stage.repo.run(pull, actor="mallory")
    run.status, run.conclusion = "completed", "failure"
    stage.repo.artifact(run, "gate-report", {"results/s.json": text})
    return run


def published_by_us(case: Case) -> Status:
    """What the trusted side tells at the head, after the fork's run."""
    case.run.status, case.run.conclusion = "completed", "failure"
    case.stage.permissions = PUBLISHER
    case.stage.workspace.mkdir(exist_ok=True)
    desk = case.desk(case.stage.environment("workflow_run.completed", run=case.run))
    publish = asked(desk.event)
    assert isinstance(publish, Publish)
    published(desk, publish.run)
    newest: Status = case.repo.statuses_of(case.head, context="gate")[0]
    return newest


def records(case: Case) -> list[Status]:
    return [each for each in case.repo.statuses if each.context == "gate/accepted"]


def compared(case: Case) -> bool:
    """Whether the trusted side compared with the fork's baseline. The base's makes these results red."""
    status = published_by_us(case)
    (comment,) = [each.body for each in case.repo.comments.values() if "<!-- gate:" in each.body]
    told = "accepted by maria at" in comment
    assert status.state == ("error" if told else "failure"), status.description
    assert "a fork's own numbers" in comment
    return told


@pytest.fixture
def accepted(fork: Case) -> Case:
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.reactions == ["eyes", "rocket"], fork.replies
    return fork


def test_a_file_that_a_maintainer_accepts_is_what_the_next_run_is_compared_with(fork: Case) -> None:
    head = fork.head
    assert published_by_us(fork).state == "failure"
    acted = fork.say(f"/gate accept {fork.sha} because the tone changed")
    assert acted.code == 0, acted.log
    assert fork.reactions == ["eyes", "rocket"], fork.replies
    assert fork.head == head, "nothing is pushed to a fork"
    (record,) = records(fork)
    assert (record.sha, record.state, record.author) == (head, "success", BOT)
    url = f"{fork.stage.fake.url}/{fork.repo.full_name}"
    told = acceptance_at(str(record.target_url), repository_url=url)
    assert isinstance(told, FileAcceptance)
    assert (told.by, told.pull, told.comment) == ("maria", fork.pull.number, fork.command.id)
    assert fork.run.reruns == ["re-run-workflow"]
    assert "`maria` accepted the baseline of `s`" in fork.replies[0]
    assert "gh pr checkout" in fork.replies[0]
    status = published_by_us(fork)
    assert (status.state, str(status.description)[:12]) == ("error", "Not verified")


def test_the_trusted_side_says_what_it_compared_with_and_by_whose_word(accepted: Case) -> None:
    assert compared(accepted)


def test_a_forks_numbers_that_are_worse_than_the_accepted_ones_stay_red(
    accepted: Case, results: dict[str, str]
) -> None:
    worse = re.sub(r'"value": ?1\b', '"value":0', results["red"])
    assert worse != results["red"]
    accepted.repo.artifacts.clear()
    accepted.repo.artifact(accepted.run, "gate-report", {"results/s.json": worse})
    assert published_by_us(accepted).state == "failure"


@pytest.mark.parametrize("login", ["mallory", "reed", "trish"])
def test_whoever_may_not_write_accepts_nothing(fork: Case, login: str) -> None:
    assert fork.quickly(f"/gate accept {fork.sha}", by=login) == 0
    assert fork.refused()
    assert not records(fork)
    assert fork.stage.fake.journal.operations[0] == "repos/get-collaborator-permission-level"
    assert not fork.run.reruns
    assert not compared(fork)


@pytest.mark.parametrize(
    "operation", ["repos/get-collaborator-permission-level", "repos/compare-commits-with-basehead"]
)
def test_what_cannot_be_asked_records_nothing(fork: Case, operation: str) -> None:
    fork.stage.fake.fail(Fault.status(500), operation=operation, times=None)
    assert fork.quickly(f"/gate accept {fork.sha}") == 4
    assert fork.refused()
    assert not records(fork)


def test_the_base_may_ask_for_more(fork: Case) -> None:
    files = fork.repo.commits[fork.pull.base_sha].files
    files["gate.yaml"] = json.dumps(json.loads(files["gate.yaml"]) | {"accept": {"role": "admin"}}).encode()
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.refused()
    assert not records(fork)


def test_a_head_that_moved_is_not_accepted(fork: Case) -> None:
    seen = fork.sha
    fork.pull.head_repository.commit("feature", {FILE: "{ }"}, author="mallory")
    assert fork.quickly(f"/gate accept {seen}") == 0
    assert fork.refused()
    assert not records(fork)
    assert f"`{seen}`" in fork.replies[0]


def test_a_file_that_is_no_baseline_is_not_accepted(fork: Case) -> None:
    fork.pull.head_repository.commit("feature", {FILE: '{"gate_baseline": 1}'}, author="mallory")
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.refused()
    assert not records(fork)


def test_a_suite_whose_baseline_the_fork_does_not_bring_is_told(fork: Case) -> None:
    config = json.loads(fork.repo.files_at("main")["gate.yaml"])
    config["suites"]["other"] = {**config["suites"]["s"], "baseline": "baselines/other.json"}
    fork.pull.head_repository.commit("feature", {"gate.yaml": json.dumps(config)})
    assert fork.quickly(f"/gate accept {fork.sha} other") == 0
    assert fork.refused()
    assert "no new baseline of 'other'" in fork.replies[0]
    assert fork.quickly(f"/gate accept {fork.sha} s") == 0
    assert fork.reactions == ["eyes", "rocket"], fork.replies


def test_a_baseline_that_only_lags_behind_the_bases_is_not_accepted_along_with_it(
    fork: Case, gated: dict[str, str]
) -> None:
    config = json.loads(gated["gate.yaml"])
    config["suites"]["t"] = {**config["suites"]["s"], "baseline": "baselines/t.json"}
    old = gated[FILE].replace('"suite": "s"', '"suite": "t"')
    theirs = fork.pull.head_repository
    stem = fork.repo.commit("main", {"gate.yaml": json.dumps(config), "baselines/t.json": old})
    files = fork.repo.commits[fork.head].files
    theirs.branches["feature"] = stem
    theirs.commit("feature", {name: files[name].decode() for name in ("behavior.json", FILE)})
    fork.repo.commit("main", {"baselines/t.json": old.replace('"exact_match":[1,', '"exact_match":[0,')})
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.reactions == ["eyes", "rocket"], fork.replies
    assert records(fork)[0].description == f"maria accepted the baseline of s \u00b7 {fork.sha}"


def test_a_run_that_has_not_ended_is_left_to_find_it(fork: Case) -> None:
    fork.run.status = "in_progress"
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.reactions == ["eyes", "rocket"], fork.replies
    assert not fork.run.reruns
    assert "has not ended yet" in fork.replies[0]
    assert compared(fork)


def test_a_run_that_cannot_be_started_again_leaves_the_acceptance_standing(fork: Case) -> None:
    fork.stage.fake.fail(Fault.status(403), operation="actions/re-run-workflow", times=None)
    assert fork.quickly(f"/gate accept {fork.sha}") == 0
    assert fork.reactions == ["eyes", "rocket"], fork.replies
    assert "re-run it by hand" in fork.replies[0]
    assert compared(fork)


def edited_afterwards(case: Case) -> None:
    """Another commit, with another file, which the status of the one before says nothing of."""
    before = case.repo.commits[case.head].files[FILE].decode()
    text = before.replace('"exact_match":[0,', '"exact_match":[1,')
    assert text != before
    theirs, results = case.pull.head_repository, next(iter(case.repo.artifacts.values())).content
    theirs.commit("feature", {FILE: text}, author="mallory")
    case.run = case.repo.run(case.pull, actor="mallory")
    case.repo.artifact(case.run, "gate-report", results)


def the_record_of_another_file(case: Case) -> None:
    """The status carried over to a commit with another file, as if the digest were not looked at."""
    (record,) = records(case)
    edited_afterwards(case)
    record.sha = case.head
    case.command.body = "/gate accept"


def forged_by(login: str) -> Callable[[Case], object]:
    """A status that says the same, by another account, in the place of ours."""
    return lambda case: setattr(records(case)[0], "author", login)


def forged_in_a_comment(case: Case) -> None:
    """What our status says, written by a stranger under the pull request; ours is gone."""
    (record,) = records(case)
    case.repo.statuses.remove(record)
    case.repo.comment(case.pull.number, f"{record.description}\n{record.target_url}", author="mallory")


def with_another_digest(case: Case) -> None:
    (record,) = records(case)
    url = str(record.target_url)
    at = url.index("gate-files=") + len("gate-files=")
    record.target_url = url[:at] + "0" * 64 + url[at + 64 :]


def of_another_pull_request(case: Case) -> None:
    (record,) = records(case)
    record.target_url = str(record.target_url).replace(f"/pull/{case.pull.number}?", "/pull/99?")


def stricter_base(case: Case) -> None:
    files = case.repo.commits[case.pull.base_sha].files
    files["gate.yaml"] = json.dumps(json.loads(files["gate.yaml"]) | {"accept": {"role": "admin"}}).encode()


SPOOFS: dict[str, Callable[[Case], object]] = {
    "the file was changed": edited_afterwards,
    "the status is of another file": the_record_of_another_file,
    "the status is a person's": forged_by("wanda"),
    "the status is another bot's": forged_by("evil-app[bot]"),
    "a stranger wrote a comment like it": forged_in_a_comment,
    "another digest": with_another_digest,
    "another pull request": of_another_pull_request,
    "no address of ours": lambda case: setattr(records(case)[0], "target_url", "https://example.org/"),
    "the comment is gone": lambda case: case.repo.comments.pop(case.command.id),
    "the comment was edited": lambda case: setattr(case.command, "updated", case.command.updated + 1),
    "the comment is another person's": lambda case: setattr(case.command, "author", "wanda"),
    "the comment is another command": lambda case: setattr(case.command, "body", "/gate help"),
    "the comment is about another commit": lambda case: setattr(case.command, "body", "/gate accept 7777777"),
    "the comment stands elsewhere": lambda case: setattr(case.command, "number", case.stage.pull().number),
    "the person may no longer": lambda case: case.repo.collaborators.pop("maria"),
    "the person's role was lowered": lambda case: case.repo.collaborators.update(maria="triage"),
    "the base wants more": stricter_base,
}


@pytest.mark.parametrize("name", SPOOFS)
def test_anything_else_is_a_proposal(accepted: Case, name: str) -> None:
    SPOOFS[name](accepted)
    assert not compared(accepted)


@pytest.mark.parametrize("operation", ["issues/get-comment", "repos/get-collaborator-permission-level"])
def test_what_the_trusted_side_cannot_ask_is_a_no(accepted: Case, operation: str) -> None:
    accepted.stage.fake.fail(Fault.status(500), operation=operation, times=None)
    assert not compared(accepted)


def test_a_forks_results_are_not_looked_at_for_an_accept(accepted: Case) -> None:
    asked_for = {*accepted.stage.fake.journal.operations}
    assert not asked_for & {
        "actions/list-workflow-run-artifacts",
        "actions/download-artifact",
        "blob/download",
    }
    assert not asked_for & {"graphql/createCommitOnBranch"}
