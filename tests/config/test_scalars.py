from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from gate.config.scalars import read_scalar


@pytest.mark.parametrize("text", ["", "~", "null", "Null", "NULL"])
def test_nothing_has_five_spellings(text: str) -> None:
    assert read_scalar(text) is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True), ("False", False), ("TRUE", True),
        ("0", 0), ("-12", -12), ("+3", 3), ("0o17", 15), ("0x1F", 31),
        ("0.5", 0.5), (".5", 0.5), ("1.", 1.0), ("1e3", 1000.0), ("-1.5E-2", -0.015), ("00.5", 0.5),
    ],
)  # fmt: skip
def test_flags_and_numbers_are_those_of_yaml_1_2(text: str, value: Any) -> None:
    found = read_scalar(text)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    "text",
    [
        "yes", "no", "on", "off", "y", "n", "1_000", "1:30", "2024-01-01", "2024-01-01T10:00:00Z", "0b1", "1.2.3", "-", "+",
        ".", "1e", "10%", "0x", "nan", "inf", "\u0661", "tRue", "v1.0", "1,5",
    ],
)  # fmt: skip
def test_what_only_yaml_1_1_reads_as_something_else_stays_the_text_that_is_written(text: str) -> None:
    assert read_scalar(text) == text


@pytest.mark.parametrize(
    ("text", "message", "fix"),
    [
        ("010", "octal to some readers", 'write 10 for the number, or "010" in quotes for the text'),
        ("-007", "octal to some readers", 'write -7 for the number, or "-007" in quotes for the text'),
        ("00", "octal to some readers", 'write 0 for the number, or "00" in quotes for the text'),
        (".nan", "only finite numbers", "write a number, or leave it out"),
        ("-.inf", "only finite numbers", "write a number, or leave it out"),
        ("1e999", "too large", "write a smaller number, or put it in quotes"),
        ("9" * 301, "301 digits", "put it in quotes"),
    ],
)
def test_what_readers_disagree_on_or_cannot_compare_is_refused(text: str, message: str, fix: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        read_scalar(text)
    assert caught.value.context is not None
    assert message in caught.value.context["text"]
    assert caught.value.context["fix"] == fix


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_in_plain_words(text: str) -> None:
    try:
        value = read_scalar(text)
    except PydanticCustomError:
        return
    assert value is None or isinstance(value, bool | int | float | str)
    assert not isinstance(value, str) or value == text
