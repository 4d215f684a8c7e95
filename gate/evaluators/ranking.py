"""A ranking and what is relevant → hit, precision, recall, reciprocal rank and nDCG, as trec_eval defines them.

`found` holds the grade of each place of the ranking, best place first: 0 where what stands there is not relevant.
`relevant` holds the grades of all that is relevant, found or not; each is greater than 0. A cut-off `k` counts from 1.

Sources: the measures of trec_eval (github.com/usnistgov/trec_eval: `success`, `P`, `recall`, `recip_rank`, `ndcg_cut`);
Voorhees 1999, "The TREC-8 Question Answering Track Report", for the reciprocal rank; Järvelin & Kekäläinen 2002,
"Cumulated gain-based evaluation of IR techniques", ACM TOIS 20(4):422, for nDCG.
"""

import math
from collections.abc import Sequence


def hit(found: Sequence[float], *, k: int) -> float:
    """1 where anything relevant stands among the first k (trec_eval: success_k)."""
    return float(any(grade > 0 for grade in found[:k]))


def precision(found: Sequence[float], *, k: int) -> float:
    """The share of the first k places that hold something relevant.

    Divided by k also where the ranking is shorter: a place that stays empty holds nothing relevant (trec_eval: P_k).
    """
    return sum(grade > 0 for grade in found[:k]) / k


def recall(found: Sequence[float], *, relevant: Sequence[float], k: int) -> float:
    """The share of all that is relevant that stands among the first k (trec_eval: recall_k)."""
    return sum(grade > 0 for grade in found[:k]) / len(relevant)


def reciprocal_rank(found: Sequence[float]) -> float:
    """1 over the place of the first that is relevant; 0 where there is none (trec_eval: recip_rank)."""
    return next((1 / place for place, grade in enumerate(found, start=1) if grade > 0), 0.0)


def ndcg(found: Sequence[float], *, relevant: Sequence[float], k: int) -> float:
    """The discounted gain of the first k places over that of the best ranking there could be.

    Gain is the grade itself, and place i is discounted by log2(i + 1), so that the second place counts less than the
    first (trec_eval: ndcg_cut_k). Järvelin & Kekäläinen begin to discount at the third.
    """
    ideal = _gain(sorted(relevant, reverse=True)[:k])
    return min(
        1.0, _gain(found[:k]) / ideal
    )  # in another order, the same gains may differ in their last bits


def _gain(grades: Sequence[float]) -> float:
    return math.fsum(grade / math.log2(place + 1) for place, grade in enumerate(grades, start=1))
