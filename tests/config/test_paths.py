from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from gate.config.paths import exists, files_of, inside

REASON = "a gate must be reproducible from the repository"


def said(error: PydanticCustomError) -> tuple[str, str]:
    assert error.context is not None
    return error.context["text"], error.context["fix"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("cases/b.jsonl", "cases/a.jsonl", "cases/deep/c.jsonl", "cases/notes.md", "prompts/x/y.md"):
        path = tmp_path / "root" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "root"


@pytest.mark.parametrize(
    "path", ["a.jsonl", "cases/a b.jsonl", "./a", "a/./b", "**/*.py", "a..b/c", "é/ü.csv", "..."]
)
def test_a_path_inside_stays_as_it_is_written(path: str) -> None:
    assert inside(path) == path


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("", "a path must not be empty"),
        ("  ", "a path must not be empty"),
        (" a", "a path must not be empty"),
        ("a\nb", "a path must not be empty"),
        ("a\x00b", "a path must not be empty"),
        ("/etc/passwd", f"this path is absolute: {REASON}"),
        ("~/cases", f"this path is absolute: {REASON}"),
        ("C:/cases", f"this path is absolute: {REASON}"),
        ("c:cases", f"this path is absolute: {REASON}"),
        ("\\\\server\\cases", f"this path is absolute: {REASON}"),
        ("..", f"this path leads out of the folder: {REASON}"),
        ("a/../../b", f"this path leads out of the folder: {REASON}"),
        ("a/../b", f"this path leads out of the folder: {REASON}"),
        ("cases\\a.jsonl", "this path is written with backslashes"),
        ("a/**.py", "`**` stands between two `/`"),
    ],
)
def test_a_path_that_leads_elsewhere_is_refused_with_the_reason(path: str, message: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        inside(path)
    text, fix = said(caught.value)
    assert text.startswith(message)
    assert fix


@given(st.text())
def test_a_path_that_is_let_through_never_leaves_the_folder(path: str) -> None:
    try:
        found = inside(path)
    except PydanticCustomError:
        return
    assert Path("/root").joinpath(found).resolve().is_relative_to("/root")


def test_a_path_names_one_file_and_a_glob_names_its_files_in_order(root: Path) -> None:
    assert files_of("cases/b.jsonl", root=root) == ("cases/b.jsonl",)
    assert files_of("cases/*.jsonl", root=root) == ("cases/a.jsonl", "cases/b.jsonl")
    assert files_of("cases/**/*.jsonl", root=root) == ("cases/a.jsonl", "cases/b.jsonl", "cases/deep/c.jsonl")
    assert files_of("prompts/**", root=root) == ("prompts/x/y.md",)
    assert files_of("cases/[a]*", root=root) == ("cases/a.jsonl",)


@pytest.mark.parametrize(
    ("pattern", "fix"),
    [
        ("cases/a.jsnl", "did you mean `cases/a.jsonl`?"),
        ("cases/zzzzzzzz", "create it, or mend the path"),
        ("nowhere/a.jsonl", "create it, or mend the path"),
        ("cases", "it is a folder: write `cases/*.jsonl`"),
        ("cases/*.csv", "mend the pattern, or create the files"),
        ("x" * 5000, "create it, or mend the path"),
    ],
)
def test_what_names_no_file_is_an_error_with_what_was_probably_meant(
    root: Path, pattern: str, fix: str
) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        files_of(pattern, root=root)
    assert said(caught.value) == ("this names no file", fix)


def test_a_link_that_leads_out_is_refused_and_one_that_stays_is_followed(root: Path) -> None:
    outside = root.parent / "outside.jsonl"
    outside.write_text("x")
    (root / "cases/out.jsonl").symlink_to(outside)
    (root / "cases/in.jsonl").symlink_to(root / "cases/a.jsonl")
    assert files_of("cases/in.jsonl", root=root) == ("cases/in.jsonl",)
    with pytest.raises(PydanticCustomError) as caught:
        files_of("cases/*.jsonl", root=root)
    assert said(caught.value)[0] == f"cases/out.jsonl is a link that leads out of the folder: {REASON}"


def test_a_root_that_is_itself_a_link_is_no_way_out(root: Path) -> None:
    (root.parent / "link").symlink_to(root)
    assert files_of("cases/a.jsonl", root=root.parent / "link") == ("cases/a.jsonl",)


@pytest.mark.parametrize(
    ("pattern", "there"),
    [("prompts/**", True), ("prompts", True), ("cases/*.md", True), ("src/**", False), ("cases/x", False), ("x" * 5000, False)],
)  # fmt: skip
def test_a_dependency_is_there_or_not(root: Path, pattern: str, *, there: bool) -> None:
    assert exists(pattern, root=root) is there
