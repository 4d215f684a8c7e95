"""Repositories, commits, trees and files: what each reading operation does."""

import base64
from typing import Any

from tests.fakes.github import answers
from tests.fakes.github.calls import Answer, Call, Operation, Refusal, missing, page
from tests.fakes.github.conversation import repo_of
from tests.fakes.github.git import Change, Entry, blob_sha, changes, merge_base
from tests.fakes.github.reporting import commit_of
from tests.fakes.github.repository import Repository
from tests.fakes.github.state import ROLES


def get_repository(call: Call) -> Answer:
    repo, world = repo_of(call), call.world
    shown = world.show_repository(repo)
    if repo.parent is not None:
        shown["parent"] = shown["source"] = world.show_repository(repo.parent)
    role = repo.role(call.login)
    if call.token and not call.token.is_job:
        names = {"write": "push", "read": "pull"}
        shown["permissions"] = {
            names.get(level, level): repo.may(call.login, level) for level in ROLES[1:]
        } | {"pull": not repo.private or role != "none"}
    return Answer(value=shown)


def get_branch(call: Call) -> Answer:
    repo, name = repo_of(call), call.text("branch")
    if name not in repo.branches:
        raise Refusal(404, "Branch not found")
    here = f"{call.world.urls.repo(repo)}/branches/{name}"
    page_url = call.world.urls.page(f"{repo.full_name}/tree/{name}")
    return Answer(
        value={
            "name": name, "commit": call.world.show_commit(repo, repo.branches[name]), "protected": False,
            "_links": {"self": here, "html": page_url}, "protection_url": f"{here}/protection",
            "protection": {"enabled": False},
        }
    )  # fmt: skip


def get_commit(call: Call) -> Answer:
    repo, world = repo_of(call), call.world
    sha = commit_of(call, name="ref")
    if "application/vnd.github.sha" in call.accept:
        return Answer(
            body=sha.encode(), headers={"Content-Type": "application/vnd.github.sha; charset=utf-8"}
        )
    held = repo.commits[sha]
    before = repo.commits[held.parents[0]].files if held.parents else {}
    changed = changes(before, held.files)
    shown, headers = page(call, changed[:3000], size=300)
    plus, minus = _counts(changed)
    value = {
        **world.show_commit(repo, sha),
        "stats": {"additions": plus, "deletions": minus, "total": plus + minus},
        "files": show_files(call, shown, repo=repo, sha=sha),
    }
    return Answer(value=value, headers=headers)


def _counts(changed: list[Change]) -> tuple[int, int]:
    return sum(change.count("+") for change in changed), sum(change.count("-") for change in changed)


def show_files(call: Call, changed: list[Change], *, repo: Repository, sha: str) -> list[dict[str, Any]]:
    return [answers.changed_file(change, repo=repo, sha=sha, urls=call.world.urls) for change in changed]


def list_commits(call: Call) -> Answer:
    repo = repo_of(call)
    start = repo.find(str(call.query.get("sha", "")))
    if start is None:
        raise missing()
    found = repo.history(start)
    path = call.query.get("path")
    if path is not None:
        found = [sha for sha in found if touches(repo, sha=sha, path=str(path))]
    shown, headers = page(call, found)
    return Answer(value=[call.world.show_commit(repo, sha) for sha in shown], headers=headers)


def touches(repo: Repository, *, sha: str, path: str) -> bool:
    held = repo.commits[sha]
    before = repo.commits[held.parents[0]].files if held.parents else {}
    return any(
        name == path or name.startswith(f"{path.rstrip('/')}/")
        for change in changes(before, held.files)
        for name in (change.path, change.previous or "")
    )


def compare(call: Call) -> Answer:
    """BASE...HEAD from the merge base; a fork's side is written owner:branch. At most 300 files, on the first page."""
    repo, world = repo_of(call), call.world
    ends = [side_sha(call, repo, name=name) for name in call.text("basehead").split("...")]
    if len(ends) != 2:
        raise missing()
    base, head = ends
    common = merge_base(repo.commits, one=head, other=base)
    if common is None:
        raise Refusal(404, f"No common ancestor between {base} and {head}.")
    ahead = [sha for sha in reversed(repo.history(head)) if sha not in set(repo.history(base))]
    behind = [sha for sha in repo.history(base) if sha not in set(repo.history(head))]
    states = {(False, False): "identical", (True, False): "ahead", (False, True): "behind"}
    shown, headers = page(call, ahead, size=250)
    changed = changes(repo.commits[common].files, repo.commits[head].files)
    here = f"{world.urls.repo(repo)}/compare/{call.text('basehead')}"
    page_url = world.urls.page(f"{repo.full_name}/compare/{call.text('basehead')}")
    first = int(call.query.get("page", 1)) == 1
    value = {
        "url": here, "html_url": page_url, "permalink_url": page_url, "diff_url": f"{page_url}.diff",
        "patch_url": f"{page_url}.patch", "base_commit": world.show_commit(repo, base),
        "merge_base_commit": world.show_commit(repo, common), "ahead_by": len(ahead), "behind_by": len(behind),
        "status": states.get((bool(ahead), bool(behind)), "diverged"), "total_commits": len(ahead),
        "commits": [world.show_commit(repo, sha) for sha in shown],
        "files": show_files(call, changed[: world.limits.compare_files] if first else [], repo=repo, sha=head),
    }  # fmt: skip
    return Answer(value=value, headers=headers)


def side_sha(call: Call, repo: Repository, *, name: str) -> str:
    owner, _, ref = name.rpartition(":")
    where = repo
    if owner and owner != repo.owner:
        where = call.world.find_repository(owner, repo.name)
    found = where.find(ref)
    if found is None or not ref:
        raise missing()
    return found


