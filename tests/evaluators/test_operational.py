import asyncio
from typing import Any

import pytest

from gate.evaluators.operational import METRICS, Operational
from gate.model.ports import NoOptions
from gate.model.reply import Usage
from tests.builders import make_reply, make_sample, make_setting


def recorded(tmp_path: Any, **reply: Any) -> dict[str, float | None]:
    evaluator = Operational("operational", NoOptions(), make_setting(tmp_path))
    scores = asyncio.run(evaluator.score(make_sample(reply=make_reply(**reply))))
    assert all(evaluator.describe(score.metric) for score in scores)
    return {score.metric: score.value for score in scores}


def test_what_a_reply_took_is_recorded(tmp_path: Any) -> None:
    usage = Usage(input_tokens=10, output_tokens=6, cache_read_tokens=30, cache_write_tokens=0)
    took: dict[str, Any] = {
        "latency_s": 1.5,
        "ttft_s": 0.5,
        "usage": usage,
        "stop_reason": "end_turn",
    }
    took["tool_calls"] = [{"name": "search"}, {"name": "search"}]
    assert recorded(tmp_path, output="two words", **took) == {
        "latency_s": 1.5,
        "ttft_s": 0.5,
        "output_tokens_per_s": 4,
        "input_tokens": 10,
        "output_tokens": 6,
        "total_tokens": 46,
        "cache_read_tokens": 30,
        "cache_write_tokens": 0,
        "cache_read_share": 0.75,
        "response_words": 2,
        "response_characters": 9,
        "tool_steps": 2,
        "stop_cut_off": 0,
        "stop_refusal": 0,
    }


def test_what_is_not_known_is_no_score_and_never_zero(tmp_path: Any) -> None:
    assert recorded(tmp_path, output="", latency_s=0.5) == {
        "latency_s": 0.5,
        "response_words": 0,
        "response_characters": 0,
        "tool_steps": 0,
    }


@pytest.mark.parametrize("field", ["latency_s", "ttft_s"])
def test_a_zero_that_has_no_ratio_is_no_score(tmp_path: Any, field: str) -> None:
    assert field not in recorded(tmp_path, **{field: 0.0})


def test_without_a_clock_or_tokens_there_is_no_throughput_and_no_share(tmp_path: Any) -> None:
    for latency_s in (0.0, 1e-300):
        assert "output_tokens_per_s" not in recorded(
            tmp_path, latency_s=latency_s, usage=Usage(output_tokens=5)
        )
    found = recorded(tmp_path, usage=Usage())
    assert not {"output_tokens_per_s", "total_tokens", "cache_read_share"} & found.keys()


@pytest.mark.parametrize(
    ("reason", "cut_off", "refusal"),
    [
        ("end_turn", 0, 0),
        ("max_tokens", 1, 0),
        ("length", 1, 0),
        ("model_context_window_exceeded", 1, 0),
        ("MAX_TOKENS", 1, 0),
        ("refusal", 0, 1),
        ("content_filter", 0, 1),
        ("tool_use", 0, 0),
    ],
)
def test_how_a_reply_ended_is_told_by_its_stop_reason(
    tmp_path: Any, reason: str, cut_off: float, refusal: float
) -> None:
    found = recorded(tmp_path, stop_reason=reason)
    assert (found["stop_cut_off"], found["stop_refusal"]) == (cut_off, refusal)


def test_no_metric_of_it_enters_a_baseline_unasked_and_each_measure_has_a_unit() -> None:
    assert all(metric.operational for metric in METRICS)
    assert all(metric.unit for metric in METRICS if metric.kind == "measure")


def test_more_is_worse_where_it_is_paid_or_waited_for() -> None:
    worse = {metric.name for metric in METRICS if metric.better == "lower"}
    paid = {"input_tokens", "output_tokens", "total_tokens"}
    assert worse == paid | {"latency_s", "ttft_s", "tool_steps", "stop_cut_off", "stop_refusal"}
