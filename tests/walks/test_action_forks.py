"""Pull requests from forks: a read-only token tells what it can, and the trusted side believes nothing that it need not."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.fakes.github.repository import Pull
from tests.walks.project import ids
from tests.walks.stage import Acted, Stage

READ_ONLY = {"contents": "read", "pull_requests": "read", "statuses": "read"}
PUBLISHER = {"contents": "read", "pull_requests": "write", "statuses": "write", "actions": "read"}


def fork(stage: Stage, files: dict[str, str]) -> Pull:
    """A stranger's pull request that changes these files."""
    theirs = stage.fake.fork(stage.repo, owner="mallory")
    theirs.commit("feature", files)
    return stage.repo.pull("feature", fork=theirs, author="mallory")


def broken(count: int) -> dict[str, str]:
    return {"behavior.json": json.dumps({case: ["wrong"] for case in ids(count)})}


def first_run(stage: Stage, pull: Pull) -> Acted:
    stage.permissions = READ_ONLY
    return stage.act("pull_request.opened", pull=pull, actor="mallory")


def publish(stage: Stage, pull: Pull, files: dict[str, str | bytes] | bytes | None) -> Acted:
    """The second job, after a run of the fork that left these files as its artifact."""
    run = stage.repo.run(pull, actor="mallory")
    if files is not None:
        stage.repo.artifact(run, "gate-report", files)
    stage.permissions = PUBLISHER
    environment = stage.environment("workflow_run.completed", run=run)
    stage.workspace.mkdir(exist_ok=True)
    return stage.run(environment, head=pull.head_sha)


def left_by(stage: Stage) -> dict[str, str | bytes]:
    """What the first run left in its folder of reports."""
    folder = stage.workspace / "gate-report"
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_forks_run_ends_with_its_verdict_and_tries_to_write_nothing(stage: Stage) -> None:
    acted = first_run(stage, fork(stage, broken(12)))
    assert (acted.code, acted.states, acted.comments) == (1, [], []), acted.log
    assert not stage.fake.journal.writes
    assert "**Regressed**" in acted.summary
    assert "may only read" in acted.summary
    assert acted.annotations
    assert acted.outputs["verdict"] == "regressed"


def test_a_forks_regression_is_told_by_the_trusted_side(stage: Stage) -> None:
    pull = fork(stage, broken(12))
    first_run(stage, pull)
    acted = publish(stage, pull, left_by(stage))
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
    (comment,) = acted.comments
    assert "a fork's own numbers" in comment
    assert "**Regressed**" in comment
    assert not acted.annotations


def test_a_forks_own_numbers_turn_nothing_green(stage: Stage, results: dict[str, str]) -> None:
    pull = fork(stage, {"behavior.json": "{ }"})
    acted = publish(stage, pull, {"results/s.json": results["green"]})
    assert acted.states == ["pending", "error"], acted.log
    assert str(acted.status.description).startswith("Not verified")
    assert len(str(acted.status.description)) <= 140
    assert "a maintainer confirms it" in acted.comments[0]


def test_a_forged_report_is_not_even_read(stage: Stage, results: dict[str, str]) -> None:
    pull = fork(stage, broken(12))
    forged: dict[str, str | bytes] = {
        "results/s.json": results["red"],
        "report.json": '{"verdict": {"kind": "pass"}}',
        "report.md": "# All is well",
    }
    acted = publish(stage, pull, forged)
    assert acted.states == ["pending", "failure"]
    assert "All is well" not in acted.everything()


def test_the_bar_of_a_fork_is_the_bases_whatever_the_fork_says(stage: Stage, results: dict[str, str]) -> None:
    config = json.loads(stage.repo.files_at("main")["gate.yaml"])
    config["suites"]["s"]["gates"] = {"exact_match": {"max_drop": 0.8, "must_catch": 0.9}}
    pull = fork(stage, {**broken(12), "gate.yaml": json.dumps(config)})
    acted = publish(stage, pull, {"results/s.json": results["red"]})
    assert acted.states == ["pending", "failure"], acted.log
    assert "This change lowers the bar" in acted.comments[0]


def test_the_publishing_workflow_may_name_another_base(stage: Stage, results: dict[str, str]) -> None:
    pull = fork(stage, broken(12))
    stage.inputs["base"] = other = stage.repo.commit("lower", delete=["baselines/s.json"])
    acted = publish(stage, pull, {"results/s.json": results["red"]})
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log
    assert f"base={other} " in acted.comments[0]


