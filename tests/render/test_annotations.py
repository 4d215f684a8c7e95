"""Notes at lines: the file that changed and the cases that got worse, worst first, as many as GitHub shows."""

from gate.model.case import Place
from gate.model.effect import Annotation
from gate.model.errors import Problem
from gate.model.report import Proposal, Report
from gate.render.annotations import annotations, limited, problem_annotations
from tests.render import reports


def with_files(report: Report, *files: str) -> Report:
    suites = tuple(suite.model_copy(update={"target_changed": files}) for suite in report.verdict.suites)
    return report.model_copy(update={"verdict": report.verdict.model_copy(update={"suites": suites})})


def test_the_prompt_that_changed_bears_the_worst_finding_and_cases_follow() -> None:
    report = with_files(reports.regressed(), "prompts/answer.md", "spec", "app/**")
    notes = annotations(report, folder="evals/")
    assert (notes[0].file, notes[0].line, notes[0].level) == ("evals/prompts/answer.md", 1, "error")
    assert "exact_match" in notes[0].title
    assert [note.file for note in notes if note.file.endswith(("spec", "**"))] == []
    placed = [excerpt for excerpt in report.excerpts if excerpt.place]
    assert placed
    first = placed[0]
    assert f"evals/{first.place}" in {f"{note.file}:{note.line}" for note in notes}


def test_a_pass_has_no_notes_but_for_a_bar_that_is_lowered() -> None:
    assert annotations(reports.passed()) == ()
    lowered = Proposal(text="max_drop goes from 0.02 to 0.5", loosened=True)
    report = reports.passed().model_copy(update={"proposals": (lowered, Proposal(text="x", loosened=False))})
    (note,) = annotations(report, config="gate.yaml")
    assert (note.level, note.file) == ("warning", "gate.yaml")


def test_what_stands_in_no_file_is_told_at_the_config() -> None:
    notes = annotations(reports.failed(), folder="evals/", config="gate.yaml")
    assert [(note.level, note.file) for note in notes] == [("error", "evals/gate.yaml")]


def test_there_are_at_most_ten_of_each_level_and_one_for_each_place() -> None:
    errors = [Annotation(level="error", message=str(n), file="f", line=n + 1) for n in range(30)]
    warnings = [Annotation(level="warning", message=str(n), file="f", line=n + 1) for n in range(30)]
    kept = limited([*errors, *errors, *warnings])
    assert [note.message for note in kept if note.level == "error"] == [str(n) for n in range(10)]
    assert len(kept) == 20


def test_a_problem_is_told_where_it_stands_but_not_at_another_commit() -> None:
    here = Problem(message="wrong", key="suites.s", place=Place(file="gate.yaml", line=3))
    there = Problem(message="wrong", place=Place(file="gate.yaml@9f8e7d6", line=3))
    (note,) = problem_annotations([here, there, Problem(message="nowhere")], folder="evals/")
    assert (note.file, note.line, note.message) == ("evals/gate.yaml", 3, "suites.s: wrong")


def test_what_cannot_be_told_is_a_warning_where_it_does_not_block() -> None:
    report = with_files(reports.inconclusive(), "prompts/answer.md")
    for code, level in ((0, "warning"), (3, "error")):
        findings = tuple(each.model_copy(update={"exit_code": code}) for each in report.verdict.findings)
        verdict = report.verdict.model_copy(update={"findings": findings})
        notes = annotations(report.model_copy(update={"verdict": verdict, "proposals": ()}))
        assert {note.level for note in notes if note.file == "prompts/answer.md"} == {level}
