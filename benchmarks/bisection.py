"""How often a bisection names the wrong commit, and what it asks: made-up roads whose break is known.

`python -m benchmarks.bisection [ROADS]` prints the rows of docs/benchmarks.md; it ends with 1 where a bound is missed.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random

from gate.compare.bisection import Ends, is_drop, looks, most_steps
from gate.compare.one_metric import Yardstick
from gate.flows.why.narrowing import FIRST_LOOK, Walk
from gate.flows.why.road import Version
from gate.model.score import Metric
from gate.model.scorecard import CaseScores, Scorecard
from gate.model.suite import Policy, SuitePolicy

ALPHA = 0.05
METRIC = Metric(name="accuracy", kind="binary", fingerprint="f")
YARDSTICK = Yardstick(policy=Policy(), rules=SuitePolicy())


@dataclass(frozen=True, kw_only=True)
class Row:
    """A sort of road: its stops, the cases that are asked, the chances of a right answer before and after the break.

    `lucky` of the cases only looked worse, and answer alike on both sides. `parts` breaks the chances in so many steps.
    `named` is the least share, in per cent, of roads whose break is to be named.
    """

    name: str
    stops: int = 16
    cases: int = 8
    lucky: int = 0
    good: float = 0.93
    bad: float = 0.1
    parts: int = 1
    named: float = 0.0
    most: int = 12


@dataclass
class Told:
    """What a number of searches came to, and the trials that they took."""

    right: int = 0
    wrong: int = 0
    trials: int = 0
    roads: int = 0

    def share(self, count: int) -> float:
        """Per cent of all roads."""
        return 100 * count / self.roads


@dataclass
class Dice:
    """Draws of versions whose chances are known: `chances` maps a version's label to those of the cases."""

    chances: Mapping[str, Sequence[float]]
    random: Random
    furthest: int = 0
    trials: int = 0
    taken: dict[tuple[str, int], list[list[float]]] = field(default_factory=dict)

    def draw(self, version: Version, count: int, *, first: int = 0) -> Scorecard:
        """As a drawer has it: only what is missing is taken."""
        chances = self.chances[version.label]
        drawn = self.taken.setdefault((version.label, first), [[] for _ in chances])
        for chance, draws in zip(chances, drawn, strict=True):
            missing = count - len(draws)
            self.trials += max(0, missing)
            draws += [float(self.random.random() < chance) for _ in range(missing)]
        self.furthest = max(self.furthest, first + count)
        cases = {
            f"case-{number}": CaseScores(key="k", trials=len(draws), scores={METRIC.name: tuple(draws)})
            for number, draws in enumerate(drawn)
        }
        return Scorecard(suite="s", metrics={METRIC.name: METRIC}, cases=cases)


ROWS = (
    Row(name="8 cases break", named=95),
    Row(name="8 cases break, 100 commits", stops=100, named=95),
    Row(name="3 cases break", cases=3, named=80),
    Row(name="8 cases break, 8 more were unlucky", cases=16, lucky=8, named=95),
    Row(name="20 cases fall by 30 points", cases=20, bad=0.63, named=80),
    Row(name="the drop comes in two parts", parts=2, bad=0.05, cases=12),
    Row(name="nothing broke", good=0.8, bad=0.8, cases=12),
)


def searched(row: Row, *, seed: int) -> tuple[str, int]:
    """One road: `right`, `wrong` or `none` was named, and the trials that it took."""
    random = Random(seed)
    breaks = sorted(random.sample(range(1, row.stops + 1), row.parts))
    versions = [Version(sha=str(place), label=str(place)) for place in range(row.stops + 1)]
    dice = Dice({str(place): _chances(row, place, breaks) for place in range(row.stops + 1)}, random)
    level = ALPHA / (most_steps(row.stops) + 2)
    ends = None
    for count in looks(FIRST_LOOK, most=row.most):
        good, bad = dice.draw(versions[0], count, first=1), dice.draw(versions[-1], count, first=1)
        ends = Ends(good=good, bad=bad, metric=METRIC.name, by=YARDSTICK, level=level)
        if is_drop(ends):
            break
    else:
        return "none", dice.trials
    walk = Walk(dice, ends, row.most, _unheard)
    search = walk.search(versions[1:])
    _, confirmed = walk.confirm(versions[search.low], versions[search.high])
    if not confirmed or search.high - search.low > 1:
        return "none", dice.trials
    worse = row.bad < row.good and search.high in breaks
    return "right" if worse else "wrong", dice.trials


def told(row: Row, *, roads: int) -> Told:
    """Many roads of one sort."""
    total = Told(roads=roads)
    for seed in range(roads):
        found, trials = searched(row, seed=seed)
        total = replace(
            total,
            right=total.right + (found == "right"),
            wrong=total.wrong + (found == "wrong"),
            trials=total.trials + trials,
        )
    return total


def _chances(row: Row, place: int, breaks: Sequence[int]) -> list[float]:
    """The chances of the cases at a place: each part breaks its share of the way down."""
    broken = sum(place >= each for each in breaks) / row.parts
    chance = row.good + (row.bad - row.good) * broken
    return [row.good if number < row.lucky else chance for number in range(row.cases)]


def _unheard(_text: str) -> None:
    """Nobody listens."""


def main() -> int:
    """Print all rows; 1 where one misses its bound."""
    roads = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    missed = 0
    print("| | named rightly | named wrongly | none named | trials |\n|---|---|---|---|---|")
    for row in ROWS:
        total = told(row, roads=roads)
        right, wrong = total.share(total.right), total.share(total.wrong)
        missed += wrong > 100 * ALPHA or right < row.named
        print(
            f"| {row.name} | {right:.1f} % | {wrong:.2f} % | {100 - right - wrong:.1f} % | {total.trials / roads:.0f} |"
        )
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
