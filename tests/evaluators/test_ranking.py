"""The figures are those of trec_eval itself, through its Python binding, on random rankings."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
import pytrec_eval
from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators import ranking

CUTOFFS = (1, 2, 3, 5, 10)
IDS = [f"d{number}" for number in range(12)]

rankings = st.lists(st.sampled_from(IDS), unique=True, min_size=1)
judgments = st.dictionaries(st.sampled_from(IDS), st.integers(1, 4), min_size=1)


def by_trec_eval(found: Sequence[str], relevant: Mapping[str, int]) -> Mapping[str, float]:
    """All its figures of one ranking; trec_eval orders by score."""
    cutoffs = ",".join(map(str, CUTOFFS))
    wanted = {f"{name}.{cutoffs}" for name in ("success", "P", "recall", "ndcg_cut")} | {"recip_rank"}
    run = {name: float(len(found) - place) for place, name in enumerate(found)}
    figures: Mapping[str, Any] = pytrec_eval.RelevanceEvaluator({"q": dict(relevant)}, wanted).evaluate(
        {"q": run}
    )
    of_query: Mapping[str, float] = figures["q"]
    return of_query


@given(found=rankings, relevant=judgments)
def test_every_figure_is_that_of_trec_eval(found: list[str], relevant: dict[str, int]) -> None:
    theirs = by_trec_eval(found, relevant)
    grades = [relevant.get(name, 0) for name in found]
    every = list(relevant.values())
    assert ranking.reciprocal_rank(grades) == pytest.approx(theirs["recip_rank"])
    for k in CUTOFFS:
        assert ranking.hit(grades, k=k) == theirs[f"success_{k}"]
        assert ranking.precision(grades, k=k) == pytest.approx(theirs[f"P_{k}"])
        assert ranking.recall(grades, relevant=every, k=k) == pytest.approx(theirs[f"recall_{k}"])
        assert ranking.ndcg(grades, relevant=every, k=k) == pytest.approx(theirs[f"ndcg_cut_{k}"])


@given(relevant=st.lists(st.floats(0.001, 1000), min_size=1), k=st.integers(1, 20), data=st.data())
def test_the_best_ranking_has_an_ndcg_of_1_and_no_ranking_has_more(
    relevant: list[float], k: int, data: st.DataObject
) -> None:
    best = sorted(relevant, reverse=True)
    assert ranking.ndcg(best, relevant=relevant, k=k) == 1
    some = data.draw(st.permutations(relevant))
    assert 0 < ranking.ndcg(some, relevant=relevant, k=k) <= 1


def test_the_gain_of_a_ranking_worked_out_by_hand() -> None:
    # 3/log2(2) + 0 + 1/log2(4) over 3/log2(2) + 2/log2(3) + 1/log2(4)
    assert ranking.ndcg([3, 0, 1], relevant=[1, 2, 3], k=3) == pytest.approx(3.5 / 4.76185950714, rel=1e-9)
