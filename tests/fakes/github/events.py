"""What happened here → the payload that GitHub sends of it, and the environment of the job that it starts.

Each payload is a real one (payloads/, from @octokit/webhooks-examples) whose values are replaced by what the fake
knows, field by field and never a field more, and it is checked against @octokit/webhooks-schemas. What no real
example shows is derived, and only so:

- `pull_request.edited` is the one of `reopened`, with `changes` (here: another base branch);
- an `issue_comment` on a pull request is one on an issue whose `issue` bears `draft` and `pull_request`;
- one from a fork has another repository in `pull_request.head`, with `fork: true` and an owner of its own;
- `pull_request_target` is `pull_request`: GitHub sends both the same;
- jobs get no `installation`, and `organization` only where the owner is one;
- `schedule` is in no description: it holds the schedule and the repository, and is not checked.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.fakes.github.calls import moment
from tests.fakes.github.description import HERE, document
from tests.fakes.github.repository import Pull, Repository
from tests.fakes.github.state import Comment, Issue, Run
from tests.fakes.github.world import World

Json = dict[str, Any]
ISSUE_PULL = {"url": "", "html_url": "", "diff_url": "", "patch_url": "", "merged_at": None}
NEVER = "0" * 40


@dataclass(frozen=True, kw_only=True)
class About:
    """What an event is about: the parts that its kind needs, and no others.

    `pull` for pull_request, pull_request_target and merge_group; `issue` (or `pull`) and `comment` for issue_comment;
    `run` for workflow_run; `branch` for push, merge_group and workflow_dispatch; `before` for push and synchronize.
    """

    world: World
    repo: Repository
    actor: str = "alice"
    pull: Pull | None = None
    issue: Issue | None = None
    comment: Comment | None = None
    run: Run | None = None
    branch: str = "main"
    before: str = NEVER
    inputs: Json = field(default_factory=dict)
    within: Run | None = None
    """For a job: the run that it belongs to, where it is another attempt of one. Otherwise a new one is made."""

    @property
    def the_pull(self) -> Pull:
        assert self.pull is not None, "this event is about a pull request: pull=…"
        return self.pull


@cache
def _text(name: str) -> str:
    return (HERE / "payloads" / f"{name}.json").read_text()


def payload(event: str, about: About) -> Json:
    """The payload of "pull_request.opened", "push" and so on."""
    event = event.replace("pull_request_target", "pull_request")
    if event == "schedule":
        return {"schedule": "0 6 * * 1", "repository": about.world.show_repository(about.repo)}
    derived = "pull_request.reopened" if event == "pull_request.edited" else event
    example: Json = json.loads(_text(derived))
    kind, _, action = event.partition(".")
    if action:
        example["action"] = action
    ours = {**BUILDERS[kind](about, example), **_common(about)}
    out: Json = overlay(_moved(example, about), ours)
    if about.pull is not None and about.pull.is_fork and kind == "pull_request":
        _move_head(out, example=example, about=about)
    out.pop("installation", None)
    out.pop("enterprise", None)
    if about.world.person(about.repo.owner).kind != "Organization":
        out.pop("organization", None)
    _check(kind, action, out)
    return out


def _common(about: About) -> Json:
    owner = about.world.show_user(about.repo.owner)
    return {
        "repository": about.world.show_repository(about.repo),
        "sender": about.world.show_user(about.actor),
        "organization": owner,
    }


def overlay(example: Any, ours: Any) -> Any:
    """The example's shape with our values: a field that the example hasn't is left out."""
    if isinstance(example, dict) and isinstance(ours, dict):
        if "login" in example and "login" in ours:
            example = _of_login(example, login=ours["login"])
        return {key: overlay(value, ours[key]) if key in ours else value for key, value in example.items()}
    if isinstance(example, list) and isinstance(ours, list) and example:
        return [overlay(example[0], item) for item in ours]
    return ours


def _of_login(person: Json, *, login: str) -> Json:
    """The thirty addresses of a person, as another's."""
    was, text = person["login"], json.dumps(person)
    for place in ("users", "orgs"):
        text = text.replace(f"/{place}/{was}", f"/{place}/{login}")
    return dict(json.loads(text))


