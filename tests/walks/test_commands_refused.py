"""Orders that are not carried out: no baseline lands that nobody with permission accepted for that very head."""

import dataclasses
import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.fakes.github.faults import Fault
from tests.walks.commanding import QUICK, Case

BOT = "github-actions[bot]"
Change = Callable[[Case], object]


@pytest.fixture(autouse=True)
def _whatever_lands_is_ours(case: Case, monkeypatch: pytest.MonkeyPatch) -> object:
    monkeypatch.setenv("GATE_TRIPWIRE", str(case.tripped))
    yield
    for sha in case.repo.history(case.repo.branches["feature"]):
        commit = case.repo.commits[sha]
        if commit.message.startswith("Accept"):
            assert commit.verified


@pytest.mark.parametrize("login", ["mallory", "reed", "trish"])
@pytest.mark.parametrize("seen_by", ["its own", "everybody"])
@pytest.mark.parametrize("text", ["/gate accept", "/gate run", "/gate explain case-000"])
def test_whoever_may_not_write_gives_no_command(case: Case, login: str, seen_by: str, text: str) -> None:
    case.repo.private = seen_by == "its own"
    assert case.quickly(text, by=login) == 0
    assert case.refused()
    assert "eyes" not in case.reactions
    assert "`write`, `maintain` or `admin`" in case.replies[0]
    assert case.stage.fake.journal.operations[0] == "repos/get-collaborator-permission-level"
    asked = {*case.stage.fake.journal.operations[1:]}
    assert asked <= {
        "issues/list-comments",
        "issues/create-comment",
        "reactions/create-for-issue-comment",
        "graphql/viewer",
    }


@pytest.mark.parametrize(
    ("fault", "code"),
    [(Fault.status(403), 2), (Fault.status(404), 0), (Fault.status(500), 4), (Fault.late(1), 4)],
)
def test_any_other_answer_on_the_permission_is_a_no(case: Case, fault: Fault, code: int) -> None:
    case.stage.fake.fail(fault, operation="repos/get-collaborator-permission-level", times=None)
    tempo = dataclasses.replace(QUICK, call_s=0.3) if "late" in fault.name else QUICK
    assert case.quickly(f"/gate accept {case.sha}", tempo=tempo) == code
    assert case.refused()


@pytest.mark.parametrize(
    ("text", "more"),
    [
        ("/gate accept", {"action": "edited"}),
        ("/gate accept", {"by": BOT}),
        ("I'd say:\n/gate accept", {}),
        ("/gateway accept", {}),
        ("> /gate accept", {}),
    ],
)
def test_what_is_no_order_is_not_even_answered(case: Case, text: str, more: dict[str, Any]) -> None:
    assert case.quickly(text, **more) == 0
    assert not case.stage.fake.journal


def test_an_issue_that_is_no_pull_request_takes_no_orders(case: Case) -> None:
    issue = case.repo.issue()
    comment = case.repo.comment(issue.number, "/gate accept", author="maria")
    environment = case.stage.environment("issue_comment.created", issue=issue, comment=comment)
    case.stage.fake.journal.clear()
    assert case.carried_out(environment) == 0
    assert not case.stage.fake.journal


@pytest.mark.parametrize("ended", ["close", "merge"])
@pytest.mark.parametrize("text", ["/gate accept", "/gate run"])
def test_a_pull_request_that_is_over_is_left_alone(case: Case, ended: str, text: str) -> None:
    getattr(case.pull, ended)()
    assert case.quickly(text) == 0
    assert case.refused()
    assert ("closed" if ended == "close" else "merged") in case.replies[0]


@pytest.mark.parametrize("form", ["/gate accept", "/gate accept {sha}"])
def test_a_head_that_moved_before_the_order_is_not_accepted(case: Case, form: str) -> None:
    seen = case.sha
    evil = case.repo.commit("feature", {"behavior.json": "{ }"}, author="mallory")
    assert case.quickly(form.format(sha=seen)) == 0
    assert case.refused()
    assert case.head == evil
    assert f"`{evil[:7]}`" in case.replies[0]
    assert f"`{seen}`" in case.replies[0]


def test_a_head_that_moves_while_we_work_is_not_written_to(case: Case) -> None:
    push = lambda _call: case.repo.commit("feature", {"behavior.json": "{ }"})  # noqa: E731 - said in one line
    case.stage.fake.before("graphql/createCommitOnBranch", push)
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.refused()
    assert "nothing was written" in case.replies[0]


def test_a_head_that_moves_right_after_gets_no_status(case: Case) -> None:
    seen, made = case.head, []

    def push(_call: object) -> None:
        made.append(case.head)
        case.repo.commit("feature", {"behavior.json": "{ }"})

    case.stage.fake.after("graphql/createCommitOnBranch", push)
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert [status.state for status in case.repo.statuses_of(made[0])] == ["success"]
    assert case.repo.commits[made[0]].parents == (seen,)
    assert not case.repo.statuses_of(case.head)


