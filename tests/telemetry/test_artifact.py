"""What a run apart left of traces → texts for the artifact; and what hostile code may have put in their place."""

import os
from pathlib import Path

import pytest

from gate.telemetry.artifact import left_by, runs_of

LINE = '{"resourceSpans":[]}\n'


def run_folder(root: Path, name: str, spans: str = LINE) -> Path:
    folder = root / ".gate" / "traces" / name
    folder.mkdir(parents=True)
    (folder / "spans.jsonl").write_text(spans)
    return folder


def test_the_newest_run_that_was_not_there_before_is_taken(tmp_path: Path) -> None:
    assert left_by(tmp_path, before=runs_of(tmp_path)) == {}
    run_folder(tmp_path, "20260101T000000Z-a")
    before = runs_of(tmp_path)
    assert left_by(tmp_path, before=before) == {}
    folder = run_folder(tmp_path, "20260102T000000Z-b")
    (folder / "events.jsonl").write_text('{"resourceLogs":[]}\n')
    assert left_by(tmp_path, before=before) == {
        "traces/spans.jsonl": LINE,
        "traces/events.jsonl": '{"resourceLogs":[]}\n',
    }


def test_only_whole_lines_of_telemetry_are_taken(tmp_path: Path) -> None:
    run_folder(tmp_path, "a", spans=f"a key: abc\n{LINE}" + '{"resourceSpans":[{"cut')
    assert left_by(tmp_path, before=()) == {"traces/spans.jsonl": LINE}


@pytest.mark.parametrize("kind", ["link", "folder", "pipe", "linked folder"])
def test_what_is_no_plain_file_is_not_opened(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "elsewhere"
    secret.mkdir()
    (secret / "spans.jsonl").write_text(LINE)
    folder = tmp_path / ".gate" / "traces" / "a"
    folder.parent.mkdir(parents=True)
    if kind == "linked folder":
        folder.symlink_to(secret)
    else:
        folder.mkdir()
    if kind == "link":
        (folder / "spans.jsonl").symlink_to(secret / "spans.jsonl")
    if kind == "folder":
        (folder / "spans.jsonl").mkdir()
    if kind == "pipe":
        os.mkfifo(folder / "spans.jsonl")
    assert left_by(tmp_path, before=()) == {}
