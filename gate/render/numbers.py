"""Numbers → text: the one handwriting of every figure in every document. Never decides anything.

Minus is U+2212 everywhere, so that columns line up and no line break falls behind it. A thousands comma, a decimal
point, `90%` without a blank, a blank before a unit.
"""

import math
from collections.abc import Callable, Sequence

from gate.model.quantity import counted as counted  # noqa: PLC0414 - of the one handwriting
from gate.render import escape

MINUS = "\u2212"
UNKNOWN = "\u2013"
_MOST_DECIMALS = 17
_HUGE, _TINY = 1e9, 1e-6

Write = Callable[[float, int], str]


def plain(value: float, decimals: int) -> str:
    """`1,234.50`, `-0.13`; a power of ten where the number is huge or its decimals are too many to count."""
    if abs(value) >= _HUGE or (decimals > 9 and 0 < abs(value) < _TINY):  # noqa: PLR2004 - see the docstring
        text = f"{value:.{min(decimals, _MOST_DECIMALS)}e}"
    else:
        text = f"{value:,.{decimals}f}"
    if float(text.replace(",", "")) == 0:
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def signed(value: float, decimals: int) -> str:
    """`+1.20`, `-0.13`, and `0.00` without a sign."""
    text = plain(value, decimals)
    return f"+{text}" if value > 0 and text != plain(0.0, decimals) else text


def points(value: float, decimals: int) -> str:
    """A change of a share in points of a hundred: 0.021 → `+2.1`."""
    return signed(_scaled(value), decimals)


def percents(value: float, decimals: int) -> str:
    """A relative change: 0.21 → `+21.0%`."""
    return f"{signed(_scaled(value), decimals)}%"


def decimals_for(value: float) -> int:
    """How many decimals a number of this size is written with: about three digits, two for a share."""
    size = abs(value)
    if size == 0:
        return 2
    for least, decimals in ((1000, 0), (100, 1), (0.1, 2)):
        if size >= least:
            return decimals
    return min(_MOST_DECIMALS, 1 - math.floor(math.log10(size)))


def places(values: Sequence[float], *, write: Write, decimals: int) -> int:
    """The fewest decimals, at least `decimals`, with which different numbers look different (17 at the most)."""
    different = len(set(values))
    for enough in range(decimals, _MOST_DECIMALS):
        if len({write(value, enough) for value in values}) == different:
            return enough
    return _MOST_DECIMALS


def apart(first: float, second: float, *, write: Write, decimals: int) -> tuple[str, str]:
    """Both numbers with the same decimals, as many as it takes for different numbers to look different."""
    enough = places((first, second), write=write, decimals=decimals)
    texts = write(first, enough), write(second, enough)
    if first == second or texts[0] != texts[1]:
        return texts
    return repr(first).replace("-", MINUS), repr(second).replace("-", MINUS)


def tidy(text: str) -> str:
    """A number for a sentence: `-13.0` → `-13`, `0.00` → `0`, `+2.50%` → `+2.5%`; `0.80` stays, as shares do."""
    number = text.removesuffix("%")
    rest = text[len(number) :]
    whole, point, fraction = number.partition(".")
    if not point or not fraction.isdigit():
        return text
    if fraction.strip("0") and whole.lstrip(f"+{MINUS}") == "0":
        return text
    kept = fraction.rstrip("0")
    return f"{whole}.{kept}{rest}" if kept else f"{whole}{rest}"


def means(first: float | None, second: float | None, *, unit: str | None = None) -> tuple[str, str]:
    """Two means to be read side by side: never the same text for different numbers, and zero only for none."""
    if first is None or second is None:
        return _mean(first, unit=unit), _mean(second, unit=unit)
    decimals = decimals_for(max(abs(first), abs(second)))
    one, other = apart(first, second, write=plain, decimals=decimals)
    return with_unit(_not_zero(first, one), unit=unit), with_unit(_not_zero(second, other), unit=unit)


