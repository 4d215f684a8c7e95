"""A request → its answer: checked, failed as ordered, carried out, checked again, and journaled."""

import json
import threading
import traceback
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.fakes.github import contract, conversation, graphql, people, reporting, sources, workflows
from tests.fakes.github.access import guard, question
from tests.fakes.github.calls import JSON, Answer, Call, Operation, Refusal, missing
from tests.fakes.github.faults import Fault, Trouble
from tests.fakes.github.server import Incoming, Outgoing
from tests.fakes.github.urls import API, BLOBS, GRAPHQL
from tests.fakes.github.world import World

OPERATIONS: Mapping[str, Operation] = {
    **conversation.OPERATIONS,
    **reporting.OPERATIONS,
    **sources.OPERATIONS,
    **workflows.OPERATIONS,
    **people.OPERATIONS,
}
BLOB = "blob/download"
# The query parameters that do something here, beside page and per_page. Another that GitHub has would be ignored in
# silence: the fake says so instead.
SERVED = {
    "actions/list-artifacts-for-repo": {"name"},
    "actions/list-workflow-run-artifacts": {"name"},
    "actions/list-workflow-runs": {"actor", "branch", "event", "head_sha", "status"},
    "actions/list-workflow-runs-for-repo": {"actor", "branch", "event", "head_sha", "status"},
    "checks/list-for-ref": {"check_name"},
    "git/get-tree": {"recursive"},
    "issues/list-comments": {"since"},
    "pulls/list": {"base", "direction", "head", "state"},
    "reactions/list-for-issue-comment": {"content"},
    "repos/get-content": {"ref"},
    "repos/list-commits": {"path", "sha"},
}


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


class Desk:
    """Serves one world. Each call is alone with the state; hooks run outside of that, and may call GitHub themselves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.journal = Journal()
        self.departures: list[str] = []
        self.trouble = Trouble()
        self._alone = threading.RLock()

    def answer(self, incoming: Incoming) -> Outgoing:
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
        ignored = query.keys() - contract.COMMON_QUERY - SERVED.get(match.operation, set())
        problems += [f"query {name}: the fake would ignore it; serve it first" for name in sorted(ignored)]
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
        with self._alone:
            call = Call(
                sequence=len(self.journal) + 1, method=incoming.method, path=urlsplit(incoming.target).path,
                headers=incoming.headers, token=self.world.tokens.get(secret), world=self.world, **more,
            )  # fmt: skip
            self.journal.append(call)
        return call

    def _finish(self, call: Call, *, perform: Callable[[], Answer]) -> Outgoing:
        self.trouble.run_hooks("before", call)
        with self._alone:
            fault = self.trouble.fault_for(call)
            call.fault = fault.name if fault else ""
            if call.token:
                call.token.used += 1
            done = perform() if fault is None or fault.happens else Answer(status=0)
            answer = (fault.answer if fault else None) or done
            ordered = answer is not done and answer.status >= 400
            if answer.status and call.operation in OPERATIONS and not ordered:
                self._check(call, answer)
        self.trouble.run_hooks("after", call)
        return self._outgoing(call, answer, fault=fault)

    def _outgoing(self, call: Call, answer: Answer, *, fault: Fault | None) -> Outgoing:
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
            whose = "installation" if call.token.is_job else "user"
            return Refusal(403, f"API rate limit exceeded for {whose} ID 1.").answer
        try:
            guard(call, question(call))
            return contract.complete(call.operation, OPERATIONS[call.operation](call))
        except Refusal as refusal:
            return refusal.answer

    def _check(self, call: Call, answer: Answer) -> None:
        self.departures += [
            f"{call.method} {call.path} ({call.operation}) answered {answer.status}: {problem}"
            for problem in contract.answer_problems(call.operation, answer)
        ]

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
