"""Environment + payload → Event: what happened on GitHub. PURE: both are handed in.

Shas come from the payload. GITHUB_SHA counts only for events whose payload names none (a schedule, a dispatch): of a pull
request it is a merge commit, and of a comment or a finished run it is the default branch.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

from gate.host.event import AT_A_COMMIT, Comment, Event, Run
from gate.model.change import PullRequest
from gate.model.errors import Problem, UserError

_NO_COMMIT = "0" * 40
_QUEUED = re.compile(
    r"/pr-([0-9]{1,12})-[0-9a-f]{40,64}$"
)  # the queue's own branch, one for each pull request
_SHA = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def read_event(environment: Mapping[str, str], payload: Mapping[str, Any]) -> Event:
    """The variables of the runner and the JSON at GITHUB_EVENT_PATH → Event.

    Raises:
        UserError: this is no run of GitHub Actions, or the payload lacks what its event always has.
    """
    name = environment.get("GITHUB_EVENT_NAME", "")
    repository = environment.get("GITHUB_REPOSITORY", "")
    if not name or not repository:
        raise UserError(
            Problem(
                message="this is no run of GitHub Actions: GITHUB_EVENT_NAME or GITHUB_REPOSITORY is not set",
                fix="on your own machine use `gate check --base main`; in a workflow use the action",
            )
        )
    server = environment.get("GITHUB_SERVER_URL", "https://github.com").rstrip("/")
    run_id = environment.get("GITHUB_RUN_ID", "")
    event = Event(
        name=name,
        action=str(payload.get("action") or ""),
        repository=repository,
        run_url=f"{server}/{repository}/actions/runs/{run_id}" if run_id else "",
    )
    try:
        return event.model_copy(update=_particulars(name, payload, environment.get("GITHUB_SHA", "")))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UserError(
            Problem(
                message=f"the payload of this {name} event is not as GitHub sends it: {type(error).__name__}",
                value=str(error)[:80],
                fix="check what GITHUB_EVENT_PATH leads to",
            )
        ) from None


def pull_request_of(pull: Mapping[str, Any]) -> PullRequest:
    """GitHub's object of a pull request → PullRequest."""
    head, base = pull["head"], pull["base"]
    ours, theirs = base["repo"]["full_name"], (head["repo"] or {}).get("full_name", "")
    return PullRequest(
        number=pull["number"],
        state="merged" if pull.get("merged") else pull["state"],
        head_sha=_sha(head["sha"]),
        head_ref=head["ref"],
        head_repository=theirs,
        base_sha=_sha(base["sha"]),
        base_ref=base["ref"],
        fork=theirs.casefold() != ours.casefold(),
        author=(pull.get("user") or {}).get("login", ""),
    )


def _particulars(name: str, payload: Mapping[str, Any], github_sha: str) -> dict[str, Any]:
    if name in AT_A_COMMIT:
        sha = _sha(github_sha)
        return {"head_sha": sha, "base_sha": sha, "compared": "the baseline at the same commit"}
    readers: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
        "pull_request": _of_pull_request,
        "pull_request_target": _of_pull_request,
        "merge_group": _of_merge_group,
        "push": _of_push,
        "issue_comment": lambda payload: {"comment": _comment(payload)},
        "workflow_run": lambda payload: {"run": _run(payload["workflow_run"])},
    }
    return readers[name](payload) if name in readers else {}


def _of_pull_request(payload: Mapping[str, Any]) -> dict[str, Any]:
    pull = pull_request_of(payload["pull_request"])
    only_text = payload.get("action") == "edited" and "base" not in payload.get("changes", {})
    return {"pull": pull, "only_text": only_text, "head_sha": pull.head_sha, "base_sha": pull.base_sha}


def _of_merge_group(payload: Mapping[str, Any]) -> dict[str, Any]:
    group, gone = payload["merge_group"], payload.get("action") == "destroyed"
    told = "the merge group was taken apart" if gone else "the base of the merge queue"
    shas = {"head_sha": _sha(group["head_sha"]), "base_sha": _sha(group["base_sha"])}
    queued = _QUEUED.search(str(group.get("head_ref") or ""))
    return {**shas, "compared": told, "gone": gone, "queued": int(queued.group(1)) if queued else 0}


def _of_push(payload: Mapping[str, Any]) -> dict[str, Any]:
    ref, after, before = payload["ref"], payload["after"], payload["before"]
    if payload.get("deleted"):
        return {"gone": True, "compared": f"{ref} was deleted"}
    if before == _NO_COMMIT:
        told = f"the baseline at the same commit, since {ref} is new"
        return {"head_sha": _sha(after), "base_sha": _sha(after), "compared": told}
    forced = payload.get("forced")
    told = "what the branch held before a forced push" if forced else "what the branch held before the push"
    return {"head_sha": _sha(after), "base_sha": _sha(before), "compared": told}


def _comment(payload: Mapping[str, Any]) -> Comment:
    comment, issue = payload["comment"], payload["issue"]
    user = comment["user"] or {}
    return Comment(
        id=comment["id"],
        number=issue["number"],
        text=comment["body"] or "",
        author=user.get("login", ""),
        by_bot=user.get("type") != "User",
        on_pull_request=bool(issue.get("pull_request")),
    )


def _run(run: Mapping[str, Any]) -> Run:
    return Run(
        id=run["id"],
        event=run["event"],
        conclusion=run.get("conclusion") or "",
        head_sha=_sha(run["head_sha"]),
        head_ref=run.get("head_branch") or "",
        head_repository=(run.get("head_repository") or {}).get("full_name", ""),
    )


def _sha(text: str) -> str:
    """A whole sha, which no path and no query can be made of.

    Raises:
        ValueError: it is something else.
    """
    if not _SHA.fullmatch(text):
        raise ValueError(f"this is no full sha: {text[:40]!r}")
    return text
