import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest

from gate.llm.door import AnthropicModel, deprecation
from gate.model.case import Message
from gate.model.pace import Attempt, Charge
from gate.model.ports import ModelRequest
from gate.model.reply import Expense, Failure, Reply, Usage
from gate.run.pace import Pacer
from gate.run.window import Limits
from tests.doubles import Answer, MessagesApi, json_answer, refused, said, streamed

KEY = "sk-test-canary-1234567890"


QUICK = Limits(concurrency=4, first_s=0.001, longest_s=0.004)


class Noted:
    """A pace that asks again quickly, and notes what every attempt came to and what it charged."""

    def __init__(self) -> None:
        self.pacer = Pacer("the provider", QUICK)
        self.attempts: list[Attempt] = []
        self.charged: list[Expense] = []

    async def call(self, attempt: Callable[[Charge], Awaitable[Attempt]], *, repeats: int) -> Reply | Failure:
        async def noted(_: Charge) -> Attempt:
            made = await attempt(self.charged.append)
            self.attempts.append(made)
            return made

        return await self.pacer.call(noted, repeats=repeats)


def make_request(**fields: Any) -> ModelRequest:
    given = {"model": "claude-haiku-5-5", "messages": (Message(role="user", content="a question"),)}
    return ModelRequest(**{**given, **fields})


@contextlib.contextmanager
def serving(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> Iterator[MessagesApi]:
    with MessagesApi(*answers) as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        yield api


def ask(*requests: ModelRequest, timeout_s: float = 30.0, pace: Noted | None = None) -> list[Reply | Failure]:
    noted = pace or Noted()

    async def walk() -> list[Reply | Failure]:
        model = AnthropicModel(concurrency=4, timeout_s=timeout_s, pace=lambda _: noted)
        try:
            return [await model.ask(request) for request in requests or (make_request(),)]
        finally:
            await model.aclose()

    return asyncio.run(walk())


def replied(*requests: ModelRequest, pace: Noted | None = None) -> Reply:
    outcome = ask(*requests, pace=pace)[-1]
    assert isinstance(outcome, Reply), outcome
    return outcome


def failed(pace: Noted | None = None, *, timeout_s: float = 30.0) -> Failure:
    outcome = ask(pace=pace, timeout_s=timeout_s)[-1]
    assert isinstance(outcome, Failure), outcome
    return outcome


STREAMED = pytest.mark.parametrize("stream", [True, False], ids=["streamed", "whole"])


@STREAMED
def test_the_text_is_found_behind_a_thinking_block(*, stream: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, said("the answer", thinking="let me see")):
        assert replied(make_request(stream=stream)).output == "the answer"


@STREAMED
def test_text_is_joined_across_blocks(*, stream: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    blocks = [{"type": "text", "text": "one "}, {"type": "text", "text": "two"}]
    with serving(monkeypatch, said(content=blocks)):
        assert replied(make_request(stream=stream)).output == "one two"


@STREAMED
def test_tokens_price_stop_reason_and_the_responding_model_travel_with_a_reply(
    *, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, said(model="claude-sonnet-5-5")):
        reply = replied(make_request(stream=stream, model="an-alias"))
    assert reply.usage == Usage(
        input_tokens=1000, output_tokens=100, cache_read_tokens=10, cache_write_tokens=20
    )
    assert reply.cost_usd == pytest.approx((1000 * 2 + 100 * 10 + 10 * 0.1 + 20 * 2.5) / 1e6)
    assert (reply.model, reply.stop_reason) == ("claude-sonnet-5-5", "end_turn")


def test_the_first_token_is_timed_only_where_the_answer_was_streamed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with serving(monkeypatch, said()):
        streaming, whole = (replied(make_request(stream=stream)) for stream in (True, False))
    assert streaming.ttft_s is not None
    assert 0 < streaming.ttft_s <= streaming.latency_s
    assert whole.ttft_s is None


def test_a_model_without_a_known_price_has_an_unknown_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, said(model="smollm2")):
        assert replied(make_request(model="smollm2")).cost_usd is None


@STREAMED
@pytest.mark.parametrize(
    ("stop_reason", "text"), [("refusal", "I will not."), ("refusal", ""), ("max_tokens", "half an ans")]
)
def test_a_refusal_and_a_cut_off_answer_are_replies_that_say_so(
    *, stop_reason: str, text: str, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, said(text, stop_reason=stop_reason)):
        reply = replied(make_request(stream=stream))
    assert (reply.output, reply.stop_reason) == (text, stop_reason)


def test_system_effort_and_bound_are_sent_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, said()) as api:
        replied(make_request(system="be brief", effort="low", max_tokens=7))
    assert api.requests[0].json == {
        "model": "claude-haiku-5-5",
        "max_tokens": 7,
        "messages": [{"role": "user", "content": "a question"}],
        "system": "be brief",
        "output_config": {"effort": "low"},
        "stream": True,
    }


