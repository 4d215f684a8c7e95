"""Case → Reply of a service of the user's over HTTP: a JSON request made of the case, the answer read by JSON Pointer.

Never follows a redirect (a credential would go along), and never shows the service what is expected.
"""

import json
import os
import ssl
import time
from contextlib import suppress
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from yarl import URL

from gate.model.case import Case
from gate.model.errors import Problem, UserError
from gate.model.pace import Attempt, asked_wait_s
from gate.model.ports import Setting, Target
from gate.model.redaction import redact, secrets_of, shortened
from gate.model.reply import Failure, Reply
from gate.model.shown import Shown
from gate.targets.answer import MAX_BYTES, parse_json, reply_from
from gate.targets.headers import Headers, headers_to_send, headers_to_show, url_to_show
from gate.targets.http_options import ContextPlaces, HttpOptions
from gate.targets.placeholders import fill_in, require_known
from gate.targets.pointer import resolve
from gate.targets.sockets import Sockets
from gate.targets.traced import OTLP_PORT, with_passages
from gate.telemetry.calls import Requests

_SERVER_ERROR, _REDIRECT = 500, 300
# What another call will not change, unless it is a matter of its case alone.
_LASTING = {401: "auth", 402: "payment", 403: "permission", 404: "not_found"}
_CROWDED = {429, 503, 529}  # it did nothing, because too much is asked of it
_EXCERPT = 300
_OF_WHAT_IS_LEFT = 0.9


class HttpTarget(Target):
    """A service that answers JSON with JSON.

    It uses aiohttp, which takes a third of the processor time of the other client that is at hand
    (benchmarks/throughput.py), without what has no place here: redirects, cookies, credentials out of a file.
    """

    Options: ClassVar = HttpOptions
    options: HttpOptions

    def __init__(self, options: HttpOptions, setting: Setting) -> None:
        super().__init__(options, setting)
        self._opened: aiohttp.ClientSession | None = None
        self._sockets = Sockets()
        self._sent: Headers | None = None
        self._url, self._told = _usable_url(options.url), url_to_show(options.url)
        require_known(options.request, key="request")

    def check(self, case: Case) -> None:
        """Refuse a case that lacks what the request asks for."""
        fill_in(self.options.request, case)

    def shown(self, case: Case) -> Shown:
        """The request; of a header that is read from the environment the name of its variable."""
        return Shown(
            what=f"{self.options.method} {self._told}",
            parts={
                "headers": headers_to_show(self.options.headers),
                "body": fill_in(self.options.request, case),
            },
        )

    def open(self) -> None:
        """Read the headers, and take the spans of the service where it was said that it exports them.

        Raises:
            UserError: a variable of the environment that a header needs is not set, or the port is taken.
        """
        self._sent = headers_to_send(self.options.headers, os.environ)
        port = self.options.traces_port or (OTLP_PORT if self.options.contexts == "traces" else None)
        if port is not None:
            self.setting.hearing.receive(port)

    async def ask(self, case: Case) -> Reply | Failure:
        """Send the request, and again where that may help: see `retries`."""
        body = json.dumps(fill_in(self.options.request, case), ensure_ascii=False, separators=(",", ":"))
        pace, start = self.setting.pace(self._url.authority), time.perf_counter()
        attempt = Requests(self.options.method, self._told, lambda _: self._attempt(body.encode()))
        if self.options.contexts != "traces":
            return await pace.call(attempt, repeats=self.options.retries)
        with self.setting.hearing.call() as heard:
            reply = await pace.call(attempt, repeats=self.options.retries)
            # Spans that come late must not cost an answer that was paid for: the limit of a trial holds for all of it.
            left_s = _OF_WHAT_IS_LEFT * (self.setting.timeout_s - (time.perf_counter() - start))
            return await with_passages(reply, heard, wait_s=min(self.options.traces_wait_s, left_s))

    async def aclose(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            await self._opened.close()
            await self._sockets.aclose()
        self._opened = None

    async def _attempt(self, body: bytes) -> Attempt:
        start = time.perf_counter()
        try:
            async with self._session().request(
                self.options.method,
                self._url,
                data=body,
                headers=self.setting.hearing.headers(),
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                content = await _read(response)
        except TimeoutError as error:
            message = f"no answer within {self.setting.timeout_s:g} s"
            return _broken(self._failure("timeout", message, retryable=True), error)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            message = f"{type(error).__name__}: {error}"
            return _broken(self._failure("connection", message, retryable=True), error)
        latency_s = time.perf_counter() - start
        if content is None:
            message = f"the answer is larger than {MAX_BYTES:,} bytes"
            return Attempt(outcome=self._failure("too_large", message))
        if response.status >= _REDIRECT:
            return self._refused(response, content)
        return Attempt(outcome=self._reply(content, latency_s=latency_s), status=response.status)

    def _session(self) -> aiohttp.ClientSession:
        """The connections of this target: as many as there are calls at the same time."""
        if self._opened is None:
            if self._sent is None:
                self.open()
            assert self._sent is not None  # noqa: S101 - opening set it
            self._opened = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, ssl=self._tls(), socket_factory=self._sockets.make),
                headers={"Content-Type": "application/json", **self._sent.headers},
                timeout=aiohttp.ClientTimeout(total=self.setting.timeout_s),
                cookie_jar=aiohttp.DummyCookieJar(),
                skip_auto_headers=["User-Agent"],
            )
        return self._opened

    def _tls(self) -> ssl.SSLContext | bool:
        """The certificates that the provider's SDK trusts: the system's, or those that `SSL_CERT_FILE` names."""
        if self._url.scheme == "http":
            return True
        import httpx2  # noqa: PLC0415 - to find the certificates takes time, and many services have none

        return httpx2.create_ssl_context()

    @cached_property
    def _proxy(self) -> str | None:
        return _proxy(self._url)

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

    def _refused(self, response: aiohttp.ClientResponse, content: bytes) -> Attempt:
        status = response.status
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
            status=status,
        )

    def _failure(self, kind: str, message: str, *, retryable: bool = False) -> Failure:
        secrets = secrets_of(os.environ) | (self._sent.secrets if self._sent else frozenset())
        text = shortened(redact(message, secrets=secrets), limit=_EXCERPT)
        where = redact(self._told, secrets=secrets)
        return Failure(stage="target", kind=kind, message=f"{where}: {text}", retryable=retryable)


