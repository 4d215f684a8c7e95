import asyncio
from typing import Any

import pytest
from py3langid import langid
from pydantic import ValidationError

from gate.evaluators import language
from gate.evaluators.language import Language
from gate.model.case import Place
from gate.model.errors import UserError
from gate.model.score import Score
from tests.builders import make_case, make_reply, make_sample
from tests.evaluators.scoring import make_evaluator

GERMAN = "Das Paket kommt morgen bei Ihnen an, und Sie müssen nichts weiter tun."
ENGLISH = "The parcel arrives tomorrow, and there is nothing else that you need to do."
FOUR = {"among": ["en", "de", "fr", "es"]}


async def _score(evaluator: Any, case: Any, output: str) -> Score:
    (score,) = await evaluator.score(make_sample(case, make_reply(output)))
    assert isinstance(score, Score)
    return score


def score(output: str, *, case: Any = None, **options: Any) -> Score:
    evaluator = make_evaluator(Language, **{**FOUR, **options})
    case = case or make_case(input=ENGLISH)
    evaluator.check(case)
    return asyncio.run(_score(evaluator, case, output))


@pytest.mark.parametrize(("output", "points"), [(GERMAN, 1), (ENGLISH, 0)])
def test_the_output_must_be_in_the_language_of_the_options(output: str, points: float) -> None:
    assert score(output, language="de").value == points
    assert score(output, language="de", among=[]).value == points


def test_a_wrong_language_is_named() -> None:
    assert score(ENGLISH, language="de").explanation == "the output is in 'en', not in 'de'"


@pytest.mark.parametrize(
    "asked",
    [
        GERMAN,
        [{"role": "user", "content": GERMAN}, {"role": "assistant", "content": ENGLISH}],
        {"question": GERMAN, "n": 3},
    ],
)
def test_without_a_language_it_must_be_that_of_the_input(asked: Any) -> None:
    case = make_case(input=asked)
    assert score(GERMAN, case=case).value == 1
    assert score(ENGLISH, case=case).value == 0


def test_a_tag_may_hold_the_language_and_a_case_without_it_is_an_abstention() -> None:
    assert score(GERMAN, case=make_case(tags={"lang": "de"}), tag="lang").value == 1
    assert score(ENGLISH, case=make_case(tags={"lang": "de"}), tag="lang").value == 0
    assert score(ENGLISH, tag="lang").abstained == "the case has no tag 'lang'"


@pytest.mark.parametrize("output", ["", "42", "x1", "{}", "\ud800", "🙂"])
def test_what_tells_no_language_is_an_abstention_and_no_error(output: str) -> None:
    given = score(output, language="de")
    assert given.abstained == "the language of the output cannot be told"


def test_an_input_that_tells_no_language_is_an_abstention() -> None:
    assert score(GERMAN, case=make_case(input="42")).abstained == "the language of the input cannot be told"


def test_a_tag_that_is_no_language_is_refused_with_its_place() -> None:
    case = make_case(tags={"lang": "german"}, place=Place(file="cases.jsonl", line=7))
    with pytest.raises(UserError, match="'german' is no language") as error:
        make_evaluator(Language, tag="lang").check(case)
    assert str(error.value.problems[0].place) == "cases.jsonl:7"


@pytest.mark.parametrize(
    "options",
    [
        {"language": "german"},
        {"language": "en", "tag": "lang"},
        {"among": ["en"]},
        {"language": "it", "among": ["en", "de"]},
        {"among": ["en", "xx"]},
    ],
)
def test_options_that_mean_nothing_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_evaluator(Language, **options)


def test_the_languages_are_those_of_the_model() -> None:
    model = langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)
    assert {*language._LANGUAGES, language._NO_LANGUAGE} == set(model.labels)


def test_the_version_of_the_model_is_part_of_the_instrument() -> None:
    assert Language.version.startswith("1 py3langid==")