def _moved(example: Json, about: About, *, to: Repository | None = None) -> Json:
    """The example with all of its addresses here."""
    repo, urls = to or about.repo, about.world.urls
    text = json.dumps(example)
    was = example["repository"]
    swaps = {
        f"repos/{was['full_name']}": f"repos/{repo.full_name}",
        f"github.com/{was['full_name']}": f"github.com/{repo.full_name}",
        f"github.com:{was['full_name']}": f"github.com:{repo.full_name}",
        "https://api.github.com/": urls.api(""),
        "https://github.com/": urls.page(""),
    }
    for old, new in swaps.items():
        text = text.replace(old, new)
    return dict(json.loads(text))


def _move_head(out: Json, *, example: Json, about: About) -> None:
    fork = about.the_pull.head_repository
    moved = _moved(example, about, to=fork)["pull_request"]["head"]["repo"]
    out["pull_request"]["head"]["repo"] = overlay(moved, about.world.show_repository(fork))


def _check(kind: str, action: str, value: Json) -> None:
    problems = list(document("webhooks").problems(f"#/definitions/{kind}${action or 'event'}", value))
    assert not problems, f"not as GitHub sends {kind} {action}: {problems[:5]}"


# --- each event ------------------------------------------------------------------------------------------------------


def _pull_request(about: About, example: Json) -> Json:
    pull = about.the_pull
    nobody = {"assignee": None, "milestone": None, "merged_by": None, "auto_merge": None}
    lists: Json = {"assignees": [], "labels": [], "requested_reviewers": [], "requested_teams": []}
    out: Json = {"number": pull.number, "pull_request": about.world.show_pull(pull) | nobody | lists}
    if example["action"] == "synchronize":
        out |= {"before": about.before, "after": pull.head_sha}
    if example["action"] == "edited":
        was = {"ref": {"from": "another"}, "sha": {"from": about.repo.branches[pull.base_ref]}}
        example["changes"] = out["changes"] = {"base": was}
    return out


def _issue_comment(about: About, example: Json) -> Json:
    comment, issue = about.comment, about.issue or about.pull
    assert comment is not None, "this event is about a comment: comment=…"
    assert issue is not None, "this event is about an issue or a pull request: issue=… or pull=…"
    if isinstance(issue, Pull):
        example["issue"] |= {"draft": issue.draft, "pull_request": dict(ISSUE_PULL)}
    shown = about.world.show_issue(about.repo, issue)
    shown |= {"labels": [], "assignees": [], "assignee": None, "milestone": None, "closed_at": None}
    if isinstance(issue, Pull):
        shown["pull_request"]["merged_at"] = moment(issue.created) if issue.merged else None
    return {"issue": shown, "comment": about.world.show_comment(about.repo, comment)}


def _push(about: About, example: Json) -> Json:
    sha = about.repo.branches[about.branch]
    held = about.repo.commits[sha]
    page = about.world.urls.page(f"{about.repo.full_name}/commit/{sha}")
    who = {"name": held.author, "email": held.email, "username": held.author}
    shown = {
        "id": sha, "tree_id": held.tree, "distinct": True, "message": held.message, "url": page,
        "timestamp": moment(held.second), "author": who, "committer": who,
        "added": [], "removed": [], "modified": [],
    }  # fmt: skip
    example |= {"head_commit": shown, "commits": [shown]}
    owner = about.repo.owner
    example["repository"]["owner"] |= {"name": owner, "email": f"{owner}@users.noreply.github.com"}
    return {
        "ref": f"refs/heads/{about.branch}", "before": about.before, "after": sha, "base_ref": None,
        "created": about.before == NEVER, "deleted": False, "forced": False,
        "pusher": {"name": about.actor, "email": f"{about.actor}@users.noreply.github.com"},
        "compare": about.world.urls.page(f"{about.repo.full_name}/compare/{about.before}...{sha}"),
    }  # fmt: skip


