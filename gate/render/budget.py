"""Rows + bytes → as many whole rows as fit, and how many did not. Nothing is ever cut in the middle."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fitted:
    """The rows that fit, in their order, and the number of those that were left out."""

    rows: tuple[str, ...]
    left_out: int


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8"))


def fit(rows: Iterable[str], *, budget_bytes: int, most: int | None = None) -> Fitted:
    """The first rows that fit into the budget, each with its line end, and at most `most` of them."""
    kept: list[str] = []
    left, left_out = budget_bytes, 0
    for row in rows:
        left -= size(row) + 1
        if left_out or left < 0 or (most is not None and len(kept) >= most):
            left_out += 1
        else:
            kept.append(row)
    return Fitted(tuple(kept), left_out)