def test_of_two_accepts_at_once_one_lands(case: Case) -> None:
    text, found = f"/gate accept {case.sha}", []
    case.stage.fake.before(
        "graphql/createCommitOnBranch", lambda _call: found.append(case.quickly(text, by="wanda"))
    )
    assert case.quickly(text) == 0
    assert found == [0]
    accepts = [case.repo.commits[sha] for sha in case.repo.history(case.head)]
    assert sum(commit.message.startswith("Accept") for commit in accepts) == 1
    assert "Gate-Accepted-By: wanda" in case.repo.commits[case.head].message


def test_a_push_after_an_accept_is_another_head(case: Case) -> None:
    assert case.quickly("/gate accept") == 0
    case.repo.commit("feature", {"behavior.json": "{ }"})
    assert not case.repo.statuses_of(case.head)
    assert case.quickly("/gate accept") == 0
    assert case.refused()


def another_run(case: Case) -> None:
    other = case.repo.run(event="push", branch="main")
    next(iter(case.repo.artifacts.values())).run = other.id


def a_forks_run(case: Case) -> None:
    case.run.head_repository = case.stage.fake.fork(case.repo, owner="mallory").full_name


def wrong_digest(case: Case) -> None:
    assert case.left is not None
    files = {**case.left.files, "results/s.json": case.left.files["results/s.json"][:-1] + b"  \n"}  # type: ignore[operator]
    case.repo.artifacts.clear()
    case.repo.artifact(case.run, "gate-report", files)


def corrupt(case: Case) -> None:
    case.repo.artifacts.clear()
    case.repo.artifact(case.run, "gate-report", b"PK\x03\x04 this is no archive")


def no_report(case: Case) -> None:
    case.repo.artifacts.clear()
    case.repo.artifact(case.run, "gate-report", {"report.json": '{"verdict": []}'})


def expired(case: Case) -> None:
    next(iter(case.repo.artifacts.values())).expired = True


def by_a_person(case: Case) -> None:
    case.repo.statuses_of(case.head)[0].author = "wanda"


def other_digest_in_the_comment(case: Case) -> None:
    ours = next(iter(case.repo.comments.values()))
    lines = ours.body.rstrip().split("\n")
    lines[-1] = f"<!-- gate:record head={case.head} results={'0' * 64} -->"
    ours.body = "\n".join(lines)


RECORDS: dict[str, tuple[Change, str]] = {
    "missing": (lambda case: case.repo.artifacts.clear(), "left no artifact"),
    "expired": (expired, "expired"),
    "of another run": (another_run, "left no artifact"),
    "of another sha": (lambda case: setattr(case.run, "head_sha", case.repo.head), "own run"),
    "of a fork": (a_forks_run, "own run"),
    "of another event": (lambda case: setattr(case.run, "event", "push"), "own run"),
    "of another workflow": (lambda case: setattr(case.run, "workflow", ".github/workflows/evil.yml"), "own run"),
    "not uploaded yet": (lambda case: setattr(case.run, "status", "in_progress"), "has not ended yet"),
    "corrupt": (corrupt, "cannot be unpacked"),
    "no report": (no_report, "no report.json that can be read"),
    "wrong digest": (wrong_digest, "the digests differ"),
    "status by a person": (by_a_person, "no results are recorded"),
    "no status": (lambda case: case.repo.statuses.clear(), "no results are recorded"),
    "running": (lambda case: case.repo.status(case.head, "pending", context="gate"), "is running"),
    "another digest in the comment": (other_digest_in_the_comment, "name different results"),
    "no config in the base": (lambda case: case.repo.commits[case.pull.base_sha].files.pop("gate.yaml"), "there is no gate.yaml"),
}  # fmt: skip


@pytest.mark.parametrize("name", RECORDS)
def test_a_record_that_does_not_hold_is_not_accepted(case: Case, name: str) -> None:
    change, told = RECORDS[name]
    change(case)
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.refused(), case.reactions
    assert told in case.replies[0], case.replies


def test_the_short_form_needs_a_comment_of_ours_that_was_there_before(case: Case) -> None:
    ours = next(iter(case.repo.comments.values()))
    ours.updated = case.stage.fake.world.clock.second + 1_000
    assert case.quickly("/gate accept") == 0
    assert case.refused()
    assert "brought up to date after" in case.replies[0]


def test_a_comment_that_only_looks_like_ours_shows_no_head(case: Case) -> None:
    next(iter(case.repo.comments.values())).author = "mallory"
    assert case.quickly("/gate accept") == 0
    assert case.refused()


