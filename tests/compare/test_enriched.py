"""The exact chance of so many marked ones in a part that was drawn blindly."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from gate.compare.enriched import log_enriched


@given(st.data())
def test_it_is_the_upper_tail_of_the_hypergeometric_law(data: st.DataObject) -> None:
    cases = data.draw(st.integers(1, 400))
    drawn, marked = data.draw(st.integers(0, cases)), data.draw(st.integers(0, cases))
    hits = data.draw(st.integers(max(0, drawn + marked - cases), min(drawn, marked)))
    expected = hypergeom.sf(hits - 1, cases, marked, drawn)
    found = math.exp(log_enriched(hits, drawn=drawn, marked=marked, cases=cases))
    assert found == pytest.approx(expected, rel=1e-7)


def test_what_no_float_holds_is_still_told() -> None:
    assert log_enriched(2_000, drawn=2_000, marked=2_000, cases=100_000) < -5_000
