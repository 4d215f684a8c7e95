"""A commit in a folder of its own: what is in it, what of the user's is left alone, and that it goes again."""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from gate.host.local import WorkingTree
from gate.host.worktree import Overlay, at_commit
from gate.model.errors import UserError
from tests.walks.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two commits, and a working tree that differs from both."""
    project = Project(tmp_path / "home")
    project.root.mkdir()
    project.git("init", "-q", "-b", "main")
    project.write("app.py", "first")
    project.write("old.txt", "only in the first")
    project.write("lib/part.py", "first part")
    project.commit()
    project.write("app.py", "second")
    project.write("new/file.txt", "only in the second")
    (project.root / "old.txt").unlink()
    project.commit()
    project.write("app.py", "not committed")
    project.write("staged.txt", "staged")
    project.git("add", "staged.txt")
    return project


def tree(project: Project) -> WorkingTree:
    return WorkingTree(root=project.root)


def sha(project: Project, ref: str) -> str:
    return project.git("rev-parse", ref).strip()


def everything(project: Project) -> list[object]:
    """All of the user's that git knows of, and the files themselves."""
    told = [
        project.git(*words)
        for words in (
            ("for-each-ref",), ("stash", "list"), ("reflog",), ("status", "--porcelain"), ("config", "--list"),
            ("worktree", "list"), ("diff", "--cached"),
        )
    ]  # fmt: skip
    files = {
        str(path.relative_to(project.root)): path.read_bytes()
        for path in sorted(project.root.rglob("*"))
        if path.is_file() and ".git/objects" not in str(path)
    }
    return [*told, files]


def test_the_folder_holds_the_commit_and_lies_outside_the_repository(project: Project) -> None:
    with at_commit(tree(project), sha(project, "HEAD~1")) as there:
        assert there.tree.read("app.py") == "first"
        assert there.tree.read("old.txt") == "only in the first"
        assert there.tree.read("new/file.txt") is None
        assert not there.top.is_relative_to(project.root)
        assert not there.lacking
    assert not there.top.parent.exists()


def test_nothing_of_the_users_is_touched_and_no_hook_runs(project: Project) -> None:
    hook = project.root / ".git" / "hooks" / "post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {project.root}/hooked\n")
    hook.chmod(0o755)
    before = everything(project)
    with at_commit(
        tree(project), sha(project, "HEAD~1"), overlays=[Overlay(paths=["app.py"], sha="HEAD")]
    ) as there:
        (there.tree.root / "app.py").write_text("the application writes")
    assert everything(project) == before


def test_it_goes_again_whatever_ends_the_block(project: Project) -> None:
    with (
        pytest.raises(KeyboardInterrupt),
        at_commit(tree(project), sha(project, "HEAD")) as there,
    ):
        raise KeyboardInterrupt
    assert not there.top.parent.exists()
    assert project.git("worktree", "list").count("\n") == 1


