"""What the fake knows → GitHub's JSON. It says what it knows; the fields that are missing are filled from the description."""

import base64
from typing import Any

from tests.fakes.github.calls import moment
from tests.fakes.github.git import Change, Commit, Entry, blob_sha
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import (
    GITHUB_ACTIONS_APP,
    Artifact,
    CheckRun,
    Comment,
    Issue,
    Person,
    Reaction,
    Run,
    Status,
)
from tests.fakes.github.urls import Urls

Json = dict[str, Any]


def node(kind: str, number: object) -> str:
    return base64.b64encode(f"{kind}{number}".encode()).decode()


def user(person: Person, *, urls: Urls) -> Json:
    return {
        "login": person.login, "id": person.id, "node_id": node("User", person.id), "type": person.kind,
        "url": urls.api(f"users/{person.login}"), "html_url": urls.page(person.login), "site_admin": False,
    }  # fmt: skip


def repository(repo: Repository, *, owner: Person, urls: Urls) -> Json:
    here = urls.repo(repo)
    return {
        "id": repo.id, "node_id": node("R", repo.id), "name": repo.name, "full_name": repo.full_name,
        "owner": user(owner, urls=urls), "private": repo.private, "fork": repo.parent is not None,
        "url": here, "html_url": urls.page(repo.full_name), "default_branch": repo.default_branch,
        "visibility": "private" if repo.private else "public", "description": None, "archived": False,
        "disabled": False, "clone_url": urls.page(f"{repo.full_name}.git"),
        "comments_url": f"{here}/comments{{/number}}", "statuses_url": f"{here}/statuses/{{sha}}",
        "contents_url": f"{here}/contents/{{+path}}", "pulls_url": f"{here}/pulls{{/number}}",
        "issues_url": f"{here}/issues{{/number}}", "commits_url": f"{here}/commits{{/sha}}",
        "compare_url": f"{here}/compare/{{base}}...{{head}}", "branches_url": f"{here}/branches{{/branch}}",
    }  # fmt: skip


def side(repo: Repository, *, ref: str, sha: str, owner: Person, urls: Urls) -> Json:
    """The base or the head of a pull request."""
    return {
        "label": f"{repo.owner}:{ref}", "ref": ref, "sha": sha, "user": user(owner, urls=urls),
        "repo": repository(repo, owner=owner, urls=urls),
    }  # fmt: skip


def pull_links(pull: Pull, *, urls: Urls) -> Json:
    here = urls.repo(pull.repository)
    issue = f"{here}/issues/{pull.number}"
    mine = f"{here}/pulls/{pull.number}"
    page = urls.page(f"{pull.repository.full_name}/pull/{pull.number}")
    links = {
        "self": mine, "html": page, "issue": issue, "comments": f"{issue}/comments",
        "review_comments": f"{mine}/comments", "review_comment": f"{here}/pulls/comments{{/number}}",
        "commits": f"{mine}/commits", "statuses": f"{here}/statuses/{pull.head_sha}",
    }  # fmt: skip
    flat = {"url" if key == "self" else f"{key}_url": url for key, url in links.items()}
    return {
        **flat, "diff_url": f"{page}.diff", "patch_url": f"{page}.patch",
        "_links": {key: {"href": url} for key, url in links.items()},
    }  # fmt: skip


def pull_simple(pull: Pull, *, author: Person, sides: tuple[Json, Json], urls: Urls) -> Json:
    """A pull request as it stands in a list. `sides` are its base and its head."""
    made = pull.test_merge() if pull.state == "open" else None
    closed = moment(pull.created + 1) if pull.state == "closed" else None
    return {
        **pull_links(pull, urls=urls), "id": pull.id, "node_id": node("PR", pull.id), "number": pull.number,
        "state": pull.state, "locked": pull.locked, "title": pull.title, "body": pull.body,
        "user": user(author, urls=urls), "draft": pull.draft, "base": sides[0], "head": sides[1],
        "created_at": moment(pull.created), "updated_at": moment(pull.created), "closed_at": closed,
        "merged_at": closed if pull.merged else None,
        "merge_commit_sha": pull.merged_sha or (made.sha if made else None),
        "author_association": "CONTRIBUTOR",
    }  # fmt: skip


