"""Environment of a GitHub job → the attributes of its pipeline and repository. Elsewhere nothing is known of them."""

import re
from collections.abc import Mapping

from gate.telemetry import names

_PULL_REQUEST = re.compile(r"refs/pull/(\d+)/")


def pipeline(environment: Mapping[str, str]) -> dict[str, str]:
    """What holds for all that a job tells. Nothing of it is a secret: it stands on the page of the job."""
    if environment.get("GITHUB_ACTIONS") != "true":
        return {}
    server, repository = environment.get("GITHUB_SERVER_URL", ""), environment.get("GITHUB_REPOSITORY", "")
    home, run_id = f"{server}/{repository}", environment.get("GITHUB_RUN_ID", "")
    change = _PULL_REQUEST.match(environment.get("GITHUB_REF", ""))
    told = {
        names.PIPELINE_NAME: environment.get("GITHUB_WORKFLOW", ""),
        names.PIPELINE_RUN_ID: run_id,
        names.PIPELINE_RUN_URL: f"{home}/actions/runs/{run_id}" if repository and run_id else "",
        names.TASK_NAME: environment.get("GITHUB_JOB", ""),
        names.TASK_TYPE: "test",
        names.VCS_PROVIDER: "github",
        names.VCS_REPOSITORY: repository.rpartition("/")[2],
        names.VCS_URL: home if repository else "",
        names.VCS_CHANGE: change[1] if change else "",
        names.VCS_HEAD_NAME: environment.get("GITHUB_HEAD_REF") or environment.get("GITHUB_REF_NAME", ""),
        names.VCS_BASE_NAME: environment.get("GITHUB_BASE_REF", ""),
    }
    return {name: value for name, value in told.items() if value}
