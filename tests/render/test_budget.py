from hypothesis import given
from hypothesis import strategies as st

from gate.render.budget import fit, size


@given(st.lists(st.text(max_size=20), max_size=20), st.integers(0, 200), st.none() | st.integers(0, 20))
def test_rows_are_whole_the_first_ones_and_within_both_limits(
    rows: list[str], budget: int, most: int | None
) -> None:
    fitted = fit(rows, budget_bytes=budget, most=most)
    assert list(fitted.rows) == rows[: len(fitted.rows)]
    assert fitted.left_out == len(rows) - len(fitted.rows)
    assert sum(size(row) + 1 for row in fitted.rows) <= budget
    assert most is None or len(fitted.rows) <= most


def test_a_row_behind_one_that_does_not_fit_is_left_out_too() -> None:
    assert fit(["x" * 50, "y"], budget_bytes=20) == fit(["x" * 50, "z"], budget_bytes=20)


def test_size_is_counted_in_bytes() -> None:
    assert size("\u20ac") == 3
