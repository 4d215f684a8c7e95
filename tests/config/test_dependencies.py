"""Which suites a change touches: errs on one side only, never taking a touched suite for an untouched one."""

import json
import unicodedata
from collections.abc import Collection
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.dependencies import matches, named_files, touched
from gate.config.file import ConfigFile, parse

NAME = st.text(st.sampled_from("abc.-_"), min_size=1, max_size=4).filter(lambda n: n not in {".", ".."})
PATH = st.lists(NAME, min_size=1, max_size=4).map("/".join)


def config(**suites: Any) -> ConfigFile:
    whole = {
        name: {
            "cases": f"cases/{name}.jsonl",
            "target": {"use": "prompt", "with": {"template": f"prompts/{name}.md", "model": "m"}},
            "evaluators": ["exact_match"],
            **own,
        }
        for name, own in suites.items()
    }
    return parse(json.dumps({"version": 1, "suites": whole}), "gate.yaml")


def none(_path: str) -> None:
    return None


def names(
    head: ConfigFile, changed: Collection[str], *, base: ConfigFile | None = None, folder: str = ""
) -> tuple[str, ...]:
    return touched(head, base or head, changed=changed, read=none, folder=folder).suites


@pytest.mark.parametrize(
    "path",
    ["cases/one.jsonl", "prompts/one.md", "baselines/one.json", "src/app/bot.py", "data/deep/er/x.txt"],
)
def test_a_suite_is_touched_by_its_cases_prompt_baseline_and_what_it_depends_on(path: str) -> None:
    head = config(one={"depends_on": ["src/**/*.py", "data"]}, two={})
    assert names(head, [path]) == ("one",)


@pytest.mark.parametrize(
    "path", ["README.md", "prompts/three.md", "cases/one.jsonl.bak", "src/app/bot.js", "database/x"]
)
def test_other_files_touch_nothing(path: str) -> None:
    assert names(config(one={"depends_on": ["src/**/*.py", "data"]}, two={}), [path]) == ()


def test_the_config_touches_every_suite() -> None:
    assert names(config(one={}, two={}), ["gate.yaml"]) == ("one", "two")


def test_what_cannot_be_known_touches_every_suite() -> None:
    head = config(one={}, two={})
    assert touched(head, None, changed=["README.md"], read=none).suites == ("one", "two")
    assert touched(head, head, changed=None, read=none).suites == ("one", "two")


def test_what_either_side_depends_on_counts() -> None:
    """Otherwise a head could take a file out of `depends_on` and change it in the next pull request, unseen."""
    head, base = config(one={"depends_on": ["new.txt"]}), config(one={"depends_on": ["old.txt"]})
    assert names(head, ["old.txt"], base=base) == ("one",)
    assert names(head, ["new.txt"], base=base) == ("one",)


@pytest.mark.parametrize(
    ("target", "everything"),
    [
        ({"use": "python", "with": {"function": "app/bot.py:answer"}}, True),
        ({"use": "command", "with": {"run": ["python", "bot.py"]}}, True),
        ({"use": "http", "with": {"url": "http://localhost:1"}}, True),
        ({"use": "of_a_plug_in"}, True),
        ({"use": "replay", "with": {"replies": "replies.jsonl"}}, False),
        ({"use": "prompt", "with": {"template": "p.md", "model": "m"}}, False),
    ],
)
def test_a_target_that_does_not_say_what_it_depends_on_is_touched_by_everything(
    target: Any,
    everything: bool,  # noqa: FBT001 - a row
) -> None:
    assert bool(names(config(one={"target": target}), ["anything/at.all"])) is everything
    declared = config(one={"target": target, "depends_on": ["app/**"]})
    assert names(declared, ["anything/at.all"]) == ()


