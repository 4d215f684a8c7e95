"""How many of a part are marked, of how many of the whole → the chance of so many, had the part been drawn blindly."""

import math

_NEGLIGIBLE = 1e-12  # a term of the sum below this share of it ends the sum


def log_enriched(hits: int, *, drawn: int, marked: int, cases: int) -> float:
    """The log of P(X >= hits) for X ~ Hypergeometric(cases, marked, drawn): Fisher's exact test, one-sided.

    Fisher (1935, J. R. Stat. Soc. 98:39). Exact whatever the marks are, where what is drawn has no say in who is marked.
    """
    if hits <= max(0, drawn + marked - cases):
        return 0.0
    first = _log_ways(marked, hits) + _log_ways(cases - marked, drawn - hits) - _log_ways(cases, drawn)
    total = share = 1.0
    for more in range(hits, min(drawn, marked)):
        # P(X = more + 1) / P(X = more); the terms may rise before they fall, where hits lies below the mode.
        share *= (marked - more) * (drawn - more) / ((more + 1) * (cases - marked - drawn + more + 1))
        total += share
        if share < _NEGLIGIBLE * total:
            break
    return min(0.0, first + math.log(total))


def _log_ways(of: int, chosen: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(chosen + 1) - math.lgamma(of - chosen + 1)