def test_a_fork_that_touches_no_suite_is_green_by_githubs_own_word(stage: Stage) -> None:
    pull = fork(stage, {"README.md": "hello\n"})
    acted = publish(stage, pull, None)
    assert (acted.code, acted.states) == (0, ["pending", "success"]), acted.log


@pytest.mark.parametrize(
    "left",
    [
        None,
        b"PK no archive at all",
        {"results/s.json": "{}"},
        {"results/s.json": "[" * 100_000},
        {"../results/s.json": "{}", "results/other.json": "{}"},
    ],
    ids=["nothing", "no-archive", "no-results", "nested", "other-names"],
)
def test_whatever_a_fork_leaves_instead_of_results_is_an_error_and_concluded(stage: Stage, left: Any) -> None:
    pull = fork(stage, broken(12))
    acted = publish(stage, pull, left)
    assert acted.code == 2, acted.log
    assert acted.states == ["pending", "error"]
    assert "This is a bug" not in acted.log


def archive(files: dict[str, bytes], *, link: str = "") -> bytes:
    """A zip; `link` is the name of a member that is a symbolic link to what it holds."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = (0o120777 if name == link else 0o100644) << 16
            made.writestr(info, content)
    return buffer.getvalue()


@pytest.mark.parametrize("what", ["bomb", "link", "truncated", "suite", "large", "not text", "surrogates"])
def test_a_forged_archive_is_an_error_and_concluded(stage: Stage, results: dict[str, str], what: str) -> None:
    name, green = "results/s.json", results["green"]
    forged = {
        "bomb": lambda: archive({name: b" " * 100_000_001}),
        "link": lambda: archive({name: b"/etc/passwd"}, link=name),
        "truncated": lambda: archive({name: green.encode()})[:-40],
        "suite": lambda: archive({name: green.replace('"suite": "s"', '"suite": "other"').encode()}),
        "large": lambda: b"PK" + bytes(20_000_001),
        "not text": lambda: archive({name: b"\xff\xfe" + green.encode()}),
        "surrogates": lambda: archive({name: green.replace("right", "\\ud800", 1).encode() + b"x"}),
    }
    pull = fork(stage, broken(12))
    acted = publish(stage, pull, forged[what]())
    assert (acted.code, acted.states) == (2, ["pending", "error"]), acted.log
    assert "This is a bug" not in acted.log
    assert "root:" not in acted.everything()


def test_results_without_a_single_case_are_never_green(stage: Stage, results: dict[str, str]) -> None:
    pull = fork(stage, broken(12))
    whole = json.loads(results["green"])
    acted = publish(stage, pull, {"results/s.json": json.dumps({**whole, "cases": [], "trials": []})})
    assert (acted.code, acted.states[-1]) == (2, "error"), acted.log


def test_a_head_that_has_moved_on_is_not_told_what_an_older_one_did(
    stage: Stage, results: dict[str, str]
) -> None:
    pull = fork(stage, broken(12))
    run = stage.repo.run(pull, actor="mallory")
    stage.repo.artifact(run, "gate-report", {"results/s.json": results["red"]})
    pull.head_repository.commit("feature", {"behavior.json": "{}"})
    stage.permissions = PUBLISHER
    stage.workspace.mkdir()
    acted = stage.run(stage.environment("workflow_run.completed", run=run), head=pull.head_sha)
    assert (acted.code, acted.states) == (0, [])
    assert not stage.fake.journal.writes
    assert "no open pull request has the head" in acted.summary


def test_a_run_of_a_branch_of_our_own_has_reported_itself(stage: Stage) -> None:
    pull = stage.pull()
    stage.workspace.mkdir()
    run = stage.repo.run(pull)
    acted = stage.run(stage.environment("workflow_run.completed", run=run), head=pull.head_sha)
    assert (acted.code, acted.states) == (0, [])
    assert not stage.fake.journal


def test_a_forks_code_does_not_run_where_there_are_secrets(stage: Stage) -> None:
    pull = fork(stage, broken(12))
    environment = stage.environment("pull_request_target.opened", pull=pull)
    stage.checkout(pull.head_sha)
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states) == (2, ["error"]), acted.log
    assert "trials" not in acted.log
    assert "refused" in str(acted.status.description)


def test_unless_somebody_says_in_so_many_words_that_it_may(stage: Stage) -> None:
    pull = fork(stage, broken(12))
    stage.inputs["i_understand_that_pull_request_code_runs_with_secrets"] = "true"
    environment = stage.environment("pull_request_target.opened", pull=pull)
    stage.checkout(pull.head_sha)
    acted = stage.run(environment, head=pull.head_sha)
    assert (acted.code, acted.states) == (1, ["pending", "failure"]), acted.log
