"""The working tree: read at any commit, written whole or not at all."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gate.host.local import WorkingTree, read_text, write_lines, write_text
from gate.model.errors import UserError


def git(root: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(root), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def repository(root: Path) -> WorkingTree:
    git(root, "init", "-q", "-b", "main")
    (root / "sub").mkdir()
    (root / "sub" / "gate.yaml").write_text("one\n")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "first")
    return WorkingTree(root=root / "sub")


def test_a_file_is_read_as_it_was_at_a_commit_relative_to_the_folder_of_the_config(tmp_path: Path) -> None:
    tree = repository(tmp_path)
    (tree.root / "gate.yaml").write_text("two\n")
    base = tree.resolve("main")
    assert base.sha is not None
    assert tree.read_at(base.sha, "gate.yaml") == "one\n"
    assert tree.read_at(base.sha, "absent.json") is None
    assert tree.read("gate.yaml") == "two\n"


def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "gate.yaml")
    with pytest.raises(UserError, match="is a pipe, no file"):
        WorkingTree(root=tmp_path).read("gate.yaml")


def test_a_dirty_working_tree_is_called_so(tmp_path: Path) -> None:
    tree = repository(tmp_path)
    assert tree.revision().dirty is False
    (tree.root / "gate.yaml").write_text("two\n")
    assert tree.revision().dirty is True


def test_a_commit_is_run_only_where_nothing_differs_from_it_and_nothing_is_new(tmp_path: Path) -> None:
    tree = repository(tmp_path)
    git(tmp_path, "config", "status.showUntrackedFiles", "no")
    assert tree.commit() == git(tmp_path, "rev-parse", "HEAD").strip()
    (tmp_path / "beside.txt").write_text("new")
    assert tree.commit() is None
    (tmp_path / "beside.txt").unlink()
    (tree.root / "gate.yaml").write_text("two\n")
    assert tree.commit() is None
    assert WorkingTree(root=tmp_path.parent).commit() is None


def test_a_folder_without_git_has_a_revision_without_a_sha(tmp_path: Path) -> None:
    assert WorkingTree(root=tmp_path).revision().sha is None


@pytest.mark.parametrize("ref", ["no-such-branch", "--help", "-n1", "", "main:sub"])
def test_a_base_that_git_does_not_know_is_an_error_that_names_it(tmp_path: Path, ref: str) -> None:
    tree = repository(tmp_path)
    with pytest.raises(UserError, match="git knows no commit of that name"):
        tree.resolve(ref)


def test_a_base_of_a_repository_without_a_commit_says_what_is_missing(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(UserError, match="knows no commit of that name") as caught:
        WorkingTree(root=tmp_path).resolve("main")
    assert "has no commit yet" in str(caught.value.problems[0].fix)


def test_a_base_without_a_repository_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no git repository"):
        WorkingTree(root=tmp_path).resolve("main")


def test_a_device_without_an_end_is_refused() -> None:
    with pytest.raises(UserError, match="/dev/zero is a device"):
        read_text(Path("/dev/zero"))


def test_an_equal_file_is_left_untouched(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.json"
    assert write_text(file, "x\n") is True
    before = file.stat().st_mtime_ns
    assert write_text(file, "x\n") is False
    assert file.stat().st_mtime_ns == before


def test_a_write_that_fails_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_text(file, "old\n")
    with pytest.raises(UnicodeEncodeError):
        write_text(file, "\ud800")
    assert file.read_text() == "old\n"
    assert list(tmp_path.iterdir()) == [file]


def test_a_long_file_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "a.json"
    write_lines(file, (f"{number}\n" for number in range(3)))
    assert file.read_text() == "0\n1\n2\n"
    with pytest.raises(RuntimeError, match="midway"):
        write_lines(file, broken_lines())
    assert file.read_text() == "0\n1\n2\n"
    assert list(file.parent.iterdir()) == [file]
    with pytest.raises(UserError, match="cannot be written"):
        write_lines(file / "b.json", ["x"])


def broken_lines() -> Iterator[str]:
    yield "new\n"
    raise RuntimeError("midway")


def test_a_path_that_cannot_be_written_is_the_users_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        write_text(tmp_path / "file" / "a.json", "x")


def test_a_file_that_is_not_utf_8_is_the_users_problem(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UserError, match="not UTF-8"):
        WorkingTree(root=tmp_path).read("a.txt")
