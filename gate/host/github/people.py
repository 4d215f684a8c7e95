"""A login → what this person may do here. Only GitHub's answer counts: anything but a clear yes is an error or a no."""

from collections.abc import Mapping
from typing import Any

from gate.host.github.asking import Asking, quoted
from gate.host.github.failure import HostError, Task
from gate.model.hosting import Permission

_NOT_FOUND = 404
_ROLES = {"none", "read", "triage", "write", "maintain", "admin"}


class People(Asking):
    """Asking who may."""

    def permission(self, login: str) -> Permission:
        """The role of a person in this repository; a stranger's is `none`.

        Raises:
            HostError: any other answer. Whoever asks must then refuse.
        """
        task = Task(doing=f"asking what {login} may do", needs="metadata: read")
        path = self._at("collaborators", login, "permission")
        try:
            return self._wire.read(task, path, parse=lambda data: _permission(data, login))
        except HostError as error:
            if error.status != _NOT_FOUND:
                raise
            return Permission(login=login)

    def is_member(self, login: str, *, organization: str, team: str) -> bool:
        """Whether a person is in a team (its slug), accepted invitation included. GITHUB_TOKEN may not ask this.

        Raises:
            HostError: it could not be asked; needs the token of an App with `members: read`.
        """
        task = Task(doing=f"asking whether {login} is in the team {organization}/{team}")
        path = f"/orgs/{quoted(organization)}/teams/{quoted(team)}/memberships/{quoted(login)}"
        try:
            return self._wire.read(task, path, parse=_is_active)
        except HostError as error:
            if error.status != _NOT_FOUND:
                raise
            return False


def _is_active(data: Mapping[str, Any]) -> bool:
    return str(data["state"]) == "active"


def _permission(data: Mapping[str, Any], login: str) -> Permission:
    """GitHub's `permission` knows no maintain and no triage, its `role_name` may be the name of a custom role."""
    if str(data["user"]["login"]).lower() != login.lower():
        raise ValueError
    role = data.get("role_name") if data.get("role_name") in _ROLES else data["permission"]
    return Permission(login=login, role=role)
