"""Runs of workflows and what they left behind, as GitHub tells them. What is in an archive is its reader's matter."""

import hashlib
from collections.abc import Mapping
from typing import Any

from gate.host.github.asking import Asking
from gate.host.github.failure import HostError, Task
from gate.model.errors import Problem
from gate.model.hosting import Artifact, Performed, WorkflowRun

_READ, _WRITE = "actions: read", "actions: write"
_AGAIN = "run the check again, so that it leaves its results behind once more"


class Runs(Asking):
    """Reading runs and artifacts, and running again."""

    def workflow_run(self, run: int) -> WorkflowRun:
        """One run.

        Raises:
            HostError: there is none, or it may not be read.
        """
        task = Task(doing=f"reading workflow run {run}", needs=_READ)
        path = self._at("actions", "runs", run)
        return self._wire.read(task, path, parse=lambda data: workflow_run(data, self.repository))

    def workflow_runs(self, sha: str, *, event: str = "") -> tuple[WorkflowRun, ...]:
        """The runs for a head commit, the newest first; `event` keeps those of one kind (`pull_request`).

        Raises:
            HostError: they may not be read.
        """
        task = Task(doing=f"finding the workflow runs of {sha[:12]}", needs=_READ)
        query = {"head_sha": sha, **({"event": event} if event else {})}

        def parse(data: Mapping[str, Any]) -> list[WorkflowRun]:
            return [workflow_run(each, self.repository) for each in data["workflow_runs"]]

        found = self._wire.pages(task, self._at("actions", "runs"), parse=parse, query=query)
        return tuple(sorted(found, key=lambda run: -run.id))

    def artifacts(self, run: int, *, name: str) -> tuple[Artifact, ...]:
        """The artifacts of a run that are called so, the newest first.

        Raises:
            HostError: they may not be read.
        """
        task = Task(doing=f"reading the artifacts of workflow run {run}", needs=_READ)
        path = self._at("actions", "runs", run, "artifacts")
        found = self._wire.pages(task, path, parse=_artifacts, query={"name": name})
        return tuple(sorted(found, key=lambda artifact: -artifact.id))

    def download(self, artifact: Artifact, *, limit_bytes: int) -> bytes:
        """The archive, as it is: open it with `read_zip`. The token does not go to the host that keeps it.

        Raises:
            HostError: it has expired, is larger than the limit, is not the one whose digest GitHub tells, or cannot
                be had.
        """
        task = Task(doing=f"downloading the artifact {artifact.name}", needs=_READ)
        if artifact.expired:
            raise HostError(Problem(message=f"{task.doing} failed: it has expired", fix=_AGAIN))
        if artifact.size_bytes > limit_bytes:
            message = f"{task.doing} failed: it is larger than {limit_bytes} bytes"
            raise HostError(Problem(message=message, fix="look at what the run put into it"))
        from gate.host.github.download import fetched  # noqa: PLC0415 - brings an HTTP library with it

        path = self._at("actions", "artifacts", artifact.id, "zip")
        address = self._wire.redirect(task, path)
        content = self._wire.attempt(
            task, lambda: fetched(address, task=task, place=self._wire.place, limit_bytes=limit_bytes)
        )
        if artifact.digest and artifact.digest != f"sha256:{hashlib.sha256(content).hexdigest()}":
            message = f"{task.doing} failed: it is not the archive whose digest GitHub tells"
            raise HostError(Problem(message=message, fix=_AGAIN))
        return content

    def rerun(self, run: WorkflowRun) -> Performed:
        """Run all jobs of a run again; its `attempt` tells, after a lost answer, whether that happened.

        Raises:
            HostError: refused (it may be running still), or not known to have happened.
        """
        task = Task(doing=f"running workflow run {run.id} again", needs=_WRITE)
        for last in (False, False, True):
            try:
                path = self._at("actions", "runs", run.id, "rerun")
                self._wire.post_once(task, path, body={}, parse=lambda _: None)
                break
            except HostError as error:
                if last or not error.unsure:
                    raise
            if self.workflow_run(run.id).attempt > run.attempt:
                break
        return Performed(changed=True, url=run.url)


def workflow_run(data: Mapping[str, Any], repository: str) -> WorkflowRun:
    """GitHub's JSON, of the API or of an event → WorkflowRun. A head repository that was deleted was a fork."""
    head = (data.get("head_repository") or {}).get("full_name", "")
    return WorkflowRun(
        id=data["id"],
        name=data.get("name") or "",
        path=(data.get("path") or "").partition("@")[0],
        event=data["event"],
        status=data["status"] or "",
        conclusion=data.get("conclusion") or "",
        attempt=data.get("run_attempt") or 1,
        head_sha=data["head_sha"],
        head_ref=data.get("head_branch") or "",
        head_repository=head,
        fork=head.lower() != repository.lower(),
        url=data["html_url"],
    )


def _artifacts(data: Mapping[str, Any]) -> list[Artifact]:
    return [
        Artifact(
            id=each["id"],
            name=each["name"],
            size_bytes=each["size_in_bytes"],
            expired=each["expired"],
            run_id=(each.get("workflow_run") or {}).get("id") or 0,
            head_sha=(each.get("workflow_run") or {}).get("head_sha") or "",
            digest=each.get("digest") or "",
        )
        for each in data["artifacts"]
    ]
