"""One request → one answer: the values that pass between the server, the faults and the operations."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from tests.fakes.github.state import Token

if TYPE_CHECKING:
    from tests.fakes.github.world import World

JSON = "application/json; charset=utf-8"
REFUSED = "Resource not accessible by integration"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What goes back. `value` is JSON where it is given, else `body` goes as it is."""

    status: int = 200
    value: Any = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_json(self) -> bool:
        return self.body is None and self.status not in (204, 302, 304)

    def encoded(self) -> bytes:
        if self.body is not None:
            return self.body
        return json.dumps(self.value).encode() if self.is_json else b""


class Refusal(Exception):  # noqa: N818  # an answer that ends an operation early, not a mistake of ours
    """An operation's refusal, with the answer that GitHub gives."""

    def __init__(self, status: int, message: str, *, errors: Sequence[Mapping[str, Any]] = ()) -> None:
        super().__init__(message)
        value: dict[str, Any] = {"message": message, "documentation_url": "https://docs.github.com/rest"}
        if errors:
            value["errors"] = [dict(error) for error in errors]
        self.answer = Answer(status=status, value={**value, "status": str(status)})


def missing() -> Refusal:
    return Refusal(404, "Not Found")


def invalid(message: str = "Validation Failed", /, **error: Any) -> Refusal:
    return Refusal(422, message, errors=[error] if error else ())


@dataclass(kw_only=True)
class Call:
    """A request that found its operation. `sequence` counts all calls from one."""

    sequence: int
    operation: str
    method: str
    path: str
    parameters: Mapping[str, Any]
    query: Mapping[str, Any]
    body: Any
    headers: Mapping[str, str]
    token: Token | None
    world: "World"
    wrote: bool = False
    """Whether it changed anything, told by the operation."""
    status: int = 0
    """What was answered; 0 while nothing was, or the answer was lost."""
    fault: str = ""

    @property
    def login(self) -> str:
        return self.token.login if self.token else ""

    def text(self, name: str) -> str:
        return str(self.parameters[name])

    def number(self, name: str) -> int:
        return int(self.parameters[name])

    @property
    def accept(self) -> str:
        return self.headers.get("accept", "")


Operation = Callable[[Call], Answer]


def moment(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def page(call: Call, items: Sequence[Any], *, size: int = 30) -> tuple[list[Any], dict[str, str]]:
    """One page of a list, and its Link header. 30 a page unless asked, never more than 100."""
    per_page = min(int(call.query.get("per_page", size)), 100) or size
    number = max(int(call.query.get("page", 1)), 1)
    last = max(-(-len(items) // per_page), 1)
    targets = {"prev": number - 1, "next": number + 1, "last": last, "first": 1}
    if number <= 1:
        del targets["prev"], targets["first"]
    if number >= last:
        del targets["next"], targets["last"]
    links = [
        f'<{call.world.root}{call.path}?{urlencode({**call.query, "page": target})}>; rel="{rel}"'
        for rel, target in targets.items()
    ]
    shown = list(items[(number - 1) * per_page : number * per_page])
    return shown, {"Link": ", ".join(links)} if links else {}
