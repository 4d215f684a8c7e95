"""FakeGitHub: a request comes in, is checked, may fail as ordered, is carried out, is checked again, and is journaled."""

import json
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.github import contract, conversation, events, graphql, people, reporting, sources, workflows
from tests.fakes.github.access import guard, question
from tests.fakes.github.calls import JSON, Answer, Call, Operation, Refusal, missing
from tests.fakes.github.faults import Fault, Hook, HungHook, Order, Trouble
from tests.fakes.github.server import Incoming, Listener, Outgoing
from tests.fakes.github.state import Level, Pull, Repository, Token
from tests.fakes.github.urls import API, BLOBS, GRAPHQL, Urls
from tests.fakes.github.world import World

OPERATIONS: Mapping[str, Operation] = {
    **conversation.OPERATIONS,
    **reporting.OPERATIONS,
    **sources.OPERATIONS,
    **workflows.OPERATIONS,
    **people.OPERATIONS,
}
BLOB = "blob/download"


class DepartureError(AssertionError):
    """A request or an answer was not as GitHub's API description says."""


class Journal(list[Call]):
    """Every call in the order in which it came."""

    @property
    def operations(self) -> list[str]:
        return [call.operation for call in self]

    @property
    def writes(self) -> list[Call]:
        """Those that changed something, their answers lost or not."""
        return [call for call in self if call.wrote]

    def of(self, operation: str) -> list[Call]:
        return [call for call in self if call.operation == operation]


