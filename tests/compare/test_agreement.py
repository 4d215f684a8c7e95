import math
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from gate.compare.agreement import (
    Judged,
    counts,
    informedness,
    informedness_low,
    is_enough,
    kappa,
    length_bias,
    rate,
    self_agreement,
    sensitivity,
    specificity,
)
from gate.model.calibration import Counts

CELLS = st.integers(0, 400)


@given(st.integers(1, 500).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_a_rate_has_wilsons_interval(pair: tuple[int, int]) -> None:
    hits, of = pair
    found = rate(hits, of)
    low, high = proportion_confint(hits, of, alpha=0.05, method="wilson")
    assert found is not None
    assert (found.value, found.low, found.high) == pytest.approx((hits / of, low, high), abs=1e-9)


@given(CELLS, CELLS, CELLS, CELLS)
def test_the_lower_end_of_j_is_newcombes_of_the_difference_of_two_rates(
    tp: int, fn: int, fp: int, tn: int
) -> None:
    """TPR + TNR - 1 is TPR less the share of fails that pass."""
    found = Counts(true_positive=tp, false_negative=fn, false_positive=fp, true_negative=tn)
    low = informedness_low(found)
    if 0 in (tp + fn, tn + fp):
        assert low is None
        assert not is_enough(found)
        return
    with np.errstate(all="ignore"):
        known, _ = confint_proportions_2indep(tp, tp + fn, fp, tn + fp, compare="diff", method="newcomb")
    assert low == pytest.approx(known, abs=1e-9)


@given(CELLS, CELLS, CELLS, CELLS)
def test_kappa_is_cohens_with_the_error_of_fleiss(tp: int, fn: int, fp: int, tn: int) -> None:
    found = kappa(Counts(true_positive=tp, false_negative=fn, false_positive=fp, true_negative=tn))
    if fn + fp == 0 and 0 in (tp, tn):
        assert found is None
        return
    with np.errstate(all="ignore"):
        known = cohens_kappa([[tp, fn], [fp, tn]])
    assert found is not None
    assert found.value == pytest.approx(known.kappa, abs=1e-9)
    error = 0.0 if math.isnan(known.std_kappa) else known.std_kappa  # the root of a rounding error below 0
    half = stats.norm.ppf(0.975) * error
    assert found.low == pytest.approx(max(-1.0, known.kappa - half), abs=1e-7)
    assert found.high == pytest.approx(min(1.0, known.kappa + half), abs=1e-7)


def test_the_rates_leave_abstentions_out_and_the_counts_do_not() -> None:
    judged = [
        *[Judged(label=True, verdict=True, words=1)] * 8,
        *[Judged(label=True, verdict=False, words=1)] * 2,
        *[Judged(label=False, verdict=False, words=1)] * 9,
        *[Judged(label=False, verdict=True, words=1)] * 1,
        *[Judged(label=True, verdict=None, words=1)] * 5,
    ]
    found = counts(judged)
    up, down = sensitivity(found), specificity(found)
    assert found.abstained == 5
    assert up is not None
    assert down is not None
    assert (up.value, up.of, down.value, down.of) == (0.8, 10, 0.9, 10)
    assert informedness(found) == pytest.approx(0.7)


def test_without_both_labels_nothing_can_be_said_of_the_whole() -> None:
    found = counts([Judged(label=True, verdict=True, words=1)])
    assert specificity(found) is None
    assert informedness(found) is None
    assert kappa(found) is None


def test_self_agreement_counts_pairs_of_one_response_only() -> None:
    assert self_agreement([[1.0, 1.0, 0.0], [None, None], [1.0]]) == (4, 2)


@given(
    st.lists(st.integers(0, 30), min_size=1, max_size=30),
    st.lists(st.integers(0, 30), min_size=1, max_size=30),
)
def test_length_bias_within_one_label_is_the_rank_test_of_mann_and_whitney(
    passed: list[int], failed: list[int]
) -> None:
    judged = [
        *(Judged(label=True, verdict=True, words=words) for words in passed),
        *(Judged(label=True, verdict=False, words=words) for words in failed),
    ]
    found = length_bias(judged)
    known = stats.mannwhitneyu(passed, failed, use_continuity=False, method="asymptotic")
    assert found is not None
    bias, p = found
    assert bias == pytest.approx(2 * known.statistic / (len(passed) * len(failed)) - 1)
    assert p == pytest.approx(1.0 if math.isnan(known.pvalue) else known.pvalue, abs=1e-9)


def test_longer_responses_that_people_pass_more_often_are_no_bias_of_the_judge() -> None:
    chance = random.Random(7)
    fair = [
        Judged(label=label, verdict=label if chance.random() < 0.8 else not label, words=words)
        for label, words in ((True, 90), (False, 10))
        for words in (words + chance.randrange(10) for _ in range(200))
    ]
    swayed = [
        Judged(label=label, verdict=words > 50, words=words)
        for label in (True, False)
        for words in (chance.randrange(100) for _ in range(200))
    ]
    fair_bias, swayed_bias = length_bias(fair), length_bias(swayed)
    assert fair_bias is not None
    assert swayed_bias is not None
    assert abs(fair_bias[0]) < 0.25
    assert fair_bias[1] > 0.01
    assert swayed_bias[0] == 1.0
    assert swayed_bias[1] < 1e-6