def _not_zero(value: float, text: str) -> str:
    """The text of a number, with decimals of its own where it would look like zero beside a larger one."""
    return plain(value, decimals_for(value)) if value and not text.strip(f"{MINUS}0.") else text


def with_unit(text: str, *, unit: str | None) -> str:
    """`1.20 s`, `$0.012`, `-$0.012`, `12%`; no unit, or one that is more than a plain word, is no change."""
    unit = escape.unit(unit)
    if unit is None:
        return text
    if unit.lower() in {"usd", "$"}:
        sign = text[0] if text[0] in f"+{MINUS}" else ""
        return f"{sign}${text.removeprefix(sign)}"
    return f"{text}%" if unit == "%" else f"{text} {unit}"


def p_value(p: float) -> str:
    """`p < 0.001`, `p = 0.013`, `p = 0.42`, `p > 0.99`."""
    if p < 0.001:  # noqa: PLR2004 - the customary end of the scale
        return "p < 0.001"
    if p > 0.99:  # noqa: PLR2004 - the other end
        return "p > 0.99"
    return f"p = {p:.3f}" if p < 0.1 else f"p = {p:.2f}"  # noqa: PLR2004 - two digits that say something


def percent(share: float) -> str:
    """A share in two digits: `12%`, `8.5%`, `99.9%`; `0%` and `100%` only where they are exact."""
    value = _scaled(share)
    for decimals in range(0 if 10 <= value <= 99 else 1, 7):  # noqa: PLR2004 - whole per cents in the middle
        text = tidy(f"{value:.{decimals}f}")
        if text not in {"0", "100"} or share in {0.0, 1.0}:
            return f"{text}%"
    return "<0.000001%" if share < 0.5 else ">99.999999%"  # noqa: PLR2004 - the nearer end


def money(cost_usd: float | None) -> str:
    """US dollars: `$1.23`, `$0.0042`, `$1,234`; None is `unknown`, never 0."""
    if cost_usd is None:
        return "unknown"
    if cost_usd == 0:
        return "$0"
    decimals = max(decimals_for(cost_usd), 2) if cost_usd < 1000 else 0  # noqa: PLR2004 - cents no longer matter
    return f"${plain(cost_usd, decimals)}"


def duration(seconds: float) -> str:
    """`250 ms`, `1.2 s`, `34 s`, `1 min 15 s`, `1 h 2 min`."""
    if seconds < 0.9995:  # noqa: PLR2004 - what would round to 1000 ms is a second
        milliseconds = round(seconds * 1000)
        return f"{milliseconds} ms" if milliseconds or not seconds else "<1 ms"
    if seconds < 9.95:  # noqa: PLR2004 - one decimal for one digit
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:  # noqa: PLR2004 - seconds in a minute
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:  # noqa: PLR2004 - minutes in an hour
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{count(hours)} h {minutes} min" if minutes else f"{count(hours)} h"


def count(number: int) -> str:
    """`1,234`."""
    return f"{number:,}".replace("-", MINUS)


def reach(fewest: int, most: int) -> str:
    """One number, or both with a dash between them where they differ."""
    return count(fewest) if fewest == most else f"{count(fewest)}\u2013{count(most)}"


def tokens(number: int | None) -> str:
    """`812`, `12.3k`, `4.5M`; None is `unknown`."""
    if number is None:
        return "unknown"
    if number < 1000:  # noqa: PLR2004 - exact while it is short
        return str(number)
    value, letter = (number / 1e6, "M") if number >= 999_950 else (number / 1e3, "k")  # noqa: PLR2004 - no 1000.0k
    return f"{value:,.1f}{letter}"


def _mean(value: float | None, *, unit: str | None) -> str:
    if value is None:
        return UNKNOWN
    return with_unit(plain(value, decimals_for(value)), unit=unit)


def _scaled(share: float) -> float:
    """A hundred times the share, without the last bits that the product adds (0.07 * 100 = 7.000000000000001)."""
    return float(f"{share * 100:.15g}")
