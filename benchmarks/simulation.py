"""The rule of docs/guide/verdict.md on made-up pairs of runs: how often it says what, against what it must reach.

    python -m benchmarks.simulation [--pairs N] [--only WORD]

Every pair is decided twice: in one look, and in two (a second one only where the first asks for it). Prints one line
a bound and ends with 1 if one is broken. A bound is broken where the measured share lies beyond it at all: with
4,000 pairs the standard error of a share of 5 % is 0.34 points, so a bound may be broken by chance near its edge;
then run that row with more pairs.
"""

import sys
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Literal

import numpy as np

from benchmarks.pairs import asked, chunks
from benchmarks.worlds import World, pair_of
from gate.compare.decide import decide, wants_second_look
from gate.model.suite import Policy
from gate.model.verdict import Kind, Verdict

SEED = 20_251_123
PAIRS = 4_000
_CHUNK = 50
_COLLAPSED = "area=a0"


@dataclass(frozen=True)
class Bound:
    """What must hold of a share (in per cent) in one look and in two, and what a reference implementation reached."""

    measure: str
    one: float | None
    two: float | None
    at_least: bool = False
    reference: str = ""

    def holds(self, share: float, must: float | None) -> bool:
        """Whether a measured share is good enough."""
        if must is None:
            return True
        return share >= must if self.at_least else share <= must


@dataclass(frozen=True)
class Row:
    """A world and what must hold in it."""

    name: str
    world: World
    bounds: tuple[Bound, ...]


FALSE_ALARM = Bound("fails", 6.4, 6.4, reference="5.9 / 5.6")
FALSE_PASS = Bound("passes", 6.4, 6.4)


def _found(one: float, two: float | None, reference: str) -> tuple[Bound, ...]:
    return (Bound("fails", one, two, at_least=True, reference=reference),)


FINDS = (
    (100, 0.05, _found(56, 74, "60 / 78")),
    (200, 0.05, _found(79, 87, "83 / 91")),
    (50, 0.10, _found(74, None, "78 / 90")),
    (100, 0.10, _found(90, None, "94 / 99")),
)
HOWS: tuple[Literal["scatters", "breaks", "fades"], ...] = ("scatters", "breaks", "fades")

# A drop of exactly must_catch: passing it is the other error.
MISSED = (
    ("n = 20", World(cases=20, drop=0.05, how="fades")),
    ("n = 50", World(cases=50, drop=0.05, how="fades")),
    ("n = 100", World(drop=0.05, how="fades")),
    ("n = 200", World(cases=200, drop=0.05, how="fades")),
    ("n = 200, breaks", World(cases=200, drop=0.05)),
    ("1 stored draw", World(stored=1, drop=0.05, how="fades")),
    ("graded", World(graded=True, drop=0.05, how="fades")),
    ("20 clusters", World(clusters=20, drop=0.05, how="fades")),
    ("3 % of trials fail", World(failing=0.03, drop=0.05, how="fades")),
    ("latency +25 %", World(latency=0.5, slower=0.25)),
)

ROWS = (
    Row(
        "unchanged, n = 100",
        World(),
        (FALSE_ALARM, Bound("undecided", 40, None, reference="32 / 4.8")),
    ),
    Row(
        "unchanged, n = 200",
        World(cases=200),
        (FALSE_ALARM, Bound("undecided", 10, None, reference="4.4 / 0")),
    ),
    Row("unchanged, n = 20", World(cases=20), (FALSE_ALARM,)),
    Row("unchanged, n = 50", World(cases=50), (FALSE_ALARM,)),
    Row("unchanged, 1 stored draw", World(stored=1), (FALSE_ALARM,)),
    Row("unchanged, graded", World(graded=True), (FALSE_ALARM,)),
    Row("unchanged, graded, n = 30", World(cases=30, graded=True), (FALSE_ALARM,)),
    Row("unchanged, graded, 1 stored draw", World(stored=1, graded=True), (FALSE_ALARM,)),
    Row("unchanged, 8 metrics", World(metrics=8), (FALSE_ALARM,)),
    Row("unchanged, 8 metrics of one luck", World(metrics=8, alike=True), (FALSE_ALARM,)),
    Row("unchanged, 20 clusters", World(clusters=20), (FALSE_ALARM,)),
    Row("unchanged, 8 clusters", World(clusters=8), (FALSE_ALARM,)),
    Row("unchanged, 3 % of trials fail", World(failing=0.03), (FALSE_ALARM,)),
    Row("unchanged, 5 % of cases new", World(added=0.05), (FALSE_ALARM,)),
    Row("unchanged, floor at the truth", World(floor=0.0), (FALSE_ALARM,)),
    Row("unchanged, latency", World(latency=0.5), (FALSE_ALARM,)),
    Row("unchanged, latency, 1 stored draw", World(latency=0.5, stored=1), (FALSE_ALARM,)),
    Row(
        "unchanged, n = 200, 20 slices",
        World(cases=200, slices=20),
        (FALSE_ALARM, Bound("slice", 7, 7, reference="1.8")),
    ),
    Row(
        "unchanged, 8 metrics x 10 slices",
        World(metrics=8, slices=10),
        (FALSE_ALARM, Bound("slice", 7, 7, reference="1.8")),
    ),
    *(
        Row(f"{round(100 * drop)} points, n = {cases}, {how}", World(cases=cases, drop=drop, how=how), bounds)
        for how in HOWS
        for cases, drop, bounds in FINDS
    ),
    Row("a slice of 5 % collapses, n = 200", World(cases=200, slices=20, collapse=True), (
        Bound("named", 95, 95, at_least=True, reference="99.9"),
    )),
    Row("latency +20 %, n = 100", World(latency=0.5, slower=0.2), _found(90, None, "94")),
    *(Row(f"missed: {name}", world, (FALSE_PASS,)) for name, world in MISSED),
)  # fmt: skip


