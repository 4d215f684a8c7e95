"""Calls → steps: tokens once, attempts below the call, nothing of an address or a command line that may be secret."""

import asyncio
from collections.abc import Sequence
from typing import Any

from gate.model.case import Message
from gate.model.pace import Attempt, Charge
from gate.model.ports import ModelRequest
from gate.model.reply import Expense, Failure, Usage
from gate.telemetry.calls import Attempts, Requests, answered, ended, evaluation, model_call, program_call
from gate.telemetry.trail import Step, Trail
from tests.builders import make_reply

USAGE = Usage(input_tokens=10, output_tokens=4, cache_read_tokens=3, cache_write_tokens=2)
REQUEST = ModelRequest(
    model="m-1", messages=(Message(role="user", content="a secret question"),), system="be kind"
)
LOST = Failure(stage="target", kind="connection", message="gone", retryable=True)


def asked(attempts: Sequence[Attempt], *, paid: Usage | None = None, content: bool = False) -> list[Step]:
    """The steps of one question whose attempts came to these; an answer that was lost cost `paid`."""
    trail, left = Trail(trace_id=1, content=content), list(attempts)

    async def attempt(charge: Charge) -> Attempt:
        made = left.pop(0)
        if paid is not None and isinstance(made.outcome, Failure):
            charge(Expense(usage=paid))
        return made

    async def call() -> None:
        with (
            Step("trial", kind="internal", attributes={}, trail=trail),
            model_call(REQUEST, host="h:81") as step,
        ):
            made = Attempts(step, attempt)
            for _ in attempts:
                outcome = (await made(lambda _: None)).outcome
            answered(step, outcome)
            made.over()

    asyncio.run(call())
    return trail.steps[1:]


def tokens(steps: Sequence[Step]) -> int:
    return sum(int(str(step.attributes.get("gen_ai.usage.input_tokens", 0))) for step in steps)


def test_a_call_tells_its_tokens_with_those_of_the_cache_among_them() -> None:
    reply = make_reply(usage=USAGE, model="m-1-dated", ttft_s=0.5, stop_reason="end_turn", cost_usd=0.25)
    (call,) = asked([Attempt(outcome=reply)])
    assert (call.name, call.kind, call.error) == ("chat m-1", "client", None)
    assert call.attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "m-1",
        "gen_ai.request.max_tokens": 1024,
        "gen_ai.request.stream": True,
        "server.address": "h",
        "server.port": 81,
        "gen_ai.response.model": "m-1-dated",
        "gen_ai.response.finish_reasons": ["end_turn"],
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gate.cost_usd": 0.25,
        "gen_ai.usage.input_tokens": 15,
        "gen_ai.usage.output_tokens": 4,
        "gen_ai.usage.cache_read.input_tokens": 3,
        "gen_ai.usage.cache_write.input_tokens": 2,
    }


def test_an_answer_that_was_lost_keeps_its_tokens_on_its_own_attempt() -> None:
    good = Attempt(outcome=make_reply(usage=USAGE))
    call, first, second = asked([Attempt(outcome=LOST, setback="fault"), good], paid=Usage(input_tokens=7))
    assert first.parent_id == second.parent_id == call.span_id
    assert (first.name, first.error, first.attributes["gen_ai.usage.input_tokens"]) == (
        "POST",
        "connection",
        7,
    )
    assert second.error is None
    assert second.attributes["http.request.resend_count"] == 1
    assert tokens([call, first, second]) == 15 + 7
    assert call.start_ns == first.start_ns


def test_a_call_that_was_lost_at_once_and_paid_tells_that_itself() -> None:
    (call,) = asked([Attempt(outcome=LOST)], paid=Usage(input_tokens=7))
    assert call.error == "connection"
    assert tokens([call]) == 7


def test_content_is_told_only_where_it_was_opted_in() -> None:
    (quiet,) = asked([Attempt(outcome=make_reply("an answer"))])
    assert not [name for name in quiet.attributes if "messages" in name or "instructions" in name]
    (told,) = asked([Attempt(outcome=make_reply("an answer"))], content=True)
    assert told.attributes["gen_ai.input.messages"] == (
        '[{"role": "user", "parts": [{"type": "text", "content": "a secret question"}]}]'
    )
    assert told.attributes["gen_ai.system_instructions"] == '[{"type": "text", "content": "be kind"}]'
    assert '"content": "an answer"' in str(told.attributes["gen_ai.output.messages"])


def test_why_an_answer_ended_is_told_beside_it_and_not_in_it() -> None:
    (call,) = asked([Attempt(outcome=make_reply("an answer", stop_reason="end_turn"))], content=True)
    assert call.attributes["gen_ai.response.finish_reasons"] == ["end_turn"]
    assert call.attributes["gen_ai.output.messages"] == (
        '[{"role": "assistant", "parts": [{"type": "text", "content": "an answer"}]}]'
    )


def test_requests_to_an_application_are_told_by_attempt_without_their_query() -> None:
    trail = Trail(trace_id=1)
    busy = Failure(stage="target", kind="http_status", message="busy", retryable=True)
    left: list[Any] = [
        Attempt(outcome=busy, status=503),
        Attempt(outcome=LOST),
        Attempt(outcome=make_reply(), status=200),
    ]

    async def attempt(_: Charge) -> Attempt:
        made: Attempt = left.pop(0)
        return made

    async def call() -> None:
        requests = Requests("PUT", "https://u.example/ask?key=abc#x", attempt)
        with Step("trial", kind="internal", attributes={}, trail=trail):
            for _ in range(3):
                await requests(lambda _: None)

    asyncio.run(call())
    first, second, third = trail.steps[1:]
    assert (first.name, first.error, first.attributes["http.response.status_code"]) == ("PUT", "503", 503)
    assert second.error == "connection"
    assert (third.error, third.attributes["http.request.resend_count"]) == (None, 2)
    assert third.attributes["url.full"] == "https://u.example/ask"
    assert (third.attributes["server.address"], third.attributes["server.port"]) == ("u.example", 443)


def test_a_program_is_told_by_its_name_and_how_it_ended() -> None:
    with Step("trial", kind="internal", attributes={}, trail=Trail(trace_id=1)):
        with program_call("/usr/bin/python3") as call:
            ended(call, pid=7, status=2)
        with evaluation("facts") as scoring:
            pass
    assert (call.name, call.kind, call.error) == ("python3", "client", "2")
    assert call.attributes == {"process.executable.name": "python3", "process.pid": 7, "process.exit.code": 2}
    assert (scoring.name, scoring.attributes) == ("evaluate facts", {"gate.evaluator": "facts"})