def get_content(call: Call) -> Answer:
    repo, path = repo_of(call), str(call.parameters.get("path", "")).strip("/")
    ref = str(call.query.get("ref", repo.default_branch))
    sha = repo.find(ref)
    if sha is None:
        raise Refusal(404, f"No commit found for the ref {ref}")
    held = repo.commits[sha]
    assert "vnd.github.object" not in call.accept, "the fake doesn't serve contents as an object"
    if path in held.trees:
        return folder(call, repo, ref=ref, entries=held.trees[path][1])
    if path not in held.files:
        raise missing()
    content = held.files[path]
    if len(content) > call.world.limits.content:
        raise Refusal(
            403,
            "This API returns blobs up to 100 MB in size. The requested blob is too large to fetch via the API.",
            errors=[{"resource": "Blob", "field": "data", "code": "too_large"}],
        )
    if "raw" in call.accept:
        return Answer(body=content, headers={"Content-Type": "application/vnd.github.raw; charset=utf-8"})
    return Answer(value=file_content(call, repo, path=path, ref=ref, content=content))


def folder(call: Call, repo: Repository, *, ref: str, entries: list[Entry]) -> Answer:
    shown = [
        answers.content(entry.path, entry=entry, repo=repo, ref=ref, urls=call.world.urls)
        for entry in entries[: call.world.limits.folder]
    ]
    return Answer(value=shown)


def file_content(call: Call, repo: Repository, *, path: str, ref: str, content: bytes) -> dict[str, Any]:
    entry = Entry(path=path, kind="blob", sha=blob_sha(content), size=len(content))
    shown = answers.content(path, entry=entry, repo=repo, ref=ref, urls=call.world.urls)
    if len(content) > call.world.limits.content_with_body:
        return {**shown, "encoding": "none", "content": ""}
    return {**shown, "encoding": "base64", "content": encoded(content)}


def encoded(content: bytes) -> str:
    return base64.encodebytes(content).decode()


def get_blob(call: Call) -> Answer:
    repo, wanted = repo_of(call), call.text("file_sha")
    for held in repo.commits.values():
        for content in held.files.values():
            if blob_sha(content) == wanted:
                return blob(call, repo, sha=wanted, content=content)
    raise missing()


def blob(call: Call, repo: Repository, *, sha: str, content: bytes) -> Answer:
    if "raw" in call.accept:
        return Answer(body=content, headers={"Content-Type": "application/vnd.github.raw; charset=utf-8"})
    here = f"{call.world.urls.repo(repo)}/git/blobs/{sha}"
    return Answer(
        value={
            "sha": sha, "node_id": answers.node("B", sha), "size": len(content), "url": here,
            "content": encoded(content), "encoding": "base64",
        }
    )  # fmt: skip


def get_tree(call: Call) -> Answer:
    """A tree by its sha or by a commit; any value of `recursive` means yes."""
    repo, wanted = repo_of(call), call.text("tree_sha")
    sha = repo.find(wanted)
    if sha is not None:
        entries, root, top = repo.commits[sha].trees, repo.commits[sha].tree, ""
    else:
        found = find_tree(repo, wanted=wanted)
        if found is None:
            raise missing()
        entries, top = found
        root = wanted
    listed = list(walk(entries, top=top)) if "recursive" in call.query else entries[top][1]
    limit = call.world.limits.tree
    here = f"{call.world.urls.repo(repo)}/git"
    value = {
        "sha": root, "url": f"{here}/trees/{root}", "truncated": len(listed) > limit,
        "tree": [show_entry(entry, top=top, here=here) for entry in listed[:limit]],
    }  # fmt: skip
    return Answer(value=value)


Trees = dict[str, tuple[str, list[Entry]]]


def find_tree(repo: Repository, *, wanted: str) -> tuple[Trees, str] | None:
    for held in repo.commits.values():
        for name, (sha, _) in held.trees.items():
            if sha == wanted:
                return held.trees, name
    return None


def walk(entries: Trees, *, top: str) -> list[Entry]:
    out: list[Entry] = []
    for entry in entries[top][1]:
        out.append(entry)
        if entry.kind == "tree":
            out += walk(entries, top=entry.path)
    return out


def show_entry(entry: Entry, *, top: str, here: str) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "path": entry.path.removeprefix(f"{top}/") if top else entry.path, "mode": entry.mode,
        "type": entry.kind, "sha": entry.sha, "url": f"{here}/{entry.kind}s/{entry.sha}",
    }  # fmt: skip
    return {**shown, "size": entry.size} if entry.kind == "blob" else shown


def get_ref(call: Call) -> Answer:
    repo, ref = repo_of(call), call.text("ref")
    sha = repo.find(ref) if ref.startswith(("heads/", "pull/")) else None
    if sha is None:
        raise missing()
    here = f"{call.world.urls.repo(repo)}/git"
    return Answer(
        value={
            "ref": f"refs/{ref}", "node_id": answers.node("REF", ref), "url": f"{here}/refs/{ref}",
            "object": {"type": "commit", "sha": sha, "url": f"{here}/commits/{sha}"},
        }
    )  # fmt: skip


def get_git_commit(call: Call) -> Answer:
    repo, sha = repo_of(call), call.text("commit_sha")
    if sha not in repo.commits:
        raise missing()
    return Answer(value=answers.git_commit(repo.commits[sha], repo=repo, urls=call.world.urls))


OPERATIONS: dict[str, Operation] = {
    "repos/get": get_repository,
    "repos/get-branch": get_branch,
    "repos/get-commit": get_commit,
    "repos/list-commits": list_commits,
    "repos/compare-commits-with-basehead": compare,
    "repos/get-content": get_content,
    "git/get-blob": get_blob,
    "git/get-tree": get_tree,
    "git/get-ref": get_ref,
    "git/get-commit": get_git_commit,
}
