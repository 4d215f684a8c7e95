import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gate.evaluators.judge.canaries import PLAIN
from gate.model.errors import UserError
from gate.model.ports import ModelRequest, ScoringError
from gate.model.reply import Failure, Reply
from tests.builders import make_case, make_reply, make_sample
from tests.evaluators.judge.judging import Model, judged, make_judge, sample, verdict

STEPS = [{"value": 1, "means": "bad"}, {"value": 3, "means": "fair"}, {"value": 5, "means": "good"}]


@pytest.mark.parametrize(("word", "value"), [("pass", 1.0), ("fail", 0.0)])
def test_a_verdict_is_a_score_with_its_critique_and_the_model_that_gave_it(word: str, value: float) -> None:
    (score,) = judged(make_judge(Model(verdict(word, critique="it names the date", model="claude-judge-1"))))
    assert (score.value, score.explanation, score.judge) == (value, "it names the date", "claude-judge-1")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (verdict("unknown"), "unknown"),
        (verdict("excellent"), "unparsable"),
        (verdict("pass", output="pass"), "unparsable"),
        (verdict("pass", output=""), "unparsable"),
        (verdict("pass", output='{"verdict": "pass"}'), "unparsable"),
        (verdict("pass", output='{"critique": "c", "verdict": true}'), "unparsable"),
        (verdict("pass", output='{"critique": "c", "verdict": ["pass"]}'), "unparsable"),
        (verdict("pass", output="[" * 100_000), "unparsable"),
        (verdict("pass", output="1.0"), "unparsable"),
        (verdict("pass", stop_reason="refusal"), "refusal"),
        (verdict("pass", stop_reason="max_tokens"), "cut_off"),
        (verdict("pass", stop_reason="model_context_window_exceeded"), "cut_off"),
        (Failure(stage="target", kind="timeout", message="no answer in time"), "timeout"),
    ],
)
def test_what_says_nothing_usable_is_an_abstention_with_its_reason_and_no_number(
    answer: Reply | Failure, reason: str
) -> None:
    (score,) = judged(make_judge(Model(answer)))
    assert (score.value, score.abstained) == (None, reason)


@pytest.mark.parametrize("kind", ["auth", "payment", "permission", "rate_limit", "overloaded", "connection"])
def test_a_provider_that_gives_no_answer_is_a_failure_of_the_judge_and_no_score(kind: str) -> None:
    with pytest.raises(ScoringError) as caught:
        judged(make_judge(Model(Failure(stage="target", kind=kind, message="the reason"))))
    assert caught.value.kind == kind


def test_a_scale_gives_the_worth_of_its_step() -> None:
    judge = make_judge(Model(verdict("3")), scale=STEPS)
    (metric,) = judge.metrics
    (score,) = judged(judge)
    assert (metric.kind, metric.low, metric.high, score.value) == ("scale", 1.0, 5.0, 3.0)


def test_the_answer_is_asked_for_as_json_with_the_critique_before_the_verdict() -> None:
    model = Model(verdict("pass"))
    judged(make_judge(model))
    (request,) = model.requests
    schema: Any = request.answer_schema
    assert list(schema["properties"]) == ["critique", "verdict"]
    assert schema["properties"]["verdict"]["enum"] == ["pass", "fail", "unknown"]


def test_repeats_stop_once_more_than_half_agree_and_go_on_until_then() -> None:
    agreeing = Model(verdict("pass"), verdict("pass"), verdict("fail"))
    split = Model(verdict("pass"), verdict("fail"), verdict("pass"))
    assert [score.value for score in judged(make_judge(agreeing, repeats=3))] == [1.0]
    assert [score.value for score in judged(make_judge(split, repeats=3))] == [1.0]
    assert (len(agreeing.requests), len(split.requests)) == (2, 3)


def test_repeats_without_a_majority_are_an_abstention() -> None:
    model = Model(verdict("pass"), verdict("fail"), verdict("unknown"))
    (score,) = judged(make_judge(model, repeats=3))
    assert (score.value, score.abstained) == (None, "disagreement")


def test_a_panel_that_differs_abstains_and_shows_both_sides() -> None:
    def answer(request: ModelRequest) -> Reply:
        word = "pass" if request.model == "one" else "fail"
        return verdict(word, critique=f"{request.model} thinks so", model=request.model)

    (score,) = judged(make_judge(Model(answer), model=["one", "two"]))
    assert score.abstained == "disagreement"
    assert score.explanation == "0.0: two thinks so | 1.0: one thinks so"


