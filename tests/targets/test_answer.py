import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.model.case import Context
from gate.model.reply import Failure, Reply, ToolCall, Usage
from gate.targets.answer import parse_json, reply_from
from tests.builders import make_reply


def read(value: object) -> Reply:
    reply = reply_from(value, latency_s=0.5)
    assert isinstance(reply, Reply), reply
    return reply


def refusal(value: object) -> str:
    failure = reply_from(value, latency_s=0.5)
    assert isinstance(failure, Failure), failure
    assert (failure.stage, failure.kind, failure.retryable) == ("target", "bad_reply", False)
    return failure.message


def test_a_text_is_an_output_with_the_measured_latency() -> None:
    assert read("hello") == Reply(output="hello", latency_s=0.5)


def test_a_reply_is_taken_as_it_is() -> None:
    reply = make_reply(latency_s=3.0)
    assert read(reply) is reply


def test_everything_that_a_reply_holds_may_be_given() -> None:
    reply = read(
        {
            "output": "hello",
            "contexts": [{"text": "t", "id": "d1", "score": 0.5, "rank": 1}],
            "tool_calls": [{"name": "find", "arguments": {"q": 1}, "result": [1]}],
            "usage": {"input_tokens": 3, "output_tokens": 4, "cache_read_tokens": 5, "cache_write_tokens": 6},
            "latency_s": 2.0,
            "ttft_s": 0.25,
            "cost_usd": 0.01,
            "stop_reason": "end_turn",
            "model": "m",
        }
    )
    assert reply == Reply(
        output="hello",
        contexts=(Context(text="t", id="d1", score=0.5, rank=1),),
        tool_calls=(ToolCall(name="find", arguments={"q": 1}, result=[1]),),
        usage=Usage(input_tokens=3, output_tokens=4, cache_read_tokens=5, cache_write_tokens=6),
        latency_s=2.0,
        ttft_s=0.25,
        cost_usd=0.01,
        stop_reason="end_turn",
        model="m",
    )


@pytest.mark.parametrize(
    ("output", "text"),
    [({"a": "\u00e9"}, '{"a": "\u00e9"}'), ([1, 2], "[1, 2]"), (3, "3"), (True, "true"), ("", "")],
)
def test_an_output_that_is_no_text_becomes_its_json(output: Any, text: str) -> None:
    assert read({"output": output}).output == text


def test_null_means_absent() -> None:
    fields = {"contexts": None, "usage": None, "cost_usd": None, "latency_s": None}
    assert read({"output": "x", **fields}) == Reply(output="x", latency_s=0.5)


@pytest.mark.parametrize(
    ("item", "context"),
    [
        ("a text", Context(text="a text")),
        ({"content": "a text"}, Context(text="a text")),
        ({"text": "t", "id": 7, "score": None}, Context(text="t", id="7")),
        (Context(text="t", rank=2), Context(text="t", rank=2)),
    ],
)
def test_a_context_may_be_written_as_it_is_at_hand(item: Any, context: Context) -> None:
    assert read({"output": "x", "contexts": (item,)}).contexts == (context,)


@pytest.mark.parametrize(
    ("given", "usage"),
    [
        ({"input_tokens": 3, "output_tokens": 4}, Usage(input_tokens=3, output_tokens=4)),
        (  # as the Messages API has it
            {
                "input_tokens": 3,
                "output_tokens": 4,
                "cache_read_input_tokens": 5,
                "cache_creation_input_tokens": 6,
                "cache_creation": {"ephemeral_5m_input_tokens": 6},
                "service_tier": "standard",
                "server_tool_use": None,
            },
            Usage(input_tokens=3, output_tokens=4, cache_read_tokens=5, cache_write_tokens=6),
        ),
        (  # as chat completions have it: cached tokens are counted among the prompt's
            {
                "prompt_tokens": 10,
                "completion_tokens": 4,
                "total_tokens": 14,
                "prompt_tokens_details": {"cached_tokens": 8},
            },
            Usage(input_tokens=2, output_tokens=4, cache_read_tokens=8),
        ),
    ],
)
def test_usage_may_be_the_provider_s_own_object(given: dict[str, Any], usage: Usage) -> None:
    assert read({"output": "x", "usage": given}).usage == usage


