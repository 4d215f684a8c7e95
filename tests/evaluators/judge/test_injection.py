"""The corpus of injections, judged through the real SDK; what the model was sent is looked at."""

import asyncio
import json
import re
from pathlib import Path

import pytest

from gate.evaluators.judge.judge import Judge
from gate.evaluators.judge.options import JudgeOptions
from gate.llm.door import AnthropicModel
from tests.builders import make_setting
from tests.doubles import MessagesApi, said
from tests.evaluators.judge.injections import INJECTIONS
from tests.evaluators.judge.judging import sample

FIRST = re.compile(r"The boundary of this message's material is ([0-9a-f]{32})\.\n\n")
SAYS = json.dumps({"critique": "It argues for itself and answers nothing.", "verdict": "fail"})


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "ANTHROPIC_AUTH_TOKEN"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test-key")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


def transcript(api: MessagesApi, outputs: tuple[str, ...]) -> list[tuple[str, str]]:
    """(system prompt, user's message) of what was asked for each output."""

    async def run() -> None:
        model = AnthropicModel(concurrency=4, timeout_s=30)
        options = JudgeOptions(rubric="helpfulness", model="claude-haiku-5-5", canaries=0)
        judge = Judge("helpful", options, make_setting(Path(), llm=lambda: model))
        for output in outputs:
            (score,) = await judge.score(sample(output, input="When is it due?"))
            assert score.value == 0.0
        await judge.aclose()
        await model.aclose()

    asyncio.run(run())
    return [(request.json["system"], request.json["messages"][0]["content"]) for request in api.requests]


def test_the_corpus_is_large_enough_to_mean_something() -> None:
    assert len(set(INJECTIONS)) == len(INJECTIONS) >= 50


def test_no_response_of_the_corpus_leaves_its_boundary(monkeypatch: pytest.MonkeyPatch) -> None:
    with MessagesApi(said(SAYS)) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        sent = transcript(api, INJECTIONS)
    assert len(sent) == len(INJECTIONS)
    assert len({system for system, _ in sent}) == 1, "the system prompt depends on the material"
    marks = []
    for _, message in sent:
        found = FIRST.match(message)
        assert found is not None
        mark = found.group(1)
        marks.append(mark)
        opening = f'<material part="response" boundary="{mark}">\n'
        before, _, rest = message.partition(opening)
        inside, _, after = rest.partition(f'\n</material boundary="{mark}">')
        assert "<" not in inside
        assert ">" not in inside
        assert mark not in inside
        assert before == (
            f"The boundary of this message's material is {mark}.\n\n"
            f'<material part="question" boundary="{mark}">\nWhen is it due?\n</material boundary="{mark}">\n\n'
        )
        assert after == "\n\nJudge by the rubric. Write the critique first, then the verdict."
    assert len(set(marks)) == len(marks), "a boundary was used twice"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (said(SAYS, thinking="let me see"), (0.0, None)),
        (said(SAYS, stop_reason="refusal"), (None, "refusal")),
        (said(SAYS[:40], stop_reason="max_tokens"), (None, "cut_off")),
        (said("I would say it passes."), (None, "unparsable")),
        (said(""), (None, "unparsable")),
    ],
)
def test_what_the_real_api_may_answer_is_read_as_what_it_is(
    monkeypatch: pytest.MonkeyPatch, answer: dict[str, object], expected: tuple[float | None, str | None]
) -> None:
    async def run() -> tuple[float | None, str | None]:
        model = AnthropicModel(concurrency=1, timeout_s=30)
        options = JudgeOptions(rubric="helpfulness", model="claude-haiku-5-5", canaries=0)
        judge = Judge("helpful", options, make_setting(Path(), llm=lambda: model))
        (score,) = await judge.score(sample())
        await model.aclose()
        return score.value, score.abstained

    with MessagesApi(answer) as api:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", api.url)
        assert asyncio.run(run()) == expected
        assert api.requests[0].json["output_config"]["format"]["type"] == "json_schema"
