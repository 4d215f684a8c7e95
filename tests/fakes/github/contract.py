"""GitHub's API description, by operation: which one a request is, and what in it or in its answer departs from it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import unquote

from tests.fakes.github.calls import Answer
from tests.fakes.github.description import MEDIA, WITH_SLASHES, Document, document, escaped

NAME = "description"
# Answers that any operation may give and that the description leaves to prose.
EVERYWHERE = {401, 403, 404, 422, 429, 500, 502, 503, 504}
BASIC_ERROR = "#/components/schemas/basic-error"
# Paths that GitHub serves and that its description doesn't name: PyGithub's `Commit.get_statuses` asks at the first,
# the root folder is at the second as well as with a slash.
ALIASES = {
    ("GET", "/repos/{owner}/{repo}/statuses/{ref}"): "repos/list-commit-statuses-for-ref",
    ("GET", "/repos/{owner}/{repo}/contents"): "repos/get-content",
}
# The description says that the head of a pull request has a repository and an owner. Once a fork is deleted GitHub
# answers null there; the schema of webhooks knows it.
GONE = re.compile(r"at (\d+/)?head/(repo|user): None is not of type 'object'")
# Understood by every list, though a few operations don't name them.
COMMON_QUERY = {"per_page", "page"}


@dataclass(frozen=True, kw_only=True)
class Route:
    method: str
    operation: str
    pattern: re.Pattern[str]
    literal: int
    """How many of the path's parts are words: the more, the sooner it is tried."""


@dataclass(frozen=True, kw_only=True)
class Match:
    operation: str
    parameters: Mapping[str, str]


def described() -> Document:
    return document(NAME)


@cache
def routes() -> list[Route]:
    found = [(raw["method"], raw["path"], name) for name, raw in described().content["operations"].items()]
    found += [(method, path, name) for (method, path), name in ALIASES.items()]
    made = [
        Route(
            method=method,
            operation=name,
            pattern=re.compile(re.sub(r"\\\{(\w+)\\\}", _group, re.escape(path))),
            literal=sum(not part.startswith("{") for part in path.split("/")),
        )
        for method, path, name in found
    ]
    return sorted(made, key=lambda route: -route.literal)


def _group(match: re.Match[str]) -> str:
    name = match.group(1)
    return f"(?P<{name}>{'.*' if name in WITH_SLASHES else '[^/]+'})"


def find(method: str, path: str) -> Match | None:
    """The operation that a path, below the API's root, belongs to."""
    for route in routes():
        match = route.pattern.fullmatch(path)
        if route.method == method and match:
            parameters = {name: unquote(text) for name, text in match.groupdict().items()}
            return Match(operation=route.operation, parameters=parameters)
    return None


# --- requests --------------------------------------------------------------------------------------------------------


@cache
def parameters_of(operation: str, place: str) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Name → where its schema stands, and the parameter."""
    out = {}
    for index, given in enumerate(described().content["operations"][operation].get("parameters", ())):
        pointer = described().pointer(given, default=f"#/operations/{escaped(operation)}/parameters/{index}")
        raw = described().resolve(given)
        if raw["in"] == place:
            out[raw["name"]] = (f"{pointer}/schema", raw)
    return out


def request_problems(match: Match, *, query: Mapping[str, str], body: Any) -> Iterator[str]:
    yield from _text_problems(match.operation, "path", match.parameters)
    yield from _text_problems(match.operation, "query", query)
    yield from body_problems(match.operation, body)


def _text_problems(operation: str, place: str, given: Mapping[str, str]) -> Iterator[str]:
    known = parameters_of(operation, place)
    for name, text in given.items():
        if name in known:
            pointer, raw = known[name]
            value = _as_kind(text, schema=described().resolve(raw["schema"]))
            yield from (f"{place} {name} {p}" for p in described().problems(pointer, value))
        elif place == "query" and name not in COMMON_QUERY:
            yield f"query {name}: {operation} knows no such parameter"
    for name, (_, raw) in known.items():
        if place == "query" and raw.get("required") and name not in given:
            yield f"query {name} is missing"


def _as_kind(text: str, *, schema: Mapping[str, Any]) -> Any:
    """A text of a URL as what it stands for."""
    kinds = [inner.get("type") for inner in (schema, *schema.get("oneOf", ()), *schema.get("anyOf", ()))]
    if "integer" in kinds and re.fullmatch(r"-?\d+", text):
        return int(text)
    if "boolean" in kinds and text in ("true", "false"):
        return text == "true"
    return text


def body_problems(operation: str, body: Any) -> Iterator[str]:
    raw = described().content["operations"][operation].get("requestBody")
    if raw is None:
        if body is not None:
            yield f"{operation} takes no body"
    elif body is None:
        if raw.get("required"):
            yield f"{operation} needs a body"
    else:
        pointer = f"#/operations/{escaped(operation)}/requestBody/content/{escaped(MEDIA)}/schema"
        yield from (f"body {problem}" for problem in described().problems(pointer, body))


# --- answers ---------------------------------------------------------------------------------------------------------


def answer_schema(operation: str, status: int) -> str | None:
    """Where the schema of a JSON answer stands; None where the description gives it no body."""
    responses = described().content["operations"][operation]["responses"]
    given = responses.get(str(status))
    if given is None:
        return BASIC_ERROR if status in EVERYWHERE else None
    pointer = described().pointer(given, default=f"#/operations/{escaped(operation)}/responses/{status}")
    content = described().resolve(given).get("content", {})
    if MEDIA not in content:
        return BASIC_ERROR if status in EVERYWHERE else None
    return f"{pointer}/content/{escaped(MEDIA)}/schema"


def complete(operation: str, answer: Answer) -> Answer:
    """The answer with every field that the description requires."""
    pointer = answer_schema(operation, answer.status)
    if not answer.is_json or pointer is None:
        return answer
    value = described().complete({"$ref": pointer}, answer.value)
    return Answer(status=answer.status, value=value, headers=answer.headers)


def answer_problems(operation: str, answer: Answer) -> Iterator[str]:
    known = described().content["operations"][operation]["responses"]
    if str(answer.status) not in known and answer.status not in EVERYWHERE:
        yield f"{operation} never answers {answer.status}"
    pointer = answer_schema(operation, answer.status)
    if answer.is_json and pointer is not None:
        # Errors differ in their fields more than the description tells.
        problems = described().problems(pointer, answer.value, closed=answer.status < 400)
        yield from (problem for problem in problems if not GONE.fullmatch(problem))