def pull_whole(pull: Pull, *, simple: Json, commits: int, changed: list[Change]) -> Json:
    can = pull.test_merge() is not None if pull.state == "open" else None
    return {
        **simple, "merged": pull.merged, "mergeable": can,
        "mergeable_state": {True: "clean", False: "dirty", None: "unknown"}[can],
        "commits": commits, "changed_files": len(changed),
        "additions": sum(change.count("+") for change in changed),
        "deletions": sum(change.count("-") for change in changed), "maintainer_can_modify": False,
    }  # fmt: skip


def issue(held: Issue, *, repo: Repository, author: Person, comments: int, urls: Urls) -> Json:
    here = f"{urls.repo(repo)}/issues/{held.number}"
    kind = "pull" if isinstance(held, Pull) else "issues"
    page = urls.page(f"{repo.full_name}/{kind}/{held.number}")
    out: Json = {
        "url": here, "comments_url": f"{here}/comments", "repository_url": urls.repo(repo), "html_url": page,
        "id": held.id, "node_id": node("I", held.id), "number": held.number, "title": held.title,
        "user": user(author, urls=urls), "state": held.state, "locked": held.locked, "comments": comments,
        "created_at": moment(held.created), "updated_at": moment(held.created), "body": held.body,
        "author_association": "CONTRIBUTOR",
    }  # fmt: skip
    if isinstance(held, Pull):
        links = pull_links(held, urls=urls)
        out["draft"] = held.draft
        out["pull_request"] = {key: links[key] for key in ("url", "html_url", "diff_url", "patch_url")}
    return out


def comment(held: Comment, *, repo: Repository, author: Person, urls: Urls) -> Json:
    is_pull = isinstance(repo.issues[held.number], Pull)
    page = urls.page(f"{repo.full_name}/{'pull' if is_pull else 'issues'}/{held.number}")
    return {
        "id": held.id, "node_id": node("IC", held.id), "url": f"{urls.repo(repo)}/issues/comments/{held.id}",
        "html_url": f"{page}#issuecomment-{held.id}", "body": held.body, "user": user(author, urls=urls),
        "issue_url": f"{urls.repo(repo)}/issues/{held.number}", "created_at": moment(held.created),
        "updated_at": moment(held.updated), "author_association": association(repo, author=author),
    }  # fmt: skip


def association(repo: Repository, *, author: Person) -> str:
    """GitHub's `author_association`: no permission, and nothing a gate may trust."""
    if author.login == repo.owner:
        return "OWNER"
    return "COLLABORATOR" if author.login in repo.collaborators else "NONE"


def reaction(held: Reaction, *, author: Person, urls: Urls) -> Json:
    return {
        "id": held.id, "node_id": node("RE", held.id), "user": user(author, urls=urls), "content": held.content,
        "created_at": moment(held.created),
    }  # fmt: skip


def status(held: Status, *, repo: Repository, creator: Person, urls: Urls) -> Json:
    return {
        "id": held.id, "node_id": node("SC", held.id), "url": f"{urls.repo(repo)}/statuses/{held.sha}",
        "avatar_url": urls.page("avatar"), "state": held.state, "description": held.description,
        "target_url": held.target_url, "context": held.context, "created_at": moment(held.created),
        "updated_at": moment(held.created), "creator": user(creator, urls=urls),
    }  # fmt: skip


# Whose committer GitHub is: https://github.com/web-flow
WEB_FLOW = Person(login="web-flow", id=19_864_447)


def author_of(commit: Commit) -> Json:
    return {"name": commit.author, "email": commit.email}


def committer_of(commit: Commit) -> Json:
    name, email = commit.committer
    return {"name": name, "email": email}


