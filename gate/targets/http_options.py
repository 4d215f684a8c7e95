"""What an `http` target can be told in gate.yaml."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, JsonValue

from gate.model.base import Noun
from gate.targets.pointer import Pointer, well_formed

_REQUEST: dict[str, JsonValue] = {"input": "{{ input }}"}


def _traces_or_pointer(value: str) -> str:
    return value if value == "traces" else well_formed(value)


_TracesOrPointer = Annotated[str, AfterValidator(_traces_or_pointer)]


class ContextPlaces(Noun):
    """Where the passages stand that were retrieved, when they are not `{text, id, score}` objects already."""

    items: Pointer = Field(description="JSON Pointer to the list.")
    text: Pointer = Field(
        default="/text", description='Pointer to the text inside an item; "" is the item itself.'
    )
    id: Pointer | None = Field(default=None, description="Pointer to the id inside an item.")
    score: Pointer | None = Field(default=None, description="Pointer to the score inside an item.")


class HttpOptions(Noun):
    """What stands under `with:` of an `http` target."""

    url: str = Field(description="The address, with `http://` or `https://`.")
    method: Literal["POST", "PUT", "PATCH"] = Field(default="POST", description="The HTTP method.")
    headers: dict[str, str] = Field(
        default_factory=dict,
        description="Headers; `${NAME}` in a value is read from the environment, and never shown anywhere.",
    )
    request: JsonValue = Field(
        default=_REQUEST,
        description="The JSON body. `{{ input }}`, `{{ input.question }}`, `{{ id }}`, `{{ context }}` and "
        "`{{ tags.x }}` in its texts are replaced; a text that is one placeholder keeps the value's type.",
    )
    output: Pointer = Field(default="/output", description="JSON Pointer to the output in the answer.")
    contexts: _TracesOrPointer | ContextPlaces | None = Field(
        default=None,
        description="Pointer to the retrieved passages (texts, or objects with text, id, score, rank), or where "
        "their parts stand. `traces`: they are read from the spans that the service exports to `traces_port`.",
    )
    traces_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port of 127.0.0.1 at which the spans of the service are taken, by OTLP/HTTP, during a run. "
        "Default: 4318 with `contexts: traces`, else none.",
    )
    traces_wait_s: float = Field(
        default=10,
        ge=0,
        le=120,
        description="With `contexts: traces`, how long to wait, after an answer, for the spans of its retrieval.",
    )
    tool_calls: Pointer | None = Field(
        default=None, description="Pointer to a list of `{name, arguments, result}`."
    )
    usage: Pointer | None = Field(default=None, description="Pointer to the token counts.")
    cost_usd: Pointer | None = Field(default=None, description="Pointer to the cost in US dollars.")
    model: Pointer | None = Field(default=None, description="Pointer to the name of the model that answered.")
    stop_reason: Pointer | None = Field(default=None, description="Pointer to why the answer ended.")
    retries: int = Field(
        default=0,
        ge=0,
        le=10,
        description="How often a request is sent again whose answer was lost (a broken connection, a status of 500 or "
        "more): only for a service to which asking twice does no harm. One that was refused without being handled "
        "(429, 503, no connection) is sent again anyway.",
    )
