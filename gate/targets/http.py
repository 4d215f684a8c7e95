"""Case → Reply of a service of the user's over HTTP: a JSON request made of the case, the answer read by JSON Pointer.

Never follows a redirect (a credential would go along), and never shows the service what is expected.
"""

import os
import ssl
import time
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx2

from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.pace import Attempt, asked_wait_s
from gate.model.ports import Setting, Target
from gate.model.redaction import redact, secrets_of, shortened
from gate.model.reply import Failure, Reply
from gate.targets.answer import MAX_BYTES, parse_json, reply_from
from gate.targets.headers import Headers, headers_to_send
from gate.targets.http_options import ContextPlaces, HttpOptions
from gate.targets.placeholders import fill_in, require_known
from gate.targets.pointer import resolve

_SERVER_ERROR, _REDIRECT = 500, 300
# What another call will not change, unless it is a matter of its case alone.
_LASTING = {401: "auth", 402: "payment", 403: "permission", 404: "not_found"}
_CROWDED = {429, 503, 529}  # it did nothing, because too much is asked of it
_EXCERPT = 300


class HttpTarget(Target):
    """A service that answers JSON with JSON.

    It uses httpx2's transport without its client: what the client adds (redirects, cookies, credentials out of a file)
    has no place here. There is one transport for each call that is under way at the same time, since a pool for all looks
    through all its connections twice a call: much of its processor time at a high concurrency
    (benchmarks/throughput.py).
    """

    Options: ClassVar = HttpOptions
    options: HttpOptions

    def __init__(self, options: HttpOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._all: list[httpx2.AsyncHTTPTransport] = []
        self._idle: list[httpx2.AsyncHTTPTransport] = []
        self._sent: Headers | None = None
        self._url = _usable_url(options.url)
        require_known(options.request, key="request")

    def check(self, case: Case) -> None:
        """Refuse a case that lacks what the request asks for."""
        fill_in(self.options.request, case)

    def open(self) -> None:
        """Read the headers.

        Raises:
            UserError: a variable of the environment that a header needs is not set.
        """
        self._sent = headers_to_send(self.options.headers, os.environ)

    async def ask(self, case: Case) -> Reply | Failure:
        """Send the request, and again where that may help: see `retries`."""
        request = self._request(case)
        pace = self.setting.pace(self._url.netloc.decode("ascii"))
        return await pace.call(lambda _: self._attempt(request), repeats=self.options.retries)

    async def aclose(self) -> None:
        """Close the connections."""
        for transport in self._all:
            await transport.aclose()
        self._all, self._idle = [], []

    def _request(self, case: Case) -> httpx2.Request:
        if self._sent is None:
            self.open()
        assert self._sent is not None  # noqa: S101 - opening set it
        seconds = dict.fromkeys(("connect", "read", "write", "pool"), self.setting.timeout_s)
        return httpx2.Request(
            self.options.method,
            self._url,
            headers=self._sent.headers,
            json=fill_in(self.options.request, case),
            extensions={"timeout": seconds},
        )

    async def _attempt(self, request: httpx2.Request) -> Attempt:
        transport = self._idle.pop() if self._idle else self._transport()
        start = time.perf_counter()
        try:
            response = await transport.handle_async_request(request)
            content = await _read(response)
        except httpx2.TimeoutException as error:
            message = f"no answer within {self.setting.timeout_s:g} s"
            return _broken(self._failure("timeout", message, retryable=True), error)
        except httpx2.HTTPError as error:
            message = f"{type(error).__name__}: {error}"
            return _broken(self._failure("connection", message, retryable=True), error)
        finally:
            self._idle.append(transport)
        latency_s = time.perf_counter() - start
        if content is None:
            message = f"the answer is larger than {MAX_BYTES:,} bytes"
            return Attempt(outcome=self._failure("too_large", message))
        if response.status_code >= _REDIRECT:
            return self._refused(response, content)
        return Attempt(outcome=self._reply(content, latency_s=latency_s))

    def _transport(self) -> httpx2.AsyncHTTPTransport:
        transport = httpx2.AsyncHTTPTransport(verify=self._tls, proxy=_proxy(self._url))
        self._all.append(transport)
        return transport

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        """One for all clients: to read the certificates takes longer than a request."""
        return httpx2.create_ssl_context()

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

    def _refused(self, response: httpx2.Response, content: bytes) -> Attempt:
        status = response.status_code
        if status < 400:  # noqa: PLR2004 - the classes of RFC 9110
            said = f"it redirects to {response.headers.get('location')}; name the final address in `url`"
        else:
            said = content[: 4 * _EXCERPT].decode(errors="replace").strip() or "(an empty body)"
        crowded = status in _CROWDED
        broken = status >= _SERVER_ERROR and not crowded
        failure = self._failure("http_status", f"status {status}: {said}", retryable=crowded or broken)
        if status in _LASTING:
            failure = failure.model_copy(update={"kind": _LASTING[status]})
        return Attempt(
            outcome=failure,
            setback="crowded" if crowded else "fault" if broken else None,
            asked_s=asked_wait_s(response.headers, now=time.time()),
        )

    def _failure(self, kind: str, message: str, *, retryable: bool = False) -> Failure:
        secrets = secrets_of(os.environ) | (self._sent.secrets if self._sent else frozenset())
        text = shortened(redact(message, secrets=secrets), limit=_EXCERPT)
        where = redact(self.options.url, secrets=secrets)
        return Failure(stage="target", kind=kind, message=f"{where}: {text}", retryable=retryable)


def _broken(failure: Failure, error: Exception) -> Attempt:
    unreached = isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout)
    return Attempt(outcome=failure, setback="unreached" if unreached else "fault")


async def _read(response: httpx2.Response) -> bytes | None:
    """The body, or None where it is larger than a reply may be."""
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MAX_BYTES:
                return None
    finally:
        await response.aclose()
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


def _usable_url(url: str) -> httpx2.URL:
    """The address, parsed once.

    Raises:
        UserError: it is none, or it holds a password.
    """
    message, fix = "this is no address of a service", "write it with its scheme: http://127.0.0.1:8000/ask"
    with suppress(httpx2.InvalidURL, ValueError):
        parts, parsed = urlsplit(url), httpx2.URL(url)
        if "@" in parts.netloc:
            message = "an address with a user and a password in it would be committed"
            fix = 'write `headers: {Authorization: "Basic ${NAME}"}`'
        elif parts.scheme in {"http", "https"} and parts.hostname:
            return parsed
    raise UserError(Problem(message=message, key="url", value=redact(url), fix=fix))


def _proxy(url: httpx2.URL) -> str | None:
    """The proxy that the environment names for an address; never one for this machine, which it could not reach."""
    if url.host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(url.host):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
