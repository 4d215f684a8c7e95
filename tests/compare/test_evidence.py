"""Which test is taken, its p against scipy, the bounds against their formulas, and the laws of all of them."""

import math
from collections.abc import Sequence
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from gate.compare.evidence import Evidence, weigh
from gate.compare.moments import moments_of
from gate.compare.pairs import Draws, Pairs
from gate.compare.policy import Rule, resolve
from gate.model.suite import Gate, Policy
from tests.builders import make_metric

Z = stats.norm.ppf(0.95)
BINARY = st.sampled_from([0.0, 1.0])
GRADES = st.integers(0, 8).map(lambda k: k / 8)


def rule_of(**metric: Any) -> Rule:
    rule = resolve(make_metric(**metric), gate=Gate(), policy=Policy())
    assert isinstance(rule, Rule)
    return rule


def pairs_of(before: Sequence[Draws], after: Sequence[Draws]) -> Pairs:
    ids = [f"c{i:04}" for i in range(len(before))]
    return Pairs(ids=ids, before=before, after=after, missing=[0] * len(ids))


def evidence_of(
    before: Sequence[Draws], after: Sequence[Draws], *, labels: list[str] | None = None, **metric: Any
) -> Evidence:
    rule = rule_of(**metric)
    return weigh(moments_of(pairs_of(before, after), rule), rule, level=0.05, labels=labels)


def sides(draw: st.SearchStrategy[float], *, cases: int = 40, fixed: bool = True) -> st.SearchStrategy[Any]:
    """(baseline, head): the same number of draws in every case, or any number from 1 to 3."""

    def side(size: int) -> st.SearchStrategy[Draws]:
        return st.lists(draw, min_size=size if fixed else 1, max_size=size if fixed else 3).map(tuple)

    def build(sizes: tuple[int, int]) -> st.SearchStrategy[Any]:
        case = st.tuples(side(sizes[0]), side(sizes[1]))
        return st.lists(case, min_size=1, max_size=cases).map(
            lambda rows: ([b for b, _ in rows], [a for _, a in rows])
        )

    return st.tuples(st.integers(1, 5), st.integers(1, 3)).flatmap(build)


def test_zeros_and_ones_with_equal_draws_are_tested_exactly() -> None:
    assert evidence_of([(1.0, 1.0)] * 5, [(0.0,)] * 5).method == "exact"


def test_unequal_draws_and_grades_are_tested_by_their_normal_law_from_20_informative_cases_on() -> None:
    before, after = [(1.0, 0.5)] * 20, [(0.0,)] * 20
    assert evidence_of(before, after, kind="scale", low=0, high=1).method == "normal"
    assert evidence_of(before[:19], after[:19], kind="scale", low=0, high=1).method == "permutation"
    uneven = [(1.0,)] * 30 + [(1.0, 1.0)]
    assert evidence_of(uneven, [(0.0,)] * 31).method == "normal"


def test_where_no_draw_differs_there_is_no_p_to_speak_of() -> None:
    evidence = evidence_of([(1.0, 1.0), (0.0, 0.0)], [(1.0,), (0.0,)])
    assert (evidence.method, evidence.p, evidence.informative, evidence.changed) == (
        "constant",
        1.0,
        0,
        False,
    )


@given(sides(GRADES, fixed=False))
@settings(max_examples=40)
def test_the_normal_p_is_the_sum_of_the_differences_over_its_spread(
    rows: tuple[Sequence[Draws], Sequence[Draws]],
) -> None:
    evidence = evidence_of(*rows, kind="scale", low=0, high=1)
    if evidence.method != "normal":
        return
    v = [
        np.var(x + y, ddof=1) * (1 / len(x) + 1 / len(y)) if len(set(x + y)) > 1 else 0.0
        for x, y in zip(*rows, strict=True)
    ]
    total = sum(np.mean(y) - np.mean(x) for x, y in zip(*rows, strict=True))
    assert evidence.p == pytest.approx(stats.norm.cdf(total / math.sqrt(sum(v))))


