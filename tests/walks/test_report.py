"""`gate report`, and the page of `check` and `compare`: what is shown comes from the files, and nothing is run."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.render.html.test_document import Read
from tests.walks.project import Project, accepted

CHEAP = {"trials": {"accept": 2, "check": 1, "most": 1}}
BROKEN = [f"case-{number:03}" for number in range(8)]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A baseline; a run of its application (base.json); then eight answers are wrong, and were checked (head.json)."""
    project = accepted(tmp_path_factory.mktemp("desk"), cases=20, **CHEAP)
    assert project.gate("check", "-o", "base.json").code == 0
    project.answer(BROKEN, "wrong <b>")
    checked = project.gate("check", "-o", "head.json", "--html", "check.html")
    assert checked.code == 1, checked.text
    assert "check.html: 0.1 MB; open it in a browser" in checked.err
    return project


def shown(project: Project, name: str) -> tuple[dict[str, Any], list[Any]]:
    """The page's suite, and the texts of its cases by their order."""
    found = Read(project.read(name))
    (suite,) = json.loads(found.data["index"])["suites"]
    return suite, [found.details[place] for place in suite["texts"]]


def test_the_page_of_a_check_holds_every_case_with_what_earlier_runs_of_the_bases_application_answered(
    project: Project,
) -> None:
    suite, details = shown(project, "check.html")
    assert len(suite["ids"]) == 20
    assert details[0]["h"][0]["o"] == "wrong <b>"
    assert details[0]["b"][0]["o"] == "right"
    assert "kept in .gate" in suite["earlier"][0]
    assert suite["overall"]["moves"].count("w") == 8


def test_the_steps_of_the_trials_are_those_that_the_run_left(project: Project) -> None:
    suite, details = shown(project, "check.html")
    for case_id, detail in zip(suite["ids"], details, strict=True):
        told = dict(detail["h"][0]["p"][0][6])  # a run of the base left spans of the same name before
        assert told["test.case.result.status"] == ("fail" if case_id in BROKEN else "pass")
    assert project.gate("report", "base.json", "--html", "again.html").code == 0
    _, details = shown(project, "again.html")
    assert {dict(detail["h"][0]["p"][0][6])["test.case.result.status"] for detail in details} == {"pass"}


def test_a_report_on_the_file_says_what_the_check_said_and_runs_nothing(project: Project) -> None:
    behavior = project.read("app.py")
    project.write("app.py", "raise SystemExit('the application was run')")
    told = project.gate("report", "head.json", "--html", "report.html", "--json", "report.json")
    project.write("app.py", behavior)
    assert told.code == 1, told.text
    assert told.out.startswith("REGRESSED: exact_match fell")
    suite, details = shown(project, "report.html")
    before, same = shown(project, "check.html")
    assert (suite["columns"], details) == (before["columns"], same)
    assert json.loads(project.read("report.json"))["head"]["label"] == "head.json"


def test_results_of_the_base_that_are_named_come_before_what_is_kept(project: Project) -> None:
    told = project.gate("report", "head.json", "--html", "named.html", "--base-results", "base.json")
    assert told.code == 1, told.text
    suite, details = shown(project, "named.html")
    assert suite["earlier"] == ["from base.json", False]
    assert details[0]["b"][0]["s"][0][:2] == ["exact_match", "1"]


def test_results_of_another_application_are_not_taken_for_the_bases_without_a_word(project: Project) -> None:
    told = project.gate("report", "base.json", "--html", "other.html", "--base-results", "head.json")
    assert told.code == 0, told.text
    suite, _ = shown(project, "other.html")
    assert suite["earlier"] == ["from head.json", True]


def test_a_comparison_writes_the_page_too_and_so_does_a_report_on_a_baseline_file(project: Project) -> None:
    files = ("--current", "head.json", "--baseline", "baselines/s.json")
    assert project.gate("compare", *files, "--html", "compare.html").code == 1
    assert (
        project.gate("report", "head.json", "--baseline", "baselines/s.json", "--html", "file.html").code == 1
    )
    assert project.read("compare.html") == project.read("file.html")


def test_the_baseline_of_a_commit_is_the_one_that_counts(project: Project, tmp_path: Path) -> None:
    told = project.gate("report", "head.json", "--base", "main", "--json", str(tmp_path / "r.json"))
    assert told.code == 1, told.text
    report = json.loads((tmp_path / "r.json").read_text())
    assert report["base"]["sha"] == project.git("rev-parse", "main").strip()


def test_the_page_may_go_to_standard_output_alone(project: Project) -> None:
    told = project.gate("report", "head.json", "--html", "-")
    assert told.out.startswith("<!doctype html>")
    assert told.out.endswith("</html>\n")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (["nothing.json"], "there is no file nothing.json"),
        (["gate.yaml"], "this is not such a file"),
        (["head.json", "base.json"], "two files hold results of s"),
        (["head.json", "--base-results", "base.json"], "--base-results is shown on the page"),
        (["head.json", "--html", "head.json"], "this file is read"),
        (["head.json", "--html", "baselines/s.json"], "this is a baseline"),
        (["head.json", "base.json", "--baseline", "baselines/s.json"], "for a single results file"),
        (["head.json", "--html", "x.html", "--base-results", "cases.jsonl"], "cases.jsonl"),
        (["empty"], "there is no results file in this folder"),
        ([], "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_is_wrong_is_said_with_the_fix_and_ends_with_2(
    project: Project, arguments: list[str], word: str
) -> None:
    (project.root / "empty").mkdir(exist_ok=True)
    told = project.gate("report", *arguments)
    assert told.code == 2, told.text
    assert word in told.err
    assert "Traceback" not in told.text


def test_a_suite_that_the_config_does_not_know_is_named(project: Project) -> None:
    project.write("renamed.json", project.read("head.json").replace('"suite": "s"', '"suite": "t"'))
    told = project.gate("report", "renamed.json")
    assert told.code == 2
    assert "gate.yaml does not know the suite 't'" in told.err