_KILLED = """
import os, signal, sys
from pathlib import Path
from gate.host.local import WorkingTree
from gate.host.worktree import at_commit
with at_commit(WorkingTree(root=Path(sys.argv[1])), sys.argv[2]) as there:
    print(there.top, flush=True)
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_process_left_goes_with_the_next_block_and_not_while_it_lives(project: Project) -> None:
    command = [sys.executable, "-c", _KILLED, str(project.root), sha(project, "HEAD~1")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        with at_commit(tree(project), sha(project, "HEAD")):
            assert left.exists(), "somebody's who is alive"
        process.communicate(input="")
    assert process.returncode == -signal.SIGKILL
    assert left.exists()
    with at_commit(tree(project), sha(project, "HEAD")):
        assert not left.parent.exists()
    assert project.git("worktree", "list").count("\n") == 1


def test_somebody_elses_worktree_is_left_alone(project: Project, tmp_path: Path) -> None:
    project.git("worktree", "add", "-q", "--detach", str(tmp_path / "theirs"), "HEAD")
    (tmp_path / "theirs").rename(tmp_path / "unplugged")
    with at_commit(tree(project), sha(project, "HEAD")):
        pass
    assert "theirs" in project.git("worktree", "list")


def test_files_of_another_commit_are_laid_over_it_added_changed_and_taken_away(project: Project) -> None:
    overlay = Overlay(paths=["app.py", "old.txt", "new/file.txt"], sha=sha(project, "HEAD"))
    with at_commit(tree(project), sha(project, "HEAD~1"), overlays=[overlay]) as there:
        assert there.tree.read("app.py") == "second"
        assert there.tree.read("old.txt") is None
        assert there.tree.read("new/file.txt") == "only in the second"
        assert there.tree.read("lib/part.py") == "first part"


def test_files_of_the_working_tree_are_laid_over_it_as_they_lie_there(project: Project) -> None:
    overlay = Overlay(paths=["app.py", "old.txt", "staged.txt"])
    with at_commit(tree(project), sha(project, "HEAD~1"), overlays=[overlay]) as there:
        assert there.tree.read("app.py") == "not committed"
        assert there.tree.read("old.txt") is None
        assert there.tree.read("staged.txt") == "staged"


@pytest.mark.parametrize("path", ["../../escaped", "leads/escaped", ".git", ".."])
def test_no_file_is_laid_outside_of_it(project: Project, tmp_path: Path, path: str) -> None:
    (tmp_path / "outside").mkdir()
    (project.root / "leads").symlink_to(tmp_path / "outside")
    project.commit()
    (project.root / "leads").unlink()
    project.write("leads/escaped", "text")
    with (
        pytest.raises(UserError, match="lies outside"),
        at_commit(tree(project), sha(project, "HEAD"), overlays=[Overlay(paths=[path])]),
    ):
        pass
    assert not list((tmp_path / "outside").iterdir())


def test_a_config_in_a_folder_of_the_repository_finds_its_folder_there(project: Project) -> None:
    inner = WorkingTree(root=project.root / "lib")
    overlay = Overlay(paths=["part.py", "../app.py"], sha=sha(project, "HEAD"))
    with at_commit(inner, sha(project, "HEAD~1"), overlays=[overlay]) as there:
        assert there.tree.root == there.top / "lib"
        assert there.tree.read("part.py") == "first part"
        assert (there.top / "app.py").read_text() == "second"


def test_submodules_and_pointers_of_large_files_are_told(project: Project) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"
    project.write("model.bin", pointer)
    project.commit()  # before the attribute: no filter has seen it
    project.write(".gitattributes", "*.bin filter=lfs\n")
    project.git("update-index", "--add", "--cacheinfo", f"160000,{sha(project, 'HEAD')},vendor/tool")
    project.git("add", ".gitattributes")
    project.git("commit", "-q", "-m", "more")
    with at_commit(tree(project), sha(project, "HEAD")) as there:
        modules, large = there.lacking
    assert "vendor/tool" in modules
    assert "model.bin" in large


def test_without_a_repository_or_the_commit_it_says_so(project: Project, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    for place, commit in ((tmp_path / "plain", "0" * 40), (project.root, "0" * 40)):
        with pytest.raises(UserError) as caught, at_commit(WorkingTree(root=place), commit):
            pass
        assert caught.value.problems[0].fix
    assert project.git("worktree", "list").count("\n") == 1


def test_folders_of_killed_processes_go_also_where_no_git_knows_of_them(project: Project) -> None:
    early, held, new = (Path(tempfile.mkdtemp(prefix="gate-at-")) for _ in range(3))
    (early / "at-0").mkdir()
    (held / "lock").touch()
    for folder in (early, held):
        os.utime(folder, (0, 0))
    with (held / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with at_commit(tree(project), sha(project, "HEAD")):
            assert not early.exists()
            assert held.exists()
            assert new.exists()
    for folder in (held, new):
        shutil.rmtree(folder)


def test_a_link_among_temporary_files_leads_no_sweep_astray(project: Project, tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "precious" / "file").touch()
    os.utime(tmp_path / "precious", (0, 0))
    link = Path(tempfile.gettempdir()) / f"gate-at-{tmp_path.parent.name}-{tmp_path.name}"
    link.symlink_to(tmp_path / "precious")
    try:
        with at_commit(tree(project), sha(project, "HEAD")):
            pass
    finally:
        link.unlink()
    assert [each.name for each in (tmp_path / "precious").iterdir()] == ["file"]
