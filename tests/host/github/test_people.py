"""Who may: only GitHub's clear answer is a yes; a stranger is none, and whatever else is an error."""

from typing import get_args

import pytest

from gate.host.github import HostError
from gate.model.errors import UserError
from gate.model.hosting import Permission
from tests.fakes.github import Fault
from tests.fakes.github.calls import Answer
from tests.fakes.github.contract import complete
from tests.fakes.github.state import Role
from tests.host.github.hub import Hub


@pytest.mark.parametrize("role", get_args(Role))
def test_a_collaborators_role_is_told_as_it_is(here: Hub, role: Role) -> None:
    here.repo.private = True
    here.fake.world.person("maria")
    here.repo.collaborators["maria"] = role
    found = here.client().permission("maria")
    assert found.role == role
    assert found.may_write is (role in {"write", "maintain", "admin"})


def test_a_custom_role_counts_as_the_one_it_stands_on(here: Hub) -> None:
    here.fake.world.person("maria")
    here.repo.collaborators["maria"] = "triage"
    here.repo.role_names["maria"] = "release-captain"
    assert here.client().permission("maria") == Permission(login="maria", role="read")


def test_a_stranger_may_nothing(here: Hub) -> None:
    assert here.client().permission("nobody-knows") == Permission(login="nobody-knows", role="none")


@pytest.mark.parametrize(
    "fault",
    [
        Fault.status(403),
        Fault.status(401),
        Fault.status(500),
        Fault.reset(),
        Fault.broken_json(),
        Fault.page(200),
    ],
    ids=lambda fault: fault.name,
)
def test_any_other_answer_is_an_error_and_never_a_permission(here: Hub, fault: Fault) -> None:
    here.fake.world.person("maria")
    here.repo.collaborators["maria"] = "admin"
    here.fake.fail(fault, times=None)
    with pytest.raises(HostError, match="asking what maria may do failed"):
        here.client().permission("maria")


def test_an_answer_about_somebody_else_is_no_answer(here: Hub) -> None:
    other = here.fake.world.show_user("maria")
    answer = {"permission": "admin", "role_name": "admin", "user": other}
    whole = complete("repos/get-collaborator-permission-level", Answer(value=answer)).value
    here.fake.fail(Fault.says(whole), times=None)
    with pytest.raises(HostError, match="cannot be read"):
        here.client().permission("mallory")


@pytest.mark.parametrize("login", ["", "..", "../../acme"])
def test_a_login_that_is_none_is_not_asked_about(here: Hub, login: str) -> None:
    with pytest.raises(UserError, match="names nothing"):
        here.client().permission(login)
    assert here.asked == []


def test_only_an_accepted_invitation_makes_a_member(here: Hub) -> None:
    here.fake.world.team("acme", "leads", members=("maria", "olga"))
    here.fake.world.teams["acme/leads"]["olga"] = "pending"
    client = here.client(here.token(members="read"))
    found = [
        client.is_member(each, organization="acme", team="leads") for each in ("maria", "olga", "mallory")
    ]
    assert found == [True, False, False]


def test_a_team_that_may_not_be_read_is_an_error_and_never_a_yes(here: Hub) -> None:
    here.fake.world.team("acme", "leads", members=("maria",))
    with pytest.raises(HostError, match="acme/leads failed"):
        here.client().is_member("maria", organization="acme", team="leads")
