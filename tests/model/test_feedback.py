from typing import Any

import pytest
from pydantic import ValidationError

from gate.model.feedback import Feedback, is_correction
from tests.builders import make_case

CORRECTIONS = [
    "No, I meant the big one.",
    "no i meant the other order",
    "No. The order from Monday.",
    "no \u2013 the blue one",
    "Nope, that's for the wrong country",
    "That's not what I asked.",
    "That\u2019s wrong.",
    "This is incorrect, it costs 12 dollars.",
    "I was asking about gifts.",
    "I didn't ask for a refund",
    "You misunderstood me.",
    "you didn't answer my question",
    "Wrong.",
    "Actually no, it was in May.",
    "Read my question again",
    "NO, THE OTHER ONE",
]
OTHERS = [
    "",
    "Thanks!",
    "No, thanks.",
    "No, thank you!",
    "no problem",
    "No worries",
    "No, that's all.",
    "No, I don't need anything else.",
    "No, I'm good.",
    "no more questions",
    "No",
    "And how long does it take?",
    "What does that mean?",
    "Notify me when it ships.",
    "Great, that is right.",
    "Is it not too late?",
]


@pytest.mark.parametrize("text", CORRECTIONS)
def test_who_takes_the_answer_back_corrects(text: str) -> None:
    assert is_correction(text)


@pytest.mark.parametrize("text", OTHERS)
def test_who_thanks_declines_or_asks_on_does_not(text: str) -> None:
    assert not is_correction(text)


@pytest.mark.parametrize(
    ("given", "mood"),
    [
        ({}, None),
        ({"thumbs": "up"}, "positive"),
        ({"thumbs": "down"}, "negative"),
        ({"rating": 4}, "positive"),
        ({"rating": 3}, None),
        ({"rating": 2}, "negative"),
        ({"follow_up": CORRECTIONS[0]}, "negative"),
        ({"follow_up": "Thanks!"}, None),
        ({"thumbs": "up", "follow_up": CORRECTIONS[0]}, "negative"),
        ({"thumbs": "up", "rating": 2}, "negative"),
        ({"thumbs": "down", "rating": 5}, "negative"),
    ],
)
def test_what_speaks_against_the_answer_weighs_more(given: dict[str, Any], mood: str | None) -> None:
    assert Feedback(**given).mood == mood


@pytest.mark.parametrize("given", [{"thumbs": "sideways"}, {"rating": 0}, {"rating": 6}, {"stars": 3}])
def test_what_is_no_feedback_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Feedback(**given)


def test_feedback_makes_a_tag_that_the_application_does_not_see() -> None:
    case = make_case(tags={"category": "a"}, feedback={"thumbs": "down"})
    assert case.slice_tags == {"category": "a", "feedback": "negative"}
    assert case.tags == {"category": "a"}


def test_a_tag_of_that_name_is_left_as_it_is_and_no_feedback_makes_none() -> None:
    assert make_case(tags={"feedback": "x"}, feedback={"thumbs": "down"}).slice_tags == {"feedback": "x"}
    assert make_case(feedback={"rating": 3}).slice_tags == {}
    assert make_case().slice_tags == {}


def test_feedback_changes_nothing_of_what_a_case_asks() -> None:
    assert make_case(feedback={"thumbs": "down"}).key == make_case().key


def test_scores_that_are_kept_are_not_those_of_other_feedback() -> None:
    plain, heard, other = (make_case(feedback=said) for said in (None, {"thumbs": "up"}, {"thumbs": "down"}))
    assert plain.scored_key == plain.key
    assert len({plain.scored_key, heard.scored_key, other.scored_key}) == 3
