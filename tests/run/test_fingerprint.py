import os
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from gate.evaluators.function import Function
from gate.evaluators.match import Contains
from gate.functions import load_function
from gate.model.errors import UserError
from gate.model.suite import Use
from gate.run.fingerprint import evaluator_fingerprint, fingerprinted, target_fingerprint
from tests.builders import make_setting

USE = Use(use="prompt", name="a", with_={"model": "m", "template": "p.md"})


def write(root: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())


def parts(
    root: Path, *depends_on: str, use: Use = USE, version: str = "1", files: tuple[str, ...] = ()
) -> dict[str, str]:
    return target_fingerprint(root, use, version=version, files=files, depends_on=depends_on)


def test_each_part_has_a_hash_of_its_own(tmp_path: Path) -> None:
    write(tmp_path, {"p.md": "x", "docs/a.md": "a", "docs/b.md": "b"})
    before = parts(tmp_path, "docs/*.md", files=("p.md",))
    assert list(before) == ["spec", "p.md", "docs/*.md"]
    write(tmp_path, {"docs/b.md": "changed"})
    after = parts(tmp_path, "docs/*.md", files=("p.md",))
    assert {part for part in before if before[part] != after[part]} == {"docs/*.md"}


@pytest.mark.parametrize(
    ("change", "version"),
    [({"with_": {"model": "n", "template": "p.md"}}, "1"), ({"use": "http"}, "1"), ({}, "2")],
)
def test_options_kind_and_version_are_the_spec(tmp_path: Path, change: dict[str, Any], version: str) -> None:
    assert parts(tmp_path) != parts(tmp_path, use=USE.model_copy(update=change), version=version)


def test_a_name_and_the_order_of_options_change_nothing(tmp_path: Path) -> None:
    other = Use(use="prompt", name="b", with_={"template": "p.md", "model": "m"})
    assert parts(tmp_path) == parts(tmp_path, use=other)


def test_line_ends_times_and_modes_change_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.md": "one\ntwo\n"})
    before = parts(tmp_path, "docs")
    write(tmp_path, {"docs/a.md": "one\r\ntwo\r\n"})
    (tmp_path / "docs" / "a.md").chmod(0o755)
    os.utime(tmp_path / "docs" / "a.md", (0, 0))
    assert parts(tmp_path, "docs") == before


@pytest.mark.parametrize("new_name", ["docs/c.md", "docs/deep/er/a.md"])
def test_a_file_that_is_added_or_moved_changes_its_folder(tmp_path: Path, new_name: str) -> None:
    write(tmp_path, {"docs/a.md": "a", "docs/b.md": "b"})
    before = parts(tmp_path, "docs")
    (tmp_path / "docs" / "b.md").unlink()
    write(tmp_path, {new_name: "b"})
    assert parts(tmp_path, "docs") != before


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("docs/a.md", ["docs/a.md"]),
        ("./docs//a.md", ["docs/a.md"]),
        ("docs", ["docs/a.md", "docs/deep/b.md", "docs/deep/c.txt"]),
        ("docs/", ["docs/a.md", "docs/deep/b.md", "docs/deep/c.txt"]),
        ("docs/*", ["docs/a.md"]),
        ("docs/**", ["docs/a.md", "docs/deep/b.md", "docs/deep/c.txt"]),
        ("docs/**/*.md", ["docs/a.md", "docs/deep/b.md"]),
        ("**/*.md", ["docs/a.md", "docs/deep/b.md"]),
        ("**/b.md", ["docs/deep/b.md"]),
        ("*/deep/[bc].*", ["docs/deep/b.md", "docs/deep/c.txt"]),
        ("docs/.hidden/x.md", ["docs/.hidden/x.md"]),
        ("docs/.*/x.md", ["docs/.hidden/x.md"]),
        ("docs/?.md", ["docs/a.md"]),
    ],
)
def test_a_pattern_finds_what_it_says(tmp_path: Path, pattern: str, found: list[str]) -> None:
    names = ["docs/a.md", "docs/deep/b.md", "docs/deep/c.txt", "docs/.hidden/x.md"]
    write(tmp_path, dict.fromkeys([*names, "docs/__pycache__/d.md", "node_modules/e.md"], ""))
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        name = path.relative_to(tmp_path).as_posix()
        before = parts(tmp_path, pattern)
        path.write_text("changed")
        assert (parts(tmp_path, pattern) != before) == (name in found), name


