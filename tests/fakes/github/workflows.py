"""Workflow runs and their artifacts: what each operation does."""

from typing import Any

from tests.fakes.github.calls import Answer, Call, Operation, Refusal, invalid, missing, page
from tests.fakes.github.conversation import repo_of
from tests.fakes.github.state import Artifact, Run


def run_of(call: Call) -> Run:
    found = repo_of(call).runs.get(call.number("run_id"))
    if found is None:
        raise missing()
    return found


def artifact_of(call: Call) -> Artifact:
    found = repo_of(call).artifacts.get(call.number("artifact_id"))
    if found is None:
        raise missing()
    return found


def get_run(call: Call) -> Answer:
    return Answer(value=call.world.show_run(repo_of(call), run_of(call)))


def list_runs(call: Call) -> Answer:
    """Newest first; of one workflow, by its file's name, where the path names one."""
    repo, query = repo_of(call), call.query
    workflow = call.parameters.get("workflow_id")
    found = [
        run
        for run in reversed(repo.runs.values())
        if workflow in (None, run.workflow.rsplit("/", 1)[-1], 1, "1")
        and query.get("head_sha") in (None, run.head_sha)
        and query.get("event") in (None, run.event)
        and query.get("branch") in (None, run.head_branch)
        and query.get("actor") in (None, run.actor)
        and query.get("status") in (None, run.status, run.conclusion)
    ]
    shown, headers = page(call, found)
    runs = [call.world.show_run(repo, run) for run in shown]
    return Answer(value={"total_count": len(found), "workflow_runs": runs}, headers=headers)


def rerun(call: Call) -> Answer:
    run = run_of(call)
    if run.status != "completed":
        raise Refusal(403, "This workflow is already running")
    run.attempt, run.status, run.conclusion = run.attempt + 1, "queued", None
    run.reruns.append(call.operation.rsplit("/", 1)[-1])
    call.wrote = True
    return Answer(status=201, value={})


def list_jobs(call: Call) -> Answer:
    """One job for each run: a gate's."""
    run, repo, world = run_of(call), repo_of(call), call.world
    here = world.urls.repo(repo)
    value: dict[str, Any] = {
        "id": run.id + 1_000_000, "run_id": run.id, "run_url": f"{here}/actions/runs/{run.id}",
        "run_attempt": run.attempt, "head_sha": run.head_sha, "url": f"{here}/actions/jobs/{run.id + 1_000_000}",
        "html_url": world.urls.page(f"{repo.full_name}/actions/runs/{run.id}/job/1"), "status": run.status,
        "conclusion": run.conclusion, "name": "gate", "workflow_name": run.workflow_name,
        "head_branch": run.head_branch,
    }  # fmt: skip
    shown, headers = page(call, [value])
    return Answer(value={"total_count": 1, "jobs": shown}, headers=headers)


def list_artifacts(call: Call) -> Answer:
    """Newest first, of a run or of the repository; of one name, where one is asked for."""
    repo = repo_of(call)
    run = run_of(call).id if "run_id" in call.parameters else None
    name = call.query.get("name")
    found = [
        artifact
        for artifact in reversed(repo.artifacts.values())
        if run in (None, artifact.run) and name in (None, artifact.name)
    ]
    shown, headers = page(call, found)
    artifacts = [call.world.show_artifact(repo, artifact) for artifact in shown]
    return Answer(value={"total_count": len(found), "artifacts": artifacts}, headers=headers)


def get_artifact(call: Call) -> Answer:
    return Answer(value=call.world.show_artifact(repo_of(call), artifact_of(call)))


def download(call: Call) -> Answer:
    """A redirect to the storage, which is another host and takes no token."""
    artifact = artifact_of(call)
    if call.text("archive_format") != "zip":
        raise missing()
    if artifact.expired:
        raise Refusal(410, "Artifact has expired")
    return Answer(status=302, headers={"Location": call.world.urls.blob(artifact.id)})


def dispatch(call: Call) -> Answer:
    repo, body = repo_of(call), call.body
    if repo.find(str(body["ref"])) is None:
        raise invalid(f"No ref found for: {body['ref']}")
    repo.dispatches.append({"workflow": call.text("workflow_id"), **body})
    call.wrote = True
    return Answer(status=204)


OPERATIONS: dict[str, Operation] = {
    "actions/get-workflow-run": get_run,
    "actions/list-workflow-runs-for-repo": list_runs,
    "actions/list-workflow-runs": list_runs,
    "actions/re-run-workflow": rerun,
    "actions/re-run-workflow-failed-jobs": rerun,
    "actions/list-jobs-for-workflow-run": list_jobs,
    "actions/list-workflow-run-artifacts": list_artifacts,
    "actions/list-artifacts-for-repo": list_artifacts,
    "actions/get-artifact": get_artifact,
    "actions/download-artifact": download,
    "actions/create-workflow-dispatch": dispatch,
}