def measures(verdict: Verdict) -> Counter[str]:
    """What one verdict counts as. Anything red on an unchanged application is a false alarm."""
    sliced = {finding.slice for finding in verdict.findings if finding.slice is not None and finding.blocking}
    red = {Kind.REGRESSED, Kind.NOT_COMPARABLE, Kind.ERROR}
    return Counter(
        fails=verdict.kind in red,
        undecided=verdict.kind is Kind.INCONCLUSIVE,
        passes=verdict.kind is Kind.PASS,
        slice=bool(sliced),
        named=_COLLAPSED in sliced,
    )


def simulate(world: World, seeds: Sequence[Sequence[int]]) -> tuple[Counter[str], Counter[str]]:
    """Decide one pair a seed; what came out in one look, and in two."""
    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    policy = Policy()
    for seed in seeds:
        first, second = pair_of(world, np.random.default_rng(seed))
        one += measures(decide([first], policy))
        verdict = decide([first], policy, look=1, looks=2)
        if wants_second_look(verdict):
            verdict = decide([second], policy, look=2, looks=2)
        two += measures(verdict)
    return one, two


def shares(
    row: Row, *, pairs: int, run: Callable[..., object] = map
) -> tuple[dict[str, float], dict[str, float]]:
    """Per cent of pairs in one look and in two, by measure; `run` maps a function over chunks of seeds."""
    seeds = chunks(SEED, ROWS.index(row), pairs=pairs, size=_CHUNK)
    one: Counter[str] = Counter()
    two: Counter[str] = Counter()
    for first, second in run(partial(simulate, row.world), seeds):  # type: ignore[attr-defined]
        one += first
        two += second
    names = measures(Verdict(kind=Kind.PASS, exit_code=0))
    return {m: 100 * one[m] / pairs for m in names}, {m: 100 * two[m] / pairs for m in names}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 if a bound is broken."""
    rows, pairs = asked(ROWS, pairs=PAIRS, says=__doc__, arguments=arguments)
    print(f"{pairs} pairs a row, seed {SEED}; per cent of pairs, one look / two looks", flush=True)
    broken = 0
    with ProcessPoolExecutor() as pool:
        for row in rows:
            one, two = shares(row, pairs=pairs, run=pool.map)
            for bound in row.bounds:
                kept = bound.holds(one[bound.measure], bound.one) and bound.holds(
                    two[bound.measure], bound.two
                )
                broken += not kept
                print(
                    line(row, bound, measured=(one[bound.measure], two[bound.measure]), kept=kept), flush=True
                )
    return 1 if broken else 0


def line(row: Row, bound: Bound, *, measured: tuple[float, float], kept: bool) -> str:
    """Row · measure · measured · must be · reference."""
    sign = "≥" if bound.at_least else "≤"
    must = " / ".join("-" if must is None else f"{must:g}" for must in (bound.one, bound.two))
    seen = f"{measured[0]:5.1f} / {measured[1]:5.1f}"
    return f"{row.name:36} {bound.measure:10} {seen}  {sign} {must:11} ref {bound.reference or '-':12} {'' if kept else 'BROKEN'}"


if __name__ == "__main__":
    sys.exit(main())
