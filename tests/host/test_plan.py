"""What a verdict does: one status that its word begins, a comment as the mode says, and nothing green that is not."""

from typing import Any, get_args

import pytest

from gate.host.event import Check, Nothing
from gate.host.inputs import CommentMode
from gate.host.plan import (
    OUTPUTS,
    Pages,
    Site,
    of_failure,
    of_kept,
    of_nothing,
    of_report,
    of_untouched,
    pending,
)
from gate.model.change import PullRequest
from gate.model.effect import CommitStatus, Effect, JobSummary, StepOutput, StickyComment, WorkspaceFile
from gate.model.report import Document, Report
from tests.render import reports

HEAD, BASE = "1" * 40, "2" * 40
PULL = PullRequest(
    number=7,
    state="open",
    head_sha=HEAD,
    head_ref="f",
    head_repository="a/b",
    base_sha=BASE,
    base_ref="main",
    fork=False,
)
PAGES = Pages(line="line", marker="<!-- m ", comment="<!-- m -->\ntext", summary="summary")
REPORTS = {"pass": reports.passed, "regressed": reports.regressed, "error": reports.failed}


def site(*, mode: CommentMode = "always", trusted: bool = True, pull: PullRequest | None = PULL) -> Site:
    check = Check(head_sha=HEAD, base_sha=BASE, pull=pull)
    return Site(check=check, mode=mode, run_url="https://example.com/run", trusted=trusted)


def only(kind: Any, effects: tuple[Effect, ...]) -> Any:
    (found,) = [effect for effect in effects if isinstance(effect, kind)]
    return found


def outputs(effects: tuple[Effect, ...]) -> dict[str, str]:
    return {effect.name: effect.value for effect in effects if isinstance(effect, StepOutput)}


def planned(report: Report, where: Site) -> tuple[Effect, ...]:
    return of_report(report, pages=PAGES, site=where, folder="gate-report")


def test_a_pending_status_names_both_commits() -> None:
    status = pending(site())
    assert (status.state, status.sha, status.context) == ("pending", HEAD, "gate")
    assert status.description == "Running: 1111111 against 2222222"
    assert status.target_url == "https://example.com/run"


@pytest.mark.parametrize(
    ("make", "state"),
    [
        (reports.passed, "success"),
        (reports.regressed, "failure"),
        (reports.not_comparable, "failure"),
        (reports.failed, "error"),
    ],
)
def test_the_state_is_that_of_the_exit_code(make: Any, state: str) -> None:
    report = make()
    status = only(CommitStatus, planned(report, site()))
    assert status.state == state
    assert (status.state == "success") == (report.verdict.exit_code == 0)


def test_an_exit_code_that_nobody_knows_is_an_error() -> None:
    report = reports.passed()
    odd = report.model_copy(update={"verdict": report.verdict.model_copy(update={"exit_code": 70})})
    assert only(CommitStatus, planned(odd, site())).state == "error"


def test_numbers_that_a_fork_can_forge_turn_nothing_green() -> None:
    for make in REPORTS.values():
        assert only(CommitStatus, planned(make(), site(trusted=False))).state != "success"


@pytest.mark.parametrize(
    ("mode", "kind", "create"),
    [
        ("always", "pass", True),
        ("changes", "pass", True),  # cases moved in it
        ("failures", "pass", False),
        ("failures", "regressed", True),
        ("changes", "regressed", True),
        ("failures", "error", True),
    ],
)
def test_a_comment_is_made_as_the_mode_says(mode: CommentMode, kind: str, create: bool) -> None:  # noqa: FBT001 - a row
    assert only(StickyComment, planned(REPORTS[kind](), site(mode=mode))).create is create


@pytest.mark.parametrize("mode", [mode for mode in get_args(CommentMode) if mode != "off"])
def test_a_comment_that_is_there_is_brought_up_to_date_in_every_mode(mode: CommentMode) -> None:
    for effects in (
        planned(reports.passed(), site(mode=mode)),
        of_untouched(pages=PAGES, site=site(mode=mode)),
        of_failure(4, pages=PAGES, site=site(mode=mode)),
    ):
        assert only(StickyComment, effects).body == PAGES.comment


def test_switched_off_or_without_a_pull_request_there_is_none() -> None:
    for where in (site(mode="off"), site(pull=None)):
        assert not [
            effect for effect in planned(reports.regressed(), where) if isinstance(effect, StickyComment)
        ]


def test_a_change_that_touches_nothing_is_green_and_makes_no_comment() -> None:
    effects = of_untouched(pages=PAGES, site=site())
    assert only(CommitStatus, effects).state == "success"
    assert not only(StickyComment, effects).create
    assert outputs(effects) == {"verdict": "pass", "exit_code": "0", "suites": "0"}


def test_a_verdict_that_was_not_reached_is_an_error() -> None:
    effects = of_failure(130, pages=PAGES, site=site())
    assert only(CommitStatus, effects).state == "error"
    assert outputs(effects) == {"verdict": "error", "exit_code": "130"}


@pytest.mark.parametrize(("code", "verdict"), [(0, "pass"), (1, "regressed")])
def test_a_verdict_that_stands_posts_no_status_of_its_own(code: int, verdict: str) -> None:
    effects = of_kept(code, pages=PAGES)
    assert not [effect for effect in effects if isinstance(effect, CommitStatus)]
    assert outputs(effects) == {"verdict": verdict, "exit_code": str(code)}


def test_nothing_tells_a_commit_only_where_one_waits() -> None:
    quiet = of_nothing(Nothing(reason="why"), name="gate", run_url="")
    assert not [effect for effect in quiet if isinstance(effect, CommitStatus)]
    loud = of_nothing(Nothing(reason="why " * 60, exit_code=2, head_sha=HEAD), name="gate", run_url="")
    assert only(CommitStatus, loud).state == "error"
    assert "why" in only(JobSummary, loud).text


def test_the_files_stand_in_the_folder_and_are_named_by_the_outputs() -> None:
    documents = tuple(
        Document(name=name, media_type="text/plain", text="t")
        for name in ("report.md", "report.json", "report.junit.xml", "report.html", "results/s.json")
    )
    pages = PAGES.model_copy(update={"documents": documents})
    effects = of_report(reports.regressed(), pages=pages, site=site(), folder="out")
    paths = [effect.path for effect in effects if isinstance(effect, WorkspaceFile)]
    assert paths == [f"out/{document.name}" for document in documents]
    found = outputs(effects)
    assert found["report_junit"] == "out/report.junit.xml"
    assert found["report_html"] == "out/report.html"
    assert found["worst_metric"] == "exact_match"
    assert found.keys() <= {*OUTPUTS}


def test_a_cost_that_is_not_known_of_every_run_is_not_told() -> None:
    report = reports.regressed()
    runs = (*report.runs, report.runs[0].model_copy(update={"cost_usd": None}))
    assert outputs(planned(report.model_copy(update={"runs": runs}), site()))["cost_usd"] == ""
