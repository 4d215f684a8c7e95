"""A few cases, judged on the draws within them: error rates, power, and what is said where it cannot be told."""

from collections.abc import Sequence
from random import Random

import pytest

from gate.compare.hypothesis import Question, answered, draws_for_both, rules_of
from gate.model.hypothesis import Answer
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy

BINARY = {"m": Metric(name="m", kind="binary", fingerprint="f")}
QUESTION = Question(suite="s", policy=Policy(), rules=SuitePolicy())
ORDINARY = 0.0425
RUNS = 150


def card(
    draws: Sequence[Sequence[float]], metrics: dict[str, Metric] = BINARY, missing: int = 0
) -> Scorecard:
    cases = {
        f"c{number:02}": CaseScores(
            key="k", trials=len(values) + missing, errors=missing, scores={"m": tuple(map(float, values))}
        )
        for number, values in enumerate(draws)
    }
    return Scorecard(suite="s", metrics=metrics, cases=cases)


def drawn(chances: Sequence[float], draws: int, luck: Random) -> Scorecard:
    return card([[luck.random() < chance for _ in range(draws)] for chance in chances])


def shares(base: Sequence[float], head: Sequence[float], *, draws: int) -> dict[Answer, float]:
    """How often each answer is given."""
    luck, found = Random(7), dict[Answer, float]()
    for _ in range(RUNS):
        (told,) = answered(drawn(base, draws, luck), drawn(head, draws, luck), QUESTION)
        found[told.answer] = found.get(told.answer, 0) + 1 / RUNS
    return found


def planned(cases: int) -> int:
    (rule,) = rules_of(BINARY, QUESTION)
    draws = draws_for_both(rule, cases=cases, noise=ORDINARY, level=QUESTION.level, power=0.8)
    assert draws is not None
    return draws


@pytest.mark.parametrize("cases", [5, 10, 30])
def test_the_planned_draws_find_a_drop_and_find_none_where_there_is_none(cases: int) -> None:
    chances = [0.95] * cases  # as noisy as is planned for
    draws = planned(cases)
    # Four standard errors of a share in so many runs above the level of a look.
    assert shares(chances, chances, draws=draws).get("confirmed", 0) <= QUESTION.level + 0.056
    worse = shares(chances, [0.65] * cases, draws=draws)
    assert worse["confirmed"] >= 0.97
    dropped = shares(chances, [0.85] * cases, draws=draws)
    assert dropped["confirmed"] >= 0.6
    assert dropped.get("not confirmed", 0) <= QUESTION.level + 0.056


def test_fewer_cases_need_more_draws() -> None:
    needed = [planned(cases) for cases in (5, 8, 10, 20, 30)]
    assert needed == sorted(needed, reverse=True)
    assert needed[0] <= 20


def test_no_number_of_draws_is_promised_where_none_finds_the_drop() -> None:
    (rule,) = rules_of(BINARY, Question(suite="s", policy=Policy(), rules=SuitePolicy(), drop=0.02))
    assert draws_for_both(rule, cases=5, noise=ORDINARY, level=0.03, power=0.8) is None


def test_the_interval_of_a_few_cases_holds_what_was_seen() -> None:
    (told,) = answered(card([[1] * 18] * 5), card([[0] * 18, *[[1] * 18] * 4]), QUESTION)
    diff = told.diff
    assert diff.low is not None
    assert diff.high is not None
    assert diff.low < -0.2 < diff.high
    assert told.answer == "confirmed"


def test_one_case_is_enough_where_its_draws_say_so() -> None:
    (told,) = answered(card([[1] * 6]), card([[0] * 6]), QUESTION)
    assert told.answer == "confirmed"


def test_a_drop_within_what_is_allowed_is_no_confirmation() -> None:
    rules = SuitePolicy(gates={"m": Gate.model_validate({"max_drop": 0.3, "must_catch": 0.6})})
    question = Question(suite="s", policy=Policy(), rules=rules)
    (told,) = answered(card([[1] * 30] * 8), card([[1] * 30] * 6 + [[0] * 30] * 2), question)
    assert told.answer == "not confirmed"
    assert told.diff.reason == "worse, by no more than is allowed"


def test_what_cannot_be_told_says_how_many_more_draws_may() -> None:
    (told,) = answered(card([[1, 1, 0]] * 6), card([[1, 0, 0]] * 6), QUESTION)
    assert told.answer == "can't tell"
    assert told.more_draws is not None
    assert told.more_draws > 0


def test_draws_that_failed_may_have_been_bad_ones() -> None:
    question = Question(suite="s", policy=Policy(), rules=SuitePolicy(), drop=0.3)
    base = card([[1] * 10] * 10)
    assert answered(base, card([[1] * 10] * 10), question)[0].answer == "not confirmed"
    (told,) = answered(base, card([[1] * 6] * 10, missing=4), question)
    assert told.answer == "can't tell"


def test_another_instrument_is_not_compared() -> None:
    other = {"m": Metric(name="m", kind="binary", fingerprint="another")}
    (told,) = answered(card([[1] * 3] * 5), card([[0] * 3] * 5, metrics=other), QUESTION)
    assert told.answer == "not comparable"


def test_one_metric_is_asked_of_alone_also_where_it_is_only_recorded() -> None:
    metrics = {**BINARY, "n": Metric(name="n", kind="scale", low=0, high=1, fingerprint="g")}
    rules = SuitePolicy(gates={"n": Gate(mode="record")})
    every = Question(suite="s", policy=Policy(), rules=rules)
    alone = Question(suite="s", policy=Policy(), rules=rules, metric="n")
    assert [rule.name for rule in rules_of(metrics, every)] == ["m"]
    assert [rule.name for rule in rules_of(metrics, alone)] == ["n"]