@pytest.mark.parametrize(
    ("pattern", "what"),
    [
        ("missing.md", "finds no file"),
        ("*.nothing", "finds no file"),
        ("empty", "finds no file"),
        ("../outside.md", "leaves the folder"),
        ("docs/../../outside.md", "leaves the folder"),
        ("/etc/passwd", "leaves the folder"),
        ("C:/x", "leaves the folder"),
        ("docs\\a.md", "not written with `/`"),
        ("link.md", "symbolic link"),
        ("linked", "symbolic link"),
        ("linked/a.md", "symbolic link"),
        ("**/*.md", "symbolic link"),
        ("broken", "symbolic link"),
    ],
)
def test_a_pattern_that_finds_nothing_or_leads_astray_is_refused_with_the_fix(
    tmp_path: Path, pattern: str, what: str
) -> None:
    root = tmp_path / "root"
    write(root, {"docs/a.md": "a"})
    (tmp_path / "outside.md").write_text("secret")
    (root / "empty").mkdir()
    (root / "link.md").symlink_to(tmp_path / "outside.md")
    (root / "linked").symlink_to(root / "docs")
    (root / "broken").symlink_to(root / "nowhere")
    with pytest.raises(UserError, match=what) as error:
        parts(root, pattern, "docs")
    (problem,) = error.value.problems
    assert (problem.key, problem.value) == ("depends_on", pattern)
    assert problem.fix


def test_every_pattern_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(UserError) as error:
        parts(tmp_path, "a", "b", "/c")
    assert [problem.value for problem in error.value.problems] == ["a", "b", "/c"]


def test_a_folder_called_spec_does_not_hide_the_options(tmp_path: Path) -> None:
    write(tmp_path, {"spec/a.md": "a"})
    changed = USE.model_copy(update={"with_": {}})
    assert parts(tmp_path, "spec")["./spec"] == parts(tmp_path, "spec", use=changed)["./spec"]
    assert parts(tmp_path, "spec") != parts(tmp_path, "spec", use=changed)


def test_the_hashes_are_the_same_on_every_machine(tmp_path: Path) -> None:
    write(tmp_path, {"docs/a.md": "one\r\ntwo", "docs/b.md": "ü🙂"})
    assert parts(tmp_path, "docs") == {"spec": "6dc03067633de1e4", "docs": "c2b97c1be7cd2dd8"}


# --- evaluators ------------------------------------------------------------------------------------------------------------


def contains(name: str = "it", **options: Any) -> Contains:
    return Contains(name, Contains.Options.model_validate(options), make_setting(Path()))


def of_contains(tmp_path: Path, name: str = "it", **options: Any) -> str:
    return evaluator_fingerprint(
        contains(name, **options), Use(use="contains", name=name, with_=options), tmp_path
    )


def test_an_evaluator_is_its_options_and_not_its_name(tmp_path: Path) -> None:
    assert of_contains(tmp_path, "a", values=["x"]) == of_contains(tmp_path, "b", values=["x"])
    assert of_contains(tmp_path, values=["x"]) != of_contains(tmp_path, values=["y"])


def test_a_default_that_is_written_out_is_the_same_evaluator(tmp_path: Path) -> None:
    assert of_contains(tmp_path, values=["x"]) == of_contains(tmp_path, values=["x"], mode="all", share=False)


def test_a_users_function_is_its_file_and_what_it_depends_on(tmp_path: Path) -> None:
    def fingerprint() -> str:
        load = partial(load_function, root=tmp_path)
        options = Function.Options(function="evals.py:fn", depends_on=("words.txt",))
        function = Function("it", options, make_setting(tmp_path, load=load))
        return evaluator_fingerprint(function, Use(use="python"), tmp_path)

    write(tmp_path, {"evals.py": "def fn(response): return 1", "words.txt": "a"})
    seen = [fingerprint()]
    write(tmp_path, {"words.txt": "b"})
    seen.append(fingerprint())
    write(tmp_path, {"evals.py": "def fn(response): return 0"})
    seen.append(fingerprint())
    assert len(set(seen)) == 3


def test_the_metrics_carry_the_fingerprint(tmp_path: Path) -> None:
    use = Use(use="contains")
    metric = fingerprinted(contains(values=["x"]), use, tmp_path)["it"]
    assert metric.fingerprint == evaluator_fingerprint(contains(values=["x"]), use, tmp_path)
