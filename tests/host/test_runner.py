"""The runner's files and log: appended to, bounded, and free of every secret."""

import json
from pathlib import Path

import pytest

from gate.host.runner import Runner
from gate.model.effect import Annotation, JobSummary, StepOutput, WorkspaceFile
from gate.model.errors import UserError

SECRET = "a-very-secret-value"


def runner(folder: Path, said: list[str], **variables: str) -> Runner:
    workspace = folder / "workspace"
    workspace.mkdir(exist_ok=True)
    environment = {"GITHUB_WORKSPACE": str(workspace), **variables}
    return Runner(environment, say=said.append, secrets=frozenset({SECRET}))


def test_a_summary_is_added_to_what_stands_there(tmp_path: Path) -> None:
    page = tmp_path / "summary"
    page.write_text("before\n")
    runner(tmp_path, [], GITHUB_STEP_SUMMARY=str(page)).summarize(JobSummary(text="after"))
    assert page.read_text() == "before\nafter\n"


def test_a_summary_that_would_be_refused_as_a_whole_is_not_begun(tmp_path: Path) -> None:
    page = tmp_path / "summary"
    page.write_text("x" * (1024 * 1024 - 10))
    with pytest.raises(UserError, match="1 MiB"):
        runner(tmp_path, [], GITHUB_STEP_SUMMARY=str(page)).summarize(JobSummary(text="eleven bytes"))
    assert page.stat().st_size == 1024 * 1024 - 10


def test_outputs_have_a_delimiter_that_nobody_can_guess(tmp_path: Path) -> None:
    file = tmp_path / "output"
    one = runner(tmp_path, [], GITHUB_OUTPUT=str(file))
    for _ in range(2):
        one.output(StepOutput(name="verdict", value="pass\nEOF"))
    delimiters = {line.partition("<<")[2] for line in file.read_text().splitlines() if "<<" in line}
    assert len(delimiters) == 2
    assert all(len(delimiter) > 32 for delimiter in delimiters)


def test_outside_of_a_runner_there_are_no_files_to_write() -> None:
    said: list[str] = []
    lone = Runner({}, say=said.append, secrets=frozenset())
    lone.output(StepOutput(name="a", value="b"))
    lone.summarize(JobSummary(text="t"))
    assert lone.workspace == Path.cwd()


def test_no_secret_gets_out_by_any_way(tmp_path: Path) -> None:
    said: list[str] = []
    page, file = tmp_path / "summary", tmp_path / "output"
    one = runner(tmp_path, said, GITHUB_STEP_SUMMARY=str(page), GITHUB_OUTPUT=str(file))
    one.notice(f"n {SECRET}")
    one.annotate(Annotation(level="error", message=SECRET))
    one.output(StepOutput(name="o", value=SECRET))
    one.summarize(JobSummary(text=SECRET))
    one.write(WorkspaceFile(path="reports/a.txt", text=SECRET))
    told = "".join([*said, page.read_text(), file.read_text(), (one.workspace / "reports/a.txt").read_text()])
    assert SECRET not in told
    assert told.count("[redacted]") == 5


@pytest.mark.parametrize("link", ["reports", "reports/a.txt"])
def test_nothing_is_written_through_a_link(tmp_path: Path, link: str) -> None:
    one = runner(tmp_path, [])
    outside = tmp_path / "outside"
    outside.mkdir()
    place = one.workspace / link
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(outside if link == "reports" else outside / "a.txt")
    with pytest.raises(UserError, match="symbolic link"):
        one.write(WorkspaceFile(path="reports/a.txt", text="t"))
    assert not list(outside.iterdir())


def test_while_foreign_code_speaks_no_line_is_obeyed_and_the_word_to_end_it_is_new(tmp_path: Path) -> None:
    said: list[str] = []
    one = runner(tmp_path, said)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), one.foreign_output():
            raise ZeroDivisionError
    first, end, second, _ = said
    token = first.removeprefix("::stop-commands::")
    assert len(token) == 64
    assert end == f"\n::{token}::"
    assert second != first


@pytest.mark.parametrize("text", ["", "[]", "{", "\xff", "[" * 100_000])
def test_a_payload_that_is_none_is_an_error_of_the_user(tmp_path: Path, text: str) -> None:
    path = tmp_path / "event.json"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UserError, match="payload"):
        runner(tmp_path, [], GITHUB_EVENT_PATH=str(path)).payload()


def test_a_payload_is_read(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text(json.dumps({"action": "opened"}))
    assert runner(tmp_path, [], GITHUB_EVENT_PATH=str(path)).payload() == {"action": "opened"}
