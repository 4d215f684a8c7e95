"""Row → Case: the fields of a case as a person writes them, checked and put in one form."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    JsonValue,
    Strict,
    Tag,
    ValidationError,
)

from gate.config.fields import Name, TagText
from gate.config.nodes import Node, Source
from gate.config.rows import Row
from gate.config.scalars import refusal
from gate.config.words import problems_of
from gate.model.base import Noun
from gate.model.case import Case, Context, Message, Place
from gate.model.errors import Problem
from gate.model.feedback import Feedback

_LONGEST_ID = 200
_INPUT_FORMS = {
    "text": "must be a text, a list of messages, or a mapping of template variables",
    "fix": 'such as "How do I …?", or [{"role": "user", "content": "…"}], or {"question": "…"}',
}


def _id_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _id(value: str) -> str:
    if not value or value != value.strip() or not value.isprintable() or len(value) > _LONGEST_ID:
        message = f"an id has 1 to {_LONGEST_ID} visible characters, and no blank at either end"
        raise refusal(message, fix="write a short name such as `refund-1`")
    return value


def _form_of_input(value: object) -> str | None:
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list | tuple):
        return "messages"
    return "variables" if isinstance(value, dict) else None


def passage(value: object) -> object:
    """A text alone is a passage."""
    return {"text": value} if isinstance(value, str) else value


def _thumbs(value: object) -> object:
    return {"thumbs": value} if isinstance(value, str) else value


class Passage(Noun):
    """A passage that the case hands to the application, or that its reply is held against."""

    text: str = Field(description="The text of the passage.")
    id: str | None = Field(default=None, description="What it is called where it comes from.")
    score: Annotated[float, Strict()] | None = Field(
        default=None, description="How well it was found to fit."
    )
    rank: Annotated[int, Strict()] | None = Field(default=None, ge=1, description="Its place, 1 is the best.")


class CaseFields(Noun):
    """One case, as it stands in a case file."""

    id: Annotated[str, BeforeValidator(_id_text, json_schema_input_type=str | int), AfterValidator(_id)] = (
        Field(description="A name that never changes: baselines find the case by it.")
    )
    input: Annotated[
        Annotated[str, Tag("a text")]
        | Annotated[tuple[Message, ...], Tag("messages"), Field(min_length=1)]
        | Annotated[dict[str, JsonValue], Tag("variables")],
        Discriminator(
            _form_of_input,
            custom_error_type="gate",
            custom_error_message="{text}",
            custom_error_context=_INPUT_FORMS,
        ),
    ] = Field(description="What is asked: a text, a list of messages, or a mapping of template variables.")
    expected: JsonValue = Field(
        default=None, description="What a good answer holds; evaluators say what they need."
    )
    context: tuple[
        Annotated[Passage, BeforeValidator(passage, json_schema_input_type=str | Passage)], ...
    ] = Field(default=(), description="Passages: texts, or `{text, id, score, rank}`.")
    tags: dict[Name, TagText] = Field(
        default_factory=dict,
        description="Free words that slices and clusters are made of; every value becomes text.",
    )
    feedback: Annotated[
        Feedback | None,
        BeforeValidator(_thumbs, json_schema_input_type=Literal["up", "down"] | Feedback | None),
    ] = Field(
        default=None,
        description="What the user said of the answer, for a case that comes from production: `up`, `down`, or "
        "`{thumbs, rating, follow_up, answer}`. It makes the tag `feedback`: `positive` or `negative`.",
    )


def case_of(row: Row, *, file: str) -> Case | list[Problem]:
    """One row → its case, or everything that is wrong with it, each problem with its line and field."""
    value: Any = row.value if row.node is None else row.node.plain()
    try:
        fields = CaseFields.model_validate(value)
    except ValidationError as error:
        return problems_of(error, Source(file, row.node or Node.of(value, row.line)), at=(), model=CaseFields)
    return Case(
        id=fields.id,
        input=fields.input,
        expected=fields.expected,
        context=context_of(fields.context),
        tags=fields.tags,
        feedback=fields.feedback,
        place=Place(file=file, line=row.line),
    )


def context_of(passages: Iterable[Passage]) -> tuple[Context, ...]:
    """Passages as a person writes them → the nouns."""
    return tuple(Context(text=one.text, id=one.id, score=one.score, rank=one.rank) for one in passages)
