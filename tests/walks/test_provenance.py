"""A baseline in the head counts where GitHub's own word says that it was accepted for this pull request, and nowhere else."""

import json
from collections.abc import Callable

import pytest

from gate.flows.github.provenance import accepted_in
from gate.flows.github.scope import settled
from gate.host.event import Check, asked
from gate.ready import read_config
from tests.fakes.github.faults import Fault
from tests.walks.commanding import Case

BOT = "github-actions[bot]"
FILE = "baselines/s.json"


@pytest.fixture
def accepted(case: Case) -> Case:
    assert case.quickly(f"/gate accept {case.sha}") == 0
    return case


def believed(case: Case) -> dict[str, str]:
    """The suites whose baseline in the head counts, with what the report says of it."""
    environment = case.stage.environment("pull_request.synchronize", pull=case.pull)
    case.stage.checkout(environment["GITHUB_SHA"])
    desk = case.desk(environment)
    check = asked(desk.event)
    assert isinstance(check, Check)
    found = accepted_in(desk, settled(desk, check), read_config(desk.tree, desk.config))
    return dict.fromkeys(found.cards, found.remark)


def imitated(
    case: Case, *, author: str = BOT, verified: bool = True, text: bytes | None = None, message: str = ""
) -> None:
    """The accepted commit once more, made by somebody."""
    real = case.repo.commits[case.head]
    case.repo.branches["feature"] = real.parents[0]
    files = {**case.repo.files_at(real.parents[0]), FILE: text or real.files[FILE]}
    case.repo.push("feature", files, message=message or real.message, author=author, verified=verified)


def on_another_commit(case: Case) -> None:
    real = case.repo.commits[case.head]
    case.repo.branches["feature"] = real.parents[0]
    case.repo.commit("feature", {"behavior.json": "{ }"})
    files = {**case.repo.files_at("feature"), FILE: real.files[FILE]}
    case.repo.push("feature", files, message=real.message, author=BOT, verified=True)


def edited_afterwards(case: Case) -> None:
    text = case.repo.files_at("feature")[FILE].decode().replace('"exact_match":[0]', '"exact_match":[1]')
    case.repo.commit("feature", {FILE: text}, author="alice")


def under_another_pull_request(case: Case) -> None:
    case.pull.close()
    case.pull = case.repo.pull("feature")


def stricter_base(case: Case) -> None:
    config = json.loads(case.repo.files_at("main")["gate.yaml"]) | {"accept": {"role": "admin"}}
    case.repo.commit("main", {"gate.yaml": json.dumps(config)})


def other_file(case: Case) -> None:
    config = json.loads(case.repo.files_at("feature")["gate.yaml"])
    config["suites"]["s"]["baseline"] = "baselines/mine.json"
    text = case.repo.files_at("feature")[FILE].decode()
    case.repo.commit("feature", {"gate.yaml": json.dumps(config), "baselines/mine.json": text}, delete=[FILE])


SPOOFS: dict[str, Callable[[Case], object]] = {
    "not signed": lambda case: imitated(case, verified=False),
    "signed for a person": lambda case: imitated(case, author="wanda"),
    "another text": lambda case: imitated(case, text=b'{"gate_baseline": 1}'),
    "another message": lambda case: imitated(case, message="Accept the evaluation results"),
    "on another commit": on_another_commit,
    "edited afterwards": edited_afterwards,
    "under another pull request": under_another_pull_request,
    "the file is another one": other_file,
    "the comment is gone": lambda case: case.repo.comments.pop(case.command.id),
    "the comment was edited": lambda case: setattr(case.command, "updated", case.command.updated + 1),
    "the comment is another person's": lambda case: setattr(case.command, "author", "wanda"),
    "the comment is another command": lambda case: setattr(case.command, "body", "/gate help"),
    "the comment is about another commit": lambda case: setattr(case.command, "body", "/gate accept 7777777"),
    "the comment stands elsewhere": lambda case: setattr(case.command, "number", case.repo.issue().number),
    "the person may no longer": lambda case: case.repo.collaborators.pop("maria"),
    "the base wants more": stricter_base,
}


def test_an_accepted_baseline_is_believed_and_told(accepted: Case) -> None:
    told = believed(accepted)
    parent = accepted.repo.commits[accepted.head].parents[0]
    assert told == {"s": f"Compared with the baseline of the head: s (accepted by maria at {parent[:7]})."}


def test_it_stays_so_when_something_else_is_pushed(accepted: Case) -> None:
    accepted.repo.commit("feature", {"behavior.json": "{ }", "notes.md": "new"}, author="alice")
    assert set(believed(accepted)) == {"s"}


@pytest.mark.parametrize("name", SPOOFS)
def test_anything_else_is_a_proposal(accepted: Case, name: str) -> None:
    SPOOFS[name](accepted)
    assert believed(accepted) == {}


@pytest.mark.parametrize(
    "operation",
    ["repos/list-commits", "issues/get-comment", "repos/get-collaborator-permission-level"],
)
def test_what_cannot_be_asked_is_a_no(accepted: Case, operation: str) -> None:
    accepted.stage.fake.fail(Fault.status(500), operation=operation, times=None)
    assert believed(accepted) == {}


def test_a_head_without_a_new_baseline_costs_no_question_about_it(case: Case) -> None:
    case.stage.fake.journal.clear()
    assert believed(case) == {}
    assert not case.stage.fake.journal.of("repos/list-commits")
