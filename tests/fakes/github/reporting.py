"""Commit statuses and check runs: what each operation does."""

from typing import Any

from tests.fakes.github import answers
from tests.fakes.github.calls import Answer, Call, Operation, invalid, missing, page
from tests.fakes.github.conversation import repo_of
from tests.fakes.github.repository import Repository
from tests.fakes.github.state import CheckRun, Status


def commit_of(call: Call, *, name: str) -> str:
    found = repo_of(call).find(call.text(name))
    if found is None:
        raise invalid(f"No commit found for SHA: {call.text(name)}")
    return found


def create_status(call: Call) -> Answer:
    repo, limits, sha = repo_of(call), call.world.limits, call.text("sha")
    if sha not in repo.commits:
        raise invalid(f"No commit found for SHA: {sha}")
    body = dict(call.body)
    context = body.pop("context", "default")
    description = body.get("description")
    if description is not None and len(description) > limits.description:
        text = f"description is too long (maximum is {limits.description} characters)"
        raise invalid(resource="Status", code="custom", field="description", message=text)
    if len(repo.statuses_of(sha, context=context)) >= limits.statuses:
        text = "This SHA and context has reached the maximum number of statuses."
        raise invalid(resource="Status", code="custom", message=text)
    made = repo.status(sha, body.pop("state"), context=context, author=call.login, **body)
    call.wrote = True
    return Answer(status=201, value=call.world.show_status(repo, made))


def list_statuses(call: Call) -> Answer:
    repo = repo_of(call)
    shown, headers = page(call, repo.statuses_of(commit_of(call, name="ref")))
    return Answer(value=[call.world.show_status(repo, status) for status in shown], headers=headers)


def combined_status(call: Call) -> Answer:
    """The newest status of each context, and what they say together; without any it is "pending"."""
    repo, world = repo_of(call), call.world
    sha = commit_of(call, name="ref")
    newest = latest(repo, sha=sha)
    shown, headers = page(call, newest)
    # Here, and only here, a status doesn't name its creator.
    statuses = [{k: v for k, v in world.show_status(repo, s).items() if k != "creator"} for s in shown]
    here = f"{world.urls.repo(repo)}/commits/{sha}"
    return Answer(
        value={
            "state": together(newest), "sha": sha, "total_count": len(newest), "commit_url": here,
            "url": f"{here}/status", "statuses": statuses,
            "repository": world.show_repository(repo),
        },
        headers=headers,
    )  # fmt: skip


def latest(repo: Repository, *, sha: str) -> list[Status]:
    newest: dict[str, Status] = {}
    for status in repo.statuses_of(sha):
        newest.setdefault(status.context, status)
    return list(newest.values())


def together(statuses: list[Status]) -> str:
    states = {status.state for status in statuses}
    if states & {"failure", "error"}:
        return "failure"
    return "pending" if not states or "pending" in states else "success"


def show_check_run(call: Call, held: CheckRun) -> dict[str, Any]:
    return answers.check_run(held, repo=repo_of(call), urls=call.world.urls)


def check_run_of(call: Call) -> CheckRun:
    found = repo_of(call).check_runs.get(call.number("check_run_id"))
    if found is None:
        raise missing()
    return found


def create_check_run(call: Call) -> Answer:
    repo, world = repo_of(call), call.world
    sha = repo.find(str(call.body["head_sha"]))
    if sha is None:
        raise invalid(f"No commit found for SHA: {call.body['head_sha']}")
    made = CheckRun(id=world.clock.id(), name=str(call.body["name"]), sha=sha, started=world.clock.tick())
    fill_check_run(call, made)
    repo.check_runs[made.id] = made
    return Answer(status=201, value=show_check_run(call, made))


def update_check_run(call: Call) -> Answer:
    held = check_run_of(call)
    fill_check_run(call, held)
    return Answer(value=show_check_run(call, held))


def fill_check_run(call: Call, held: CheckRun) -> None:
    """Annotations add up over requests, as on GitHub; a conclusion completes the run. Sizes: the description's."""
    output = dict(call.body.get("output") or {})
    held.annotations += output.pop("annotations", [])
    held.output = {**held.output, **output}
    for name in ("name", "status", "details_url", "external_id", "conclusion"):
        if name in call.body:
            setattr(held, name, call.body[name])
    if held.conclusion is not None:
        held.status, held.completed = "completed", call.world.clock.tick()
    call.wrote = True


def get_check_run(call: Call) -> Answer:
    return Answer(value=show_check_run(call, check_run_of(call)))


def list_check_runs(call: Call) -> Answer:
    repo, sha, wanted = repo_of(call), commit_of(call, name="ref"), call.query.get("check_name")
    held = [run for run in repo.check_runs.values() if run.sha == sha and wanted in (None, run.name)]
    shown, headers = page(call, held)
    return Answer(
        value={"total_count": len(held), "check_runs": [show_check_run(call, run) for run in shown]},
        headers=headers,
    )


OPERATIONS: dict[str, Operation] = {
    "repos/create-commit-status": create_status,
    "repos/list-commit-statuses-for-ref": list_statuses,
    "repos/get-combined-status-for-ref": combined_status,
    "checks/create": create_check_run,
    "checks/update": update_check_run,
    "checks/get": get_check_run,
    "checks/list-for-ref": list_check_runs,
}
