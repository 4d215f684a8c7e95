"""How often `gate history` tells a change, in made-up pasts whose truth is known.

`python -m benchmarks.history [PASTS]` prints the rows of docs/benchmarks.md; it ends with 1 where a bound is missed.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from benchmarks.worlds import MEAN, VARIANCE
from gate.compare.change_points import Past, courses
from gate.model.past import ChangePoint
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy

ALPHA = 0.05
METRIC = Metric(name="accuracy", kind="binary", fingerprint="f")
_SHARE = VARIANCE / (MEAN * (1 - MEAN))
_WEIGHT = _SHARE / (1 - _SHARE)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A past: by how many points each baseline lies below the first, its cases and its draws.

    `told` is the least share of pasts, in per cent, in which a drop is to be told, and for one without any the most.
    """

    name: str
    levels: Sequence[float]
    cases: int = 100
    draws: int = 5
    told: float


ROWS = (
    Row(name="nothing changed, 12 baselines", levels=(0.0,) * 12, told=100 * ALPHA),
    Row(
        name="nothing changed, 30 baselines of 30 cases and 3 draws",
        levels=(0.0,) * 30,
        cases=30,
        draws=3,
        told=100 * ALPHA,
    ),
    Row(name="one of 12 drops by 6 points", levels=(0.0,) * 6 + (0.06,) * 6, told=80),
    Row(name="each of 12 drops by 1 point", levels=tuple(number / 100 for number in range(12)), told=80),
    Row(name="each of 12 drops by half a point", levels=tuple(number / 200 for number in range(12)), told=50),
)


def past_of(row: Row, *, seed: int) -> Past:
    """One past: cases that are mostly sure of themselves, of which some break as the level falls."""
    random = Random(seed)
    chances = [random.betavariate(MEAN * _WEIGHT, (1 - MEAN) * _WEIGHT) for _ in range(row.cases)]
    breaks = [random.random() for _ in range(row.cases)]
    cards = [
        _card(row, [0.0 if at < level / MEAN else p for p, at in zip(chances, breaks, strict=True)], random)
        for level in row.levels
    ]
    return Past(
        shas=[str(number) for number in range(len(cards))], cards=cards, policy=Policy(), rules=SuitePolicy()
    )


def changes_of(row: Row, *, seed: int) -> Sequence[ChangePoint]:
    """What is told of one past."""
    ((course,),), _ = courses([past_of(row, seed=seed)], alpha=ALPHA)
    return course.changes


def share(row: Row, *, pasts: int) -> float:
    """The share of pasts, in per cent, in which a change is told; where something did change, a drop."""
    moved = any(row.levels)
    return (
        100
        * sum(
            any(each.move.worse or not moved for each in changes_of(row, seed=seed)) for seed in range(pasts)
        )
        / pasts
    )


def _card(row: Row, chances: Sequence[float], random: Random) -> Scorecard:
    cases = {
        f"c{number}": CaseScores(
            key="k",
            trials=row.draws,
            scores={METRIC.name: tuple(float(random.random() < p) for _ in range(row.draws))},
        )
        for number, p in enumerate(chances)
    }
    return Scorecard(suite="s", metrics={METRIC.name: METRIC}, cases=cases)


def main() -> int:
    """Print all rows; 1 where one misses its bound."""
    pasts = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    missed = 0
    print("| | a change is told | must be |\n|---|---|---|")
    for row in ROWS:
        found, moved = share(row, pasts=pasts), any(row.levels)
        slack = 3 * math.sqrt(
            row.told * (100 - row.told) / pasts
        )  # of a share that lies exactly on its bound
        missed += found < row.told - slack if moved else found > row.told + slack
        print(f"| {row.name} | {found:.1f} % | {'≥' if moved else '≤'} {row.told:g} % |", flush=True)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
