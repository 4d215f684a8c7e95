"""Every verdict is reached through the whole pipe, with its exit code, on the terminal and in every document."""

import json
from pathlib import Path

import pytest

from tests.walks.project import Project, accepted, ids, make_project

WAVERING = {"case-003": ["wrong", "right", "right"]}


def kind(project: Project) -> str:
    verdict: str = json.loads(project.read("report.json"))["verdict"]["kind"]
    return verdict


def test_nothing_changed_passes(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    done = project.gate("check", "--base", "main", "--json", "report.json")
    assert (done.code, kind(project)) == (0, "pass"), done.text


def test_a_real_drop_regresses_and_is_named(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.answer(ids(12), "wrong")
    done = project.gate("check", "--base", "main", "--json", "report.json", "--markdown", "report.md")
    assert (done.code, kind(project)) == (1, "regressed"), done.text
    assert "exact_match" in done.out
    assert "case-000" in project.read("report.md")


def test_a_collapsed_slice_is_named_though_the_whole_barely_moved(tmp_path: Path) -> None:
    project = make_project(tmp_path, cases=200, slices=["category"])
    project.cases(
        ids(200), category={case_id: ("odd" if n < 10 else "even") for n, case_id in enumerate(ids(200))}
    )
    assert project.gate("accept").code == 0
    project.answer(ids(10), "wrong")
    done = project.gate("check", "--json", "report.json")
    assert done.code == 1, done.text
    assert "category=odd" in done.out


@pytest.mark.parametrize(("policy", "code"), [({}, 0), ({"on_inconclusive": "block"}, 3)])
def test_what_cannot_be_told_is_inconclusive_and_never_called_a_pass(
    tmp_path: Path, policy: dict[str, str], code: int
) -> None:
    project = accepted(tmp_path, cases=12, policy=policy)
    project.behave(WAVERING)
    done = project.gate("check", "--json", "report.json")
    assert (done.code, kind(project)) == (code, "inconclusive"), done.text
    assert "CAN'T TELL" in done.out


def test_the_second_look_is_taken_once_and_pooled(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    project.behave(WAVERING)
    project.gate("check", "--json", "report.json", "-o", "results.json")
    report = json.loads(project.read("report.json"))
    assert report["verdict"]["look"] == 2
    indices = [trial.get("index") for trial in json.loads(project.read("results.json"))["trials"]]
    assert {index: indices.count(index) for index in (0, 1, 2)} == {0: 12, 1: 12, 2: 12}


def test_another_evaluator_is_not_comparable(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.configure(evaluators=[{"use": "exact_match", "with": {"ignore_case": True}}])
    done = project.gate("check", "--base", "main", "--json", "report.json")
    assert (done.code, kind(project)) == (3, "not comparable"), done.text


def test_a_dead_application_is_an_error_of_the_evaluation(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.answer(ids(40), "raise")
    done = project.gate("check", "--json", "report.json")
    assert (done.code, kind(project)) == (4, "error"), done.text
    assert "the application broke" in done.text


def test_the_same_results_give_the_same_bytes_in_check_and_compare(tmp_path: Path) -> None:
    project = accepted(tmp_path, trials={"accept": 5, "check": 1, "most": 1})
    project.answer(ids(12), "wrong")
    project.gate("check", "-o", "results.json", "--markdown", "one.md")
    arguments = ("compare", "--current", "results.json", "--baseline", "baselines/s.json")
    first = project.gate(*arguments, "--markdown", "two.md")
    second = project.gate(*arguments, "--markdown", "three.md")
    assert first.code == second.code == 1, first.text
    assert project.read("two.md") == project.read("three.md")


def test_every_document_says_the_same_verdict(tmp_path: Path) -> None:
    project = accepted(tmp_path)
    project.answer(ids(12), "wrong")
    done = project.gate("check", "--json", "r.json", "--markdown", "r.md", "--junit", "r.xml")
    assert json.loads(project.read("r.json"))["verdict"]["kind"] == "regressed"
    assert "egressed" in project.read("r.md")
    assert "<failure" in project.read("r.xml")
    assert "REGRESSED" in done.out


def test_a_document_may_go_to_standard_output(tmp_path: Path) -> None:
    project = accepted(tmp_path, cases=12)
    done = project.gate("check", "--json", "-")
    assert json.loads(done.out)["verdict"]["kind"] == "pass"
