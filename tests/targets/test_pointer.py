from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from gate.targets.pointer import Pointer, resolve

# The example document of RFC 6901, section 5, with the values that the RFC gives.
RFC: dict[str, Any] = {
    "foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5, 'k"l': 6, " ": 7, "m~n": 8,
}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"),
    [
        ("", RFC), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/c%d", 2), ("/e^f", 3),
        ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8),
    ],
)  # fmt: skip
def test_the_examples_of_the_rfc_hold(pointer: str, value: Any) -> None:
    assert resolve(RFC, TypeAdapter(Pointer).validate_python(pointer)) == value


@pytest.mark.parametrize(
    ("pointer", "said"),
    [
        ("/nope", "the top has 'foo'"),
        ("/foo/2", "'/foo' is a list of 2"),
        ("/foo/01", "a list of 2"),
        ("/foo/-", "a list of 2"),
        ("/foo/-1", "a list of 2"),
        ("/foo/0/x", "'/foo/0' is 'bar'"),
    ],
)
def test_a_pointer_to_nothing_says_how_far_it_leads(pointer: str, said: str) -> None:
    with pytest.raises(LookupError, match="nothing at") as failure:
        resolve(RFC, pointer)
    assert said in failure.value.args[0]


@pytest.mark.parametrize("pointer", ["answer.text", "$.answer", "/a~b", "/a~2"])
def test_what_is_no_pointer_is_refused_when_it_is_read(pointer: str) -> None:
    with pytest.raises(ValidationError, match="JSON Pointer"):
        TypeAdapter(Pointer).validate_python(pointer)


def test_a_dotted_path_is_answered_with_its_pointer() -> None:
    with pytest.raises(ValidationError, match='did you mean "/answer/text"'):
        TypeAdapter(Pointer).validate_python("answer.text")


@given(st.lists(st.text(), max_size=4))
def test_every_key_can_be_pointed_at(keys: list[str]) -> None:
    document: Any = "found"
    for key in reversed(keys):
        document = {key: document}
    pointer = "".join("/" + key.replace("~", "~0").replace("/", "~1") for key in keys)
    assert resolve(document, TypeAdapter(Pointer).validate_python(pointer)) == "found"