FAILURES = [
    (400, "invalid_request_error", "bad_request", None),
    (401, "authentication_error", "auth", None),
    (402, "billing_error", "payment", None),
    (403, "permission_error", "permission", None),
    (404, "not_found_error", "unknown_model", None),
    (408, "timeout_error", "timeout", "fault"),
    (413, "request_too_large", "too_large", None),
    (422, "invalid_request_error", "bad_request", None),
    (429, "rate_limit_error", "rate_limit", "crowded"),
    (500, "api_error", "server_error", "fault"),
    (503, "api_error", "server_error", "crowded"),
    (529, "overloaded_error", "overloaded", "crowded"),
]


@pytest.mark.parametrize(("status", "error_type", "kind", "setback"), FAILURES)
def test_each_status_has_its_kind_and_says_whose_fault_it_was(
    status: int, error_type: str, kind: str, setback: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = Noted()
    refusal = refused(status, error_type, "what went wrong")
    with serving(monkeypatch, refusal, refused(400, "invalid_request_error", "the end")):
        ask(pace=pace)
    made, *others = pace.attempts
    assert isinstance(made.outcome, Failure)
    assert (made.outcome.stage, made.outcome.kind, made.setback) == ("target", kind, setback)
    assert made.outcome.retryable == bool(others) == (setback is not None)
    assert "what went wrong" in made.outcome.message
    assert "req_1" in made.outcome.message


@pytest.mark.parametrize(("status", "error_type"), [(408, "timeout_error"), (500, "api_error")])
def test_what_may_pass_is_asked_five_times_and_no_more(
    status: int, error_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, refused(status, error_type)) as api:
        assert "asked 5 times" in failed().message
    assert len(api.requests) == 5


def test_an_error_inside_a_stream_is_told_by_its_type(monkeypatch: pytest.MonkeyPatch) -> None:
    error = {"error": {"type": "overloaded_error", "message": "too many"}}
    with serving(monkeypatch, streamed(said("half"), after=[("error", error)]), said("all of it")) as api:
        assert replied().output == "all of it"
    assert len(api.requests) == 2


def test_an_error_inside_a_stream_that_will_not_pass_is_not_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    error = {"error": {"type": "invalid_request_error", "message": "no"}}
    with serving(monkeypatch, streamed(said("half"), after=[("error", error)])) as api:
        assert failed().kind == "bad_request"
    assert len(api.requests) == 1


def test_the_wait_that_the_provider_asks_for_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Noted()
    with serving(monkeypatch, refused(429, "rate_limit_error", **{"retry-after-ms": "7"}), said()):
        replied(pace=pace)
    assert [made.asked_s for made in pace.attempts] == [0.007, None]


@pytest.mark.parametrize("asked", ["1000000000", "inf", "Wed, 21 Oct 2099 12:00:00 GMT"])
def test_a_wait_past_all_patience_is_not_begun(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, refused(429, "rate_limit_error", **{"retry-after": asked})) as api:
        failure = failed()
    assert (failure.kind, failure.retryable) == ("wait_too_long", True)
    assert "longer than `max_wait_s: 60`" in failure.message
    assert len(api.requests) == 1


@STREAMED
def test_the_room_that_is_left_of_the_rate_limit_is_read(
    *, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = Noted()
    limits = {
        "anthropic-ratelimit-requests-limit": "1000",
        "anthropic-ratelimit-requests-remaining": "5",
        "anthropic-ratelimit-requests-reset": "2099-10-21T12:00:00Z",
    }
    whole = streamed(said()) if stream else json_answer(said())
    answer = Answer(headers={**whole.headers, **limits}, body=whole.body)
    with serving(monkeypatch, answer):
        replied(make_request(stream=stream), pace=pace)
    (made,) = pace.attempts
    assert made.room is not None
    assert made.room.calls == 5


def test_the_tokens_of_an_answer_that_was_lost_are_charged_with_their_price(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pace = Noted()
    with serving(monkeypatch, broken("reset"), said("all of it")):
        assert replied(pace=pace).output == "all of it"
    (lost,) = pace.charged
    assert lost.usage == Usage(
        input_tokens=1000, output_tokens=1, cache_read_tokens=10, cache_write_tokens=20
    )
    assert lost.cost_usd is not None
    assert lost.cost_usd > 0


def test_a_refusal_and_an_answer_that_came_cost_nothing_beside_the_reply(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pace = Noted()
    with serving(monkeypatch, refused(529, "overloaded_error"), said()):
        replied(pace=pace)
    assert not pace.charged


def test_what_was_paid_is_charged_also_where_the_call_is_cancelled(monkeypatch: pytest.MonkeyPatch) -> None:
    pace = Noted()
    half = streamed(said("an answer that never ends"))

    async def walk() -> None:
        model = AnthropicModel(concurrency=1, timeout_s=30, pace=lambda _: pace)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(model.ask(make_request()), 2)
        await model.aclose()

    with serving(monkeypatch, Answer(headers=half.headers, body=half.body, ending="stall")):
        asyncio.run(walk())
    (lost,) = pace.charged
    assert lost.usage is not None
    assert lost.usage.input_tokens == 1000


def test_a_provider_that_says_not_to_retry_is_not_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, refused(500, "api_error", **{"x-should-retry": "false"})) as api:
        assert not failed().retryable
    assert len(api.requests) == 1


def broken(ending: Any) -> Answer:
    whole = streamed(said("an answer that is long enough to be cut"))
    return Answer(headers=whole.headers, body=whole.body, ending=ending)


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_half_an_answer_is_never_a_reply(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, broken(ending)) as api:
        failure = failed()
    assert (failure.kind, failure.retryable) == ("connection", True)
    assert len(api.requests) == 5


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_a_broken_stream_is_asked_again(ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, broken(ending), said("all of it")):
        assert replied().output == "all of it"


def test_a_server_that_is_not_there_is_a_connection_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, said()):
        pass
    failure = failed()
    assert (failure.kind, failure.retryable) == ("connection", True)
    assert "ANTHROPIC_BASE_URL" in failure.message


def test_a_server_that_never_answers_is_a_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, Answer(ending="hang")):
        failure = failed(timeout_s=0.2)
    assert (failure.kind, failure.retryable) == ("timeout", True)


def test_a_cancelled_call_lets_go_of_its_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk(api: MessagesApi) -> None:
        model = AnthropicModel(concurrency=1, timeout_s=30)
        asking = asyncio.ensure_future(model.ask(make_request()))
        assert await asyncio.to_thread(api.hanging.wait, 10)
        asking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asking
        assert await asyncio.to_thread(api.left.wait, 10)
        await model.aclose()

    with serving(monkeypatch, Answer(ending="hang")) as api:
        asyncio.run(walk(api))


NO_API = [
    Answer(body=b"<html>hello</html>", headers={"content-type": "text/html"}),
    json_answer({"output": "hello"}),
    json_answer([1, 2]),
    json_answer({"content": [{"type": "text", "text": 7}], "model": 3, "usage": {"input_tokens": "x"}}),
    Answer(body=b"not json", headers={"content-type": "application/json"}),
    Answer(body=b"event: message_start\ndata: {not json\n\n", headers={"content-type": "text/event-stream"}),
    Answer(
        body=b'event: content_block_delta\ndata: {"type": "content_block_delta"}\n\n',
        headers={"content-type": "text/event-stream"},
    ),
    Answer(body=b"event: message_start\ndata: \xff\n\n", headers={"content-type": "text/event-stream"}),
]


@STREAMED
@pytest.mark.parametrize("answer", NO_API, ids=range(len(NO_API)))
def test_what_is_no_messages_api_is_a_failure_and_never_an_exception(
    *, answer: Answer, stream: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(monkeypatch, answer):
        outcome = ask(make_request(stream=stream))[0]
    assert isinstance(outcome, Failure)
    assert outcome.kind in {"bad_reply", "connection"}


def test_half_a_surrogate_pair_does_not_reach_the_reply(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, said("ab\ud83d\ude00 \ud83d")):
        output = replied().output
    assert output == "ab\U0001f600 \ufffd"


def test_one_model_serves_one_loop_after_another(monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk(model: AnthropicModel) -> str:
        try:
            outcome = await model.ask(make_request())
        finally:
            await model.aclose()
        assert isinstance(outcome, Reply)
        return outcome.output

    with serving(monkeypatch, said("hello")):
        model = AnthropicModel(concurrency=1, timeout_s=30)
        assert [asyncio.run(walk(model)) for _ in range(2)] == ["hello", "hello"]


def test_the_pool_is_as_wide_as_the_concurrency(monkeypatch: pytest.MonkeyPatch) -> None:
    async def walk() -> None:
        model = AnthropicModel(concurrency=3, timeout_s=30)
        await asyncio.gather(*(model.ask(make_request()) for _ in range(12)))
        await model.aclose()

    with serving(monkeypatch, said()) as api:
        asyncio.run(walk())
    assert len(api.requests) == 12
    assert api.connections <= 3


def test_a_model_that_is_about_to_end_is_told_once_and_not_at_every_call(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "November 30th, 2026" in str(deprecation("claude-sonnet-4-5"))
    assert deprecation("claude-haiku-5-5") is None
    with serving(monkeypatch, said()):  # a warning would be an error here
        replied(make_request(model="claude-sonnet-4-5"))


SPILLS = [
    refused(401, "authentication_error", f"the key {KEY} is not known"),
    refused(500, "api_error", f"Authorization: Bearer {KEY}"),
    Answer(status=502, body=f"<html>{KEY}</html>".encode()),
    streamed(said(), after=[("error", {"error": {"type": "api_error", "message": f"with {KEY}"}})]),
    broken("reset"),
]


@pytest.mark.parametrize("answer", SPILLS, ids=range(len(SPILLS)))
def test_the_key_is_in_no_message(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(monkeypatch, answer) as api:
        failure = failed()
        model = AnthropicModel(concurrency=1, timeout_s=1)
    assert KEY in api.requests[0].headers["authorization"]
    assert "canary" not in failure.message
    assert "canary" not in repr(vars(model))


def test_a_custom_header_is_sent_and_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", "x-proxy-secret: another-canary\nx-team: search")
    with serving(monkeypatch, refused(403, "permission_error", "another-canary may not")) as api:
        failure = failed()
    assert api.requests[0].headers["x-proxy-secret"] == "another-canary"
    assert "canary" not in failure.message
