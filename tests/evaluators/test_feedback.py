import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.feedback import FeedbackGiven
from tests.builders import make_case, make_reply, make_sample
from tests.evaluators.scoring import make_evaluator

ALL = ("thumbs", "rating", "corrected")


def given(feedback: Any, output: str = "the answer", **options: Any) -> list[float | str | None]:
    """The value of each metric, or the reason of its abstention."""
    evaluator = make_evaluator(FeedbackGiven, **{"metrics": ALL, **options})

    async def run() -> list[float | str | None]:
        try:
            scores = await evaluator.score(make_sample(make_case(feedback=feedback), make_reply(output)))
        finally:
            await evaluator.aclose()
        return [score.abstained or score.value for score in scores]

    return asyncio.run(run())


def test_what_the_user_did_is_read_off_the_case() -> None:
    feedback = {"thumbs": "down", "rating": 2, "follow_up": "No, I meant the big one."}
    assert given(feedback, replayed=True) == [0, 2, 1]
    assert given({"thumbs": "up", "rating": 5, "follow_up": ""}, replayed=True) == [1, 5, 0]


def test_only_the_wanted_metrics_are_given() -> None:
    assert given({"thumbs": "up", "rating": 5}, replayed=True, metrics=["rating"]) == [5]


def test_what_the_user_did_not_say_is_not_known() -> None:
    assert given({"thumbs": "up"}, replayed=True) == [1, "the user gave none", "the user gave none"]
    assert given(None, replayed=True) == ["the case brings no feedback"] * 3


def test_feedback_speaks_of_the_answer_that_the_user_saw_and_of_no_other() -> None:
    feedback = {"thumbs": "up", "answer": "Within 30 days."}
    assert given(feedback, "Within 14 days.", metrics=["thumbs"]) == ["the feedback is about another answer"]
    assert given(feedback, " Within  30 days.\n", metrics=["thumbs"]) == [1]


def test_where_it_does_not_say_which_answer_that_was_nothing_is_known() -> None:
    assert given({"thumbs": "up"}, metrics=["thumbs"]) == [
        "the feedback does not say which answer it is about"
    ]


def test_own_patterns_are_corrections_too() -> None:
    options: dict[str, Any] = {"replayed": True, "metrics": ["corrected"], "patterns": ["^nein, ich meinte"]}
    assert given({"follow_up": "NEIN, ich meinte die grosse."}, **options) == [1]
    assert given({"follow_up": "Danke!"}, **options) == [0]


@pytest.mark.parametrize(
    "options", [{}, {"metrics": []}, {"metrics": ["stars"]}, {"metrics": ["thumbs"], "patterns": ["("]}]
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(FeedbackGiven, **options)
