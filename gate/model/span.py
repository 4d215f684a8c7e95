"""Span: one step of a trial with its place in time, as the page and the replay show it."""

from typing import Literal

from pydantic import Field, JsonValue

from gate.model.base import Noun


class Span(Noun):
    """One step: the trial itself, a call of the target, a search, a tool, a judge's call. Times in seconds.

    `start_s` counts from the start of the trial's first step. `attributes` are named by the conventions of
    OpenTelemetry, and hostile text like all that a model or an application said. `error` is why it failed.
    """

    name: str
    span_id: str
    parent_id: str | None = None
    kind: Literal["internal", "client", "server", "producer", "consumer"] = "internal"
    start_s: float
    duration_s: float = Field(ge=0)
    attributes: dict[str, JsonValue] = Field(default_factory=dict)
    error: str | None = None