class FakeGitHub:
    """A GitHub on loopback for the length of a `with` block; leaving it raises what departed from the description.

    Its state is in `world`; `journal` holds every call; `limits` are GitHub's and may be lowered.
    """

    def __init__(self) -> None:
        self._listener = Listener(self._answer)
        root = f"http://127.0.0.1:{self._listener.port}"
        self.world = World(urls=Urls(root=root, port=self._listener.port))
        self.limits = self.world.limits
        self.journal = Journal()
        self.departures: list[str] = []
        self._trouble = Trouble()
        self._lock = threading.RLock()

    def __enter__(self) -> Self:
        self._listener.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.stop()
        if not self.departures:
            return
        text = "Not as GitHub's API description says:\n" + "\n".join(self.departures)
        if error is None:
            raise DepartureError(text)
        error.add_note(text)

    # --- for the test ------------------------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        return self.world.root

    @property
    def api_url(self) -> str:
        return f"{self.url}{API}"

    def environment(self, token: Token, *, repo: Repository | None = None) -> dict[str, str]:
        """What a job finds in its environment that says where GitHub is, and the token."""
        name = repo.full_name if repo else token.repository or ""
        return {
            "GITHUB_API_URL": self.api_url,
            "GITHUB_GRAPHQL_URL": f"{self.url}{GRAPHQL}",
            "GITHUB_SERVER_URL": self.url,
            "GITHUB_REPOSITORY": name,
            "GITHUB_TOKEN": token.secret,
        }

    def repository(self, full_name: str = "acme/shop", *, private: bool = False) -> Repository:
        return self.world.repository(full_name, private=private)

    def fork(self, repo: Repository, *, owner: str = "mallory") -> Repository:
        return self.world.fork(repo, owner=owner)

    def job_token(self, repo: Repository, **permissions: Level) -> Token:
        return self.world.job_token(repo, **permissions)

    def person_token(self, login: str) -> Token:
        return self.world.person_token(login)

    def payload(self, event: str, repo: Repository, **about: Any) -> dict[str, Any]:
        """A webhook's payload about what is here, as "pull_request.opened"; `about`: see events.About."""
        return events.payload(event, events.About(world=self.world, repo=repo, **about))

    def job(
        self, event: str, token: Token, *, repo: Repository, folder: Path, **about: Any
    ) -> dict[str, str]:
        """A job's environment for the event; its payload is written into the folder."""
        held = events.About(world=self.world, repo=repo, **about)
        path = folder / "event.json"
        path.write_text(json.dumps(events.payload(event, held)))
        return {
            **self.environment(token, repo=repo),
            **events.environment(event, held),
            "GITHUB_EVENT_PATH": str(path),
        }

    def fail(
        self,
        with_: Fault,
        *,
        operation: str | None = None,
        nth: int = 1,
        times: int | None = 1,
        when: Callable[[Call], bool] | None = None,
    ) -> Order:
        """Let the nth call (from now, of the operation or of any) fail, and so many after it (None: all)."""
        order = Order(fault=with_, operation=self._known(operation), nth=nth, times=times, when=when)
        self._trouble.orders.append(order)
        return order

    def before(self, operation: str | None, run: Hook, *, times: int | None = 1) -> None:
        """Run something when such a call has come in and nothing has been done yet."""
        self._hang("before", operation, run, times)

    def after(self, operation: str | None, run: Hook, *, times: int | None = 1) -> None:
        """Run something when such a call has been carried out and its answer has not yet been sent."""
        self._hang("after", operation, run, times)

    def _hang(
        self, moment: Literal["before", "after"], operation: str | None, run: Hook, times: int | None
    ) -> None:
        hook = HungHook(run=run, operation=self._known(operation), times=times)
        self._trouble.hooks[moment].append(hook)

    def _known(self, operation: str | None) -> str | None:
        assert operation is None or operation in OPERATIONS or operation.startswith(("graphql/", "blob/")), (
            f"the fake serves no operation {operation}"
        )
        return operation

    # --- for the server ----------------------------------------------------------------------------------------------

    def _answer(self, incoming: Incoming) -> Outgoing:
        with self._lock:
            try:
                return self._serve(incoming)
            except Exception:  # noqa: BLE001  # a mistake of the fake's must fail the test, wherever it was made
                self.departures.append(
                    f"{incoming.method} {incoming.target}: the fake broke\n{traceback.format_exc()}"
                )
                return Outgoing(status=500, headers={}, body=b"the fake broke")

    def _serve(self, incoming: Incoming) -> Outgoing:
        parts = urlsplit(incoming.target)
        if parts.path.startswith(f"{BLOBS}/"):
            call = self._open_call(incoming, operation=BLOB, parameters={}, query={}, body=None)
            return self._finish(call, perform=lambda: self._blob(call, incoming))
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        body, readable = _read_json(incoming.body)
        if not readable:
            return self._depart(incoming, ["the body is no JSON"])
        if parts.path == GRAPHQL and incoming.method == "POST":
            return self._serve_graphql(incoming, body=body)
        match = (
            contract.find(incoming.method, parts.path.removeprefix(API))
            if parts.path.startswith(API)
            else None
        )
        if match is None:
            return self._depart(incoming, ["no operation of GitHub's that the fake serves"], status=404)
        problems = list(contract.request_problems(match, query=query, body=body))
        if problems:
            return self._depart(incoming, problems)
        call = self._open_call(
            incoming, operation=match.operation, parameters=match.parameters, query=query, body=body
        )
        return self._finish(call, perform=lambda: self._perform(call))

    def _serve_graphql(self, incoming: Incoming, *, body: Any) -> Outgoing:
        problems = graphql.schema_problems(body)
        if problems:
            return self._depart(incoming, problems)
        name = graphql.operation_of(body)
        call = self._open_call(incoming, operation=name, parameters={}, query={}, body=body)
        return self._finish(
            call, perform=lambda: graphql.run(call) if self._signed_in(call) else _unauthorized()
        )

    def _open_call(self, incoming: Incoming, **more: Any) -> Call:
        secret = incoming.headers.get("authorization", "").partition(" ")[2]
        call = Call(
            sequence=len(self.journal) + 1, method=incoming.method, path=urlsplit(incoming.target).path,
            headers=incoming.headers, token=self.world.tokens.get(secret), world=self.world, **more,
        )  # fmt: skip
        self.journal.append(call)
        return call

    def _finish(self, call: Call, *, perform: Callable[[], Answer]) -> Outgoing:
        self._trouble.run_hooks("before", call)
        fault = self._trouble.fault_for(call)
        call.fault = fault.name if fault else ""
        if call.token:
            call.token.used += 1
        answer = fault.answer if fault else None
        if fault is None or fault.happens or (answer is None and fault.wire != "reset"):
            done = perform()
            answer = answer or done
        answer = answer or Answer(status=0)
        self._trouble.run_hooks("after", call)
        answer = self._checked(call, answer)
        wire = fault.wire if fault else "whole"
        call.status = 0 if wire == "reset" else answer.status
        return Outgoing(
            status=answer.status, headers=self._headers(call, answer), body=answer.encoded(), wire=wire,
            late_s=fault.late_s if fault else 0.0,
        )  # fmt: skip

    def _signed_in(self, call: Call) -> bool:
        return call.token is not None or "authorization" not in call.headers

    def _perform(self, call: Call) -> Answer:
        if not self._signed_in(call):
            return _unauthorized()
        if call.token and call.token.used > call.token.limit:
            return Refusal(403, f"API rate limit exceeded for {call.login}.").answer
        try:
            guard(call, question(call))
            return contract.complete(call.operation, OPERATIONS[call.operation](call))
        except Refusal as refusal:
            return refusal.answer

    def _checked(self, call: Call, answer: Answer) -> Answer:
        if answer.status and call.operation in OPERATIONS:
            self.departures += [
                f"{call.method} {call.path} ({call.operation}) answered {answer.status}: {problem}"
                for problem in contract.answer_problems(call.operation, answer)
            ]
        return answer

    def _headers(self, call: Call, answer: Answer) -> dict[str, str]:
        names = {key: str(value) for key, value in people.rate(call.token).items()}
        rates = {f"X-RateLimit-{key.capitalize()}": text for key, text in names.items()}
        kind = {} if answer.status in (204, 302) else {"Content-Type": JSON}
        base = {
            "X-GitHub-Request-Id": f"FAKE:{call.sequence}",
            "X-RateLimit-Resource": "core",
            **rates,
            **kind,
        }
        given = {name.lower() for name in answer.headers}
        return {**{name: text for name, text in base.items() if name.lower() not in given}, **answer.headers}

    def _blob(self, call: Call, incoming: Incoming) -> Answer:
        """The storage refuses a request that still bears the token, and a test fails on it: a secret left GitHub."""
        if "authorization" in incoming.headers:
            self.departures.append(f"{incoming.target}: the token was sent to the storage host")
            return Answer(status=400, body=b"InvalidAuthenticationInfo")
        number = call.path.removeprefix(f"{BLOBS}/")
        for repo in self.world.repositories.values():
            if int(number) in repo.artifacts:
                headers = {"Content-Type": "application/zip"}
                return Answer(body=repo.artifacts[int(number)].content, headers=headers)
        return replace(missing().answer, headers={})

    def _depart(self, incoming: Incoming, problems: Iterable[str], *, status: int = 422) -> Outgoing:
        self.departures += [f"{incoming.method} {incoming.target}: {problem}" for problem in problems]
        body = json.dumps({"message": "Departs from the description", "errors": list(problems)}).encode()
        return Outgoing(status=status, headers={"Content-Type": JSON}, body=body)


def _unauthorized() -> Answer:
    return Refusal(401, "Bad credentials").answer


def _read_json(body: bytes) -> tuple[Any, bool]:
    if not body:
        return None, True
    try:
        return json.loads(body), True
    except ValueError:
        return None, False


__all__ = ["DepartureError", "FakeGitHub", "Fault", "Pull", "Repository", "Token"]
