"""A login → whether this person may, by GitHub's own answer and by the rule of the base commit. Any other answer is a no."""

from gate.flows.github.desk import Desk
from gate.model.authority import Authority
from gate.model.errors import UserError
from gate.model.hosting import Permission
from gate.render.replies import Reply
from gate.render.words import Name, Part

_ROLES = ("none", "read", "triage", "write", "maintain", "admin")


def refusal(permission: Permission, rule: Authority, *, desk: Desk) -> Reply | None:
    """Why somebody may not, and who may; None where they may.

    Raises:
        HostError: it could not be asked whether they are in a team; whoever asks must then refuse.
    """
    login = permission.login
    if _ROLES.index(permission.role) < _ROLES.index(rule.role):
        return Reply(words=(Name(login), " may not do this: ", *_who(rule), "."))
    if rule.teams and not any(_is_in(desk, login, team) for team in rule.teams):
        return Reply(words=(Name(login), " may not do this: ", *_who(rule), "."))
    return None


def unanswered(login: str, error: UserError) -> Reply:
    """Nobody could be asked, so the answer is no."""
    words = ("It could not be found out whether ", Name(login), " may do this, so nothing was done.")
    return Reply(words=words, problems=error.problems)


def _is_in(desk: Desk, login: str, team: str) -> bool:
    organization, _, slug = team.partition("/")
    return desk.github.is_member(login, organization=organization, team=slug)


def _who(rule: Authority) -> tuple[Part, ...]:
    """Who may, in words."""
    above = _ROLES[_ROLES.index(rule.role) :]
    roles: list[Part] = []
    for role in above:
        roles += [" or " if role == above[-1] and len(above) > 1 else ", " if roles else "", Name(role)]
    teams: list[Part] = []
    for team in rule.teams:
        teams += [" or " if teams else " who is in the team ", Name(team)]
    return ("it takes somebody with the role ", *roles, " in this repository", *teams)
