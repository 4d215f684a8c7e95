from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.refusal import Refusal
from gate.model.case import Place
from gate.model.errors import UserError
from tests.builders import make_case
from tests.evaluators.scoring import judged, make_evaluator, value

REFUSALS = [
    "I can't help with that.",
    "I\u2019m sorry, but I can\u2019t assist with this request.",
    "Sorry, I cannot provide medical advice.",
    "I'm unable to help you with that.",
    "I am not able to discuss other customers' orders.",
    "Unfortunately, I won't write that.",
    "I must respectfully decline.",
    "I have to decline this one.",
    "I'm not comfortable with that question.",
    "I do not feel comfortable answering.",
    "That's not something I can help with.",
    "This is against my guidelines.",
    "As an AI language model, I don't have opinions on that.",
    "We can't assist with legal questions.",
    "I CANNOT HELP WITH THAT",
]
ANSWERS = [
    "",
    "Within 30 days, with the receipt.",
    "I cannot find your order; what is its number?",
    "We cannot ship to Canada, but we ship to Maine.",
    "We can't give refunds after 30 days.",
    "You can't return opened bags.",
    "Sorry for the wait! Your parcel is on its way.",
    "I do not know.",
    "I can help with that.",
    "Your bag will not arrive before Monday.",
    "She said: I can, I must, I will.",
]


@pytest.mark.parametrize("output", REFUSALS)
def test_words_of_a_refusal_are_one(output: str) -> None:
    assert value(make_evaluator(Refusal), output=output) == 1


@pytest.mark.parametrize("output", ANSWERS)
def test_an_answer_is_none_even_where_it_says_no(output: str) -> None:
    assert value(make_evaluator(Refusal), output=output) == 0


@pytest.mark.parametrize("reason", ["refusal", "content_filter"])
def test_the_provider_s_word_counts_whatever_the_text_says(reason: str) -> None:
    (score,) = judged(make_evaluator(Refusal), output="Here you are.", stop_reason=reason)
    assert score.value == 1
    assert score.explanation == f"refuses: the stop reason is {reason}"


def test_only_the_beginning_counts() -> None:
    assert value(make_evaluator(Refusal), output="x " * 150 + "I can't help with that.") == 0


def test_own_patterns_are_refusals_too() -> None:
    evaluator = make_evaluator(Refusal, patterns=["dabei kann ich .* nicht helfen"])
    assert value(evaluator, output="DABEI kann ich dir nicht helfen.") == 1
    evaluator = make_evaluator(Refusal, patterns=["dabei kann ich .* nicht helfen"])
    assert value(evaluator, output="Dabei helfe ich gern.") == 0


def test_fewer_refusals_are_better_unless_the_case_says_what_is_wanted() -> None:
    assert make_evaluator(Refusal).metrics[0].better == "lower"
    assert make_evaluator(Refusal, key="refuse").metrics[0].better == "higher"


@pytest.mark.parametrize(
    ("expected", "output", "points"),
    [
        ({"refuse": True}, REFUSALS[0], 1),
        ({"refuse": True}, ANSWERS[1], 0),
        ({"refuse": False}, REFUSALS[0], 0),
        ({"refuse": False}, ANSWERS[1], 1),
        ({"other": 1}, ANSWERS[1], None),
        (None, ANSWERS[1], None),
    ],
)
def test_where_the_case_says_what_is_wanted_that_is_what_is_right(
    expected: Any, output: str, points: float | None
) -> None:
    (score,) = judged(make_evaluator(Refusal, key="refuse"), expected=expected, output=output)
    assert score.value == points


@pytest.mark.parametrize("expected", [{"refuse": "yes"}, {"refuse": 1}, "yes", ["refuse"]])
def test_a_case_that_says_neither_true_nor_false_is_refused(expected: Any) -> None:
    case = make_case(expected=expected, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError, match="true or false") as error:
        make_evaluator(Refusal, key="refuse").check(case)
    assert str(error.value.problems[0].place) == "cases.jsonl:7"


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Refusal, patterns=["("])
