"""Commits out of git: those that changed a file, those on a road, hostile words and all."""

import subprocess
from pathlib import Path

import pytest

from gate.host.commits import between, changed_between, folder_of, is_shallow, landed, merge_base, writer
from gate.host.local import WorkingTree
from gate.model.errors import UserError
from tests.walks.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository whose config lies in a folder of its own."""
    (tmp_path / "repo").mkdir()
    project = Project(tmp_path / "repo")
    project.git("init", "-q", "-b", "main")
    project.write("sub/one.json", "1\n2\n3\n4\n5\n")
    project.commit("first")
    return project


def tree_of(project: Project) -> WorkingTree:
    return WorkingTree(root=project.root / "sub")


def test_a_file_is_followed_through_its_names_and_a_merge_stands_for_what_came_with_it(
    project: Project,
) -> None:
    project.git("checkout", "-q", "-b", "topic")
    project.write("sub/one.json", "1\n2\n3\n4\n6\n")
    project.commit("on the branch")
    written = project.git("rev-parse", "HEAD").strip()
    project.git("checkout", "-q", "main")
    project.write("beside.txt", "x")
    project.commit("beside")
    project.git("merge", "-q", "--no-ff", "-m", "merged", "topic")
    project.git("mv", "sub/one.json", "sub/two.json")
    project.commit("another name")
    found = landed(tree_of(project), "two.json")
    assert [commit.subject for commit in found] == ["another name", "merged", "first"]
    assert [commit.paths for commit in found] == [("two.json",), ("one.json",), ("one.json",)]
    assert writer(tree_of(project), found[1], "one.json").sha == written
    assert writer(tree_of(project), found[0], "two.json") == found[0]


def test_a_file_that_was_taken_away_has_no_name_there(project: Project) -> None:
    project.git("rm", "-q", "sub/one.json")
    project.commit("gone")
    (project.root / "sub").mkdir(exist_ok=True)
    gone, first = landed(tree_of(project), "one.json")
    assert (gone.paths, first.paths) == ((), ("one.json",))


def test_since_is_a_commit_or_a_date_and_nothing_else(project: Project) -> None:
    project.git("tag", "v1")
    project.write("sub/one.json", "7")
    project.commit("second")
    tree = tree_of(project)
    assert [commit.subject for commit in landed(tree, "one.json", since="v1")] == ["second"]
    assert len(landed(tree, "one.json", since="2001-01-01")) == 2
    with pytest.raises(UserError, match="neither a commit nor a date"):
        landed(tree, "one.json", since="nonsense")


def test_words_of_an_author_are_words(project: Project) -> None:
    message = "M\tforged.json\n\n\x1b[31m@all `x` | \u202e %H\n\nnot UTF-8: \udcff"
    (project.root / "sub" / "one.json").write_text("8")
    project.git("add", "-A")
    subprocess.run(
        [
            "git",
            "-c",
            "user.name=<b>|\U0001f600",
            "-c",
            "user.email=e@example.org",
            "commit",
            "-q",
            "-F",
            "-",
        ],
        cwd=project.root,
        check=True,
        input=message.encode(errors="surrogateescape"),
    )
    newest, _ = landed(tree_of(project), "one.json")
    assert newest.subject == "M\tforged.json"
    assert newest.paths == ("one.json",)
    assert newest.author == "b|\U0001f600"  # git itself drops the brackets
    assert "not UTF-8: \u00ff" in newest.message  # git takes it for Latin-1


def test_a_road_is_the_first_parents_with_what_each_changes_whatever_git_is_set_to(project: Project) -> None:
    for setting in ("diff.relative=true", "color.ui=always", "diff.renames=copies", "log.showSignature=true"):
        project.git("config", *setting.split("="))
    start = project.git("rev-parse", "HEAD").strip()
    project.git("checkout", "-q", "-b", "topic")
    project.write("a b.txt", "1")
    project.commit("on the branch")
    project.git("checkout", "-q", "main")
    project.write("sub/ä.txt", "1")
    project.commit("on main")
    project.git("merge", "-q", "--no-ff", "-m", "merged", "topic")
    tree = tree_of(project)
    road = between(tree, start, "HEAD")
    assert [(commit.subject, commit.paths) for commit in road] == [
        ("on main", ("sub/ä.txt",)),
        ("merged", ("a b.txt",)),
    ]
    inner = between(tree, start, road[1].parents[1], without=road[1].parents[0])
    assert [commit.subject for commit in inner] == ["on the branch"]
    assert merge_base(tree, *road[1].parents) == start
    assert changed_between(tree, start, "HEAD") == ("a b.txt", "sub/ä.txt")
    assert folder_of(tree) == "sub/"


def test_what_is_not_committed_is_a_change_of_the_working_tree_also_where_it_is_new(project: Project) -> None:
    project.write("sub/new.txt", "1")
    project.write("sub/one.json", "9")
    project.write(".gitignore", "ignored.txt\n")
    project.write("ignored.txt", "1")
    assert changed_between(tree_of(project), "HEAD", "") == (".gitignore", "sub/new.txt", "sub/one.json")


def test_a_shallow_clone_is_known_as_one(project: Project, tmp_path: Path) -> None:
    project.write("sub/one.json", "7")
    project.commit("second")
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{project.root}", str(clone)], check=True)
    assert is_shallow(WorkingTree(root=clone / "sub"))
    assert not is_shallow(tree_of(project))
    assert len(landed(WorkingTree(root=clone / "sub"), "one.json")) == 1


def test_without_a_repository_it_says_so(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is in no git repository"):
        landed(WorkingTree(root=tmp_path), "one.json")


def test_a_repository_without_a_commit_says_that_it_has_none(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)
    with pytest.raises(UserError, match="has no commit yet"):
        landed(WorkingTree(root=tmp_path), "one.json")


def test_where_there_is_no_git_it_is_to_be_installed(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UserError, match="there is no git on this machine") as told:
        between(tree_of(project), "HEAD", "HEAD")
    assert told.value.problems[0].fix == "install git"
