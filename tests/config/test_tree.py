import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.nodes import Node
from gate.config.tree import MAX_REPEATED, read_yaml
from gate.model.errors import Problem, UserError


def read(text: str) -> Any:
    root, problems = read_yaml(text, file="f.yaml")
    assert not problems
    return None if root is None else root.plain()


def complaints(text: str) -> list[tuple[int | None, str, str, str]]:
    _, problems = read_yaml(text, file="f.yaml")
    return [(p.place.line if p.place else None, p.key, p.message, p.fix) for p in problems]


def refusal(text: str) -> Problem:
    with pytest.raises(UserError) as caught:
        read_yaml(text, file="f.yaml")
    assert len(caught.value.problems) == 1
    return caught.value.problems[0]


def test_values_are_read_as_json_values() -> None:
    text = "a: 1\nb: [x, 2.5, true, ~]\nc: {d: 'no', e: no}\nf: |\n  two\n  lines\n"
    assert read(text) == {
        "a": 1, "b": ["x", 2.5, True, None], "c": {"d": "no", "e": "no"}, "f": "two\nlines\n",
    }  # fmt: skip


def test_quoted_scalars_are_text_whatever_they_look_like() -> None:
    assert read("['1', \"true\", '010', \".nan\", '~']") == ["1", "true", "010", ".nan", "~"]
    assert read("!!str 3") == "3"


def test_keys_are_text_as_they_are_written() -> None:
    assert read("on: 1\nno: 2\n2024: 3\n010: 4\ntrue: 5\n~: 6") == {
        "on": 1, "no": 2, "2024": 3, "010": 4, "true": 5, "~": 6,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "\ufeff", "---\n...\n"])
def test_a_file_that_holds_nothing_has_no_tree_or_an_empty_one(text: str) -> None:
    assert read(text) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_alike_for_every_ending_of_lines(end: str) -> None:
    root, _ = read_yaml(end.join(["\ufeffa: 1", "b:", "  - x", "  - c: 2", ""]), file="f")
    assert root is not None
    assert root.key_lines == {"a": 1, "b": 2}
    entries = root.value["b"].value
    assert [node.line for node in entries] == [3, 4]
    assert entries[1].key_lines == {"c": 4}


def test_an_anchor_is_repeated_and_a_merge_takes_over_what_is_not_said() -> None:
    text = "base: &b {x: 1, y: 2}\nlist: [*b, *b]\nown: {<<: *b, y: 3}\nboth: {<<: [*b, {z: 4}], w: 5}\n"
    assert read(text) == {
        "base": {"x": 1, "y": 2},
        "list": [{"x": 1, "y": 2}] * 2,
        "own": {"x": 1, "y": 3},
        "both": {"x": 1, "y": 2, "z": 4, "w": 5},
    }


def test_a_quoted_merge_key_is_a_key() -> None:
    assert read('{"<<": 3}') == {"<<": 3}


def test_a_key_that_stands_twice_names_both_lines() -> None:
    assert complaints("s:\n  a: 1\n  b: 2\n  a: 3\n") == [
        (4, "s.a", "this key stands here twice, first in line 2", "remove one of the two")
    ]


@pytest.mark.parametrize(
    ("text", "line", "key", "message"),
    [
        ("a:\n  - 1\n  - b: 010", 3, "a[1].b", "a whole number with a leading zero"),
        ("a: .nan", 1, "a", "only finite numbers can be compared"),
        ("x: 1\na: !!python/object/apply:os.system [ls]", 2, "a", "YAML tags are not read here"),
        ("a: !mine {b: 1}", 1, "a", "YAML tags are not read here"),
        ("a: !!int 3", 1, "a", "YAML tags are not read here"),
        ("? [a, b]\n: c", 1, "", "a key must be text"),
        ("a:\n  <<: 3", 2, "a", "`<<` takes over the keys of a mapping"),
    ],
)
def test_a_doubtful_value_is_told_with_its_place_and_reading_goes_on(
    text: str, line: int, key: str, message: str
) -> None:
    ((found_line, found_key, found_message, _),) = complaints(f"{text}\n")
    assert (found_line, found_key) == (line, key)
    assert found_message.startswith(message)


@pytest.mark.parametrize(
    ("text", "line", "message", "fix"),
    [
        ("a:\n\tb: 1", 2, "a tab stands in the indentation", "indent with blanks"),
        ("a: @x", 1, "this is not YAML: a value cannot start with this character", 'put the value in "quotes"'),
        ("a: b: c", 1, "this is not YAML: a `: ` stands where no key can be",
         'put the value in "quotes", or mend the line above'),
        ('a: 1\nb: "x\nc: 2\n', 2, "this is not YAML: a quote that is opened here is never closed", "close it"),
        ("a:\n  b: 1\n c: 2", 3, "this is not YAML: this line is indented unlike the ones beside it",
         "align it with them"),
        ("a:\n  - 1\n  b: 2", 3, "this is not YAML: this line is indented unlike the ones beside it",
         "align it with them"),
        ("a: 1\nfoo\nb: 2", 3, "this is not YAML: the line above is no `key: value`",
         "add a colon and a blank after its key"),
        ("x: 1\na: [1, 2\nb: 3", 2,
         "this is not YAML: a bracket that is opened here is not closed, or a comma is missing", "mend the brackets"),
        ("a: 1\n---\nb: 2", 2, "a second document starts here", "keep one; remove the line `---`"),
        ("a: 1\nb: *nope", 2, "no anchor &nope stands above", "anchors there: none"),
        ("a: &x [1, *x]", 1, "the anchor &x holds itself", "write its value out"),
        ("a: 1\nb: x\x00y", 2, "the character U+0000 may not stand in YAML", "remove it"),
        ("a: \ud800", 1, "the character U+D800 may not stand in YAML", "remove it"),
    ],
)  # fmt: skip
def test_broken_syntax_is_told_in_plain_words_with_line_and_fix(
    text: str, line: int, message: str, fix: str
) -> None:
    problem = refusal(text)
    assert problem.place is not None
    assert (problem.place.line, problem.message, problem.fix) == (line, message, fix)


def test_nested_anchors_that_stand_for_billions_of_values_are_refused() -> None:
    lines = ["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12))]
    problem = refusal("\n".join(lines))
    assert problem.message == f"the anchors of this file repeat more than {MAX_REPEATED:,} values"


@pytest.mark.parametrize("text", ["[" * 5000, "{a: " * 5000, "- " * 5000, "&a [" * 5000])
def test_deep_nesting_is_refused_and_never_a_crash(text: str) -> None:
    assert refusal(text).message == "values nest deeper than 64 levels here"


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        root, _ = read_yaml(text, file="f")
    except UserError:
        return
    assert root is None or isinstance(root, Node)


@given(st.text(alphabet="ab:-? []{}&*<>!|'\"#%,\n\t01.~\r"))
def test_any_text_of_yaml_s_own_characters_is_read_or_refused(text: str) -> None:
    try:
        root, _ = read_yaml(text, file="f")
    except UserError:
        return
    assert root is None or json.dumps(root.plain(), allow_nan=False)


# YAML folds the two separators, and may not hold the others at all.
TEXT = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_json_is_yaml_and_is_read_as_what_it_is(value: Any) -> None:
    assert read(json.dumps(value, ensure_ascii=False)) == value