def test_the_arguments_of_a_tool_call_may_be_json_in_a_text() -> None:
    calls = [{"name": "find", "arguments": '{"q": 1}'}, {"name": "find", "input": {"q": 2}}, {"name": "stop"}]
    assert [call.arguments for call in read({"output": "x", "tool_calls": calls}).tool_calls] == [
        {"q": 1},
        {"q": 2},
        {},
    ]


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"output": "x", "context": []}, "did you mean 'contexts'?"),
        ({"output": "x", "zzz": []}, "known are output, contexts"),
        ({"output": "x", "contexts": [{"txt": "t"}]}, "did you mean 'text'?"),
        ({"output": "x", "usage": {"inputtokens": 1}}, "did you mean 'input_tokens'?"),
        ({"output": "x", "usage": {"input_tokens": 1, "prompt_tokens": 1}}, "'input_tokens' twice"),
        ({"output": "x", "tool_calls": [{"name": "f", "argument": {}}]}, "did you mean 'arguments'?"),
    ],
)
def test_an_unknown_key_is_refused_with_the_one_that_was_meant(value: Any, said: str) -> None:
    assert said in refusal(value)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (None, "not nothing"),
        (3, "type int"),
        (["x"], "not a list"),
        ({}, "no `output` (it has nothing)"),
        ({"output": None, "model": "m"}, "no `output` (it has output, model)"),
        ({"output": "x", "cost_usd": float("nan")}, "not JSON compliant"),
        ({"output": "x", "cost_usd": "1e999"}, "cost_usd: Input should be a finite number"),
        ({"output": "x", "cost_usd": -1}, "cost_usd"),
        ({"output": "x", "contexts": [{"text": "t", "score": float("inf")}]}, "not JSON compliant"),
        ({"output": "x", "contexts": "passage"}, "contexts is a text"),
        ({"output": "x", "contexts": [["t"]]}, "a context is a list"),
        ({"output": "x", "contexts": [{"text": "t", "rank": 0}]}, "contexts.0.rank"),
        ({"output": "x", "usage": {"input_tokens": 1.5}}, "usage.input_tokens"),
        ({"output": "x", "usage": {"input_tokens": -1}}, "usage.input_tokens"),
        ({"output": "x", "tool_calls": [{"name": "f", "arguments": "{"}]}, "Expecting"),
        ({"output": "x", "latency_s": -1}, "latency_s"),
        ({"output": object()}, "type object"),
        ({"output": "\ud800"}, "surrogate"),
        ("\ud800", "surrogate"),
    ],
)
def test_what_is_no_reply_is_a_failure_that_says_why(value: Any, said: str) -> None:
    assert said in refusal(value)


def test_a_refusal_is_one_short_line() -> None:
    message = refusal({"output": "x", "model": ["a\nb"] * 10_000})
    assert len(message) <= 400
    assert "\n" not in message


def test_a_reply_nested_too_deep_is_refused() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert "recursion" in refusal({"output": "x", "tool_calls": deep}).lower()


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
        lambda inner: (
            st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(["output", "usage"]), inner)
        ),
    )
)
def test_whatever_comes_back_is_a_reply_that_can_be_written_down_or_a_failure(value: Any) -> None:
    for answer in (value, {"output": value}, {"output": "x", "contexts": value, "tool_calls": value}):
        outcome = reply_from(answer, latency_s=0.5)
        assert isinstance(outcome, Reply | Failure)
        if isinstance(outcome, Reply):
            json.dumps(outcome.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"\xff", "not UTF-8"),
        ("NaN", "NaN, which is no number"),
        ("[-Infinity]", "-Infinity"),
        ("{", "Expecting"),
        ("[" * 200_000, "too deep"),
    ],
)
def test_what_is_no_json_is_refused_with_the_reason(text: str | bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_json(text)
