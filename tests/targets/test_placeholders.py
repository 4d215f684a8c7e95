from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Context, Message, Place
from gate.model.errors import UserError
from gate.targets.placeholders import fill_in, require_known
from tests.builders import make_case

CASE = make_case(
    "c1",
    input={"question": "why?", "options": [1, {"a": 2}], "n": 3, "none": None},
    expected="because",
    context=(Context(text="t", id="d1"),),
    tags={"category": "x"},
    place=Place(file="cases.jsonl", line=4),
)


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{ input.question }}", "why?"),
        ("{{input.n}}", 3),
        ("n={{ input.n }} {{ input.options }}", 'n=3 [1, {"a": 2}]'),
        ("{{ input.none }}", None),
        ("{{ input.options.1.a }}", 2),
        ("{{ id }}/{{ tags.category }}", "c1/x"),
        ("{{ context }}", [{"text": "t", "id": "d1"}]),
        ("{{ context.0.text }}", "t"),
        ({"a": ["{{ input.n }}", True, None, 1.5]}, {"a": [3, True, None, 1.5]}),
        ("no placeholder", "no placeholder"),
        (7, 7),
    ],
)
def test_a_placeholder_becomes_what_the_case_has_there(template: Any, filled: Any) -> None:
    assert fill_in(template, CASE) == filled


def test_a_conversation_is_a_list_of_messages() -> None:
    case = make_case(input=(Message(role="user", content="hi"),))
    assert fill_in({"messages": "{{ input }}"}, case) == {"messages": [{"role": "user", "content": "hi"}]}


@pytest.mark.parametrize(
    "path", ["expected", "input question", "", "case.input", "inputs", "input..a", "input|upper"]
)
def test_a_placeholder_that_names_nothing_is_refused_without_a_case(path: str) -> None:
    with pytest.raises(UserError, match="no such placeholder"):
        require_known({"a": [f"{{{{ {path} }}}}"]}, key="request")


@pytest.mark.parametrize("text", ["{{ input", "{{ input.{id} }}", "{{ input {{ id }}"])
def test_a_placeholder_that_is_not_closed_is_refused(text: str) -> None:
    with pytest.raises(UserError, match="no such placeholder"):
        require_known(text, key="request")


def test_every_wrong_placeholder_is_told_at_once() -> None:
    with pytest.raises(UserError) as refusal:
        require_known(["{{ a }} {{ b }}", {"x": "{{ c }}"}], key="request")
    assert len(refusal.value.problems) == 3


@pytest.mark.parametrize(
    "path", ["input.answer", "input.question.x", "tags.difficulty", "context.1", "input.options.x"]
)
def test_what_the_case_lacks_is_told_with_its_place(path: str) -> None:
    with pytest.raises(UserError, match=r"cases.jsonl:4: case 'c1' has nothing for \{\{"):
        fill_in(f"{{{{ {path} }}}}", CASE)


@given(st.text())
def test_a_text_of_a_case_is_filled_in_as_it_is_and_never_read_as_a_template(text: str) -> None:
    case = make_case(input={"a": text, "b": "{{ id }}"})
    assert fill_in("{{ input.a }}", case) == text
    assert fill_in("[{{ input.b }}{{ input.a }}]", case) == "[{{ id }}" + text + "]"
