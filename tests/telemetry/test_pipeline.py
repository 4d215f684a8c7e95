"""Environment of a GitHub job → attributes of its pipeline and repository."""

import re
from pathlib import Path

from gate.telemetry.pipeline import pipeline
from gate.telemetry.reading import files_of
from gate.telemetry.suite import SuiteRecord
from gate.telemetry.walk import recorded
from tests.builders import make_run, make_trial

JOB = {
    "GITHUB_ACTIONS": "true",
    "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "acme/bot",
    "GITHUB_RUN_ID": "42",
    "GITHUB_WORKFLOW": "checks",
    "GITHUB_JOB": "gate",
    "GITHUB_REF": "refs/pull/7/merge",
    "GITHUB_HEAD_REF": "better-prompt",
    "GITHUB_BASE_REF": "main",
    "GITHUB_TOKEN": "ghp_" + "x" * 30,
}


def test_a_pull_request_is_told_by_the_names_of_the_conventions() -> None:
    assert pipeline(JOB) == {
        "cicd.pipeline.name": "checks",
        "cicd.pipeline.run.id": "42",
        "cicd.pipeline.run.url.full": "https://github.com/acme/bot/actions/runs/42",
        "cicd.pipeline.task.name": "gate",
        "cicd.pipeline.task.type": "test",
        "vcs.provider.name": "github",
        "vcs.repository.name": "bot",
        "vcs.repository.url.full": "https://github.com/acme/bot",
        "vcs.change.id": "7",
        "vcs.ref.head.name": "better-prompt",
        "vcs.ref.base.name": "main",
    }


def test_a_branch_has_no_change_and_a_laptop_no_pipeline() -> None:
    branch = {**JOB, "GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main", "GITHUB_HEAD_REF": ""}
    assert "vcs.change.id" not in pipeline(branch)
    assert pipeline(branch)["vcs.ref.head.name"] == "main"
    assert pipeline({**JOB, "GITHUB_ACTIONS": ""}) == {}


def test_it_stands_on_everything_a_run_tells_and_a_secret_in_it_does_not(tmp_path: Path) -> None:
    environment = {**JOB, "GITHUB_WORKFLOW": f"checks {JOB['GITHUB_TOKEN']}"}
    with recorded(tmp_path, environment, verb="check", notice=print) as recorder:
        SuiteRecord(recorder, name="s").end(make_run([make_trial()]), resumed=0)
    text = files_of(tmp_path)[0].read_text()
    assert '"checks [redacted]"' in text
    assert JOB["GITHUB_TOKEN"] not in text


def test_what_leads_to_the_collector_stands_nowhere_but_what_names_a_place_may(tmp_path: Path) -> None:
    environment = {
        "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://joe:pass%40word@127.0.0.1:9/v1/traces",
        "OTEL_EXPORTER_OTLP_TRACES_HEADERS": "authorization=Bearer%20canary-value,x-langfuse-ingestion-version=4,x-project-name=support-bot",
        "OTEL_RESOURCE_ATTRIBUTES": "a=canary-value,b=pass%40word,c=1.4.4,d=pass%2540word",
        "OTEL_SERVICE_NAME": "support-bot",
    }
    told = list[str]()
    with recorded(tmp_path, environment, verb="check", notice=told.append) as recorder:
        SuiteRecord(recorder, name="s").end(make_run([make_trial()]), resumed=0)
    text = files_of(tmp_path)[0].read_text() + "".join(told)
    assert '"support-bot"' in text
    assert '"1.4.4"' in text
    assert not {"canary-value", "pass@word", "pass%40word"} & {*re.findall(r"[\w@%-]+", text)}
    assert "joe:" not in text