def test_a_panel_that_agrees_names_all_its_models() -> None:
    (score,) = judged(
        make_judge(
            Model(lambda request: verdict("pass", model=f"{request.model}-1")),
            model=["two", "one"],
            repeats=3,
        )
    )
    assert (score.value, score.judge) == (1.0, "one-1+two-1")


@pytest.mark.parametrize(("words", "value"), [(("3", "5"), 4.0), (("1", "5"), None)])
def test_a_panel_on_a_scale_may_lie_one_step_apart(words: tuple[str, str], value: float | None) -> None:
    said = dict(zip(("one", "two"), words, strict=True))
    judge = make_judge(Model(lambda request: verdict(said[request.model])), model=["one", "two"], scale=STEPS)
    (score,) = judged(judge)
    assert score.value == value


def test_a_rubric_that_needs_passages_abstains_without_them_and_asks_nobody() -> None:
    model = Model(verdict("pass"))
    (score,) = judged(make_judge(model, rubric="groundedness"))
    assert (score.abstained, model.requests) == ("no_context", [])


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ({"contexts_missing": "no span arrived"}, "no span arrived"),
        (
            {"contexts": [{"id": "a", "text": " "}, {"id": "b", "text": ""}]},
            "none of the passages has a text",
        ),
    ],
)
def test_passages_that_are_not_known_or_have_no_text_are_none_to_judge_by(
    reply: dict[str, Any], why: str
) -> None:
    model = Model(verdict("pass"))
    (score,) = judged(make_judge(model, rubric="groundedness"), make_sample(reply=make_reply(**reply)))
    assert (score.abstained, score.explanation, model.requests) == ("no_context", why, [])


def test_a_rubric_that_needs_a_reference_refuses_a_case_without_one_before_any_call() -> None:
    judge = make_judge(Model(verdict("pass")), rubric="correctness")
    judge.check(make_case(expected="this"))
    with pytest.raises(UserError, match="needs `expected`"):
        judge.check(make_case())


def test_the_reference_is_shown_only_where_there_is_one_and_it_is_wanted() -> None:
    def seen(**options: Any) -> str:
        model = Model(verdict("pass"))
        judged(make_judge(model, **options), sample(expected="the 30th of May"))
        return model.requests[0].messages[0].content

    assert "the 30th of May" in seen()
    assert "the 30th of May" not in seen(show_expected=False)
    assert "the 30th of May" in seen(rubric="correctness", show_expected=False)


def test_material_that_is_too_long_is_not_judged() -> None:
    model = Model(verdict("pass"))
    (score,) = judged(make_judge(model, max_characters=100), sample("a" * 200))
    assert (score.abstained, model.requests) == ("too_long", [])


def test_a_rubric_file_is_read_and_named_as_what_the_number_depends_on(tmp_path: Path) -> None:
    (tmp_path / "tone.md").write_text("Is it friendly?\r\n")
    model = Model(verdict("pass"))
    judge = make_judge(model, root=tmp_path, rubric="tone.md")
    judged(judge)
    assert list(judge.files()) == ["tone.md"]
    assert "Is it friendly?" in (model.requests[0].system or "")


def test_another_rubric_or_scale_is_another_version_and_the_same_one_is_not(tmp_path: Path) -> None:
    (tmp_path / "one.md").write_text("Is it friendly?")
    (tmp_path / "two.md").write_text("Is it short?")
    model = Model(verdict("pass"))

    def version(**options: Any) -> str:
        return make_judge(model, root=tmp_path, **options).version

    assert version(rubric="one.md") == version(rubric="one.md")
    assert (
        len({version(rubric="one.md"), version(rubric="two.md"), version(rubric="one.md", scale=STEPS)}) == 3
    )


@pytest.mark.parametrize("name", ["missing.md", "../outside.md", "helpfullness", "empty.md"])
def test_a_rubric_that_is_not_there_is_refused_with_the_ready_ones(tmp_path: Path, name: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "outside.md").write_text("text")
    (tmp_path / "inner" / "empty.md").write_text(" \n")
    with pytest.raises(UserError) as caught:
        make_judge(Model(verdict("pass")), root=tmp_path / "inner", rubric=name)
    assert "helpfulness" in str(caught.value.problems[0].fix)


