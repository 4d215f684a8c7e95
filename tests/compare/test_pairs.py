"""Which draws stand against which."""

from typing import Any

import pytest

from gate.compare.pairs import Pairs, churn, counted_metrics, draws_of, pair, shared_cases, tags_of
from gate.compare.policy import Rule, resolve
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Gate, Policy
from tests.builders import make_metric, make_scorecard


def make_scores(**fields: Any) -> CaseScores:
    return CaseScores(**{"key": "k", "trials": 2, "scores": {"accuracy": (1.0, 0.0)}, **fields})


def rule_of(**metric: Any) -> Rule:
    rule = resolve(make_metric(**metric), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def card_of(**cases: CaseScores) -> Scorecard:
    return make_scorecard({}, cases=cases)


def paired(before: Scorecard, after: Scorecard) -> Pairs:
    return pair(shared_cases(before, after), name="accuracy")


def test_only_cases_that_ask_the_same_are_paired_and_the_rest_is_churn() -> None:
    before = card_of(a=make_scores(), b=make_scores(), c=make_scores(key="old"))
    after = card_of(a=make_scores(), c=make_scores(key="new"), d=make_scores())
    assert shared_cases(before, after).ids == ["a"]
    difference = churn(before, after)
    assert (difference.added, difference.removed, difference.changed) == (("d",), ("b",), ("c",))


def test_a_pair_needs_a_draw_on_either_side() -> None:
    before = card_of(a=make_scores(), b=make_scores(scores={}), c=make_scores())
    after = card_of(a=make_scores(scores={"accuracy": (1.0,)}), b=make_scores(), c=make_scores(scores={}))
    pairs = paired(before, after)
    assert pairs.missing == [1, 0, 2]
    assert pairs.scored().ids == ["a"]
    assert (pairs.scored().before, pairs.scored().after) == ([(1.0, 0.0)], [(1.0,)])


@pytest.mark.parametrize(("better", "worst"), [("higher", 0.0), ("lower", 1.0)])
def test_missing_draws_get_the_worst_value_and_bring_their_case_back(better: str, worst: float) -> None:
    before = card_of(a=make_scores(), c=make_scores())
    after = card_of(a=make_scores(scores={"accuracy": (1.0,)}), c=make_scores(scores={}))
    imputed = paired(before, after).imputed(rule_of(better=better))
    assert imputed.ids == ["a", "c"]
    assert imputed.after == [(1.0, worst), (worst, worst)]


def test_a_measure_gets_the_worst_value_that_was_seen() -> None:
    before = card_of(a=make_scores(scores={"accuracy": (3.0, 9.0)}))
    after = card_of(a=make_scores(scores={"accuracy": (4.0,)}))
    pairs = paired(before, after)
    assert pairs.imputed(rule_of(kind="measure", better="lower")).after == [(4.0, 9.0)]
    assert pairs.imputed(rule_of(kind="measure")).after == [(4.0, 3.0)]


def test_an_abstention_is_not_missing() -> None:
    case = make_scores(scores={"accuracy": (1.0,)}, abstentions={"accuracy": 1})
    assert paired(card_of(a=case), card_of(a=case)).missing == [0]


def test_the_error_rate_is_one_for_each_failed_draw() -> None:
    assert draws_of([make_scores(trials=3, errors=1)], name="error_rate") == [(1.0, 0.0, 0.0)]


def test_coverage_is_one_for_each_scored_draw_and_knows_nothing_of_failed_ones() -> None:
    case = make_scores(trials=5, errors=2, abstentions={"accuracy": 1})
    assert draws_of([case], name="coverage.accuracy") == [(1.0, 1.0, 0.0)]
    assert draws_of([case], name="coverage.tone") == [()]


def test_coverage_is_counted_where_a_metric_abstained_or_a_gate_asks_for_it() -> None:
    silent, loud = card_of(a=make_scores()), card_of(a=make_scores(trials=3, abstentions={"accuracy": 1}))
    assert [m.name for m in counted_metrics(silent, silent, asked=())] == ["error_rate"]
    for cards in ((silent, loud), (loud, silent), (None, loud)):
        assert [m.name for m in counted_metrics(*cards, asked=())] == ["error_rate", "coverage.accuracy"]
    assert [m.name for m in counted_metrics(silent, silent, asked={"accuracy"})] == [
        "error_rate",
        "coverage.accuracy",
    ]


def test_the_baselines_tags_win_and_the_heads_fill_in() -> None:
    before = card_of(a=make_scores(tags={"area": "billing"}))
    after = card_of(
        a=make_scores(tags={"area": "other", "level": "hard"}), b=make_scores(tags={"area": "new"})
    )
    assert tags_of(before, after, "a") == {"area": "billing", "level": "hard"}
    assert tags_of(before, after, "b") == {"area": "new"}
    assert tags_of(None, after, "a") == {"area": "other", "level": "hard"}


def test_one_kind_of_failure_is_counted_like_all_of_them_together() -> None:
    case = CaseScores(key="k", trials=5, errors=3, failures={"timeout": 2, "exception": 1})
    assert draws_of([case], name="error_rate.timeout") == [(1.0, 1.0, 0.0, 0.0, 0.0)]
    assert draws_of([case], name="error_rate.auth") == [(0.0,) * 5]


def test_kinds_of_failures_are_counted_where_they_are_asked_for() -> None:
    card = make_scorecard({"a": (1.0,)})
    named = [metric.name for metric in counted_metrics(card, card, asked={"error_rate.timeout"})]
    assert named == ["error_rate", "error_rate.timeout"]
    assert [metric.name for metric in counted_metrics(card, card, asked=())] == ["error_rate"]