@pytest.mark.parametrize(
    ("used", "path"),
    [
        ({"use": "python", "with": {"function": "evals/tone.py:tone"}}, "evals/tone.py"),
        ({"use": "python", "with": {"function": "evals.tone:tone"}}, "evals/tone.py"),
        ({"use": "python", "with": {"function": "evals:tone"}}, "evals.py"),
        ({"use": "json_schema", "with": {"schema": "schemas/reply.json"}}, "schemas/reply.json"),
        ({"use": "judge", "with": {"rubric": "rubrics/fair.md", "model": "m"}}, "rubrics/fair.md"),
        ({"use": "of_a_plug_in", "with": {"deep": [{"run": "sh tools/run.sh --fast"}]}}, "tools/run.sh"),
    ],
)
def test_a_file_that_an_option_names_touches_its_suite(used: Any, path: str) -> None:
    head = config(one={"evaluators": [used]}, two={})
    assert names(head, [path]) == ("one",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Be kind. {{ input }} {% if x %}from{% endif %}", ()),
        ('{% include "parts/tone.md" %}', ("one",)),
        ("{%- extends name %}", ("one",)),
        ('{%+ from "macros.md" import m %}', ("one",)),
        ('{%import "macros.md" as m%}', ("one",)),
    ],
)
def test_a_template_that_includes_others_is_touched_by_its_whole_folder(
    text: str, expected: tuple[str, ...]
) -> None:
    head = config(one={})
    for path in ("prompts/parts/tone.md", "prompts/macros.md"):
        assert touched(head, head, changed=[path], read={"prompts/one.md": text}.get).suites == expected


def test_options_that_name_no_file_touch_nothing() -> None:
    head = config(one={"evaluators": [{"use": "contains", "with": {"values": ["", ".", "/", " "]}}]})
    assert names(head, ["README.md"]) == ()


def test_paths_are_read_from_the_folder_of_the_config() -> None:
    head = config(one={})
    assert names(head, ["evals/cases/one.jsonl"], folder="evals/") == ("one",)
    assert names(head, ["cases/one.jsonl"], folder="evals/") == ()
    assert names(head, ["evals/gate.yaml"], folder="evals/") == ("one",)
    assert names(head, ["gate.yaml"], folder="evals/") == ()
    outside = config(one={"target": {"use": "python", "with": {"function": "app.bot:answer"}}})
    assert names(outside, ["src/app/bot.py"], folder="evals/") == ("one",)


def test_a_name_is_the_same_however_it_is_composed() -> None:
    head = config(one={"depends_on": ["café.txt"]})
    assert names(head, [unicodedata.normalize("NFD", "café.txt")]) == ("one",)


def test_the_reason_is_told() -> None:
    assert touched(config(one={}), config(one={}), changed=["prompts/one.md"], read=none).reasons == {
        "one": "prompts/one.md is changed"
    }


@given(path=PATH, below=PATH)
def test_a_path_matches_itself_and_all_that_is_below_it(path: str, below: str) -> None:
    assert matches(path, path)
    assert matches(path, f"{path}/{below}")
    assert matches("**", path)
    assert matches(f"**/{path}", f"{below}/{path}")


@pytest.mark.parametrize(
    ("pattern", "path", "expected"),
    [
        ("a/*.py", "a/b.py", True),
        ("a/*.py", "a/b/c.py", False),
        ("a/**/*.py", "a/c.py", True),
        ("a/**", "a/b/c", True),
        ("a/**", "b/a", False),
        ("*", "a/b", True),  # a folder may be meant, so its files are taken for touched
        ("a[bc].txt", "ac.txt", True),
        ("a/b", "a", False),
        ("./a//b", "a/b", True),
    ],
)
def test_patterns(pattern: str, path: str, expected: bool) -> None:  # noqa: FBT001 - a row
    assert matches(pattern, path) is expected


def test_a_suite_is_touched_by_its_recorded_passages() -> None:
    assert names(config(one={"depends_on": ["src"], "contexts": "found.jsonl"}), ["found.jsonl"]) == ("one",)


def test_a_config_names_its_prompts_code_recordings_and_baselines_besides_its_cases() -> None:
    head = config(
        one={"depends_on": ["src/lib.py"], "contexts": "found.jsonl", "baseline": "b/one.json"},
        two={"target": {"use": "python", "with": {"function": "app/bot.py:answer"}}},
    )
    named = {"prompts/one.md", "src/lib.py", "found.jsonl", "b/one.json", "app/bot.py"}
    assert named <= named_files(head)
    assert "cases/one.jsonl" not in named_files(head)
