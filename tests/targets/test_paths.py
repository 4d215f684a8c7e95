from pathlib import Path

import pytest

from gate.model.errors import UserError
from gate.targets.paths import file_inside


def test_a_file_inside_is_named_from_the_root(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "a.txt").write_text("a")
    assert file_inside("./prompts/../prompts/a.txt", root=tmp_path, key="template") == "prompts/a.txt"


def test_a_missing_file_is_told_with_what_is_there_instead(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text("a")
    with pytest.raises(
        UserError, match=r"template: there is no such file \(found b.txt\)\n    fix: .*answer.txt"
    ):
        file_inside("b.txt", root=tmp_path, key="template")


@pytest.mark.parametrize("path", ["../outside.txt", "link.txt", "/etc/hostname", "folder/outside.txt"])
def test_a_file_outside_is_refused_also_behind_a_link(path: str, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "outside.txt").write_text("secret")
    (root / "link.txt").symlink_to(tmp_path / "outside.txt")
    (root / "folder").symlink_to(tmp_path)
    with pytest.raises(UserError, match="outside the folder"):
        file_inside(path, root=root, key="template")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UserError, match="no such file"):
        file_inside("folder", root=tmp_path, key="template")