def test_a_fork_is_told_the_command_for_a_machine_of_its_own(case: Case) -> None:
    theirs = case.stage.fake.fork(case.repo, owner="mallory")
    theirs.commit("feature", {"behavior.json": "{ }"})
    case.pull = case.repo.pull("feature", fork=theirs, author="mallory")
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.refused()
    assert "gate accept" in case.replies[0]
    assert "nothing can be pushed" in case.replies[0]


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ({"role": "admin"}, "the role `admin`"),
        ({"teams": ["acme/evals"]}, "the team"),
        ({"role": "maintain", "teams": ["acme/evals"]}, "the team"),
    ],
)
def test_the_base_may_ask_for_more_than_the_right_to_push(
    case: Case, rule: dict[str, object], told: str
) -> None:
    files = case.repo.commits[case.pull.base_sha].files
    config = json.loads(files["gate.yaml"]) | {"accept": rule}
    files["gate.yaml"] = json.dumps(config).encode()
    case.stage.fake.team("acme", "evals", members=("wanda",))
    token = case.stage.fake.app_token(
        case.repo, login="gate-app[bot]", contents="write", pull_requests="write"
    )
    assert case.quickly(f"/gate accept {case.sha}", token=token) == 0
    assert case.refused()
    assert told in case.replies[0]


def test_what_the_head_says_of_who_may_is_not_asked(case: Case) -> None:
    base = case.repo.commits[case.pull.base_sha].files
    base["gate.yaml"] = json.dumps(json.loads(base["gate.yaml"]) | {"accept": {"role": "maintain"}}).encode()
    assert case.quickly(f"/gate accept {case.sha}", by="wanda") == 0
    assert case.refused()


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("/gate acept", "`/gate accept`"),
        ("/gate", "Command"),
        ("/gate approve 1234567", "`/gate accept`"),
        ("/gate accept 1a2b", "too short"),
        ("/gate run everything", "`/gate run accept`"),
    ],
)
def test_a_misspelt_order_gets_a_kind_answer(case: Case, text: str, told: str) -> None:
    assert case.quickly(text) == 0
    assert told in case.replies[0]
    assert not {call.operation for call in case.stage.fake.journal.writes} & {"graphql/createCommitOnBranch"}
    assert case.quickly(text) == 0
    assert not case.replies, "the same again is not said twice"


def test_a_job_without_the_right_to_write_says_which_line_grants_it(case: Case) -> None:
    permissions = {"contents": "read", "pull_requests": "write", "statuses": "write", "actions": "read"}
    assert case.quickly(f"/gate accept {case.sha}", permissions=permissions) == 0
    assert case.refused()
    assert "contents: write" in case.replies[0]


def test_a_status_that_cannot_be_set_is_told(case: Case) -> None:
    case.stage.fake.fail(Fault.status(403), operation="repos/create-commit-status", times=None)
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.reactions == ["eyes", "confused"]
    assert "but its status could not be set" in case.replies[0]
    assert "statuses: write" in case.replies[0]


def test_a_commit_that_changes_more_than_the_baseline_gets_no_status(case: Case) -> None:
    def smuggle(_call: object) -> None:
        case.repo.commits[case.head].files["app.py"] = b"evil"

    case.stage.fake.fail(Fault.lost(), operation="graphql/createCommitOnBranch")
    case.stage.fake.before("repos/compare-commits-with-basehead", smuggle)
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert not case.repo.statuses_of(case.head)
    assert "no status was set" in case.replies[0]


def test_a_commit_whose_answer_was_lost_is_accepted_once(case: Case) -> None:
    before = case.head
    case.stage.fake.fail(Fault.lost(), operation="graphql/createCommitOnBranch")
    assert case.quickly(f"/gate accept {case.sha}") == 0
    assert case.reactions == ["eyes", "rocket"]
    assert case.repo.commits[case.head].parents == (before,)
    assert [status.state for status in case.repo.statuses_of(case.head)] == ["success"]


def test_somebody_of_the_team_may(case: Case) -> None:
    files = case.repo.commits[case.pull.base_sha].files
    files["gate.yaml"] = json.dumps(
        json.loads(files["gate.yaml"]) | {"accept": {"teams": ["acme/evals"]}}
    ).encode()
    case.stage.fake.team("acme", "evals", members=("wanda",))
    case.repo.collaborators["owner-of-the-token"] = "admin"
    token = case.stage.fake.person_token("owner-of-the-token")
    case.repo.statuses_of(case.head)[0].author = "owner-of-the-token"
    next(iter(case.repo.comments.values())).author = "owner-of-the-token"
    assert case.quickly(f"/gate accept {case.sha}", token=token) == 0
    assert case.quickly(f"/gate accept {case.sha}", by="wanda", token=token) == 0
    assert [each.content for each in case.repo.reactions] == ["eyes", "confused", "eyes", "rocket"]
