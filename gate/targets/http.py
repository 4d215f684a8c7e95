"""Case → Reply of a service of the user's over HTTP: a JSON request made of the case, the answer read by JSON Pointer.

Never follows a redirect (a credential would go along), and never shows the service what is expected.
"""

import os
import re
import time
from collections.abc import Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

import httpx2
from pydantic import Field, JsonValue

from gate.model.base import Noun
from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.ports import Setting, Target
from gate.model.redaction import redact, secrets_of, shortened
from gate.model.reply import Failure, Reply
from gate.targets.answer import MAX_BYTES, parse_json, reply_from
from gate.targets.placeholders import fill_in, require_known
from gate.targets.pointer import Pointer, resolve

_VARIABLE = re.compile(r"\$\{(\w+)\}")
_TOO_MANY_REQUESTS, _SERVER_ERROR, _REDIRECT = 429, 500, 300
_PRIVATE = {"authorization", "proxy-authorization", "cookie", "x-api-key", "api-key"}
_EXCERPT = 300
_REQUEST: dict[str, JsonValue] = {"input": "{{ input }}"}


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
    contexts: Pointer | ContextPlaces | None = Field(
        default=None,
        description="Pointer to the retrieved passages (texts, or objects with text, id, score, rank), or where "
        "their parts stand.",
    )
    tool_calls: Pointer | None = Field(
        default=None, description="Pointer to a list of `{name, arguments, result}`."
    )
    usage: Pointer | None = Field(default=None, description="Pointer to the token counts.")
    cost_usd: Pointer | None = Field(default=None, description="Pointer to the cost in US dollars.")
    model: Pointer | None = Field(default=None, description="Pointer to the name of the model that answered.")
    stop_reason: Pointer | None = Field(default=None, description="Pointer to why the answer ended.")


