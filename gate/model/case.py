"""Case: one question of a suite, and what a good answer to it holds."""

from functools import cached_property
from typing import Literal

from pydantic import Field, JsonValue

from gate.model.base import Noun, digest
from gate.model.feedback import Feedback


class Context(Noun):
    """A passage that a retrieval step found, best first where `rank` is absent."""

    text: str
    id: str | None = None
    score: float | None = None
    rank: int | None = Field(default=None, ge=1)


class Message(Noun):
    """One turn of a conversation that is the input of a case."""

    role: Literal["system", "user", "assistant"] = Field(description="Who speaks.")
    content: str = Field(description="What is said.")


class Place(Noun):
    """Where in a file something stands; `line` counts from 1."""

    file: str
    line: int | None = None

    def __str__(self) -> str:
        return self.file if self.line is None else f"{self.file}:{self.line}"


class Shard(Noun):
    """One of `of` parts that the cases of a suite were dealt into, counted from 1.

    `cases` is how many the whole suite has, `whole` the hash of the run that all parts together make.
    """

    number: int = Field(ge=1)
    of: int = Field(ge=1)
    cases: int = Field(ge=1)
    whole: str

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


class Case(Noun):
    """One question.

    `input` is a text, a list of messages, or a mapping of template variables. `tags` are free words that slices
    and clusters are made of. `key` hashes what is asked and what counts as right, never the tags or the place.
    """

    id: str = Field(min_length=1, max_length=200)
    input: str | tuple[Message, ...] | dict[str, JsonValue]
    expected: JsonValue = None
    context: tuple[Context, ...] = ()
    tags: dict[str, str] = Field(default_factory=dict)
    feedback: Feedback | None = None
    place: Place | None = None

    @cached_property
    def key(self) -> str:
        """The first 16 hex digits of the hash of input, expected and context."""
        return digest({"input": self._question, "expected": self.expected, "context": self._given})

    @cached_property
    def asked_key(self) -> str:
        """The first 16 hex digits of the hash of what an application is shown: id, input, context and tags."""
        return digest({"id": self.id, "input": self._question, "context": self._given, "tags": self.tags})

    @cached_property
    def scored_key(self) -> str:
        """The key; where there is feedback, with it: what an evaluator's scores of one reply depend on."""
        if self.feedback is None:
            return self.key
        return digest([self.key, self.feedback.model_dump(mode="json")])

    # The keys of a case are part of what every call costs: most of it is JSON as it stands, and is not dumped for them.
    @property
    def _question(self) -> JsonValue:
        asked = self.input
        return [turn.model_dump(mode="json") for turn in asked] if isinstance(asked, tuple) else asked

    @property
    def _given(self) -> list[JsonValue]:
        return [passage.model_dump(mode="json") for passage in self.context]

    @property
    def slice_tags(self) -> dict[str, str]:
        """The tags, and beside them what the feedback says, as `feedback`, where no tag has that name."""
        mood = None if self.feedback is None else self.feedback.mood
        return dict(self.tags) if mood is None else {"feedback": mood, **self.tags}
