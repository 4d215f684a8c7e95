"""GitHub's published descriptions → the small parts that the fake serves, written beside this file.

Run by hand, when an operation is added or GitHub's description is renewed:

    npm pack @octokit/openapi@23 @octokit/webhooks-examples@7 @octokit/webhooks-schemas@7 @octokit/graphql-schema@15
    (unpack each into a folder of its name, without the scope)
    python -m tests.fakes.github.prune <the folder that holds the four>

All four are under the MIT licence, kept in LICENSE.octokit. It never invents: descriptions of fields and examples are
dropped, OpenAPI's `nullable` becomes JSON Schema's null, nothing else is changed.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from graphql import GraphQLObjectType, build_schema, get_named_type, print_schema
from graphql.type import GraphQLInputObjectType, GraphQLInterfaceType, GraphQLSchema

HERE = Path(__file__).parent

OPERATIONS = {
    "actions/create-workflow-dispatch", "actions/download-artifact", "actions/get-artifact",
    "actions/get-workflow-run", "actions/list-artifacts-for-repo", "actions/list-jobs-for-workflow-run",
    "actions/list-workflow-run-artifacts", "actions/list-workflow-runs", "actions/list-workflow-runs-for-repo",
    "actions/re-run-workflow", "actions/re-run-workflow-failed-jobs",
    "checks/create", "checks/get", "checks/list-for-ref", "checks/update",
    "git/get-blob", "git/get-commit", "git/get-ref", "git/get-tree",
    "issues/create-comment", "issues/delete-comment", "issues/get", "issues/get-comment", "issues/list-comments",
    "issues/update-comment",
    "pulls/get", "pulls/list", "pulls/list-commits", "pulls/list-files",
    "rate-limit/get", "reactions/create-for-issue-comment", "reactions/delete-for-issue-comment",
    "reactions/list-for-issue-comment",
    "repos/compare-commits-with-basehead", "repos/create-commit-status", "repos/get", "repos/get-branch",
    "repos/get-collaborator-permission-level", "repos/get-combined-status-for-ref", "repos/get-commit",
    "repos/get-content", "repos/list-commit-statuses-for-ref", "repos/list-commits",
    "repos/list-pull-requests-associated-with-commit",
    "teams/get-membership-for-user-in-org", "users/get-authenticated",
}  # fmt: skip
EVENTS = {
    "pull_request": ("opened", "synchronize", "reopened", "ready_for_review", "closed"),
    "issue_comment": ("created", "edited"),
    "push": (None,),
    "merge_group": ("checks_requested",),
    "workflow_run": ("completed",),
    "workflow_dispatch": (None,),
}
EVENT_SCHEMAS = (
    "pull_request$opened", "pull_request$synchronize", "pull_request$reopened", "pull_request$ready_for_review",
    "pull_request$closed", "pull_request$edited",
    "issue_comment$created", "issue_comment$edited", "push$event", "merge_group$checks_requested",
    "workflow_run$completed", "workflow_dispatch$event",
)  # fmt: skip
# GraphQL: type → the fields that stay. A field whose type is not here is left out.
GRAPHQL = {
    "Query": ("repository", "rateLimit", "viewer"),
    "Mutation": ("createCommitOnBranch", "minimizeComment", "updateIssueComment", "addReaction"),
    "Repository": ("id", "nameWithOwner", "ref", "object"),
    "Ref": ("id", "name", "prefix", "target"),
    "Commit": ("id", "oid", "url", "message", "messageHeadline", "changedFilesIfAvailable", "parents"),
    "CommitConnection": ("nodes", "totalCount"),
    "GitObject": ("id", "oid"),
    "User": ("id", "login"),
    "RateLimit": ("limit", "cost", "remaining", "used", "resetAt"),
    "CreateCommitOnBranchPayload": ("clientMutationId", "commit", "ref"),
    "MinimizeCommentPayload": ("clientMutationId", "minimizedComment"),
    "UpdateIssueCommentPayload": ("clientMutationId", "issueComment"),
    "AddReactionPayload": ("clientMutationId",),
    "Minimizable": ("isMinimized", "minimizedReason"),
    "IssueComment": ("id", "isMinimized", "minimizedReason"),
}
ONLY_FOR_PEOPLE = {
    "description", "example", "examples", "externalDocs", "summary", "tags", "title", "default", "deprecated",
    "deprecationDate", "tsAdditionalProperties",
}  # fmt: skip
REF = re.compile(r"^#/(components/\w+|definitions)/(.+)$")


def as_json_schema(value: Any, *, names: bool = False) -> Any:
    """OpenAPI 3.0's dialect → JSON Schema's. `names`: the keys are names of properties, and none is a keyword."""
    if isinstance(value, list):
        return [as_json_schema(item) for item in value]
    if not isinstance(value, dict):
        return value
    out = {
        key: as_json_schema(inner, names=not names and key in {"properties", "patternProperties"})
        for key, inner in value.items()
        if names or (key not in ONLY_FOR_PEOPLE and not key.startswith("x-"))
    }
    if names or not out.pop("nullable", False):
        return out
    if "enum" in out and None not in out["enum"]:
        out["enum"] = [*out["enum"], None]
    if isinstance(out.get("type"), str):
        return {**out, "type": [out["type"], "null"]}
    return {"anyOf": [out, {"type": "null"}]} if "type" not in out else out


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for inner in value.values():
            yield from references(inner)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def closure(document: Any, *, roots: Any) -> dict[str, dict[str, Any]]:
    """Every component that the roots reach, by its section and name."""
    found: dict[str, dict[str, Any]] = {}
    waiting = list(references(roots))
    while waiting:
        match = REF.match(waiting.pop())
        assert match is not None
        section, name = match.groups()
        if name in found.setdefault(section, {}):
            continue
        holder = document
        for part in section.split("/"):
            holder = holder[part]
        found[section][name] = as_json_schema(holder[name])
        waiting += references(found[section][name])
    return found


def operation(raw: dict[str, Any], *, method: str, path: str) -> dict[str, Any]:
    kept = as_json_schema({key: raw[key] for key in ("parameters", "requestBody", "responses") if key in raw})
    return {"method": method.upper(), "path": path, **kept}


def prune_description(source: Path) -> dict[str, Any]:
    document = json.loads((source / "generated/api.github.com.json").read_text())
    operations = {
        raw["operationId"]: operation(raw, method=method, path=path)
        for path, methods in document["paths"].items()
        for method, raw in methods.items()
        if isinstance(raw, dict) and raw.get("operationId") in OPERATIONS
    }
    assert operations.keys() == OPERATIONS, OPERATIONS - operations.keys()
    parts = closure(document, roots=list(operations.values()))
    basic = closure(document, roots={"$ref": "#/components/schemas/basic-error"})["components/schemas"]
    components = {section.split("/")[1]: names for section, names in sorted(parts.items())}
    components["schemas"].update(basic)
    return {
        "source": origin(source),
        "operations": dict(sorted(operations.items())),
        "components": components,
    }


def prune_event_schemas(source: Path) -> dict[str, Any]:
    document = json.loads((source / "schema.json").read_text())
    roots = {name: as_json_schema(document["definitions"][name]) for name in EVENT_SCHEMAS}
    reached = closure(document, roots=list(roots.values())).get("definitions", {})
    return {"source": origin(source), "definitions": dict(sorted({**reached, **roots}.items()))}


def prune_payloads(source: Path) -> Iterator[tuple[str, Any]]:
    index = json.loads((source / "api.github.com/index.json").read_text())
    examples = {event["name"]: event["examples"] for event in index}
    for event, actions in EVENTS.items():
        for action in actions:
            mine = [e for e in examples[event] if e.get("action") == action]
            # The one with the most keys: an organization's, installed as an app, where there is one.
            best = max(mine, key=lambda example: (len(example), len(json.dumps(example))))
            yield f"{event}.{action}" if action else event, best


def prune_graphql(source: Path) -> str:
    schema = build_schema((source / "schema.graphql").read_text(), assume_valid=True)
    queue, kept = ["Query", "Mutation"], set()
    while queue:
        name = queue.pop()
        kind = schema.type_map[name]
        if name in kept:
            continue
        kept.add(name)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            kind.fields = {field: kind.fields[field] for field in GRAPHQL[name]}
            kind.interfaces = tuple(i for i in kind.interfaces if i.name in GRAPHQL)
            queue += [i.name for i in kind.interfaces]
            for field in kind.fields.values():
                queue += [get_named_type(a.type).name for a in field.args.values()]
                queue.append(get_named_type(field.type).name)
        elif isinstance(kind, GraphQLInputObjectType):
            queue += [get_named_type(field.type).name for field in kind.fields.values()]
    queue_implementers(schema, kept=kept)
    return print_kept(schema, kept=kept)


def queue_implementers(schema: GraphQLSchema, *, kept: set[str]) -> None:
    """The objects that stand behind an interface are reached by no field of ours."""
    for name, fields in GRAPHQL.items():
        kind = schema.type_map[name]
        if name not in kept and isinstance(kind, GraphQLObjectType):
            kind.fields = {field: kind.fields[field] for field in fields}
            kind.interfaces = tuple(i for i in kind.interfaces if i.name in GRAPHQL)
            kept.add(name)


def print_kept(schema: GraphQLSchema, *, kept: set[str]) -> str:
    for name, kind in list(schema.type_map.items()):
        if name not in kept and not name.startswith("__"):
            del schema.type_map[name]
        elif not name.startswith("__"):
            strip(kind)
    schema.directives = ()
    return print_schema(schema) + "\n"


def strip(kind: Any) -> None:
    kind.description = None
    for member in [*getattr(kind, "fields", {}).values(), *getattr(kind, "values", {}).values()]:
        member.description = member.deprecation_reason = None
        for argument in getattr(member, "args", {}).values():
            argument.description = argument.deprecation_reason = None


def origin(source: Path) -> str:
    package = json.loads((source / "package.json").read_text())
    return f"{package['name']} {package['version']}"


def write(path: Path, value: Any) -> None:
    path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")


def main(folder: Path) -> None:
    write(HERE / "description.json", prune_description(folder / "openapi"))
    write(HERE / "webhooks.json", prune_event_schemas(folder / "webhooks-schemas"))
    for name, payload in prune_payloads(folder / "webhooks-examples"):
        write(HERE / "payloads" / f"{name}.json", payload)
    (HERE / "schema.graphql").write_text(prune_graphql(folder / "graphql-schema"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
