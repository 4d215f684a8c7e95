import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from gate.evaluators.match import Contains, ExactMatch, Regex
from gate.model.case import Place
from gate.model.errors import UserError
from gate.model.ports import Evaluator, ScoringError
from tests.builders import make_case, make_reply, make_sample
from tests.evaluators.scoring import make_evaluator, scores, value, values

HOSTILE = ["", " ", "\0", "a\0b", "🙂👩‍👩‍👧", "\ud800", "\u202eabc", "ﷺ" * 10, "x" * 1_000_000, "\n" * 1000]


@pytest.mark.parametrize(
    ("options", "expected", "output", "is_right"),
    [
        ({}, "Paris", "Paris", True),
        ({}, "Paris", "  Paris\n", True),
        ({"strip": False}, "Paris", "Paris\n", False),
        ({}, "Paris", "paris", False),
        ({"ignore_case": True}, "Paris", "pARIS", True),
        ({"ignore_case": True}, "Straße", "STRASSE", True),
        ({}, "Paris", "Paris.", False),
        ({}, ["Paris", "Lutetia"], "Lutetia", True),
        ({}, ["Paris", "Lutetia"], "Rome", False),
        ({}, 42, "42", True),
        ({}, 0.5, "0.5", True),
        ({}, "café", "cafe\u0301", False),
        ({"normalize": True}, "café", "cafe\u0301", True),
        ({}, "a b", "a  \t b", False),
        ({"normalize": True}, "a b", "a  \t\u00a0 b", True),
        ({"normalize": True, "ignore_case": True}, "ΐ", "Ϊ\u0301", True),
        ({}, "", "", True),
        ({}, "", "x", False),
        ({}, "a\0b", "a\0b", True),
        ({}, "👩‍👩‍👧", "👩‍👩‍👧", True),
    ],
)
def test_exact_match_compares_as_its_options_say(
    options: dict[str, Any], expected: Any, output: str, *, is_right: bool
) -> None:
    assert value(make_evaluator(ExactMatch, **options), expected=expected, output=output) == float(is_right)


@given(
    text=st.text(),
    options=st.fixed_dictionaries(dict.fromkeys(("ignore_case", "strip", "normalize"), st.booleans())),
)
def test_every_text_matches_itself_whatever_the_options(text: str, options: dict[str, Any]) -> None:
    evaluator = make_evaluator(ExactMatch, **options)
    assert value(evaluator, expected=text, output=text) == 1


@pytest.mark.parametrize(
    ("options", "expected", "output", "points"),
    [
        ({}, "cat", "a cat sat", 1),
        ({}, "cat", "a Cat sat", 0),
        ({"ignore_case": True}, "cat", "a CAT sat", 1),
        ({}, ["cat", "dog"], "a cat", 0),
        ({"mode": "any"}, ["cat", "dog"], "a cat", 1),
        ({"mode": "any"}, ["cat", "dog"], "a cow", 0),
        ({"mode": "none"}, ["cat", "dog"], "a cow", 1),
        ({"mode": "none"}, ["cat", "dog"], "a dog", 0),
        ({"share": True}, ["cat", "dog", "cow", "hen"], "a cat and a hen", 0.5),
        ({"share": True, "mode": "none"}, ["cat", "dog", "cow", "hen"], "a cat", 0.75),
        ({"values": ["cat"]}, "dog", "a cat", 1),
        ({"values": "cat"}, None, "a cat", 1),
        ({}, 42, "it is 42", 1),
        ({"values": ["🙂"]}, None, "fine 🙂", 1),
        ({"values": ["\0"]}, None, "a\0b", 1),
    ],
)
def test_contains_looks_for_its_texts(
    options: dict[str, Any], expected: Any, output: str, points: float
) -> None:
    assert value(make_evaluator(Contains, **options), expected=expected, output=output) == points


def test_contains_with_share_is_a_scale_and_otherwise_binary() -> None:
    assert make_evaluator(Contains, share=True).metrics[0].kind == "scale"
    assert make_evaluator(Contains).metrics[0].kind == "binary"


@pytest.mark.parametrize(
    "options", [{"values": []}, {"values": ""}, {"values": ["a", ""]}, {"mode": "any", "share": True}]
)
def test_contains_refuses_options_that_mean_nothing(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Contains, **options)


def test_a_wrong_answer_says_what_was_missing() -> None:
    ((score,),) = scores(make_evaluator(Contains), (["cat", "dog"], "a cat"))
    assert score.explanation == "missing: 'dog'"
    ((score,),) = scores(make_evaluator(Contains, mode="none"), (["cat", "dog"], "a cat"))
    assert score.explanation == "should not be there: 'cat'"


