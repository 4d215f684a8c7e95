from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.nodes import Node, Source, shown, spelt

TREE = Node.of({"suites": {"a b": {"evaluators": ["x", {"use": 1}]}}}, 7)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (
            ("suites", "support", "gates", "exact_match", "max_drop"),
            "suites.support.gates.exact_match.max_drop",
        ),
        (("evaluators", 1, "with"), "evaluators[1].with"),
        ((2, "id"), "[2].id"),
        (("suites", "a b", "a.b"), 'suites."a b"."a.b"'),
        (("", "\x1b[2J"), '""."\\u001b[2J"'),
        ((), ""),
    ],
)
def test_a_key_path_is_spelt_as_a_person_writes_it(path: tuple[str | int, ...], text: str) -> None:
    assert spelt(path) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a", '"a"'),
        (None, "null"),
        (True, "true"),
        ({"a": [1]}, '{"a": [1]}'),
        ("é\u202e\u200b\x9b", '"é\\u202e\\u200b\\x9b"'),
        ("x" * 100, '"' + "x" * 58 + "…"),
    ],
)
def test_a_found_value_is_one_short_line(value: Any, text: str) -> None:
    assert shown(value) == text


@given(st.text())
def test_a_found_value_never_holds_what_a_terminal_would_obey(text: str) -> None:
    line = shown(text)
    assert line.isprintable()
    assert len(line) <= 60


def test_a_path_that_leads_through_a_branch_of_a_union_is_found_without_the_branch() -> None:
    found = Source("gate.yaml", TREE).find(("suites", "a b", "evaluators", 1, "UsedPlugin", "use"))
    assert found.path == ("suites", "a b", "evaluators", 1, "use")
    assert found.node is not None
    assert found.node.value == 1


def test_a_missing_key_stands_in_the_line_of_its_mapping() -> None:
    found = Source("gate.yaml", TREE).find(("suites", "a b"), missing="cases")
    assert (found.path, found.line, found.node) == (("suites", "a b", "cases"), 7, None)


def test_a_part_that_a_shorthand_leaves_out_is_kept_where_it_is_known() -> None:
    path = ("suites", "a b", "evaluators", 0, "with")
    found = Source("gate.yaml", TREE).find(path, missing="values", kept=5)
    assert found.path == (*path, "values")
    assert Source("gate.yaml", TREE).find(path, kept=5).node is None


def test_an_index_beyond_a_list_is_passed_over() -> None:
    assert Source("f", TREE).find(("suites", "a b", "evaluators", 9)).path == ("suites", "a b", "evaluators")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(JSON)
def test_a_json_value_comes_out_of_its_node_unchanged(value: Any) -> None:
    assert Node.of(value, 1).plain() == value
