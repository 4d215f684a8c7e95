"""Issues, pull requests, comments and reactions: what each operation does."""

from typing import Any

from tests.fakes.github import answers
from tests.fakes.github.calls import Answer, Call, Operation, Refusal, invalid, missing, moment, page
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Comment, Issue


def repo_of(call: Call) -> Repository:
    return call.world.find_repository(call.text("owner"), call.text("repo"))


def issue_of(call: Call) -> Issue:
    found = repo_of(call).issues.get(call.number("issue_number"))
    if found is None:
        raise missing()
    return found


def pull_of(call: Call) -> Pull:
    found = repo_of(call).issues.get(call.number("pull_number"))
    if not isinstance(found, Pull):
        raise missing()
    return found


def comment_of(call: Call) -> Comment:
    found = repo_of(call).comments.get(call.number("comment_id"))
    if found is None:
        raise missing()
    return found


def checked_body(call: Call) -> str:
    body = str(call.body["body"])
    resource = {"resource": "IssueComment"}
    if not body.strip():
        raise invalid(**resource, code="unprocessable", field="data", message="Body cannot be blank")
    limit = call.world.limits.comment
    if len(body) > limit:
        text = f"Body is too long (maximum is {limit} characters)"
        raise invalid(**resource, code="unprocessable", field="data", message=text)
    return body


def get_issue(call: Call) -> Answer:
    return Answer(value=call.world.show_issue(repo_of(call), issue_of(call)))


def list_comments(call: Call) -> Answer:
    repo, issue = repo_of(call), issue_of(call)
    since = str(call.query.get("since", ""))
    held = [c for c in repo.comments_on(issue.number) if moment(c.updated) >= since]
    shown, headers = page(call, held)
    return Answer(value=[call.world.show_comment(repo, comment) for comment in shown], headers=headers)


def create_comment(call: Call) -> Answer:
    repo, issue = repo_of(call), issue_of(call)
    body = checked_body(call)
    if issue.locked and not (call.token and call.token.is_job) and not repo.may(call.login, "write"):
        raise Refusal(403, "Unable to create comment because issue is locked.")
    made = repo.comment(issue.number, body, author=call.login)
    call.wrote = True
    shown = call.world.show_comment(repo, made)
    return Answer(status=201, value=shown, headers={"Location": shown["url"]})


def get_comment(call: Call) -> Answer:
    return Answer(value=call.world.show_comment(repo_of(call), comment_of(call)))


def update_comment(call: Call) -> Answer:
    comment = comment_of(call)
    comment.body = checked_body(call)
    comment.updated = call.world.clock.tick()
    call.wrote = True
    return get_comment(call)


def delete_comment(call: Call) -> Answer:
    del repo_of(call).comments[comment_of(call).id]
    call.wrote = True
    return Answer(status=204)


def list_reactions(call: Call) -> Answer:
    held = [reaction for reaction in repo_of(call).reactions if reaction.comment == comment_of(call).id]
    wanted = call.query.get("content")
    shown, headers = page(call, [reaction for reaction in held if wanted in (None, reaction.content)])
    return Answer(value=[show_reaction(call, reaction) for reaction in shown], headers=headers)


def create_reaction(call: Call) -> Answer:
    """The same reaction by the same author is not made twice: the answer is then 200."""
    repo, comment, content = repo_of(call), comment_of(call), str(call.body["content"])
    for held in repo.reactions:
        if (held.comment, held.author, held.content) == (comment.id, call.login, content):
            return Answer(value=show_reaction(call, held))
    call.wrote = True
    return Answer(status=201, value=show_reaction(call, repo.react(comment.id, content, author=call.login)))


def delete_reaction(call: Call) -> Answer:
    repo, number = repo_of(call), call.number("reaction_id")
    kept = [reaction for reaction in repo.reactions if reaction.id != number]
    if len(kept) == len(repo.reactions):
        raise missing()
    repo.reactions[:] = kept
    call.wrote = True
    return Answer(status=204)


def show_reaction(call: Call, reaction: Any) -> dict[str, Any]:
    return answers.reaction(reaction, author=call.world.person(reaction.author), urls=call.world.urls)


def get_pull(call: Call) -> Answer:
    return Answer(value=call.world.show_pull(pull_of(call)))


def list_pulls(call: Call) -> Answer:
    query = call.query
    state, head, base = query.get("state", "open"), query.get("head"), query.get("base")
    found = [
        pull
        for pull in repo_of(call).pulls()
        if state in ("all", pull.state)
        and head in (None, f"{pull.head_repository.owner}:{pull.head_ref}")
        and base in (None, pull.base_ref)
    ]
    newest_first = query.get("direction", "desc") == "desc"
    shown, headers = page(call, found[::-1] if newest_first else found)
    return Answer(value=[call.world.show_pull_simple(pull) for pull in shown], headers=headers)


def list_pull_files(call: Call) -> Answer:
    """At most 3,000 files are listed, and nothing in the answer says that there were more."""
    pull, world = pull_of(call), call.world
    shown, headers = page(call, world.pull_changes(pull)[: world.limits.pull_files])
    return Answer(
        value=[
            answers.changed_file(change, repo=pull.repository, sha=pull.head_sha, urls=world.urls)
            for change in shown
        ],
        headers=headers,
    )


def list_pull_commits(call: Call) -> Answer:
    pull, world = pull_of(call), call.world
    shown, headers = page(call, world.pull_commits(pull)[: world.limits.pull_commits])
    return Answer(value=[world.show_commit(pull.repository, sha) for sha in shown], headers=headers)


def list_pulls_with_commit(call: Call) -> Answer:
    """The open ones that contain it, and the merged one that brought it in."""
    sha = call.text("commit_sha")
    found = [
        pull
        for pull in repo_of(call).pulls()
        if sha in call.world.pull_commits(pull) and (pull.state == "open" or pull.merged)
    ]
    shown, headers = page(call, found)
    return Answer(value=[call.world.show_pull_simple(pull) for pull in shown], headers=headers)


OPERATIONS: dict[str, Operation] = {
    "issues/get": get_issue,
    "issues/list-comments": list_comments,
    "issues/create-comment": create_comment,
    "issues/get-comment": get_comment,
    "issues/update-comment": update_comment,
    "issues/delete-comment": delete_comment,
    "pulls/get": get_pull,
    "pulls/list": list_pulls,
    "pulls/list-files": list_pull_files,
    "pulls/list-commits": list_pull_commits,
    "reactions/list-for-issue-comment": list_reactions,
    "reactions/create-for-issue-comment": create_reaction,
    "reactions/delete-for-issue-comment": delete_reaction,
    "repos/list-pull-requests-associated-with-commit": list_pulls_with_commit,
}