def git_commit(held: Commit, *, repo: Repository, urls: Urls) -> Json:
    """A commit as the git database knows it."""
    date = {"date": moment(held.second)}
    here = f"{urls.repo(repo)}/git"
    return {
        "sha": held.sha, "node_id": node("C", held.sha), "url": f"{here}/commits/{held.sha}",
        "html_url": urls.page(f"{repo.full_name}/commit/{held.sha}"),
        "author": author_of(held) | date, "committer": committer_of(held) | date, "message": held.message,
        "tree": {"sha": held.tree, "url": f"{here}/trees/{held.tree}"},
        "parents": parents(held, repo=repo, urls=urls), "verification": verification(held),
    }  # fmt: skip


def parents(held: Commit, *, repo: Repository, urls: Urls) -> list[Json]:
    return [
        {
            "sha": sha,
            "url": f"{urls.repo(repo)}/commits/{sha}",
            "html_url": urls.page(f"{repo.full_name}/commit/{sha}"),
        }
        for sha in held.parents
    ]


def verification(held: Commit) -> Json:
    return {
        "verified": held.verified, "reason": "valid" if held.verified else "unsigned",
        "signature": "-----BEGIN PGP SIGNATURE-----" if held.verified else None,
        "payload": f"tree {held.tree}" if held.verified else None,
        "verified_at": moment(held.second) if held.verified else None,
    }  # fmt: skip


def commit(held: Commit, *, repo: Repository, author: Person, urls: Urls) -> Json:
    """A commit as it stands in a list."""
    here = f"{urls.repo(repo)}/commits/{held.sha}"
    inner = git_commit(held, repo=repo, urls=urls)
    kept = ("author", "committer", "message", "tree", "verification")
    return {
        "sha": held.sha, "node_id": node("C", held.sha), "url": here, "comments_url": f"{here}/comments",
        "html_url": urls.page(f"{repo.full_name}/commit/{held.sha}"),
        "commit": {"url": inner["url"], "comment_count": 0, **{key: inner[key] for key in kept}},
        "author": user(author, urls=urls),
        "committer": user(WEB_FLOW if held.verified else author, urls=urls),
        "parents": parents(held, repo=repo, urls=urls),
    }  # fmt: skip


def changed_file(change: Change, *, repo: Repository, sha: str, urls: Urls) -> Json:
    page = urls.page(f"{repo.full_name}/blob/{sha}/{change.path}")
    additions, deletions = change.count("+"), change.count("-")
    out: Json = {
        "sha": blob_sha(change.before if change.status == "removed" else change.after),
        "filename": change.path, "status": change.status, "additions": additions, "deletions": deletions,
        "changes": additions + deletions, "blob_url": page, "raw_url": page.replace("/blob/", "/raw/"),
        "contents_url": f"{urls.repo(repo)}/contents/{change.path}?ref={sha}",
    }  # fmt: skip
    if change.patch is not None:
        out["patch"] = change.patch
    if change.previous is not None:
        out["previous_filename"] = change.previous
    return out


def content(path: str, *, entry: Entry, repo: Repository, ref: str, urls: Urls) -> Json:
    """What the contents API says of a file or a folder, without the file's content."""
    here = f"{urls.repo(repo)}/contents/{path}?ref={ref}"
    kind = "dir" if entry.kind == "tree" else "file"
    object_url = f"{urls.repo(repo)}/git/{entry.kind}s/{entry.sha}"
    page = urls.page(f"{repo.full_name}/{entry.kind}/{ref}/{path}")
    return {
        "type": kind, "name": path.rsplit("/", 1)[-1], "path": path, "sha": entry.sha, "size": entry.size,
        "url": here, "html_url": page, "git_url": object_url,
        "download_url": urls.page(f"{repo.full_name}/raw/{ref}/{path}") if kind == "file" else None,
        "_links": {"self": here, "git": object_url, "html": page},
    }  # fmt: skip


