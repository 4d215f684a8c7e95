"""Ids are git's own, and what changed between two commits is what git would say."""

import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.github import FakeGitHub
from tests.fakes.github.git import changes, merge

FILES = st.dictionaries(st.sampled_from(["a", "b/c", "b/d", "e.md"]), st.binary(max_size=4), max_size=4)


def git(folder: Path, *arguments: str, second: int = 0) -> str:
    who = {"NAME": "alice", "EMAIL": "alice@users.noreply.github.com", "DATE": f"{second} +0000"}
    named = {f"GIT_{role}_{key}": text for role in ("AUTHOR", "COMMITTER") for key, text in who.items()}
    return subprocess.run(
        ["git", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, **named},
    ).stdout.strip()


@pytest.mark.parametrize(
    "files",
    [
        {"a.md": "x"},
        {"b/c/d.txt": "", "b.c": "y", "b/a": "z", "b-": "q"},
        {"docs/ünïcode.md": "ü\n", "z": "1"},
    ],
)
def test_blobs_trees_and_commits_have_the_ids_that_git_gives_them(
    tmp_path: Path, files: dict[str, str]
) -> None:
    with FakeGitHub() as github:
        repo = github.repository("alice/shop")
        sha = repo.commit("main", files, delete=["README.md"])
    made = repo.commits[sha]
    git(tmp_path, "init", "--quiet", ".")
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    git(tmp_path, "add", ".")
    assert git(tmp_path, "write-tree") == made.tree
    git(
        tmp_path,
        "commit",
        "--quiet",
        "--no-gpg-sign",
        "--cleanup=verbatim",
        "-m",
        made.message,
        second=made.second,
    )
    # A first commit has no parent; ours stands on the repository's first.
    body = git(tmp_path, "cat-file", "commit", "HEAD").replace(
        "author", f"parent {made.parents[0]}\nauthor", 1
    )
    (tmp_path / "commit").write_bytes(body.rstrip("\n").encode())
    assert git(tmp_path, "hash-object", "-t", "commit", "commit") == sha


@given(before=FILES, after=FILES)
def test_changes_turn_the_one_into_the_other(before: dict[str, bytes], after: dict[str, bytes]) -> None:
    out = dict(before)
    for change in changes(before, after):
        if change.previous:
            del out[change.previous]
        if change.status == "removed":
            del out[change.path]
        else:
            out[change.path] = change.after
    assert out == after
    assert [c.path for c in changes(before, after)] == sorted({c.path for c in changes(before, after)})


@given(base=FILES, side=FILES)
def test_a_merge_with_a_side_that_changed_nothing_is_the_other_side(
    base: dict[str, bytes], side: dict[str, bytes]
) -> None:
    assert merge(base=base, ours=base, theirs=side) == side
    assert merge(base=base, ours=side, theirs=base) == side
    assert merge(base=base, ours=side, theirs=side) == side


def test_two_changes_of_one_file_are_a_conflict() -> None:
    assert merge(base={"a": b"0"}, ours={"a": b"1"}, theirs={"a": b"2"}) is None
    assert merge(base={"a": b"0"}, ours={}, theirs={"a": b"2"}) is None
    assert merge(base={}, ours={"a": b"1"}, theirs={"b": b"2"}) == {"a": b"1", "b": b"2"}
