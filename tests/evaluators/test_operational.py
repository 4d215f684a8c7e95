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
    usage = Usage(input_tokens=10, output_tokens=5, cache_read_tokens=3, cache_write_tokens=0)
    found = recorded(tmp_path, output="two words", latency_s=1.5, ttft_s=0.5, usage=usage, cost_usd=0.01)
    assert found == {
        "latency_s": 1.5,
        "ttft_s": 0.5,
        "input_tokens": 10,
        "output_tokens": 5,
        "cache_read_tokens": 3,
        "cache_write_tokens": 0,
        "cost_usd": 0.01,
        "response_words": 2,
    }


def test_what_is_not_known_is_no_score_and_never_zero(tmp_path: Any) -> None:
    assert recorded(tmp_path, output="", latency_s=0.5) == {"latency_s": 0.5, "response_words": 0}


@pytest.mark.parametrize("field", ["latency_s", "ttft_s", "cost_usd"])
def test_a_zero_that_has_no_ratio_is_no_score(tmp_path: Any, field: str) -> None:
    assert field not in recorded(tmp_path, **{field: 0.0})


def test_no_metric_of_it_enters_a_baseline_unasked_and_each_has_a_unit() -> None:
    assert all(metric.operational and metric.unit for metric in METRICS)


def test_more_is_worse_where_it_is_paid_or_waited_for() -> None:
    worse = {metric.name for metric in METRICS if metric.better == "lower"}
    assert worse == {"latency_s", "ttft_s", "input_tokens", "output_tokens", "cost_usd"}
