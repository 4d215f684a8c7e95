"""GraphQL: the four mutations and the few queries that a gate could send, run against GitHub's own schema.

graphql-core checks the query, its variables and the answer against schema.graphql (GitHub's, cut to these types), so
that a field that GitHub doesn't have fails here as it would there. The words of a stale head, of a missing right and of
a missing repository are GitHub's, seen in its logs; those of a missing branch and of bad base64 are only likely.
"""

import base64
import binascii
from collections.abc import Callable
from functools import cache
from typing import Any

from graphql import (
    DocumentNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    graphql_sync,
    parse,
)
from graphql.language import FieldNode

from tests.fakes.github.access import Question, guard
from tests.fakes.github.answers import node
from tests.fakes.github.calls import Answer, Call, Refusal
from tests.fakes.github.description import HERE
from tests.fakes.github.git import Files, as_bytes, without
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Comment

TYPES = "typename"


@cache
def schema() -> GraphQLSchema:
    return build_schema((HERE / "schema.graphql").read_text())


def operation_of(body: Any) -> str:
    """The journal's name for a request: graphql/<the field asked for>."""
    try:
        document: DocumentNode = parse(str(body.get("query", "")))
    except (GraphQLError, AttributeError):
        return "graphql/unreadable"
    first = document.definitions[0]
    assert isinstance(first, OperationDefinitionNode)
    field = first.selection_set.selections[0]
    return f"graphql/{field.name.value if isinstance(field, FieldNode) else 'query'}"


class RefusedError(GraphQLError):
    """A refusal in GraphQL's way: status 200, and an error with a `type` beside the data."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def run(call: Call) -> Answer:
    """Execute the request. GitHub answers 200 even when it refuses."""
    root = {"createCommitOnBranch": _create_commit(call), "minimizeComment": _minimize(call)}
    root |= {"updateIssueComment": _update_comment(call), "addReaction": _react(call)}
    root |= {"repository": _repository(call), "rateLimit": _rate(call), "viewer": _viewer(call)}
    done = graphql_sync(
        schema(),
        str(call.body["query"]),
        root_value=root,
        variable_values=call.body.get("variables"),
        operation_name=call.body.get("operationName"),
        type_resolver=lambda value, *_: value[TYPES],
    )
    value: dict[str, Any] = {"data": done.data}
    if done.errors:
        value["errors"] = [show_error(error) for error in done.errors]
    return Answer(value=value)


def show_error(error: GraphQLError) -> dict[str, Any]:
    shown: dict[str, Any] = dict(error.formatted)
    original = error.original_error or error
    if isinstance(original, RefusedError):
        shown = {"type": original.kind, **shown}
    elif error.original_error is not None:
        raise error.original_error
    return shown


def schema_problems(body: Any) -> list[str]:
    """What of a request GitHub's schema refuses: a test fails on it, as on any other departure."""
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return ["a GraphQL request is an object with a query"]
    done = graphql_sync(
        schema(), body["query"], variable_values=body.get("variables"), field_resolver=_nothing
    )
    return [
        error.message for error in done.errors or () if not error.message.startswith("Cannot return null")
    ]


def _nothing(*_source: Any, **_arguments: Any) -> None:
    """Executes nothing, so that only the form is judged."""


# --- createCommitOnBranch --------------------------------------------------------------------------------------------


def permitted(call: Call, repo: Repository, *, operation: str, plain_issue: bool = False) -> None:
    try:
        guard(call, Question(operation=operation, repository=repo, plain_issue=plain_issue))
    except Refusal as refusal:
        kind = "NOT_FOUND" if refusal.answer.status == 404 else "FORBIDDEN"
        raise RefusedError(kind, str(refusal)) from None


def _named(call: Call, full_name: str) -> Repository:
    found = call.world.repositories.get(full_name)
    if found is None:
        raise RefusedError("NOT_FOUND", f"Could not resolve to a Repository with the name '{full_name}'.")
    return found


def _create_commit(call: Call) -> Callable[..., Any]:
    def resolve(_info: Any, **arguments: Any) -> Any:
        given = arguments["input"]
        branch = given["branch"]
        repo = _named(call, branch.get("repositoryNameWithOwner") or "")
        permitted(call, repo, operation="graphql/createCommitOnBranch")
        name = (branch.get("branchName") or "").removeprefix("refs/heads/")
        if name not in repo.branches:
            raise RefusedError("NOT_FOUND", f"No such branch: {name}")
        expected = given["expectedHeadOid"]
        if repo.branches[name] != expected:
            # Two spaces, as GitHub writes it.
            text = f'Expected branch to point to "{expected}" but it did not.  Pull and try again.'
            raise RefusedError("STALE_DATA", text)
        sha = _push(call, repo, branch=name, given=given)
        shown_ref = show_ref(call, repo, name=name)
        mutation = given.get("clientMutationId")
        return {"clientMutationId": mutation, "commit": show_commit(call, repo, sha=sha), "ref": shown_ref}

    return resolve


def _push(call: Call, repo: Repository, *, branch: str, given: dict[str, Any]) -> str:
    """One commit, signed by GitHub, by whom the token belongs to."""
    changes = given.get("fileChanges") or {}
    files = repo.commits[repo.branches[branch]].files
    gone = [deletion["path"] for deletion in changes.get("deletions") or ()]
    for path in gone:
        if path not in files:
            raise RefusedError(
                "UNPROCESSABLE",
                f"A path was requested for deletion which does not exist as of commit oid `{repo.branches[branch]}`",
            )
    added = {entry["path"]: _decoded(entry["contents"]) for entry in changes.get("additions") or ()}
    message = given["message"]["headline"]
    if given["message"].get("body"):
        message += "\n\n" + given["message"]["body"]
    call.wrote = True
    after = {**without(files, paths=gone), **as_bytes(added)}
    return repo.push(branch, after, message=message, author=call.login, verified=True)


