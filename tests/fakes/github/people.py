"""Who somebody is and what they may: what each operation does."""

import time

from tests.fakes.github.access import refused
from tests.fakes.github.calls import Answer, Call, Operation, Refusal, missing
from tests.fakes.github.conversation import repo_of
from tests.fakes.github.state import Token

HOUR_S = 3600
# The endpoint's `permission` knows four words; `role_name` tells the role itself.
LEGACY = {"maintain": "write", "triage": "read"}


def get_user(call: Call) -> Answer:
    """Refused to a GITHUB_TOKEN, which is nobody's."""
    if call.token is None:
        raise Refusal(401, "Requires authentication")
    if call.token.is_job:
        raise refused(level="read")
    return Answer(value=call.world.show_user(call.login))


def permission(call: Call) -> Answer:
    """On a public repository everybody may read, collaborator or not; a login that nobody bears is a 404."""
    repo, login = repo_of(call), call.text("username")
    if call.token is None or (not call.token.is_job and not repo.may(call.login, "write")):
        raise Refusal(403, "Must have push access to view collaborator permission.")
    if login not in call.world.people and login not in repo.collaborators:
        raise Refusal(404, f"{login} is not a user")
    role = repo.role(login)
    if role == "none" and not repo.private:
        role = "read"
    return Answer(
        value={
            "permission": LEGACY.get(role, role),
            "role_name": repo.role_names.get(login, role),
            "user": call.world.show_user(login),
        }
    )


def membership(call: Call) -> Answer:
    """`pending` is somebody who was invited and is no member yet."""
    team = f"{call.text('org')}/{call.text('team_slug')}"
    state = call.world.teams.get(team, {}).get(call.text("username"))
    if state is None:
        raise missing()
    organization, slug = team.split("/")
    url = call.world.urls.api(f"orgs/{organization}/teams/{slug}/memberships/{call.text('username')}")
    return Answer(value={"state": state, "role": "member", "url": url})


def rate(token: Token | None) -> dict[str, int]:
    """1,000 an hour and repository for a GITHUB_TOKEN, 5,000 for a person, 60 for nobody."""
    limit, used = (token.limit, token.used) if token else (60, 0)
    return {
        "limit": limit, "used": used, "remaining": max(limit - used, 0), "reset": int(time.time()) + HOUR_S,
    }  # fmt: skip


def rate_limit(call: Call) -> Answer:
    shown = rate(call.token)
    return Answer(value={"resources": {"core": shown, "search": shown, "graphql": shown}, "rate": shown})


OPERATIONS: dict[str, Operation] = {
    "users/get-authenticated": get_user,
    "repos/get-collaborator-permission-level": permission,
    "teams/get-membership-for-user-in-org": membership,
    "rate-limit/get": rate_limit,
}