def _broken(failure: Failure, error: Exception) -> Attempt:
    unreached = isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError)
    return Attempt(outcome=failure, setback="unreached" if unreached else "fault")


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """The body, or None where it is larger than a reply may be."""
    content = bytearray()
    async for chunk in response.content.iter_any():
        content += chunk
        if len(content) > MAX_BYTES:
            response.close()
            return None
    return bytes(content)


def _found(options: HttpOptions, answer: Any) -> dict[str, Any]:
    """The parts of the answer that the options point at, under the names of a Reply."""
    names = ("output", "contexts", "tool_calls", "usage", "cost_usd", "model", "stop_reason")
    places = {name: getattr(options, name) for name in names if getattr(options, name) != "traces"}
    found = {name: resolve(answer, place) for name, place in places.items() if isinstance(place, str)}
    if isinstance(options.contexts, ContextPlaces):
        items = resolve(answer, options.contexts.items)
        parts = options.contexts.model_dump(include={"text", "id", "score"}, exclude_none=True)
        if isinstance(items, list):
            items = [{name: resolve(item, place) for name, place in parts.items()} for item in items]
        found["contexts"] = items
    return found


def _usable_url(url: str) -> URL:
    """The address, parsed once.

    Raises:
        UserError: it is none, or it holds a password.
    """
    message, fix = "this is no address of a service", "write it with its scheme: http://127.0.0.1:8000/ask"
    with suppress(ValueError):
        parts, parsed = urlsplit(url), URL(url)
        if "@" in parts.netloc:
            message = "an address with a user and a password in it would be committed"
            fix = 'write `headers: {Authorization: "Basic ${NAME}"}`'
        elif parts.scheme in {"http", "https"} and parts.hostname:
            return parsed
    raise UserError(Problem(message=message, key="url", value=redact(url), fix=fix))


def _proxy(url: URL) -> str | None:
    """The proxy that the environment names for an address; never one for this machine, which it could not reach."""
    host = url.host or ""
    if host in {"localhost", "127.0.0.1", "::1"} or proxy_bypass(host):
        return None
    proxies = getproxies()
    proxy = proxies.get(url.scheme) or proxies.get("all")
    return f"http://{proxy}" if proxy and "://" not in proxy else proxy