@given(sides(BINARY))
@settings(max_examples=60)
def test_the_bound_of_a_binary_metric_is_its_formula(rows: tuple[Sequence[Draws], Sequence[Draws]]) -> None:
    evidence, n = evidence_of(*rows), len(rows[0])
    d = np.array([np.mean(y) - np.mean(x) for x, y in zip(*rows, strict=True)])
    kb, kc = len(rows[0][0]), len(rows[1][0])
    v = float(sum(np.var(x + y, ddof=1) * (1 / kb + 1 / kc) for x, y in zip(*rows, strict=True)))
    if min(kb, kc) > 1:
        apart = float(
            sum(np.var(x, ddof=1) / kb + np.var(y, ddof=1) / kc for x, y in zip(*rows, strict=True))
        )
    else:
        apart = n * float(np.var(d, ddof=1)) if n > 1 else 0.0
    variance = max(v, apart)
    reach = 1 / min(kb, kc)
    assert evidence.low == pytest.approx(
        (d.sum() - Z * math.sqrt(variance + 2 * reach**2)) / (n + 2), abs=1e-9
    )
    assert evidence.high == pytest.approx((d.sum() + Z * math.sqrt(variance)) / n, abs=1e-9)
    assert evidence.delta == pytest.approx(d.mean(), abs=1e-12)


def test_the_bound_of_a_graded_metric_is_shrunk_by_the_largest_difference_seen() -> None:
    before, after = [(0.5,)] * 12, [(0.5,)] * 11 + [(0.25,)]
    evidence = evidence_of(before, after, kind="scale", low=0, high=1)
    variance = 12 / 11 * ((0.25 - 0.25 / 12) ** 2 + 11 * (0.25 / 12) ** 2)
    variance = max(variance, 0.25**2)
    assert evidence.low == pytest.approx((-0.25 - Z * math.sqrt(variance + 2 * 0.25**2)) / 14)


def test_the_bound_of_a_ratio_is_plain() -> None:
    before, after = [(1.0, 1.2)] * 12, [(1.1, 1.3)] * 12
    evidence = evidence_of(before, after, kind="measure", better="lower", log=True)
    logs = [np.log(side) for side in ((1.0, 1.2), (1.1, 1.3))]
    pooled = np.var(np.concatenate(logs), ddof=1)
    apart = np.var(logs[0], ddof=1) / 2 + np.var(logs[1], ddof=1) / 2
    delta = logs[0].mean() - logs[1].mean()
    spread = math.sqrt(12 * max(pooled, apart)) / 12
    assert [evidence.delta, evidence.low] == pytest.approx([delta, delta - Z * spread])


def test_clusters_take_students_t_over_their_sums() -> None:
    random = Random(3)
    before = [(float(random.random() < 0.8),) for _ in range(60)]
    after = [(float(random.random() < 0.6),) for _ in range(60)]
    labels = [f"t{i % 12}" for i in range(60)]
    evidence = evidence_of(before, after, labels=labels)
    d = np.array([y[0] - x[0] for x, y in zip(before, after, strict=True)])
    sums = np.array([d[i::12].sum() - 5 * d.mean() for i in range(12)])
    error = math.sqrt(12 / 11 * (sums**2).sum()) / 60
    assert (evidence.method, evidence.clusters) == ("cluster", 12)
    assert evidence.p == pytest.approx(stats.t.cdf(d.mean() / error, 11))
    t, largest = stats.t.ppf(0.95, 11), max(abs(d[i::12].sum()) for i in range(12))
    low = (d.sum() - t * math.sqrt((60 * error) ** 2 + 2 * largest**2)) / (60 + 2 * 60 / 12)
    alone = evidence_of(before, after)
    assert [evidence.low, evidence.high] == pytest.approx(
        [min(low, alone.low), max(d.mean() + t * error, alone.high)]
    )


