from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.config.cases import case_of
from gate.config.nodes import Node
from gate.config.rows import Row
from gate.model.case import Case, Context, Message, Place
from gate.model.feedback import Feedback


def case(value: Any, line: int = 3) -> Case:
    found = case_of(Row(line, value), file="cases/c.jsonl")
    assert isinstance(found, Case), found
    return found


def problems(value: Any) -> list[tuple[str, str, str, str]]:
    found = case_of(Row(3, value), file="c.jsonl")
    assert isinstance(found, list)
    assert all(str(problem.place) == "c.jsonl:3" for problem in found)
    return [(problem.key, problem.message, problem.value, problem.fix) for problem in found]


def test_a_whole_case_is_read_with_its_place() -> None:
    value = {
        "id": "a",
        "input": {"question": "why?", "deep": {"x": [1, None, True]}},
        "expected": {"facts": ["x"]},
        "context": ["one", {"text": "two", "id": "d2", "score": 1, "rank": 2}],
        "tags": {"category": "x", "new": True, "old": False, "level": 3, "weight": 0.5},
    }
    assert case(value) == Case(
        id="a",
        input={"question": "why?", "deep": {"x": [1, None, True]}},
        expected={"facts": ["x"]},
        context=(Context(text="one"), Context(text="two", id="d2", score=1.0, rank=2)),
        tags={"category": "x", "new": "true", "old": "false", "level": "3", "weight": "0.5"},
        place=Place(file="cases/c.jsonl", line=3),
    )


def test_input_is_a_text_messages_or_variables() -> None:
    assert case({"id": "a", "input": ""}).input == ""
    messages = [{"role": "system", "content": "be kind"}, {"role": "user", "content": "hi"}]
    assert case({"id": "a", "input": messages}).input == tuple(Message(**one) for one in messages)
    assert case({"id": "a", "input": {}}).input == {}


def test_an_id_may_be_written_as_a_whole_number() -> None:
    assert case({"id": 7, "input": "x"}).id == "7"


ID = "an id has 1 to 200 visible characters, and no blank at either end"
ID_FIX = "write a short name such as `refund-1`"
INPUT = "must be a text, a list of messages, or a mapping of template variables"
INPUT_FIX = 'such as "How do I …?", or [{"role": "user", "content": "…"}], or {"question": "…"}'
TAG = "the value of a tag is a text, a number, or true or false"
TAG_FIX = "leave the tag out where it has none"


@pytest.mark.parametrize(
    ("fields", "key", "message", "value", "fix"),
    [
        ({"id": ...}, "id", "this key is missing", "",
         "add `id:` - A name that never changes: baselines find the case by it"),
        ({"id": ""}, "id", ID, '""', ID_FIX),
        ({"id": " a"}, "id", ID, '" a"', ID_FIX),
        ({"id": "a\tb"}, "id", ID, '"a\\tb"', ID_FIX),
        ({"id": "a\x1b[2J"}, "id", ID, '"a\\u001b[2J"', ID_FIX),
        ({"id": "a\u202eb"}, "id", ID, '"a\\u202eb"', ID_FIX),
        ({"id": "x" * 201}, "id", ID, '"' + "x" * 58 + "…", ID_FIX),
        ({"id": 1.5}, "id", "must be text", "1.5", 'put it in quotes: "1.5"'),
        ({"id": True}, "id", "must be text", "true", 'put it in quotes: "true"'),
        ({"input": ...}, "input", "this key is missing", "",
         "add `input:` - What is asked: a text, a list of messages, or a mapping of template variables"),
        ({"input": None}, "input", INPUT, "null", INPUT_FIX),
        ({"input": 3}, "input", INPUT, "3", INPUT_FIX),
        ({"input": []}, "input", "must hold at least 1 entry", "[]", ""),
        ({"input": [{"role": "usr", "content": "x"}]}, "input[0].role", "must be `system`, `user` or `assistant`", '"usr"',
         "did you mean `user`?"),
        ({"input": ["x"]}, "input[0]", "must be a mapping of keys to values", '"x"', ""),
        ({"expect": 1}, "expect", "this key is not known here", "1", "did you mean `expected`?"),
        ({"context": "x"}, "context", "must be a list", '"x"', 'write ["x"]'),
        ({"context": [{"txt": "x", "text": "y"}]}, "context[0].txt", "this key is not known here", '"x"',
         "did you mean `text`?"),
        ({"context": [{"text": "x", "rank": 0}]}, "context[0].rank", "must be 1 or more", "0", ""),
        ({"context": [{"text": "x", "score": "high"}]}, "context[0].score", "must be a number", '"high"', ""),
        ({"context": [{"text": "x", "score": True}]}, "context[0].score", "must be a number", "true", ""),
        ({"tags": ["x"]}, "tags", "must be a mapping of keys to values", '["x"]', ""),
        ({"tags": {"a": None}}, "tags.a", TAG, "null", TAG_FIX),
        ({"tags": {"a": ["x"]}}, "tags.a", TAG, '["x"]', TAG_FIX),
    ],
)  # fmt: skip
def test_a_wrong_field_is_told_with_field_value_and_fix(
    fields: dict[str, Any], key: str, message: str, value: str, fix: str
) -> None:
    row = {name: one for name, one in {"id": "a", "input": "x", **fields}.items() if one is not ...}
    assert problems(row) == [(key, message, value, fix)]


@pytest.mark.parametrize("value", [None, 3, "x", ["id"]])
def test_a_row_that_is_no_mapping_is_no_case(value: Any) -> None:
    ((key, message, _, _),) = problems(value)
    assert (key, message) == ("", "must be a mapping of keys to values")


def test_everything_that_is_wrong_with_a_case_is_told_at_once() -> None:
    assert {key for key, *_ in problems({"inptu": "x", "tags": {"a": None}})} == {
        "id",
        "input",
        "inptu",
        "tags.a",
    }


def test_lines_inside_a_case_are_told_where_they_are_known() -> None:
    node = Node.of({"id": "a", "input": "x", "tags": {"a": None}}, 5)
    node.value["tags"].key_lines["a"] = 9
    found = case_of(Row(5, None, node), file="c.yaml")
    assert isinstance(found, list)
    assert str(found[0].place) == "c.yaml:9"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
FIELDS = st.sampled_from(["id", "input", "expected", "context", "tags", "role", "text", ""])


@given(st.dictionaries(FIELDS, JSON) | JSON)
def test_any_row_is_a_case_or_its_problems(value: Any) -> None:
    found = case_of(Row(1, value), file="f")
    assert isinstance(found, Case) or (found and all(problem.message for problem in found))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("down", Feedback(thumbs="down")),
        ({"rating": 2, "follow_up": "No, the other."}, Feedback(rating=2, follow_up="No, the other.")),
        (None, None),
    ],
)
def test_feedback_is_a_thumb_or_all_that_the_user_did(written: Any, read: Feedback | None) -> None:
    assert case({"id": "a", "input": "x", "feedback": written}).feedback == read


@pytest.mark.parametrize("written", ["sideways", {"rating": 7}, {"stars": 3}, 3])
def test_what_is_no_feedback_is_refused_at_its_line(written: Any) -> None:
    ((key, *_),) = problems({"id": "a", "input": "x", "feedback": written})
    assert key.startswith("feedback")