def _merge_group(about: About, _example: Json) -> Json:
    sha = about.repo.branches[about.branch]
    held, pull = about.repo.commits[sha], about.the_pull
    who = {"name": held.author, "email": held.email}
    return {
        "merge_group": {
            "head_sha": sha, "head_ref": f"refs/heads/{about.branch}", "base_sha": held.parents[0],
            "base_ref": f"refs/heads/{pull.base_ref}",
            "head_commit": {
                "id": sha, "tree_id": held.tree, "message": held.message, "timestamp": moment(held.second),
                "author": who, "committer": who,
            },
        }
    }  # fmt: skip


def _workflow_run(about: About, _example: Json) -> Json:
    run = about.run
    assert run is not None, "this event is about a run: run=…"
    shown = about.world.show_run(about.repo, run)
    named = {"id": 1, "name": run.workflow_name, "path": run.workflow, "url": shown["workflow_url"]}
    return {"workflow_run": shown, "workflow": named}


def _workflow_dispatch(about: About, example: Json) -> Json:
    example["inputs"] = about.inputs
    return {"ref": f"refs/heads/{about.branch}", "workflow": ".github/workflows/gate.yml"}


BUILDERS: dict[str, Callable[[About, Json], Json]] = {
    "pull_request": _pull_request,
    "issue_comment": _issue_comment,
    "push": _push,
    "merge_group": _merge_group,
    "workflow_run": _workflow_run,
    "workflow_dispatch": _workflow_dispatch,
}


# --- the job ---------------------------------------------------------------------------------------------------------


def environment(event: str, about: About) -> dict[str, str]:
    """GITHUB_SHA, GITHUB_REF and their like, as GitHub's page on events says for each event."""
    name = event.partition(".")[0]
    repo, run = about.repo, about.within or _run(name, about)
    run.status, run.conclusion = "in_progress", None
    sha, ref = _commit_and_ref(name, about)
    of_pull = about.pull if name in ("pull_request", "pull_request_target") else None
    kept = ref.removeprefix("refs/heads/").removeprefix("refs/")
    return {
        "GITHUB_ACTIONS": "true", "CI": "true", "GITHUB_EVENT_NAME": name, "GITHUB_SHA": sha, "GITHUB_REF": ref,
        "GITHUB_REF_NAME": kept.removeprefix("pull/"), "GITHUB_REF_TYPE": "branch",
        # Empty, not absent, where there is no pull request.
        "GITHUB_HEAD_REF": of_pull.head_ref if of_pull else "", "GITHUB_BASE_REF": of_pull.base_ref if of_pull else "",
        "GITHUB_ACTOR": about.actor, "GITHUB_TRIGGERING_ACTOR": about.actor, "GITHUB_RUN_ID": str(run.id),
        "GITHUB_RUN_NUMBER": "1", "GITHUB_RUN_ATTEMPT": str(run.attempt), "GITHUB_JOB": "gate",
        "GITHUB_WORKFLOW": run.workflow_name, "GITHUB_WORKFLOW_REF": f"{repo.full_name}/{run.workflow}@{ref}",
        "GITHUB_REPOSITORY_ID": str(repo.id), "GITHUB_REPOSITORY_OWNER": repo.owner,
    }  # fmt: skip


def _commit_and_ref(name: str, about: About) -> tuple[str, str]:
    if name == "pull_request":
        pull = about.the_pull
        made = pull.test_merge()
        return (made.sha if made else pull.head_sha), f"refs/pull/{pull.number}/merge"
    if name == "pull_request_target":
        return about.the_pull.base_tip, f"refs/heads/{about.the_pull.base_ref}"
    moving = name in ("push", "merge_group", "workflow_dispatch")
    branch = about.branch if moving else about.repo.default_branch
    return about.repo.branches[branch], f"refs/heads/{branch}"


def _run(name: str, about: About) -> Run:
    """A run for the job. Only pull_request's is one of the head: all else runs on a branch of ours."""
    if name == "pull_request":
        return about.repo.run(about.the_pull, actor=about.actor)
    branch = about.the_pull.base_ref if name == "pull_request_target" else about.branch
    return about.repo.run(event=name, branch=branch, actor=about.actor)
