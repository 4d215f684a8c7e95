import asyncio
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest

from gate.llm.batches import AnthropicBatches
from gate.llm.price import cost_usd
from gate.model.batch import Batch, BatchError
from gate.model.case import Message
from gate.model.ports import ModelRequest
from gate.model.reply import Failure, Reply, Usage
from tests.batches_api import BatchesApi, errored, succeeded
from tests.doubles import Answer, json_answer, refused

KEY = "sk-test-canary-1234567890"


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[BatchesApi]:
    with BatchesApi() as api:
        monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        yield api


def question(text: str = "a question", **fields: Any) -> ModelRequest:
    return ModelRequest(model="claude-haiku-5-5", messages=(Message(role="user", content=text),), **fields)


def with_door(work: Callable[[AnthropicBatches], Coroutine[Any, Any, Any]]) -> Any:
    async def walk() -> Any:
        door = AnthropicBatches(timeout_s=20)
        try:
            return await work(door)
        finally:
            await door.aclose()

    return asyncio.run(walk())


def outcomes(questions: dict[str, ModelRequest]) -> dict[str, Reply | Failure]:
    async def work(door: AnthropicBatches) -> dict[str, Reply | Failure]:
        batch = await door.create(questions)
        assert (await door.look(batch.id)).ended
        return {name: outcome async for name, outcome in door.results(batch.id)}

    found: dict[str, Reply | Failure] = with_door(work)
    return found


def test_what_is_handed_in_comes_back_by_its_name_whatever_the_order(api: BatchesApi) -> None:
    api.result = lambda params: succeeded(f"re {params['messages'][0]['content']}")
    questions = {f"q{number}": question(str(number), system="be brief") for number in range(50)}
    found = outcomes(questions)
    said = {name: outcome.output for name, outcome in found.items() if isinstance(outcome, Reply)}
    assert said == {f"q{number}": f"re {number}" for number in range(50)}
    assert api.made["msgbatch_0"].requests[0]["params"]["system"] == "be brief"


def test_a_reply_costs_half_of_what_it_costs_alone_and_has_no_clock(api: BatchesApi) -> None:
    api.result = lambda _: succeeded("dear")
    reply = outcomes({"q": question()})["q"]
    assert isinstance(reply, Reply)
    assert reply.usage is not None
    assert reply.model is not None
    assert reply.cost_usd == pytest.approx((cost_usd(reply.model, reply.usage) or 0) / 2)
    assert (reply.latency_s, reply.ttft_s) == (0, None)


def test_a_model_without_a_price_for_batches_has_none() -> None:
    assert cost_usd("claude-unheard-of", Usage(input_tokens=1), batch=True) is None


@pytest.mark.parametrize(
    ("result", "kind", "retryable"),
    [
        (errored("invalid_request_error"), "bad_request", False),
        (errored("overloaded_error"), "overloaded", True),
        (errored("not_found_error"), "unknown_model", False),
        ({"type": "expired"}, "expired", True),
        ({"type": "canceled"}, "canceled", True),
    ],
)
def test_what_has_no_answer_is_a_failure_with_its_kind(
    api: BatchesApi, result: Any, kind: str, *, retryable: bool
) -> None:
    api.result = lambda _: result
    failure = outcomes({"q": question()})["q"]
    assert isinstance(failure, Failure)
    assert (failure.kind, failure.retryable) == (kind, retryable)


@pytest.mark.parametrize("reason", ["refusal", "max_tokens"])
def test_a_refusal_and_a_cut_off_answer_are_replies(api: BatchesApi, reason: str) -> None:
    api.result = lambda _: succeeded("half an", stop_reason=reason)
    reply = outcomes({"q": question()})["q"]
    assert isinstance(reply, Reply)
    assert reply.stop_reason == reason


def test_results_are_read_below_the_base_url_wherever_the_answer_points(api: BatchesApi) -> None:
    outcomes({"q": question()})
    assert api.asked("results") == 1


def failing(work: Callable[[AnthropicBatches], Coroutine[Any, Any, Any]]) -> BatchError:
    with pytest.raises(BatchError) as caught:
        with_door(work)
    assert KEY not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("fault", "retryable", "doubtful"),
    [
        (refused(429, "rate_limit_error", **{"retry-after": "7"}), True, False),
        (refused(529, "overloaded_error"), True, False),
        (refused(500, "api_error"), True, True),
        (refused(401, "authentication_error", f"bad key {KEY}"), False, False),
        (json_answer({"id": "x"}), False, True),
        (Answer(body=b"<html>", headers={"content-type": "text/html"}), False, True),
        (Answer(body=b"{}" * 50, ending="reset"), True, True),
    ],
)
def test_a_creation_that_failed_says_whether_it_may_have_worked(
    api: BatchesApi, fault: Answer, *, retryable: bool, doubtful: bool
) -> None:
    api.faults["create"] = [fault]
    error = failing(lambda door: door.create({"q": question()}))
    assert (error.failure.retryable, error.doubtful) == (retryable, doubtful)
    assert error.asked_s == (7 if fault.status == 429 else None)


def test_a_batch_that_is_gone_is_told_as_such(api: BatchesApi) -> None:
    assert failing(lambda door: door.look("msgbatch_9")).gone
    assert api.asked("look") == 1


@pytest.mark.parametrize("ending", ["reset", "cut"])
def test_results_that_break_off_in_a_line_may_be_read_again(api: BatchesApi, ending: Any) -> None:
    line = b'{"custom_id": "q1", "result": {"type": "expired"}}\n'
    api.faults["results"] = [Answer(body=line * 3, ending=ending)]

    async def work(door: AnthropicBatches) -> None:
        batch = await door.create({"q1": question()})
        _ = [name async for name, _ in door.results(batch.id)]

    assert failing(work).failure.retryable


@pytest.mark.usefixtures("api")
def test_the_latest_batches_are_listed_back_to_a_moment() -> None:
    async def work(door: AnthropicBatches) -> tuple[list[Batch], list[Batch]]:
        made = await door.create({"q": question()})
        return list(await door.since(made.made - 60)), list(await door.since(made.made + 60))

    near, none = with_door(work)
    assert [batch.id for batch in near] == ["msgbatch_0"]
    assert none == []
