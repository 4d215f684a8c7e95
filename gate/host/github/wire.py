"""Questions in GitHub's words → answers, through PyGithub: its addresses, its tokens, its pauses, its errors.

It never repeats a write that may have happened, unless told that twice is the same as once.

PyGithub's own GithubRetry is not used: see docs/decisions/0008-github-retries.md.
"""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from github import Auth, Github
from github.Requester import Requester

from gate.host.github.deadline import within
from gate.host.github.failure import Task
from gate.host.github.tempo import Tempo
from gate.host.github.translation import UnreadableError, refused_by_graphql, translated

T = TypeVar("T")
PER_PAGE = 100
_PAGES = 100  # of 100 each; GitHub ends at 3,000 files and 2,500 comments
_BACKOFF_S = (1.0, 2.0, 4.0)  # before the second, third and fourth attempt
_UNREADABLE = (KeyError, TypeError, ValueError, IndexError, AttributeError)
_SETTLING_S = 2.0  # what was sent may be under way still; whoever looks for it should not look too soon
_VERSION = "2022-11-28"  # of the API; every GitHub Enterprise Server that is supported knows it
_HEADERS = {"Accept": "application/vnd.github+json"}


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where a repository is. `graphql_url` may be empty: the one that belongs to `api_url`."""

    repository: str
    api_url: str
    graphql_url: str
    server_url: str


class Wire:
    """One connection. `calls` counts every request that was sent to the API."""

    def __init__(self, place: Place, *, token: str, tempo: Tempo, secrets: Collection[str]) -> None:
        self.place = place
        self.tempo = tempo
        self.secrets = frozenset({token, *secrets})
        self.calls = 0
        self._token = token
        self._lost_s = 0.0
        self._requester = self._connection()

    def read(
        self, task: Task, path: str, *, parse: Callable[[Any], T], query: Mapping[str, Any] | None = None
    ) -> T:
        """GET one thing.

        Raises:
            HostError: refused, or not to be had.
        """
        return self._ask(task, lambda: parse(self._request("GET", path, query=query)[1]), again=True)

    def pages(
        self,
        task: Task,
        path: str,
        *,
        parse: Callable[[Any], Sequence[T]],
        query: Mapping[str, Any] | None = None,
    ) -> list[T]:
        """GET all pages of a list; `parse` makes one page's answer into its items.

        Raises:
            HostError: refused, not to be had, or more than a hundred pages.
        """
        found: list[T] = []
        for number in range(1, _PAGES + 1):
            asked = {**(query or {}), "per_page": PER_PAGE, "page": number}

            def page(asked: Mapping[str, Any] = asked) -> tuple[bool, Sequence[T]]:
                headers, data = self._request("GET", path, query=asked)
                return 'rel="next"' in headers.get("link", ""), parse(data)

            more, items = self._ask(task, page, again=True)
            found += items
            if not more:
                return found
        raise translated(UnreadableError(f"it lists more than {_PAGES} pages"), task=task, secrets=())

    def post_once(self, task: Task, path: str, *, body: Mapping[str, Any], parse: Callable[[Any], T]) -> T:
        """POST what would be done twice if it were sent twice.

        Raises:
            HostError: refused, or (`unsure`) nobody knows whether it happened.
        """
        return self._ask(task, lambda: parse(self._request("POST", path, body=body)[1]), again=False)

    def send(
        self, verb: str, task: Task, path: str, *, body: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        """POST, PATCH or DELETE something that has an id, where twice is the same as once; the answer, if there is one.

        Raises:
            HostError: refused, or not known to have happened.
        """

        def call() -> Mapping[str, Any]:
            data = self._request(verb, path, body=body)[1]
            if verb != "DELETE" and not isinstance(data["id"], int):
                raise TypeError
            return data if verb != "DELETE" else {}

        return self._ask(task, call, again=True)

    def graphql(
        self, task: Task, query: str, *, variables: Mapping[str, Any], parse: Callable[[Any], T]
    ) -> T:
        """Ask GraphQL; a mutation again only where it surely did nothing. `parse` gets the answer's `data`.

        Raises:
            HostError: refused (`kind` says how), or (`unsure`) nobody knows whether it happened.
        """
        body = {"query": query, "variables": dict(variables)}
        url = self.place.graphql_url or self._requester.graphql_url

        def call() -> T:
            answer = self._request("POST", url, body=body)[1]
            if answer.get("errors"):
                raise refused_by_graphql(answer["errors"], task=task, secrets=self.secrets)
            return parse(answer["data"])

        return self._ask(task, call, again=query.startswith("query"))

    def redirect(self, task: Task, path: str) -> str:
        """GET → the address that GitHub sends us to, which is not followed.

        Raises:
            HostError: refused, or not to be had.
        """
        return self._ask(task, lambda: str(self._request("GET", path)[0]["location"]), again=True)

    def attempt(self, task: Task, call: Callable[[], T]) -> T:
        """Anything else that only reads: with the same attempts, bounds and translation, and not counted.

        Raises:
            HostError: see there.
        """
        return self._ask(task, call, again=True)

    def _request(
        self,
        verb: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> tuple[dict[str, str], Any]:
        self.calls += 1
        headers, data = self._requester.requestJsonAndCheck(
            verb, path, parameters=dict(query or {}), headers=dict(_HEADERS), input=body
        )
        return headers, data

    def _ask(self, task: Task, call: Callable[[], T], *, again: bool) -> T:
        """Attempts, as long as another one may help, does no harm, and the bounds on waiting hold."""
        for pause_s in (*_BACKOFF_S, None):
            started = time.monotonic()
            try:
                return within(self.tempo.call_s, call=lambda: _readable(call))
            except Exception as error:  # noqa: BLE001 - translated raises what it does not know
                self._lost_s += time.monotonic() - started
                if isinstance(error, TimeoutError):
                    self._requester = (
                        self._connection()
                    )  # the other one is still in use by what was left behind
                failed = translated(error, task=task, secrets=self.secrets)
            if failed.unsure and not again:
                self._wait(_SETTLING_S)
                break
            if pause_s is None or not failed.passing:
                break
            if not self._wait(pause_s if failed.wait_s is None else failed.wait_s):
                break
        raise failed

    def _wait(self, seconds: float) -> bool:
        """Wait, unless it is too long with all that was lost before."""
        if self._lost_s + seconds > self.tempo.waits_s:
            return False
        self._lost_s += seconds
        self.tempo.sleep(seconds)
        return True

    def _connection(self) -> Requester:
        return Github(
            auth=Auth.Token(self._token),
            base_url=self.place.api_url,
            timeout=self.tempo.quiet_s,
            user_agent="llm-regression-gate",
            per_page=PER_PAGE,
            retry=None,
            api_version=_VERSION,
            seconds_between_requests=self.tempo.between_requests_s,
            seconds_between_writes=self.tempo.between_writes_s,
        ).requester


def _readable(call: Callable[[], T]) -> T:
    try:
        return call()
    except _UNREADABLE as error:
        raise UnreadableError(f"{type(error).__name__}") from error
