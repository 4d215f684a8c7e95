"""Reply and Failure: what came back from the application under test, or why nothing did."""

from typing import Literal

from pydantic import Field, JsonValue

from gate.model.base import Noun
from gate.model.case import Case, Context


class ToolCall(Noun):
    """A tool that the application called, with the arguments it gave."""

    name: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    result: JsonValue = None


class Usage(Noun):
    """Tokens of one reply. `input_tokens` excludes those read from or written to the prompt cache."""

    input_tokens: int = Field(default=0, ge=0)
    output_tokens: int = Field(default=0, ge=0)
    cache_read_tokens: int = Field(default=0, ge=0)
    cache_write_tokens: int = Field(default=0, ge=0)

    def plus(self, other: "Usage") -> "Usage":
        """Both together."""
        return Usage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            cache_read_tokens=self.cache_read_tokens + other.cache_read_tokens,
            cache_write_tokens=self.cache_write_tokens + other.cache_write_tokens,
        )


class Reply(Noun):
    """What the application answered to one case.

    `latency_s` is wall time in seconds from asking to the last byte, `ttft_s` to the first token where the answer
    was streamed. `cost_usd` is None where the price is not known: unknown is never 0. `contexts_missing` is why the
    contexts are not known, where they should have been read from the application's spans: no contexts are not none.
    """

    output: str
    contexts: tuple[Context, ...] = ()
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    latency_s: float = Field(ge=0)
    ttft_s: float | None = Field(default=None, ge=0)
    cost_usd: float | None = Field(default=None, ge=0)
    stop_reason: str | None = None
    model: str | None = None
    contexts_missing: str | None = None


class Expense(Noun):
    """Calls of a language model that a trial paid for beside its reply. A cost of None is not known.

    `evaluator` is the judge that made them; None are answers that the target lost on the way and had to ask for again.
    """

    evaluator: str | None = None
    calls: int = Field(default=1, ge=1)
    usage: Usage | None = None
    cost_usd: float | None = Field(default=None, ge=0)

    def plus(self, other: "Expense") -> "Expense":
        """Both together. What is not known of one is not known of both."""
        usage = self.usage.plus(other.usage) if self.usage is not None and other.usage is not None else None
        known = self.cost_usd is not None and other.cost_usd is not None
        cost = (self.cost_usd or 0) + (other.cost_usd or 0) if known else None
        evaluator = self.evaluator if self.evaluator == other.evaluator else None
        return Expense(evaluator=evaluator, calls=self.calls + other.calls, usage=usage, cost_usd=cost)


# Every word by which the gate itself counts failures; a plug-in of somebody else may have others.
_KINDS = """
    auth bad_reply bad_request bad_score budget canceled connection exception exit_status expired http_status
    no_recording not_done not_found out_of_reach output_open overloaded payment permission rate_limit server_error timeout too_large
    unknown_model untrusted_judge wait_too_long worker
"""
FAILURE_KINDS = frozenset(_KINDS.split())


class Failure(Noun):
    """Why a trial has no reply, or an evaluator no score. Failures are data: counted and gated, never a score.

    `kind` is a short stable word (`timeout`, `exit_status`, `http_status`, `rate_limit`, `bad_score`, …) by which
    failures are counted; `message` is for the person who mends it.
    """

    stage: Literal["target", "evaluator"]
    kind: str
    message: str
    retryable: bool = False
    evaluator: str | None = None


class Sample(Noun):
    """A case with one reply to it: the only input of an evaluator."""

    case: Case
    reply: Reply
    index: int = 0
