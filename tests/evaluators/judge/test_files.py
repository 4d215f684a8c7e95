import os
from pathlib import Path

import pytest

from gate.evaluators.judge.files import NoSuchTextError, text_of


def test_a_file_of_the_folder_is_read_and_one_that_is_not_there_is_none(tmp_path: Path) -> None:
    (tmp_path / "rubric.md").write_text("Is it polite?")
    assert text_of("rubric.md", root=tmp_path) == "Is it polite?"
    assert text_of("other.md", root=tmp_path) is None
    assert text_of("Is it polite? " * 400, root=tmp_path) is None


def test_what_lies_outside_is_not_read_also_behind_a_link(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret").write_text("x")
    (root / "link").symlink_to(tmp_path / "secret")
    for name in ("../secret", "link", str(tmp_path / "secret")):
        with pytest.raises(NoSuchTextError, match="lies outside the folder"):
            text_of(name, root=root)


def test_a_pipe_is_not_waited_for_and_a_folder_and_bytes_are_no_text(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "bytes").write_bytes(b"\xff\xfe")
    for name, said in (("pipe", "is no file"), (".", "is no file"), ("bytes", "UnicodeDecodeError")):
        with pytest.raises(NoSuchTextError, match=said):
            text_of(name, root=tmp_path)