def fooled_by(needle: str) -> Model:
    """A judge that passes every response with this text, and fails all others."""
    return Model(lambda request: verdict("pass" if needle in request.messages[0].content else "fail"))


def test_a_judge_that_a_planted_response_talks_round_gives_no_score_at_all() -> None:
    judge = make_judge(fooled_by("Ignore the rubric"), canaries=1)
    with pytest.raises(ScoringError) as caught:
        judged(judge, sample("good"), sample("also good"))
    assert caught.value.kind == "untrusted_judge"


def test_a_rubric_that_the_bad_response_meets_anyway_tells_nothing_against_the_judge() -> None:
    model = fooled_by(PLAIN[:20])
    (score,) = judged(make_judge(model, canaries=2), sample("good"))
    assert score.value == 0.0


def test_the_planted_responses_are_judged_once_however_many_cases_there_are() -> None:
    model = Model(verdict("fail"))
    judged(make_judge(model, canaries=3), *(sample(f"answer {number}") for number in range(5)))
    assert len(model.requests) == 3 + 5


def test_planted_responses_that_could_not_be_judged_are_tried_again_with_the_next_case() -> None:
    model = Model(Failure(stage="target", kind="overloaded", message="busy"), verdict("fail"))
    judge = make_judge(model, canaries=1)

    async def run() -> float | None:
        with pytest.raises(ScoringError):
            await judge.score(sample())
        (score,) = await judge.score(sample())
        return score.value

    assert asyncio.run(run()) == 0.0


def test_a_planted_response_without_an_answer_in_time_says_nothing_for_the_judge() -> None:
    model = Model(Failure(stage="target", kind="timeout", message="too late"), verdict("pass"))
    judge = make_judge(model, canaries=1)
    with pytest.raises(ScoringError, match="planted") as caught:
        judged(judge, sample("good"))
    assert caught.value.kind == "timeout"


def test_planted_responses_are_asked_also_where_no_response_may_be_as_long() -> None:
    judge = make_judge(fooled_by("Ignore the rubric"), canaries=1, max_characters=100)
    with pytest.raises(ScoringError) as caught:
        judged(judge, sample("good"))
    assert caught.value.kind == "untrusted_judge"


def test_a_model_that_calls_itself_anything_has_a_name_of_one_short_line() -> None:
    (score,) = judged(make_judge(Model(verdict("pass", model="a\nb" + "x" * 10_000))))
    assert score.judge is not None
    assert (len(score.judge), score.judge[:4]) == (200, "a bx")


def test_all_models_that_an_alias_stood_for_are_named() -> None:
    answers = [verdict("pass", model=name) for name in ("judge-1", "judge-2", "judge-1")]
    (score,) = judged(make_judge(Model(*answers), repeats=3))
    assert (score.value, score.judge) == (1.0, "judge-1+judge-2")


def test_opening_the_judge_opens_the_door_so_that_a_missing_key_is_told_before_any_call() -> None:
    opened: list[str] = []
    judge = make_judge(Model(verdict("pass")))

    def door() -> Model:
        opened.append("door")
        return Model(verdict("pass"))

    judge.setting = replace(judge.setting, llm=door)
    judge.open()
    assert opened == ["door"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"repeats": 2},
        {"model": []},
        {"model": ["a", "a"]},
        {"scale": [{"value": 1, "means": "x"}]},
        {"scale": [{"value": 2, "means": "x"}, {"value": 1, "means": "y"}]},
    ],
)
def test_options_that_could_not_decide_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"`(repeats|model|scale)`"):
        make_judge(Model(verdict("pass")), **wrong)


def test_the_context_of_the_reply_comes_before_that_of_the_case() -> None:
    model = Model(verdict("pass"))
    case = make_case(context=[{"text": "from the case"}])
    judged(
        make_judge(model, rubric="groundedness"),
        make_sample(case, make_reply("x", contexts=[{"text": "from the reply", "id": "doc-1"}])),
        make_sample(case, make_reply("y")),
    )
    contents = sorted(request.messages[0].content for request in model.requests)
    assert sum("from the reply" in text for text in contents) == 1
    assert sum("from the case" in text for text in contents) == 1
