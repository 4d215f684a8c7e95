from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic.errors import PydanticInvalidForJsonSchema

from gate.config.nodes import Node, Source
from gate.config.words import did_you_mean, nearest, problems_of
from gate.model.base import Noun


class Inner(Noun):
    depth: int = Field(ge=1, description="How deep. And more.")


class Options(Noun):
    """As an installed plug-in might have them."""

    text: str = "a"
    short: Annotated[str, Field(min_length=2, max_length=3, pattern="^a")] = "ab"
    flag: bool = False
    count: int = 1
    even: Annotated[int, Field(multiple_of=2)] = 2
    ratio: float = 0.5
    mode: Literal["fast", "slow"] = "fast"
    few: tuple[int, ...] = Field(default=(1, 2), min_length=2)
    unique: frozenset[str] = frozenset()
    table: dict[str, int] = Field(default_factory=dict)
    inner: Inner | None = None
    either: int | tuple[str, ...] = 1
    checked: str = "ok"

    @field_validator("checked")
    @classmethod
    def _check(cls, value: str) -> str:
        if value != "ok":
            raise ValueError("this must be ok")
        return value


def translated(value: dict[str, Any], model: type[BaseModel] = Options) -> list[tuple[str, str, str]]:
    """(key, message, fix) of each problem."""
    root = Node.of({"with": value}, 3)
    with pytest.raises(ValidationError) as caught:
        model.model_validate(value)
    problems = problems_of(caught.value, Source("gate.yaml", root), at=("with",), model=model)
    assert all(str(p.place) == "gate.yaml:3" for p in problems)
    return [(p.key, p.message, p.fix) for p in problems]


@pytest.mark.parametrize(
    ("value", "key", "message", "fix"),
    [
        ({"text": 3}, "text", "must be text", 'put it in quotes: "3"'),
        ({"text": None}, "text", "must be text", ""),
        ({"short": "a"}, "short", "must have at least 2 characters", ""),
        ({"short": "abcd"}, "short", "must have at most 3 characters", ""),
        ({"short": "ba"}, "short", "must match the pattern ^a", ""),
        ({"flag": "maybe"}, "flag", "must be true or false", ""),
        ({"flag": []}, "flag", "must be true or false", ""),
        ({"count": "many"}, "count", "must be a whole number", ""),
        ({"count": 1.5}, "count", "must be a whole number", ""),
        ({"count": None}, "count", "must be a whole number", ""),
        ({"even": 3}, "even", "must be a multiple of 2", ""),
        ({"ratio": "10%"}, "ratio", "must be a number", "write 0.1"),
        ({"ratio": "1,000.5x"}, "ratio", "must be a number", ""),
        ({"ratio": "1,000.5"}, "ratio", "must be a number", "write 1000.5"),
        ({"ratio": float("inf")}, "ratio", "must be a finite number", ""),
        ({"mode": "fats"}, "mode", "must be `fast` or `slow`", "did you mean `fast`?"),
        ({"mode": "zzz"}, "mode", "must be `fast` or `slow`", "use one of: fast, slow"),
        ({"mode": 1}, "mode", "must be `fast` or `slow`", ""),
        ({"few": [1]}, "few", "must hold at least 2 entries", ""),
        ({"few": 3}, "few", "must be a list", "write [3]"),
        ({"few": [1, "x"]}, "few[1]", "must be a whole number", ""),
        ({"unique": "x"}, "unique", "must be a list", 'write ["x"]'),
        ({"table": None}, "table", "must be a mapping of keys to values", "write its keys below it, indented"),
        ({"table": {"a b": "x"}}, 'table."a b"', "must be a whole number", ""),
        ({"inner": {"depth": 0}}, "inner.depth", "must be 1 or more", ""),
        ({"inner": {}}, "inner.depth", "this key is missing", "add `depth:` - How deep"),
        ({"inner": {"depht": 1, "depth": 1}}, "inner.depht", "this key is not known here", "did you mean `depth`?"),
        ({"inner": 3}, "inner", "must be a mapping of keys to values", ""),
        ({"either": None}, "either", "must be a whole number, or a list", ""),
        ({"checked": "no"}, "checked", "this must be ok", ""),
        ({"depth": 1}, "depth", "this key is not known here", "it belongs in `inner`"),
    ],
)  # fmt: skip
def test_an_error_of_pydantic_becomes_plain_words(
    value: dict[str, Any], key: str, message: str, fix: str
) -> None:
    assert translated(value) == [(f"with.{key}", message, fix)]


def test_no_message_speaks_as_a_validator() -> None:
    class Odd(Noun):
        url: Annotated[complex, Field()] = 0j
        number: Annotated[int, Field(strict=True)] = 0

    ((_, message, _),) = translated({"url": "x"}, Odd)
    assert message.startswith("must be ")
    assert "Input" not in message


def test_a_model_that_json_schema_cannot_say_still_suggests_its_keys() -> None:
    class Thing:
        pass

    class Foreign(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")
        thing: Thing | None = None

    with pytest.raises(PydanticInvalidForJsonSchema):
        Foreign.model_json_schema()
    assert translated({"thign": 1}, Foreign) == [
        ("with.thign", "this key is not known here", "did you mean `thing`?")
    ]


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("max_drp", "max_drop"),
        ("MAX_DROP", "max_drop"),
        ("max-drop", "max_drop"),
        ("maxdrop", "max_drop"),
        ("xyz", None),
        ("", None),
    ],
)
def test_a_misspelt_word_finds_the_one_that_was_meant(word: str, meant: str | None) -> None:
    assert nearest(word, ["min", "max_drop", "mode"]) == meant


def test_where_no_word_is_near_all_of_them_are_told() -> None:
    assert did_you_mean("xyz", ["min", "mode"]) == "use one of: min, mode"
    assert did_you_mean("xyz", []) == "remove it"
