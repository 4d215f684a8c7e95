"""What goes wrong, and when: the faults that a test orders, and the hooks that it hangs before and after a call."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Self

from tests.fakes.github.calls import Answer, Call

MESSAGES = {
    401: "Bad credentials",
    403: "Resource not accessible by integration",
    404: "Not Found",
    409: "Conflict",
    410: "Gone",
    422: "Validation Failed",
    429: "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    500: "Server Error",
    502: "Server Error",
    503: "Service unavailable",
    504: "We couldn't respond to your request in time. Sorry about that.",
}
SECONDARY = (
    "You have exceeded a secondary rate limit and have been temporarily blocked from content creation. "
    "Please retry your request again later."
)


@dataclass(frozen=True, kw_only=True)
class Fault:
    """What happens in an operation's place, or to its answer.

    `answer` is what goes back (None: the operation's own); `happens`: the operation is carried out first, so that a
    write stands though its answer says otherwise. `wire`: "reset" loses the answer with the connection, "broken"
    sends it cut in half, "late" holds it back for `late_s`, or until the client or the test has gone.
    """

    name: str
    answer: Answer | None = None
    happens: bool = False
    wire: Literal["whole", "reset", "broken", "late"] = "whole"
    late_s: float = 0.0

    @classmethod
    def status(cls, code: int, *, message: str = "", retry_after: int | None = None, **headers: str) -> Self:
        """GitHub's answer with this status; header names are written with underscores: x_ratelimit_remaining="0"."""
        value = {
            "message": message or MESSAGES.get(code, "Error"),
            "documentation_url": "https://docs.github.com/rest",
            "status": str(code),
        }
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        if retry_after is not None:
            named["Retry-After"] = str(retry_after)
        return cls(name=f"status {code}", answer=Answer(status=code, value=value, headers=named))

    @classmethod
    def secondary_limit(cls, *, retry_after: int | None = 60) -> Self:
        """403 with its own message, and usually with how long to wait."""
        return cls.status(403, message=SECONDARY, retry_after=retry_after)

    @classmethod
    def rate_limit(cls, *, reset: int) -> Self:
        """The hour's requests are spent; `reset` is in seconds since 1970."""
        return cls.status(
            403,
            message="API rate limit exceeded for installation ID 1.",
            x_ratelimit_remaining="0",
            x_ratelimit_reset=str(reset),
        )

    @classmethod
    def says(cls, value: Any, *, status: int = 200) -> Self:
        """This JSON in place of the operation's; it is checked against the description like any other."""
        return cls(name="says", answer=Answer(status=status, value=value))

    @classmethod
    def page(cls, code: int = 502, *, text: str = "<html><body>Unicorn!</body></html>") -> Self:
        """A proxy's page in HTML, where JSON is expected."""
        answer = Answer(status=code, body=text.encode(), headers={"Content-Type": "text/html"})
        return cls(name=f"page {code}", answer=answer)

    @classmethod
    def broken_json(cls) -> Self:
        """The status is good, the body ends in its middle."""
        return cls(name="broken json", happens=True, wire="broken")

    @classmethod
    def late(cls, late_s: float = 60.0) -> Self:
        """The operation's own answer, that much later; it ends early when the test ends."""
        return cls(name="late", happens=True, wire="late", late_s=late_s)

    @classmethod
    def reset(cls) -> Self:
        """The connection is reset before anything happened."""
        return cls(name="reset", wire="reset")

    @classmethod
    def lost(cls, code: int | None = None) -> Self:
        """The write happens and its answer is lost: with the connection, or behind a 5xx."""
        if code is None:
            return cls(name="lost", happens=True, wire="reset")
        inner = cls.status(code)
        return cls(name=f"lost behind {code}", answer=inner.answer, happens=True)


@dataclass(kw_only=True)
class Order:
    """A fault waiting for its calls: of one operation or of any, from the nth on, so many times (None: always)."""

    fault: Fault
    operation: str | None
    nth: int
    times: int | None
    when: Callable[[Call], bool] | None = None
    seen: int = 0
    struck: int = 0

    def strikes(self, call: Call) -> bool:
        if self.operation not in (None, call.operation) or (self.when is not None and not self.when(call)):
            return False
        self.seen += 1
        if self.seen < self.nth or (self.times is not None and self.struck >= self.times):
            return False
        self.struck += 1
        return True


Hook = Callable[[Call], object]


@dataclass(kw_only=True)
class HungHook:
    run: Hook
    operation: str | None
    times: int | None

    def matches(self, call: Call) -> bool:
        return self.times != 0 and self.operation in (None, call.operation)


@dataclass(kw_only=True)
class Trouble:
    """All orders and hooks of one fake."""

    orders: list[Order] = field(default_factory=list)
    hooks: Mapping[str, list[HungHook]] = field(default_factory=lambda: {"before": [], "after": []})

    def fault_for(self, call: Call) -> Fault | None:
        """The first order that strikes; each of them counts the call."""
        struck = [order for order in self.orders if order.strikes(call)]
        return struck[0].fault if struck else None

    def run_hooks(self, moment: Literal["before", "after"], call: Call) -> None:
        for hook in self.hooks[moment]:
            if hook.matches(call):
                if hook.times is not None:
                    hook.times -= 1
                hook.run(call)