class HttpTarget(Target):
    """A service that answers JSON with JSON. One connection pool, as large as the suite's concurrency."""

    Options: ClassVar = HttpOptions
    options: HttpOptions

    def __init__(self, options: HttpOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._client: httpx2.AsyncClient | None = None
        self._secrets: frozenset[str] = frozenset()
        _require_url(options.url)
        require_known(options.request, key="request")

    def check(self, case: Case) -> None:
        """Refuse a case that lacks what the request asks for."""
        fill_in(self.options.request, case)

    def open(self) -> None:
        """Open the pool of connections.

        Raises:
            UserError: a variable of the environment that a header needs is not set.
        """
        self._client = self._client or self._pool()

    async def ask(self, case: Case) -> Reply | Failure:
        """Send one request; the first one opens the pool where nobody did."""
        client = self._client = self._client or self._pool()
        body = fill_in(self.options.request, case)
        start = time.perf_counter()
        try:
            async with client.stream(self.options.method, self.options.url, json=body) as response:
                content = await _read(response)
        except httpx2.TimeoutException:
            return self._failure("timeout", f"no answer within {self.setting.timeout_s:g} s", retryable=True)
        except httpx2.HTTPError as error:
            return self._failure("connection", f"{type(error).__name__}: {error}", retryable=True)
        latency_s = time.perf_counter() - start
        if content is None:
            return self._failure("too_large", f"the answer is larger than {MAX_BYTES:,} bytes")
        if response.status_code >= _REDIRECT:
            return self._refused(response, content)
        return self._reply(content, latency_s=latency_s)

    async def aclose(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    def _pool(self) -> httpx2.AsyncClient:
        headers = _expanded(self.options.headers, os.environ)
        self._secrets = secrets_of(os.environ) | _secrets(self.options.headers, headers)
        width = self.setting.concurrency
        return httpx2.AsyncClient(
            headers=headers,
            timeout=self.setting.timeout_s,
            limits=httpx2.Limits(max_connections=width, max_keepalive_connections=width),
            # A cookie would make one draw the continuation of another.
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
            # A proxy of the environment cannot reach a service on this machine.
            mounts=dict.fromkeys(("all://localhost", "all://127.0.0.1", "all://[::1]")),
        )

    def _reply(self, content: bytes, *, latency_s: float) -> Reply | Failure:
        try:
            answer = parse_json(content)
        except ValueError as error:
            begin = content[:80].decode(errors="replace")
            return self._failure("bad_reply", f"the answer is no JSON: {error}; it begins with {begin!r}")
        try:
            fields = _found(self.options, answer)
        except LookupError as error:
            return self._failure("bad_reply", f"the answer has {error.args[0]}")
        return reply_from(fields, latency_s=latency_s)

    def _refused(self, response: httpx2.Response, content: bytes) -> Failure:
        status = response.status_code
        if status < 400:  # noqa: PLR2004 - the classes of RFC 9110
            said = f"it redirects to {response.headers.get('location')}; name the final address in `url`"
        else:
            said = content[: 4 * _EXCERPT].decode(errors="replace").strip() or "(an empty body)"
        retryable = status == _TOO_MANY_REQUESTS or status >= _SERVER_ERROR
        return self._failure("http_status", f"status {status}: {said}", retryable=retryable)

    def _failure(self, kind: str, message: str, *, retryable: bool = False) -> Failure:
        text = shortened(redact(message, secrets=self._secrets), limit=_EXCERPT)
        where = redact(self.options.url, secrets=self._secrets)
        return Failure(stage="target", kind=kind, message=f"{where}: {text}", retryable=retryable)


async def _read(response: httpx2.Response) -> bytes | None:
    """The body, or None where it is larger than a reply may be."""
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > MAX_BYTES:
            return None
    return bytes(content)


def _found(options: HttpOptions, answer: Any) -> dict[str, Any]:
    """The parts of the answer that the options point at, under the names of a Reply."""
    names = ("output", "contexts", "tool_calls", "usage", "cost_usd", "model", "stop_reason")
    places = {name: getattr(options, name) for name in names}
    found = {name: resolve(answer, place) for name, place in places.items() if isinstance(place, str)}
    if isinstance(options.contexts, ContextPlaces):
        items = resolve(answer, options.contexts.items)
        parts = options.contexts.model_dump(include={"text", "id", "score"}, exclude_none=True)
        if isinstance(items, list):
            items = [{name: resolve(item, place) for name, place in parts.items()} for item in items]
        found["contexts"] = items
    return found


def _expanded(headers: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    missing = sorted(
        {name for value in headers.values() for name in _VARIABLE.findall(value) if not environment.get(name)}
    )
    if missing:
        raise UserError(*(_missing(name) for name in missing))
    expanded = {
        header: _VARIABLE.sub(lambda found: environment[found[1]].strip(), value)
        for header, value in headers.items()
    }
    for header, value in expanded.items():
        if not (value.isascii() and value.isprintable()):
            message = f"the value of the header {header!r} has a line break or a character beyond ASCII"
            raise UserError(
                Problem(message=message, key="headers", fix="mend it, or the variable it is read from")
            )
    return expanded


def _missing(name: str) -> Problem:
    return Problem(
        message=f"the variable {name} of the environment is not set",
        key="headers",
        fix=f"set {name} where gate runs (in a workflow: `env:` from a secret)",
    )


def _secrets(given: Mapping[str, str], expanded: Mapping[str, str]) -> frozenset[str]:
    """What must not be shown: every variable that a header names, and each word of a header that carries a credential."""
    named = {os.environ[name].strip() for value in given.values() for name in _VARIABLE.findall(value)}
    words = {word for header in expanded if header.lower() in _PRIVATE for word in expanded[header].split()}
    return frozenset(named | (words - {"Bearer", "Basic"}))


def _require_url(url: str) -> None:
    try:
        httpx2.URL(url)
        parts = urlsplit(url)
        usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except (httpx2.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise UserError(
            Problem(
                message="this is no address of a service",
                key="url",
                value=redact(url),
                fix="write it with its scheme: http://127.0.0.1:8000/ask",
            )
        )
