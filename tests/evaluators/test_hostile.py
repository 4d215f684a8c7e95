"""Whatever an application says, an instrument gives values that its metrics admit, or abstains, or says why it failed."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.evaluators.operational import Operational
from gate.model.case import Context
from gate.model.ports import Evaluator
from gate.model.reply import Reply, Sample, ToolCall, Usage
from gate.plugins import Plugins
from tests.builders import make_case, make_setting

TEXT = st.text(st.characters(codec=None), max_size=60) | st.sampled_from(
    ["", "\0", "\ud800", "🙂" * 40, "9" * 5000]
)
EXPECTED: dict[str, Any] = {
    "ids": ["a", "b"],
    "calls": ["f", {"name": "g", "arguments": {"x": 1}}],
    "refuse": True,
}
INSTRUMENTS: list[tuple[str, dict[str, Any], Any]] = [
    ("exact_match", {"normalize": True, "ignore_case": True}, "a"),
    ("contains", {"share": True}, ["a", "b"]),
    ("numeric", {"relative": 0.1}, 3),
    ("length", {"max": 3}, None),
    ("valid_json", {}, None),
    ("valid_json", {"extract": "fenced"}, None),
    (
        "retrieval",
        {"key": "ids", "k": [1, 3], "metrics": ["hit", "precision", "recall", "mrr", "ndcg"]},
        EXPECTED,
    ),
    ("retrieval_score", {}, None),
    ("tool_calls", {"key": "calls", "mode": "set", "share": True}, EXPECTED),
    ("tool_calls", {"key": "calls", "mode": "ordered", "arguments": "subset"}, EXPECTED),
    ("refusal", {"key": "refuse"}, EXPECTED),
    ("language", {"language": "en"}, None),
    ("similarity", {}, ["a text"]),
    ("feedback", {"metrics": ["thumbs", "rating", "corrected"], "replayed": True}, None),
    ("operational", {}, None),
]

contexts = st.builds(
    Context,
    text=TEXT,
    id=st.none() | st.sampled_from(["a", "b", "a#1", ""]),
    score=st.none() | st.floats(-1e50, 1e50),
    rank=st.none() | st.integers(1, 5),
)
calls = st.builds(
    ToolCall,
    name=st.sampled_from(["f", "g", ""]),
    arguments=st.dictionaries(TEXT, st.none() | TEXT | st.integers(), max_size=2),
)
counts = st.integers(0, 10**9)
replies = st.builds(
    Reply,
    output=TEXT,
    contexts=st.lists(contexts, max_size=4).map(tuple),
    tool_calls=st.lists(calls, max_size=4).map(tuple),
    usage=st.none() | st.builds(Usage, input_tokens=counts, output_tokens=counts, cache_read_tokens=counts),
    latency_s=st.floats(0, 1e6),
    stop_reason=st.none() | TEXT,
)


def build(use: str, options: dict[str, Any]) -> Evaluator:
    kind = Operational if use == "operational" else Plugins().evaluator(use)
    return kind(use, kind.Options.model_validate(options), make_setting(Path()))


@pytest.mark.parametrize(
    ("use", "options", "expected"), INSTRUMENTS, ids=lambda part: part if isinstance(part, str) else ""
)
def test_every_value_is_one_that_its_metric_admits(use: str, options: dict[str, Any], expected: Any) -> None:
    evaluator = build(use, options)

    @settings(max_examples=10 if use == "similarity" else 40)  # which takes milliseconds for each text
    @given(reply=replies, follow_up=TEXT)
    def hold(reply: Reply, follow_up: str) -> None:
        case = make_case(expected=expected, feedback={"thumbs": "up", "follow_up": follow_up})
        scores = asyncio.run(evaluator.score(Sample(case=case, reply=reply)))
        for score in scores:
            metric = evaluator.describe(score.metric)
            assert metric is not None, score.metric
            assert score.value is None or metric.admits(score.value), score

    hold()