def workflow_run(held: Run, *, sides: tuple[Json, Json], actor: Json, repo: Repository, urls: Urls) -> Json:
    """`sides` are its own repository and that of its head."""
    here = f"{urls.repo(repo)}/actions/runs/{held.id}"
    found = repo.commits[held.head_sha]
    return {
        "id": held.id, "node_id": node("WFR", held.id), "name": held.workflow_name, "path": held.workflow,
        "head_branch": held.head_branch, "head_sha": held.head_sha, "run_number": 1, "event": held.event,
        "run_attempt": held.attempt, "status": held.status, "conclusion": held.conclusion, "workflow_id": 1,
        "display_title": found.message, "url": here,
        "html_url": urls.page(f"{repo.full_name}/actions/runs/{held.id}"),
        "jobs_url": f"{here}/jobs", "logs_url": f"{here}/logs", "artifacts_url": f"{here}/artifacts",
        "rerun_url": f"{here}/rerun", "cancel_url": f"{here}/cancel", "previous_attempt_url": None,
        "workflow_url": f"{urls.repo(repo)}/actions/workflows/1",
        "created_at": moment(held.started), "updated_at": moment(held.started),
        "run_started_at": moment(held.started), "actor": actor, "triggering_actor": actor,
        "pull_requests": [_pull_minimal(repo, number=number, urls=urls) for number in held.pulls],
        "head_commit": {
            "id": found.sha, "tree_id": found.tree, "message": found.message, "timestamp": moment(found.second),
            "author": author_of(found), "committer": committer_of(found),
        },
        "repository": sides[0], "head_repository": sides[1], "head_repository_id": sides[1]["id"],
    }  # fmt: skip


def _pull_minimal(repo: Repository, *, number: int, urls: Urls) -> Json:
    pull = repo.issues[number]
    assert isinstance(pull, Pull)

    def of(side_repo: Repository, ref: str, sha: str) -> Json:
        named = {"id": side_repo.id, "url": urls.repo(side_repo), "name": side_repo.name}
        return {"ref": ref, "sha": sha, "repo": named}

    return {
        "id": pull.id, "number": number, "url": f"{urls.repo(repo)}/pulls/{number}",
        "head": of(pull.head_repository, pull.head_ref, pull.head_sha), "base": of(repo, pull.base_ref, pull.base_sha),
    }  # fmt: skip


def artifact(held: Artifact, *, run: Run, head: Repository, repo: Repository, urls: Urls) -> Json:
    here = f"{urls.repo(repo)}/actions/artifacts/{held.id}"
    return {
        "id": held.id, "node_id": node("AR", held.id), "name": held.name, "size_in_bytes": len(held.content),
        "url": here, "archive_download_url": f"{here}/zip", "expired": held.expired,
        "created_at": moment(held.created), "updated_at": moment(held.created),
        "expires_at": moment(held.created + 90 * 86_400), "digest": f"sha256:{held.digest}",
        "workflow_run": {
            "id": run.id, "repository_id": repo.id, "head_branch": run.head_branch, "head_sha": run.head_sha,
            "head_repository_id": head.id,
        },
    }  # fmt: skip


def check_run(held: CheckRun, *, repo: Repository, urls: Urls) -> Json:
    here = f"{urls.repo(repo)}/check-runs/{held.id}"
    page = urls.page(f"{repo.full_name}/runs/{held.id}")
    given = held.output
    return {
        "id": held.id, "node_id": node("CR", held.id), "name": held.name, "head_sha": held.sha, "url": here,
        "html_url": page, "details_url": held.details_url or page, "external_id": held.external_id,
        "status": held.status, "conclusion": held.conclusion, "started_at": moment(held.started),
        "completed_at": moment(held.completed) if held.completed else None,
        "output": {
            "title": given.get("title"), "summary": given.get("summary"), "text": given.get("text"),
            "annotations_count": len(held.annotations), "annotations_url": f"{here}/annotations",
        },
        "check_suite": {"id": 1}, "app": app(urls=urls), "pull_requests": [],
    }  # fmt: skip


def app(*, urls: Urls) -> Json:
    owner = Person(login="github", id=9919, kind="Organization")
    return {
        "id": GITHUB_ACTIONS_APP, "slug": "github-actions", "node_id": node("A", GITHUB_ACTIONS_APP),
        "owner": user(owner, urls=urls), "name": "GitHub Actions", "description": "", "external_url": urls.page(""),
        "html_url": urls.page("apps/github-actions"), "created_at": moment(0), "updated_at": moment(0),
        "permissions": {}, "events": [],
    }  # fmt: skip
