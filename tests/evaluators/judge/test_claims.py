import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from gate.evaluators.judge.canaries import PLAIN
from gate.evaluators.judge.claims import Claims, ClaimsOptions
from gate.model.ports import ModelRequest, ScoringError
from gate.model.reply import Failure, Reply, Sample
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_sample, make_setting
from tests.evaluators.judge.judging import Model

PASSAGES = [{"text": "Invoice 2041 is due on 11 April.", "id": "invoices"}]


def counted(*verdicts: str, **fields: Any) -> Reply:
    claims = [{"claim": f"claim {n}", "evidence": "", "verdict": word} for n, word in enumerate(verdicts)]
    text = json.dumps({"claims": claims})
    return Reply(
        **{"output": text, "latency_s": 0.1, "model": "claude-judge", "stop_reason": "end_turn", **fields}
    )


def sample(output: str = "It is due on 11 April.", *, contexts: Sequence[Any] = PASSAGES) -> Sample:
    return make_sample(make_case(), make_reply(output, contexts=contexts))


def score(model: Model, *samples: Sample, **options: Any) -> Score:
    given = {"model": "claude-judge", "canaries": 0, **options}
    evaluator = Claims("it", ClaimsOptions.model_validate(given), make_setting(Path(), llm=lambda: model))

    async def run() -> Sequence[Score]:
        try:
            return await evaluator.score(samples[0] if samples else sample())
        finally:
            await evaluator.aclose()

    (only,) = asyncio.run(run())
    return only


@pytest.mark.parametrize(
    ("verdicts", "value"),
    [
        (("supported",), 1.0),
        (("not_supported",), 0.0),
        (("supported", "not_supported", "supported", "supported"), 0.75),
        (("supported", "unknown"), 1.0),
    ],
)
def test_the_value_is_the_share_of_supported_claims_among_those_that_could_be_told(
    verdicts: tuple[str, ...], value: float
) -> None:
    found = score(Model(counted(*verdicts)))
    assert (found.value, found.judge) == (value, "claude-judge")


def test_the_claims_that_nothing_supports_are_named() -> None:
    found = score(Model(counted("supported", "not_supported")))
    assert found.explanation == "1 of 2 claims are supported; not: claim 1"


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (counted(), "no_claims"),
        (counted("unknown", "unknown"), "unknown"),
        (counted("supported", "perhaps"), "unparsable"),
        (counted(output="all of them"), "unparsable"),
        (counted(output='{"claims": 3}'), "unparsable"),
        (counted(output='{"claims": [1]}'), "unparsable"),
        (counted(output='{"claims": [{"claim": "x", "verdict": ["supported"]}]}'), "unparsable"),
        (counted("supported", stop_reason="max_tokens"), "cut_off"),
        (counted("supported", stop_reason="refusal"), "refusal"),
        (Failure(stage="target", kind="timeout", message="no answer in time"), "timeout"),
    ],
)
def test_what_counts_nothing_usable_is_an_abstention_and_no_number(
    answer: Reply | Failure, reason: str
) -> None:
    found = score(Model(answer))
    assert (found.value, found.abstained) == (None, reason)


def test_without_passages_or_with_too_much_of_them_nobody_is_asked() -> None:
    model = Model(counted("supported"))
    assert score(model, sample(contexts=[])).abstained == "no_context"
    assert score(model, sample("a" * 200), max_characters=100).abstained == "too_long"
    assert model.requests == []


def test_a_provider_that_gives_no_answer_is_a_failure_of_the_judge() -> None:
    with pytest.raises(ScoringError) as caught:
        score(Model(Failure(stage="target", kind="overloaded", message="busy")))
    assert caught.value.kind == "overloaded"


def test_a_judge_that_a_planted_response_talks_round_gives_no_score() -> None:
    def gullible(request: ModelRequest) -> Reply:
        argued = "best" in request.messages[0].content.split('part="response"')[1]
        return counted("supported" if argued else "not_supported")

    with pytest.raises(ScoringError) as caught:
        score(Model(gullible), canaries=1)
    assert caught.value.kind == "untrusted_judge"


def test_planted_responses_that_get_no_more_than_their_control_cost_no_trust() -> None:
    model = Model(counted("supported", "not_supported"))
    assert score(model, canaries=1).value == 0.5
    assert any(PLAIN[:20] in request.messages[0].content for request in model.requests)