@pytest.mark.parametrize("kind", [ExactMatch, Contains, Regex])
@pytest.mark.parametrize("expected", [None, [], True, {"a": 1}, [None], ["a", True], [["a"]]])
def test_a_case_without_a_text_to_compare_with_is_refused_with_its_place_and_the_fix(
    kind: type[Evaluator], expected: Any
) -> None:
    case = make_case("case-7", expected=expected, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError) as error:
        make_evaluator(kind).check(case)
    (problem,) = error.value.problems
    assert "case-7" in problem.message
    assert str(problem.place) == "cases.jsonl:7"
    assert problem.fix


@pytest.mark.parametrize("expected", ["", ["a", ""]])
def test_contains_refuses_an_empty_text_for_it_stands_everywhere(expected: Any) -> None:
    with pytest.raises(UserError, match="every output"):
        make_evaluator(Contains).check(make_case(expected=expected))


@pytest.mark.parametrize(
    ("options", "expected", "output", "is_right"),
    [
        ({"pattern": r"\d+"}, None, "room 12", True),
        ({"pattern": r"\d+", "full": True}, None, "room 12", False),
        ({"pattern": r"\d+", "full": True}, None, "12", True),
        ({"pattern": "paris"}, None, "Paris", False),
        ({"pattern": "paris", "flags": ["ignore_case"]}, None, "Paris", True),
        ({"pattern": "a.b"}, None, "a\nb", False),
        ({"pattern": "a.b", "flags": ["dotall"]}, None, "a\nb", True),
        ({"pattern": "^b", "flags": ["multiline"]}, None, "a\nb", True),
        ({"pattern": r"\w", "flags": ["ascii"]}, None, "é", False),
        ({}, "wh(at|ere)", "where", True),
        ({}, "wh(at|ere)", "who", False),
        ({"pattern": "(a)|b"}, None, "b", True),
        ({"pattern": "^$"}, None, "", True),
        ({"pattern": "\ud800"}, None, "\ud800", True),
        ({"pattern": "\0"}, None, "a\0", True),
        ({"pattern": "🙂"}, None, "🙂", True),
    ],
)
def test_regex_searches_as_its_options_say(
    options: dict[str, Any], expected: Any, output: str, *, is_right: bool
) -> None:
    assert value(make_evaluator(Regex, **options), expected=expected, output=output) == float(is_right)


@pytest.mark.parametrize(
    "options", [{"pattern": "("}, {"pattern": "a", "flags": ["verbose"]}, {"pattern": "(?P<1>a)"}]
)
def test_regex_refuses_what_is_no_pattern_before_anything_runs(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Regex, **options)


@pytest.mark.parametrize("expected", ["(", ["a", "b"]])
def test_regex_refuses_a_case_whose_pattern_is_none(expected: Any) -> None:
    with pytest.raises(UserError, match="case-1"):
        make_evaluator(Regex).check(make_case(expected=expected))


def test_a_pattern_that_backtracks_is_a_failure_and_the_next_output_is_scored() -> None:
    evaluator = make_evaluator(Regex, pattern="(a+)+$", time_limit_s=1)

    async def run() -> list[float | None]:
        with pytest.raises(ScoringError, match="backtracks") as error:
            await evaluator.score(make_sample(reply=make_reply("a" * 40 + "!")))
        assert error.value.kind == "timeout"
        try:
            return [
                (await evaluator.score(make_sample(reply=make_reply(text))))[0].value for text in ("aa", "b")
            ]
        finally:
            await evaluator.aclose()

    assert asyncio.run(run()) == [1, 0]


def test_a_scoring_that_is_cancelled_gives_its_answer_to_nobody_else() -> None:
    evaluator = make_evaluator(Regex, pattern="(a+)+$", time_limit_s=60)

    async def run() -> float | None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.3):
                await _score(evaluator, "a" * 40 + "!")
        try:
            return await _score(evaluator, "aa")
        finally:
            await evaluator.aclose()

    assert asyncio.run(run()) == 1


async def _score(evaluator: Evaluator, output: str) -> float | None:
    return (await evaluator.score(make_sample(reply=make_reply(output))))[0].value


@pytest.mark.parametrize(
    "evaluator",
    [
        make_evaluator(ExactMatch, normalize=True, ignore_case=True),
        make_evaluator(Contains, values=["needle"], ignore_case=True),
        make_evaluator(Regex, pattern="needle"),
    ],
    ids=["exact_match", "contains", "regex"],
)
def test_hostile_outputs_are_wrong_answers_and_no_errors(evaluator: Evaluator) -> None:
    assert values(evaluator, *(("needle", output) for output in HOSTILE)) == [0] * len(HOSTILE)