def test_a_single_cluster_bounds_nothing() -> None:
    evidence = evidence_of([(1.0,)] * 20, [(0.0,)] + [(1.0,)] * 19, labels=["t"] * 20)
    assert (evidence.low, evidence.p) == (-math.inf, 1.0)


@given(sides(BINARY) | sides(GRADES, fixed=False, cases=15))
@settings(max_examples=60)
def test_turning_the_direction_turns_the_evidence(rows: tuple[Sequence[Draws], Sequence[Draws]]) -> None:
    """A metric of which lower is better is its complement of which higher is better."""
    kind: dict[str, Any] = {"kind": "scale", "low": 0, "high": 1}
    flipped = tuple([tuple(1 - draw for draw in case) for case in side] for side in rows)
    up, down = evidence_of(*rows, **kind), evidence_of(*flipped, better="lower", **kind)
    assert down.p == pytest.approx(up.p, abs=0.02 if up.method == "permutation" else 1e-9)
    assert (down.n, down.informative, down.method) == (up.n, up.informative, up.method)
    assert [down.delta, down.low, down.high] == pytest.approx([up.delta, up.low, up.high], abs=1e-9)


@given(sides(BINARY))
@settings(max_examples=60)
def test_swapping_the_sides_turns_p_around(rows: tuple[Sequence[Draws], Sequence[Draws]]) -> None:
    there, back = evidence_of(rows[0], rows[1]), evidence_of(rows[1], rows[0])
    assert back.delta == pytest.approx(-there.delta)
    if there.method == "exact":
        assert back.p == pytest.approx(1 - there.p, abs=1e-9)


@given(sides(BINARY) | sides(GRADES, fixed=False, cases=25), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_the_order_of_cases_does_not_matter_to_the_last_bit_nor_that_of_draws_to_the_eye(
    rows: tuple[Sequence[Draws], Sequence[Draws]], random: Random
) -> None:
    kind: dict[str, Any] = {"kind": "scale", "low": 0, "high": 1}
    there = figures(evidence_of(*rows, **kind))
    mixed = list(zip(*rows, strict=True))
    random.shuffle(mixed)
    assert figures(evidence_of([x for x, _ in mixed], [y for _, y in mixed], **kind)) == there
    dealt = [(tuple(random.sample(x, len(x))), tuple(random.sample(y, len(y)))) for x, y in mixed]
    again = figures(evidence_of([x for x, _ in dealt], [y for _, y in dealt], **kind))
    assert again == pytest.approx(there, abs=1e-9)


def figures(evidence: Evidence) -> list[float]:
    return [evidence.delta, evidence.p, evidence.low, evidence.high]


@given(sides(BINARY), st.data())
@settings(max_examples=60)
def test_one_more_failure_of_the_head_never_speaks_for_it(
    rows: tuple[Sequence[Draws], Sequence[Draws]], data: st.DataObject
) -> None:
    before, after = rows
    passing = [i for i, draws in enumerate(after) if 1.0 in draws]
    if not passing:
        return
    broken = data.draw(st.sampled_from(passing))
    place = after[broken].index(1.0)
    worse = [*after]
    worse[broken] = (*after[broken][:place], 0.0, *after[broken][place + 1 :])
    now, then = evidence_of(before, after), evidence_of(before, worse)
    assert then.delta < now.delta
    if then.method == now.method == "exact":
        assert then.p <= now.p + 1e-12


@given(sides(BINARY) | sides(GRADES, fixed=False, cases=12))
@settings(max_examples=60)
def test_no_p_and_no_drop_lies_below_the_smallest_that_the_draws_allow(
    rows: tuple[Sequence[Draws], Sequence[Draws]],
) -> None:
    evidence = evidence_of(*rows, kind="scale", low=0, high=1)
    assert evidence.p >= min(evidence.least_p, 1 / 2000) - 1e-12
    assert evidence.delta >= evidence.least_delta - 1e-12
    assert all(moment.least <= moment.d + 1e-12 for moment, _ in evidence.moments)
