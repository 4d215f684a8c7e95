import pytest
from hypothesis import given
from hypothesis import strategies as st

from gate.render import numbers

M = numbers.MINUS
FINITE = st.floats(allow_nan=False, allow_infinity=False, allow_subnormal=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (numbers.plain(0.9083, 2), "0.91"),
        (numbers.plain(-0.13, 2), f"{M}0.13"),
        (numbers.plain(-0.0001, 2), "0.00"),
        (numbers.plain(1234.5, 1), "1,234.5"),
        (numbers.plain(3.2e12, 1), "3.2e+12"),
        (numbers.plain(-2e-9, 10), f"{M}2.0000000000e{M}09"),
        (numbers.signed(0.2, 2), "+0.20"),
        (numbers.signed(-0.2, 2), f"{M}0.20"),
        (numbers.signed(0.001, 2), "0.00"),
        (numbers.points(-0.132, 1), f"{M}13.2"),
        (numbers.points(0.07, 0), "+7"),
        (numbers.percents(0.29, 1), "+29.0%"),
        (numbers.percents(-0.004, 0), "0%"),
        (numbers.tidy(f"{M}13.0"), f"{M}13"),
        (numbers.tidy("+2.50%"), "+2.5%"),
        (numbers.tidy("0.80"), "0.80"),
        (numbers.tidy("0.00"), "0"),
        (numbers.tidy("1,200.0"), "1,200"),
        (numbers.tidy("12"), "12"),
        (numbers.p_value(0.00002), "p < 0.001"),
        (numbers.p_value(0.0132), "p = 0.013"),
        (numbers.p_value(0.421), "p = 0.42"),
        (numbers.p_value(0.999), "p > 0.99"),
        (numbers.percent(0.0), "0%"),
        (numbers.percent(0.05), "5%"),
        (numbers.percent(0.085), "8.5%"),
        (numbers.percent(0.12), "12%"),
        (numbers.percent(0.9), "90%"),
        (numbers.percent(0.9996), "99.96%"),
        (numbers.percent(0.00001), "0.001%"),
        (numbers.percent(1.0), "100%"),
        (numbers.percent(1e-12), "<0.000001%"),
        (numbers.percent(1 - 1e-12), ">99.999999%"),
        (numbers.money(None), "unknown"),
        (numbers.money(0.0), "$0"),
        (numbers.money(0.0042), "$0.0042"),
        (numbers.money(0.1053), "$0.11"),
        (numbers.money(12.5), "$12.50"),
        (numbers.money(1234.4), "$1,234"),
        (numbers.duration(0.0), "0 ms"),
        (numbers.duration(0.0001), "<1 ms"),
        (numbers.duration(0.25), "250 ms"),
        (numbers.duration(0.9996), "1.0 s"),
        (numbers.duration(9.96), "10 s"),
        (numbers.duration(34.2), "34 s"),
        (numbers.duration(59.7), "1 min"),
        (numbers.duration(75.0), "1 min 15 s"),
        (numbers.duration(3720.0), "1 h 2 min"),
        (numbers.duration(7200.0), "2 h"),
        (numbers.count(1234), "1,234"),
        (numbers.counted(1, "case"), "1 case"),
        (numbers.counted(0, "case"), "0 cases"),
        (numbers.counted(2, "try", "tries"), "2 tries"),
        (numbers.tokens(None), "unknown"),
        (numbers.tokens(812), "812"),
        (numbers.tokens(45_210), "45.2k"),
        (numbers.tokens(999_960), "1.0M"),
        (numbers.with_unit("1.20", unit="s"), "1.20 s"),
        (numbers.with_unit(f"{M}0.012", unit="USD"), f"{M}$0.012"),
        (numbers.with_unit("12", unit="%"), "12%"),
        (numbers.with_unit("12", unit=None), "12"),
        (numbers.with_unit("12", unit="<b>|\n"), "12"),
    ],
)
def test_a_number_has_one_handwriting(text: str, expected: str) -> None:
    assert text == expected


@pytest.mark.parametrize(
    ("first", "second", "unit", "expected"),
    [
        (0.91, 0.778, None, ("0.91", "0.78")),
        (0.8, 0.8, None, ("0.80", "0.80")),
        (0.801, 0.799, None, ("0.801", "0.799")),
        (0.8, 0.80004, None, ("0.80000", "0.80004")),
        (1.2, 1.25, "s", ("1.20 s", "1.25 s")),
        (0.0123, 0.0131, "USD", ("$0.012", "$0.013")),
        (1500.0, 2.0, None, ("1,500", "2")),
        (None, 0.5, None, ("\u2013", "0.50")),
        (0.0, 0.0, None, ("0.00", "0.00")),
    ],
)
def test_two_means_are_written_with_the_same_decimals(
    first: float | None, second: float | None, unit: str | None, expected: tuple[str, str]
) -> None:
    assert numbers.means(first, second, unit=unit) == expected


@given(FINITE, FINITE)
def test_different_means_never_look_the_same(first: float, second: float) -> None:
    one, other = numbers.means(first, second)
    assert (one == other) == (first == second)


@given(FINITE, st.integers(0, 12))
def test_zero_never_bears_a_sign(value: float, decimals: int) -> None:
    for write in (numbers.plain, numbers.signed):
        text = write(value, decimals)
        if not text.strip(f"+{M}0.,e"):
            assert not text.startswith((M, "+"))


@given(st.floats(0, 1))
def test_a_share_is_never_rounded_to_none_or_all(share: float) -> None:
    assert (numbers.percent(share) in {"0%", "100%"}) == (share in {0.0, 1.0})


@pytest.mark.parametrize(
    ("first", "second", "unit", "expected"),
    [
        (0.00012, 12.3, "usd", ("$0.00012", "$12.30")),
        (12.3, -0.00012, None, ("12.30", f"{M}0.00012")),
        (0.0, 12.3, None, ("0.00", "12.30")),
    ],
)
def test_a_small_mean_beside_a_large_one_does_not_look_like_zero(
    first: float, second: float, unit: str | None, expected: tuple[str, str]
) -> None:
    assert numbers.means(first, second, unit=unit) == expected
