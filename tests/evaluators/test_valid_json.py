import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators.valid_json import ValidJson, fenced
from tests.evaluators.scoring import make_evaluator, scores, value

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(value=JSON)
def test_whatever_can_be_written_as_json_is_valid(value: Any) -> None:
    assert _is_json(json.dumps(value))


@pytest.mark.parametrize(
    ("text", "is_right"),
    [
        ("{}", True),
        (" [1, 2]\n", True),
        ("null", True),
        ("9" * 10_000, True),
        ("1e999", True),
        ("", False),
        ("Here you are: {}", False),
        ("{'a': 1}", False),
        ('{"a": 1,}', False),
        ('{"a": NaN}', False),
        ("-Infinity", False),
        ("[" * 100_000, False),
        ('"a\0b"', False),
        ("{} {}", False),
        ("\ufeff{}", False),
    ],
)
def test_what_is_no_json_is_a_wrong_answer(text: str, *, is_right: bool) -> None:
    assert _is_json(text) is is_right


def test_only_the_first_fenced_block_counts_where_that_is_asked() -> None:
    evaluator = make_evaluator(ValidJson, extract="fenced")
    assert value(evaluator, output="Here:\n```json\n{}\n```\nand\n```\nno\n```") == 1
    ((score,),) = scores(evaluator, (None, "{}"))
    assert (score.value, score.explanation) == (0, "there is no fenced block")


@pytest.mark.parametrize(
    ("text", "block"),
    [
        ("```json\n{}\n```", "{}"),
        ("Sure!\n```\n[1,\n2]\n```\nDone. ```", "[1,\n2]"),
        ("  ```json\n{}\n  ```", "{}"),
        ("```\n1\n```\n```\n2\n```", "1"),
        ("```json\n```", ""),
        ("```json\n{}", None),
        ("{}", None),
        ("", None),
    ],
)
def test_the_first_fenced_block_is_taken(text: str, block: str | None) -> None:
    assert fenced(text) == block


def _is_json(text: str) -> bool:
    return value(make_evaluator(ValidJson), output=text) == 1