def _decoded(contents: str) -> bytes:
    try:
        return base64.b64decode(contents, validate=True)
    except binascii.Error as error:
        raise RefusedError("UNPROCESSABLE", "contents is not valid Base64") from error


def show_commit(call: Call, repo: Repository, *, sha: str) -> dict[str, Any]:
    held = repo.commits[sha]
    before: Files = repo.commits[held.parents[0]].files if held.parents else {}
    paths = {*before, *held.files}

    def parents(_info: Any, **asked: Any) -> Any:
        shown = [show_commit(call, repo, sha=parent) for parent in held.parents]
        return {"nodes": shown[: asked.get("first")], "totalCount": len(shown)}

    return {
        "changedFilesIfAvailable": sum(before.get(path) != held.files.get(path) for path in paths),
        "parents": parents, TYPES: "Commit", "id": node("C", sha), "oid": sha, "message": held.message,
        "messageHeadline": held.message.split("\n")[0], "url": call.world.urls.page(f"{repo.full_name}/commit/{sha}"),
    }  # fmt: skip


def show_ref(call: Call, repo: Repository, *, name: str) -> dict[str, Any]:
    target = show_commit(call, repo, sha=repo.branches[name])
    return {"id": node("REF", name), "name": name, "prefix": "refs/heads/", "target": target}


# --- the others ------------------------------------------------------------------------------------------------------


def _minimize(call: Call) -> Callable[..., Any]:
    def resolve(_info: Any, **arguments: Any) -> Any:
        given = arguments["input"]
        _, comment = _permitted_comment(call, given["subjectId"], operation="minimizeComment")
        comment.minimized = given["classifier"].lower().replace("_", "-")
        call.wrote = True
        shown = {TYPES: "IssueComment", "id": given["subjectId"], "isMinimized": True}
        shown["minimizedReason"] = comment.minimized
        return {"clientMutationId": given.get("clientMutationId"), "minimizedComment": shown}

    return resolve


def _update_comment(call: Call) -> Callable[..., Any]:
    def resolve(_info: Any, **arguments: Any) -> Any:
        given = arguments["input"]
        _, comment = _permitted_comment(call, given["id"], operation="updateIssueComment")
        if not given["body"].strip() or len(given["body"]) > call.world.limits.comment:
            raise RefusedError("UNPROCESSABLE", "Body cannot be blank, nor longer than a comment may be")
        comment.body, comment.updated = given["body"], call.world.clock.tick()
        call.wrote = True
        shown = {"id": given["id"], "isMinimized": False}
        return {"clientMutationId": given.get("clientMutationId"), "issueComment": shown}

    return resolve


def _react(call: Call) -> Callable[..., Any]:
    """The same reaction by the same author is not made twice."""

    def resolve(_info: Any, **arguments: Any) -> Any:
        given = arguments["input"]
        repo, comment = _permitted_comment(call, given["subjectId"], operation="addReaction")
        content = given["content"].lower()
        made = {(held.comment, held.author, held.content) for held in repo.reactions}
        if (comment.id, call.login, content) not in made:
            repo.react(comment.id, content, author=call.login)
            call.wrote = True
        return {"clientMutationId": given.get("clientMutationId")}

    return resolve


def _permitted_comment(call: Call, subject: str, *, operation: str) -> tuple[Repository, Comment]:
    """The comment of an id and where it stands, for a token that may do this to it."""
    repo, comment = _comment(call, subject)
    plain = not isinstance(repo.issues.get(comment.number), Pull)
    permitted(call, repo, operation=f"graphql/{operation}", plain_issue=plain)
    return repo, comment


def _comment(call: Call, subject: str) -> tuple[Repository, Comment]:
    for repo in call.world.repositories.values():
        for comment in repo.comments.values():
            if node("IC", comment.id) == subject:
                return repo, comment
    raise RefusedError("NOT_FOUND", f"Could not resolve to a node with the global id of '{subject}'")


def _repository(call: Call) -> Callable[..., Any]:
    def resolve(_info: Any, **arguments: Any) -> Any:
        repo = _named(call, f"{arguments['owner']}/{arguments['name']}")
        permitted(call, repo, operation="git/get-ref")

        def ref(_info: Any, **inner: Any) -> Any:
            name = inner["qualifiedName"].removeprefix("refs/heads/")
            return show_ref(call, repo, name=name) if name in repo.branches else None

        def held(_info: Any, **inner: Any) -> Any:
            sha = repo.find(inner.get("oid") or inner.get("expression") or "")
            return show_commit(call, repo, sha=sha) if sha else None

        return {"id": node("R", repo.id), "nameWithOwner": repo.full_name, "ref": ref, "object": held}

    return resolve


def _viewer(call: Call) -> Callable[..., Any]:
    """Whose token it is, told of every kind of token, where REST's `GET /user` refuses a job's."""

    def resolve(_info: Any, **_arguments: Any) -> Any:
        person = call.world.person(call.login)
        return {"id": node("U", person.id), "login": person.login}

    return resolve


def _rate(call: Call) -> Callable[..., Any]:
    def resolve(_info: Any, **_arguments: Any) -> Any:
        limit, used = (call.token.limit, call.token.used) if call.token else (0, 0)
        return {
            "limit": limit,
            "cost": 1,
            "used": used,
            "remaining": limit - used,
            "resetAt": "2026-01-05T10:00:00Z",
        }

    return resolve
