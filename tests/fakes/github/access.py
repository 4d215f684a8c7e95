"""A token and an operation → may it? GitHub's answer where it may not, with the header that names what is missing."""

from dataclasses import dataclass

from tests.fakes.github.calls import REFUSED, Answer, Call, Refusal, missing
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Level, Role

LEVELS: tuple[Level, ...] = ("none", "read", "write")
# operation → the permissions of which a job's token needs one, and the level. The pages of GitHub's REST reference
# name them ("fine-grained access tokens"); the conversation of a pull request belongs to both issues and pull-requests.
TALK = ("issues", "pull-requests")
NEEDS: dict[str, tuple[tuple[str, ...], Level]] = {
    "actions/create-workflow-dispatch": (("actions",), "write"),
    "actions/download-artifact": (("actions",), "read"),
    "actions/get-artifact": (("actions",), "read"),
    "actions/get-workflow-run": (("actions",), "read"),
    "actions/list-artifacts-for-repo": (("actions",), "read"),
    "actions/list-jobs-for-workflow-run": (("actions",), "read"),
    "actions/list-workflow-run-artifacts": (("actions",), "read"),
    "actions/list-workflow-runs": (("actions",), "read"),
    "actions/list-workflow-runs-for-repo": (("actions",), "read"),
    "actions/re-run-workflow": (("actions",), "write"),
    "actions/re-run-workflow-failed-jobs": (("actions",), "write"),
    "checks/create": (("checks",), "write"),
    "checks/get": (("checks",), "read"),
    "checks/list-for-ref": (("checks",), "read"),
    "checks/update": (("checks",), "write"),
    "git/get-blob": (("contents",), "read"),
    "git/get-commit": (("contents",), "read"),
    "git/get-ref": (("contents",), "read"),
    "git/get-tree": (("contents",), "read"),
    "graphql/createCommitOnBranch": (("contents",), "write"),
    "graphql/minimizeComment": (TALK, "write"),
    "graphql/updateIssueComment": (TALK, "write"),
    "graphql/addReaction": (TALK, "write"),
    "issues/create-comment": (TALK, "write"),
    "issues/delete-comment": (TALK, "write"),
    "issues/get": (TALK, "read"),
    "issues/get-comment": (TALK, "read"),
    "issues/list-comments": (TALK, "read"),
    "issues/update-comment": (TALK, "write"),
    "pulls/get": (("pull-requests",), "read"),
    "pulls/list": (("pull-requests",), "read"),
    "pulls/list-commits": (("pull-requests",), "read"),
    "pulls/list-files": (("pull-requests",), "read"),
    "reactions/create-for-issue-comment": (TALK, "write"),
    "reactions/delete-for-issue-comment": (TALK, "write"),
    "reactions/list-for-issue-comment": (TALK, "read"),
    "repos/compare-commits-with-basehead": (("contents",), "read"),
    "repos/create-commit-status": (("statuses",), "write"),
    "repos/get-branch": (("contents",), "read"),
    "repos/get-combined-status-for-ref": (("statuses",), "read"),
    "repos/get-commit": (("contents",), "read"),
    "repos/get-content": (("contents",), "read"),
    "repos/list-commit-statuses-for-ref": (("statuses",), "read"),
    "repos/list-commits": (("contents",), "read"),
    "repos/list-pull-requests-associated-with-commit": (("pull-requests",), "read"),
    "teams/get-membership-for-user-in-org": (("members",), "read"),
}
# Open to nobody without permission, however public the repository is.
NEVER_PUBLIC = {"actions/download-artifact", "teams/get-membership-for-user-in-org"}
# A person's token writes these by the person's role in the repository; the rest of the writing needs `write`.
ROLE_FOR: dict[str, Role] = {
    "issues/create-comment": "none",
    "reactions/create-for-issue-comment": "none",
    "reactions/delete-for-issue-comment": "none",
    "graphql/addReaction": "none",
}


@dataclass(frozen=True, kw_only=True)
class Question:
    """What is asked for: an operation on a repository, perhaps on a plain issue of it."""

    operation: str
    repository: Repository | None
    plain_issue: bool = False


def question(call: Call) -> Question:
    parameters = call.parameters
    if "owner" not in parameters or "repo" not in parameters:
        return Question(operation=call.operation, repository=None)
    repo = call.world.find_repository(call.text("owner"), call.text("repo"))
    number = parameters.get("issue_number")
    if "comment_id" in parameters:
        comment = repo.comments.get(int(parameters["comment_id"]))
        number = comment.number if comment else None
    plain = number is not None and not isinstance(repo.issues.get(int(number)), Pull)
    return Question(operation=call.operation, repository=repo, plain_issue=plain)


def guard(call: Call, asked: Question) -> None:
    """Raise the refusal that GitHub gives, or let the call pass."""
    needed, level = NEEDS.get(asked.operation, ((), "none"))
    repo = asked.repository
    token = call.token
    if token is None:
        if (repo and repo.private) or asked.operation in NEVER_PUBLIC:
            raise missing()
        if level == "write" or asked.operation == "users/get-authenticated":
            raise Refusal(401, "Requires authentication")
        return
    if asked.plain_issue and needed == TALK:
        needed = ("issues",)
    if token.is_job:
        _guard_job(call, asked, needed=needed, level=level)
    elif repo and repo.private and not repo.may(token.login, "read"):
        raise missing()
    elif level == "write" and repo and not repo.may(token.login, ROLE_FOR.get(asked.operation, "write")):
        raise (
            Refusal(403, "Must have push access to repository")
            if not repo.private or repo.may(token.login, "read")
            else missing()
        )


def _guard_job(call: Call, asked: Question, *, needed: tuple[str, ...], level: Level) -> None:
    assert call.token is not None
    repo, token = asked.repository, call.token
    at_home = repo is None or repo.full_name == token.repository
    if repo and repo.private and not at_home:
        raise missing()
    public = repo is not None and not repo.private and asked.operation not in NEVER_PUBLIC
    if level == "none" or (level == "read" and public):
        return
    granted = [token.permissions.get(name, "none") for name in needed] if at_home else []
    if not any(LEVELS.index(grant) >= LEVELS.index(level) for grant in granted):
        raise refused(*needed, level=level)


def refused(*needed: str, level: Level) -> Refusal:
    refusal = Refusal(403, REFUSED)
    header = "; ".join(f"{name.replace('-', '_')}={level}" for name in needed)
    refusal.answer = Answer(
        status=403,
        value=refusal.answer.value,
        headers={"X-Accepted-GitHub-Permissions": header} if header else {},
    )
    return refusal
