"""A metric that may move neither way: both sides are found, neither too often, and a part may move against the whole."""

from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gate.compare.decide import decide
from gate.compare.drift import weigh_sides
from gate.compare.evidence import Evidence
from gate.compare.moments import moments_of
from gate.compare.pairs import Draws, Pairs
from gate.compare.policy import Misfit, Rule, resolve
from gate.model.scorecard import CaseScores, Comparison, Scorecard
from gate.model.suite import Gate, Policy, SuitePolicy
from gate.model.verdict import Kind, MetricDiff, Verdict
from tests.builders import make_metric

LENGTH = make_metric("response_words", kind="measure", unit="words", better="neither", operational=True)


def rule_of(**gate: Any) -> Rule:
    rule = resolve(LENGTH, gate=Gate(**{"better": "same", "max_drop": "25%", **gate}), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def weighed(before: Sequence[Draws], after: Sequence[Draws], **gate: Any) -> tuple[Rule, Evidence]:
    ids = [f"c{i:03}" for i in range(len(before))]
    pairs = Pairs(ids=ids, before=before, after=after, missing=[0] * len(ids))
    rule = rule_of(**gate)
    return weigh_sides(moments_of(pairs, rule), rule, level=0.05)


def card_of(lengths: Sequence[Draws], *, tags: Sequence[str] = ()) -> Scorecard:
    cases = {
        f"c{i:03}": CaseScores(
            key=f"k{i}",
            trials=len(draws),
            scores={"response_words": draws},
            tags={"area": tags[i]} if tags else {},
        )
        for i, draws in enumerate(lengths)
    }
    return Scorecard(suite="suite", metrics={"response_words": LENGTH}, cases=cases)


def verdict_of(before: Scorecard, after: Scorecard, *, slices: tuple[str, ...] = (), **gate: Any) -> Verdict:
    gates = {"response_words": Gate(**{"better": "same", "max_drop": "25%", **gate})}
    policy = SuitePolicy(gates=gates, slices=slices)
    return decide([Comparison(suite="suite", baseline=before, head=after, policy=policy)], Policy())


def diff_of(verdict: Verdict) -> MetricDiff:
    (found,) = (d for suite in verdict.suites for d in suite.diffs if d.metric == "response_words")
    return found


def noisy(seed: int, *, cases: int = 60, draws: int = 1, factor: float = 1.0) -> list[Draws]:
    """Answers of about 60 words: each case its own length, each draw its own noise of about 15 %."""
    lengths, noise = Random(0), Random(seed)
    own = [60 * lengths.lognormvariate(0, 0.4) for _ in range(cases)]
    return [
        tuple(float(round(factor * mean * noise.lognormvariate(0, 0.15))) for _ in range(draws))
        for mean in own
    ]


@pytest.mark.parametrize(("factor", "change"), [(1.6, 0.6), (0.5, -0.5)])
def test_answers_that_grow_and_answers_that_shrink_are_both_found(factor: float, change: float) -> None:
    verdict = verdict_of(card_of(noisy(1, draws=5)), card_of(noisy(2, factor=factor)))
    diff = diff_of(verdict)
    assert (verdict.kind, diff.kind) == (Kind.REGRESSED, Kind.REGRESSED)
    assert diff.delta == pytest.approx(change, abs=0.08)
    assert diff.better == ("lower" if change > 0 else "higher")


@pytest.mark.parametrize("factor", [1.0, 1.1, 0.9])
def test_a_change_within_the_margin_passes_whichever_way(factor: float) -> None:
    verdict = verdict_of(card_of(noisy(1, draws=5)), card_of(noisy(2, factor=factor)))
    assert verdict.kind is Kind.PASS


def test_a_change_that_cannot_be_told_apart_from_none_is_not_called_a_pass() -> None:
    wild = [tuple(60 * Random(i).lognormvariate(0, 1.6) for _ in range(1)) for i in range(10)]
    other = [tuple(60 * Random(100 + i).lognormvariate(0, 1.6) for _ in range(1)) for i in range(10)]
    assert diff_of(verdict_of(card_of(wild), card_of(other))).kind is Kind.INCONCLUSIVE


def test_an_empty_answer_is_a_length_like_any_other() -> None:
    before, after = [(60.0,)] * 40, [(0.0,)] * 40
    verdict = verdict_of(card_of(before), card_of(after))
    assert verdict.kind is Kind.REGRESSED
    assert diff_of(verdict).head == pytest.approx(0.0, abs=1e-9)
    assert diff_of(verdict).baseline == pytest.approx(60.0)


def test_a_part_that_moves_against_the_whole_is_found() -> None:
    tags = ["quiet"] * 90 + ["loud"] * 30
    before = noisy(1, cases=120, draws=5)
    after = noisy(2, cases=120)
    after[90:] = [tuple(0.3 * draw for draw in draws) for draws in after[90:]]
    after[:90] = [tuple(1.15 * draw for draw in draws) for draws in after[:90]]
    verdict = verdict_of(card_of(before, tags=tags), card_of(after, tags=tags), slices=("area",))
    regressed = {
        diff.slice for suite in verdict.suites for diff in suite.slices if diff.kind is Kind.REGRESSED
    }
    assert regressed == {"area=loud"}


@settings(max_examples=60)
@given(
    lengths=st.lists(st.tuples(st.floats(1, 500), st.floats(1, 500)), min_size=2, max_size=30),
)
def test_exchanging_the_sides_turns_the_rule_and_leaves_p(lengths: list[tuple[float, float]]) -> None:
    before, after = [(b,) for b, _ in lengths], [(a,) for _, a in lengths]
    (one, first), (other, second) = weighed(before, after), weighed(after, before)
    shuffled = first.method == "permutation"  # each way has shuffles of its own
    assert first.p == pytest.approx(second.p, abs=0.1 if shuffled else 1e-9)
    assert first.delta * one.sign == pytest.approx(-second.delta * other.sign, abs=1e-9)


def test_p_is_that_of_scipy_s_permutation_test_of_both_sides() -> None:
    generator = np.random.default_rng(7)
    for shift in (0.0, 0.2, -0.3):
        before = np.exp(generator.normal(4, 0.3, 12))
        after = np.exp(np.log(before) + generator.normal(shift, 0.3, 12))
        theirs = stats.permutation_test(
            (np.log(after + 1), np.log(before + 1)),
            lambda x, y, axis: np.mean(x - y, axis=axis),
            permutation_type="samples",
            n_resamples=np.inf,
            vectorized=True,
        )
        _, ours = weighed([(x,) for x in before], [(y,) for y in after])
        assert ours.method == "permutation"
        assert ours.p == pytest.approx(theirs.pvalue, abs=0.03)


def test_unchanged_answers_alarm_no_more_often_than_the_policy_allows() -> None:
    """With a margin of next to nothing, only the test stands between noise and an alarm."""
    runs = 400
    alarms = sum(
        diff_of(
            verdict_of(
                card_of(noisy(2 * i, cases=40, draws=2)), card_of(noisy(2 * i + 1, cases=40)), max_drop="0.1%"
            )
        ).kind
        is Kind.REGRESSED
        for i in range(runs)
    )
    assert alarms <= stats.binom.ppf(0.999, runs, 0.05)


def test_without_a_percentage_the_change_is_counted_in_words() -> None:
    verdict = verdict_of(card_of([(50.0,)] * 30), card_of([(40.0,)] * 30), max_drop=5, must_catch=20)
    diff = diff_of(verdict)
    assert (diff.kind, diff.delta, diff.relative) == (Kind.REGRESSED, -10.0, False)


def test_a_margin_that_no_shrinking_could_reach_is_refused() -> None:
    assert isinstance(resolve(LENGTH, gate=Gate(better="same", max_drop="50%"), policy=Policy()), Misfit)
    assert rule_of(max_drop="50%", must_catch="90%").both


def test_pairs_find_what_a_test_of_two_unpaired_samples_hardly_sees() -> None:
    """Why there is no Mann-Whitney test here: cases differ from each other by far more than they drift."""
    ours = theirs = 0
    for seed in range(60):
        before, after = noisy(2 * seed, cases=40, draws=5), noisy(2 * seed + 1, cases=40, factor=1.1)
        _, evidence = weighed(before, after)
        ours += evidence.p <= 0.05
        unpaired = stats.mannwhitneyu([draw for (draw,) in after], [np.mean(draws) for draws in before])
        theirs += bool(unpaired.pvalue <= 0.05)
    assert ours >= 50
    assert theirs <= 6
