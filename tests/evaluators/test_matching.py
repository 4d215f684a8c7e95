from collections.abc import Sequence
from itertools import combinations, permutations

from hypothesis import given
from hypothesis import strategies as st

from gate.evaluators.matching import in_any_order, in_order


@st.composite
def tables(draw: st.DrawFn) -> Sequence[Sequence[bool]]:
    columns = draw(st.integers(0, 4))
    return draw(st.lists(st.lists(st.booleans(), min_size=columns, max_size=columns), max_size=4))


def every_pairing(fits: Sequence[Sequence[bool]]) -> list[dict[int, int]]:
    """Found by trying all of them."""
    rows, columns = range(len(fits)), range(len(fits[0]) if fits else 0)
    return [
        dict(zip(some, others, strict=True))
        for size in range(min(len(rows), len(columns)) + 1)
        for some in combinations(rows, size)
        for others in permutations(columns, size)
        if all(fits[i][j] for i, j in zip(some, others, strict=True))
    ]


@given(fits=tables())
def test_no_pairing_is_larger_and_every_pair_fits(fits: Sequence[Sequence[bool]]) -> None:
    found = in_any_order(fits)
    assert found in every_pairing(fits)
    assert len(found) == max(map(len, every_pairing(fits)))


@given(fits=tables())
def test_no_pairing_in_order_is_larger_and_it_keeps_the_order_of_both(fits: Sequence[Sequence[bool]]) -> None:
    ordered = [
        pairing for pairing in every_pairing(fits) if list(pairing.values()) == sorted(pairing.values())
    ]
    found = in_order(fits)
    assert found in ordered
    assert len(found) == max(map(len, ordered))
